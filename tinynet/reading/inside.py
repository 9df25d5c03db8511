"""What is inside a network: its matrices, and what each layer makes of some inputs.

Both are the instruments' raw material, by the names that all of them use: "0 Linear", "1 Tanh", ..
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.tape import no_grad
from tinynet.engine.tensor import Tensor
from tinynet.layers.sequential import Sequential
from tinynet.sequences.network import SequenceNet


def name_of(net: Sequential, i: int) -> str:
    """Return what instruments call the layer at place i."""
    return f"{i} {type(net.layers[i]).__name__}"


def weights(net: Sequential) -> dict[str, np.ndarray]:
    """Return copies of the virtual matrices (m, n), by layer; those of a recurrent one as "0 LSTM W" and "0 LSTM U"."""
    with no_grad():
        return {
            f"{name_of(net, i)} {label}".strip(): weight.weight().numpy()
            for i, layer in enumerate(net.layers)
            for label, weight, _ in layer.matrices()
        }


def activations(net: Sequential, inputs: Any) -> dict[str, np.ndarray]:
    """Return what each layer gives for inputs (N, n_in), in evaluation mode: (N, width), by layer.

    Raises ValueError for no inputs, and for activations that are not finite, naming the layer.
    """
    if isinstance(net, SequenceNet) or not isinstance(net, Sequential):
        raise TypeError(f"reading: {type(net).__name__} is no Sequential of rows, such as tn.MLP; only these have them")
    inputs = np.asarray(inputs)
    if not len(inputs):
        raise ValueError(f"reading: inputs of shape {inputs.shape}; at least one example is needed")
    training, outputs = net.training, {}
    net.eval()
    try:
        with no_grad():
            x = Tensor(net._as_floats(inputs))
            for i, layer in enumerate(net.layers):
                x = layer(x)
                if not np.isfinite(x._data).all():
                    raise ValueError(f"reading: layer {name_of(net, i)} gives values that are not finite")
                outputs[name_of(net, i)] = x.numpy()
    finally:
        net.train(training)
    return outputs

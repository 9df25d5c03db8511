"""Inside: a network's matrices, and what each layer makes of some inputs.

This is the raw material of all instruments. They call layers by place and kind: "0 Linear", "1 Tanh", ..
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinynet.engine.recording import evaluating, no_grad
from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer, Sequential
from tinynet.sequences.network import SequenceNet


def name_of(net: Sequential, i: int) -> str:
    """Return what instruments call the layer at place i."""
    return f"{i} {type(net.layers[i]).__name__}"


def weights(net: Sequential) -> dict[str, np.ndarray]:
    """Return copies of the virtual matrices (m, n) by layer.

    A recurrent layer has two, called "0 LSTM W" and "0 LSTM U".
    """
    with no_grad():
        return {
            f"{name_of(net, i)} {label}".strip(): weight.weight().numpy()
            for i, layer in enumerate(net.layers)
            for label, weight, _ in layer.matrices()
        }


def activations(net: Sequential, inputs: Any) -> dict[str, np.ndarray]:
    """Return the output (N, width) of each layer for inputs (N, n_in), in evaluation mode, by layer.

    Raises TypeError for a network over sequences, ValueError for no inputs, and for activations that are not finite,
    naming the layer.
    """
    check_rows("reading", net)
    inputs = np.asarray(inputs)
    if not len(inputs):
        raise ValueError(f"reading: inputs of shape {inputs.shape}; at least one example is needed")
    outputs = {}
    with evaluating(net):
        x = Tensor(net._in_our_precision(inputs))
        for i, layer in enumerate(net.layers):
            x = layer(x)
            outputs[name_of(net, i)] = a = x.numpy()
            if not np.isfinite(a).all():
                raise ValueError(f"reading: layer {name_of(net, i)} gives values that are not finite")
    return outputs


def scores(net: Layer, inputs: Any) -> np.ndarray:
    """Return a network's scores (N, n_out) for inputs (N, n_in), in evaluation mode."""
    with evaluating(net):
        return net(inputs).numpy()


def check_rows(who: str, net: Any) -> None:
    """Raise TypeError unless the network is a Sequential whose inputs are rows; `who` begins the message."""
    if isinstance(net, SequenceNet) or not isinstance(net, Sequential):
        raise TypeError(f"{who}: {type(net).__name__} is no Sequential of rows, such as tn.MLP")


class EachEpoch:
    """What an instrument reads after each epoch of a training, in the list `seen`.

        shares = EachEpoch(saturation, net, inputs)
        tn.fit(net, train, report=shares)              # shares.seen[0] is saturation(net, inputs) after the first epoch

    Args:
        instrument: a function such as `saturation`.
        arguments: what it is called with, usually the network first.
    """

    def __init__(self, instrument: Callable[..., Any], *arguments: Any) -> None:
        self.instrument, self.arguments = instrument, arguments
        self.seen: list[Any] = []

    def __call__(self, history: Any) -> None:
        """Read once more: what `fit(report=)` calls after each epoch."""
        self.seen.append(self.instrument(*self.arguments))

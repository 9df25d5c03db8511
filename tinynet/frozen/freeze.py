"""Freezing: from a trained network to one that runs from its packed weights, with the same scores.

Freezing walks through the layers once. Where a matrix of +1 and -1 meets pixels or signs, its sums are integers: the
matrix becomes bits, and everything up to the next sign becomes integer thresholds (thresholds.py). So the frozen
network is not close to the trained one but equal to it, for every example.

Other methods have no integers to exploit. They keep their arithmetic, but lose the latent weights and never build W
(stored.py, sequence.py), and their scores agree to rounding. Dropout vanishes.
"""

from __future__ import annotations

from copy import deepcopy

import numpy as np

from tinynet.engine.recording import evaluating
from tinynet.engine.tensor import Tensor
from tinynet.frozen.bits import BitLinear, most
from tinynet.frozen.borders import FromPixels, FromSigns
from tinynet.frozen.network import Frozen, Named, flat
from tinynet.frozen.sequence import FrozenSequence
from tinynet.frozen.thresholds import find_thresholds
from tinynet.kernels.bits import pack_signs
from tinynet.layers.activations import ReLU, Sigmoid, Tanh
from tinynet.layers.base import Layer, Sequential
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.dropout import Dropout
from tinynet.layers.folding import Affine
from tinynet.layers.layernorm import LayerNorm
from tinynet.layers.linear import Linear
from tinynet.layers.signs import Rounded, Scale, SignActivation
from tinynet.parameterizations import Binary
from tinynet.sequences.network import SequenceNet
from tinynet.sequences.recurrent import LSTM, RNN

MONOTONE = (Scale, Rounded, BatchNorm, Affine)  # between a sum of bits and its sign
ELEMENTWISE = (*MONOTONE, Tanh, Sigmoid, ReLU)  # frozen as they are


def freeze(net: Layer) -> Frozen | FrozenSequence:
    """Return the frozen form of a trained network, which itself stays as it is.

    Where the first layer is Rounded(255) and the weights are Binary(scale=None), the scores equal those of net.eval()
    exactly. Elsewhere they are computed in the same precision but sometimes in another order, and agree to about 1e-5
    of their size. Raises ValueError for a network that has no such form; the message names the layer and the reason.
    """
    if isinstance(net, Frozen | FrozenSequence):
        return net
    if isinstance(net, SequenceNet):
        return _frozen_sequence(net)
    layers = net.layers if type(net).__call__ is Sequential.__call__ else [net]  # type: ignore[attr-defined]
    todo = [(name, layer) for name, layer in flat(layers) if not isinstance(layer, Dropout)]
    for name, layer in todo:
        _check(name, layer, (Linear, SignActivation, *ELEMENTWISE))
    with evaluating(net), np.errstate(all="ignore"):
        return Frozen(*_frozen_layers(todo))


def _frozen_sequence(net: SequenceNet) -> FrozenSequence:
    """Return the same layers with their matrices as they are stored (sequence.py)."""
    layers = [(str(i), layer) for i, layer in enumerate(net.layers) if not isinstance(layer, Dropout)]
    for name, layer in layers:
        _check(name, layer, (LSTM, RNN, Linear, LayerNorm, *ELEMENTWISE))
    frozen = FrozenSequence(*[_copy(layer) for _, layer in layers], last=net.last, alphabet=net.alphabet)
    return frozen.eval()


def _check(name: str, layer: Layer, known: tuple[type[Layer], ...]) -> None:
    """Raise ValueError for a layer without a frozen form, or one whose numbers are not finite float32."""
    if type(layer) not in known:
        names = ", ".join(cls.__name__ for cls in known)
        raise _cannot(name, layer, f"no frozen form of it is known; there is one of {names} and Dropout")
    for a in [p._data for p in layer.parameters()] + layer.buffers():
        if a.dtype != np.float32:
            raise _cannot(name, layer, f"its numbers are {a.dtype}; convert them first: net.astype(np.float32)")
        if not np.isfinite(a).all():
            raise _cannot(name, layer, "it holds values that are not finite; the network has diverged")


def _cannot(name: str, layer: Layer, why: str) -> ValueError:
    return ValueError(f"freeze: layer {name}, {type(layer).__name__}: {why}")


def _frozen_layers(todo: list[Named]) -> list[Layer]:
    """Return the frozen layers. `flow` is what reaches the next layer, rows of `width` pixels, signs or floats."""
    width = next((layer.n_in for _, layer in todo if isinstance(layer, Linear)), None)
    if width is None:
        raise ValueError("freeze: the network has no Linear layer")
    done: list[Layer] = []
    first = todo[0][1]
    if isinstance(first, Rounded) and first.c == 255 and len(todo) > 1 and _has_bits(todo[1][1]):
        flow, todo = "pixels", todo[1:]  # 255 x = 2 p - 255: the bits multiply the pixels themselves
    else:
        flow, done = "floats", [FromPixels(width)]
    while todo:
        (name, layer), *todo = todo
        if flow != "floats" and _has_bits(layer):
            tail = _to_the_sign(todo)
            done.append(_frozen_bits(name, layer, flow, tail))  # type: ignore[arg-type]
            flow, todo = ("signs", todo[len(tail) :]) if tail else ("floats", todo)
        elif isinstance(layer, SignActivation):
            raise _cannot(name, layer, _NO_INTEGERS)
        else:
            done += [FromSigns(width)] if flow == "signs" else []
            done.append(_copy(layer))
            flow = "floats"
        width = getattr(layer, "n_out", width)
    return [*done, FromSigns(width)] if flow == "signs" else done


_NO_INTEGERS = (
    "what reaches it is no integer sum, so no threshold is certain to give the same sign. Put a Linear with "
    "weight=tn.Binary(scale=None) before it, which takes signs, or pixels through Rounded(255) as the first layer, "
    "and between the two only Scale, Rounded, BatchNorm and Affine"
)


def _has_bits(layer: Layer) -> bool:
    return isinstance(layer, Linear) and isinstance(layer.weight, Binary) and layer.weight.scale is None


def _to_the_sign(rest: list[Named]) -> list[Named]:
    """Return the layers up to and including the next sign, if all before the sign are monotone; otherwise none."""
    for k, (_, layer) in enumerate(rest):
        if isinstance(layer, SignActivation):
            return rest[: k + 1]
        if not isinstance(layer, MONOTONE):
            break
    return []


def _copy(layer: Layer) -> Layer:
    """Return a new layer with the same numbers, its matrices as they are stored."""
    if not layer.matrices():
        return deepcopy(layer)
    stored = Layer.from_json({f"Stored{type(layer).__name__}": layer.config()})
    stored.restore(layer.state())
    return stored


def _frozen_bits(name: str, layer: Linear, takes: str, tail: list[Named]) -> BitLinear:
    """Return the frozen form of a Linear with weights of +1 and -1, and of the layers up to the next sign."""
    words = pack_signs(np.ascontiguousarray(layer.weight.V._data.T))
    try:
        bound = most(layer.n_in, takes)
    except ValueError as error:
        raise _cannot(name, layer, str(error)) from error
    if not tail:
        frozen = BitLinear(layer.n_in, layer.n_out, takes, "floats", bias=layer.bias is not None)
        return frozen.hold(words) if layer.bias is None else frozen.hold(words, bias=layer.bias.numpy())

    def on(z: np.ndarray) -> np.ndarray:
        y = Tensor(z.astype(np.float32)[None])  # (1, n_out): each unit gets a sum of its own
        y = y if layer.bias is None else y + layer.bias
        for _, step in tail[:-1]:
            y = step(y)
        if not np.isfinite(y._data).all():
            raise _cannot(*tail[-1], f"for sums up to {bound} its input is not finite; batch norm has overflowed")
        return y._data[0] >= 0  # the sign, +1 at 0

    thresholds, flip = find_thresholds(on, layer.n_out, bound)
    return BitLinear(layer.n_in, layer.n_out, takes).hold(words, thresholds=thresholds, flip=flip)

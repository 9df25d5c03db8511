"""Freezing: from a trained network to one that runs from its packed weights, with the same scores.

A hidden unit of a binary network decides with all the care of floating point,

    on  =  sign(gamma (c z - mu) / sqrt(var + eps) + beta) = +1         z = sum of +-1 times +-1, an integer

but only z varies from example to example. Every step of the formula is monotone in z, and stays so when its result is
rounded to the nearest float. So as z runs through its range the unit changes its mind at most once, and the whole
formula comes down to one integer and one bit:

    on  =  (z >= threshold) != flip         flip: the unit is on for small z, as it is where gamma < 0

One could solve for the threshold, and be off by one where float32 rounds the other way. We ask instead: bisection with
the trained layers themselves finds it in 16 questions for a sum of 4,096 signs and in 21 for one of 784 pixels, for all
units at once. So the frozen network is not close to the trained one but equal to it, for every example.

Other methods have no integers to exploit. They keep their arithmetic, but lose the latent weights and never build W
(stored.py, sequence.py), and their scores agree to rounding. Dropout vanishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.frozen.bits import BitLinear, most
from tinynet.frozen.borders import FromPixels, FromSigns
from tinynet.frozen.network import Frozen
from tinynet.frozen.sequence import FrozenSequence
from tinynet.kernels.bits import pack_signs
from tinynet.layers.activations import ReLU, Sigmoid, Tanh
from tinynet.layers.base import Layer, Sequential, evaluating
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.dropout import Dropout
from tinynet.layers.layernorm import LayerNorm
from tinynet.layers.linear import Linear
from tinynet.layers.signs import Rounded, Scale, SignActivation
from tinynet.parameterizations import Binary
from tinynet.sequences.network import SequenceNet
from tinynet.sequences.recurrent import LSTM, RNN

MONOTONE = (Scale, Rounded, BatchNorm)  # between a sum of bits and its sign
ELEMENTWISE = (Scale, Rounded, BatchNorm, Tanh, Sigmoid, ReLU)  # frozen as they are
Named = tuple[str, Layer]  # a layer and where it stands: "3", or "1.0" in a nested network


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
    todo = [(name, layer) for name, layer in _flat(net) if not isinstance(layer, Dropout)]
    for name, layer in todo:
        _check(name, layer, (Linear, SignActivation, *ELEMENTWISE))
    with evaluating(net), np.errstate(all="ignore"):
        return Frozen(*_frozen_layers(todo))


def _flat(net: Layer, name: str = "") -> Iterator[Named]:
    """Yield the layers one after the other, including the layers of nested networks."""
    if isinstance(net, Sequential) and type(net).__call__ is Sequential.__call__:
        for i, layer in enumerate(net.layers):
            yield from _flat(layer, f"{name}.{i}" if name else str(i))
    else:
        yield name or "0", net


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
    if len(todo) > 1 and _is_rounding(todo[0][1]) and _has_bits(todo[1][1]):
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
    "and between the two only Scale, Rounded and BatchNorm"
)


def _is_rounding(layer: Layer) -> bool:
    return isinstance(layer, Rounded) and layer.c == 255


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
    kind = {f"Stored{type(layer).__name__}": layer.config()} if layer.matrices() else layer.to_json()
    copy = Layer.from_json(kind)
    copy.restore(layer.state())
    return copy


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


def find_thresholds(on: Callable[[np.ndarray], np.ndarray], n: int, bound: int) -> tuple[np.ndarray, np.ndarray]:
    """Return thresholds int32 (n,) and flip bool (n,) such that on(z) = (z >= threshold) != flip, |z| <= bound.

    Args:
        on: returns bool (n,), whether each of the n units is on for its integer sum in z (n,); monotone in each z.
        n: the number of units.
        bound: of |z|. A unit that never changes its mind gets the threshold bound + 1, which no sum reaches.
    """
    low, high = np.full(n, -bound), np.full(n, bound + 1)
    flip = on(low)
    on(low + 2 * bound)  # complains unless finite; if both ends are finite, so is everything in between
    while (high - low > 1).any():  # the answer at low is flip, and at high it is not, or high = bound + 1
        middle = (low + high) // 2
        as_before = on(middle) == flip
        low, high = np.where(as_before, middle, low), np.where(as_before, high, middle)
    return high.astype(np.int32), flip

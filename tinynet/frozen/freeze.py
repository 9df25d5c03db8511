"""Freezing: from a trained network to one that runs from its packed weights, with the same scores.

A binary network computes, for each hidden unit and with all the care of floating point,

    on  =  sign(gamma (c z - mu) / sqrt(var + eps) + beta) = +1         z = sum of +-1 times +-1, an integer

Only z varies from example to example, and every step of that formula is monotone in z: so is each correctly rounded
product, sum and quotient. As z runs through its range the unit therefore changes its mind at most once, and all of the
formula is worth one integer and one bit:

    on  =  (z >= threshold) != flip         flip: the unit is on for small z, as it is where gamma < 0

One could solve for the threshold, and be wrong by one where float32 rounds the other way. We ask instead: bisection
with the trained layers themselves finds it in 16 questions for a sum of 4,096 signs, in 21 for one of 784 pixels, all
units at once. So the frozen network is not close to the trained one, it is equal, for every example.

Other methods have no integers to exploit and keep their arithmetic, without latent weights and without building W
(frozen.py, frozen_sequence.py): the scores agree to rounding. Dropout vanishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from tinynet.engine.tape import no_grad
from tinynet.engine.tensor import Tensor
from tinynet.frozen.bits import BitLinear, FromPixels, FromSigns, most
from tinynet.frozen.network import Frozen
from tinynet.frozen.sequence import FrozenSequence
from tinynet.kernels.bits import pack_signs
from tinynet.layers.activations import Dropout, ReLU, Rounded, Scale, Sigmoid, SignActivation, Tanh
from tinynet.layers.base import Layer
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.layernorm import LayerNorm
from tinynet.layers.linear import Linear
from tinynet.layers.sequential import Sequential
from tinynet.parameterizations import Binary
from tinynet.sequences.network import SequenceNet
from tinynet.sequences.recurrent import LSTM, RNN

MONOTONE = (Scale, Rounded, BatchNorm)  # between a sum of bits and its sign
ELEMENTWISE = (Scale, Rounded, BatchNorm, Tanh, Sigmoid, ReLU)  # frozen as they are
Named = tuple[str, Layer]  # a layer and where it stands: "3", or "1.0" in a nested network


def freeze(net: Layer) -> Frozen | FrozenSequence:
    """Return the frozen form of a trained network, which itself stays as it is.

    Where its first layer is Rounded(255) and weights are Binary(scale=None), scores equal those of net.eval() exactly;
    elsewhere they are computed in the same precision, in another order at times (they agree to some 1e-5 of their
    size). Raises ValueError for a network that has no such form; the message names the layer and the reason.
    """
    if isinstance(net, Frozen | FrozenSequence):
        return net
    if isinstance(net, SequenceNet):
        return _frozen_sequence(net)
    todo = [(name, layer) for name, layer in _flat(net) if not isinstance(layer, Dropout)]
    for name, layer in todo:
        _check(name, layer, (Linear, SignActivation, *ELEMENTWISE))
    training = net.training
    try:
        with no_grad(), np.errstate(all="ignore"):
            net.eval()
            return Frozen(*_frozen_layers(todo))
    finally:
        net.train(training)


def _flat(net: Layer, name: str = "") -> Iterator[Named]:
    """Yield the layers one after the other, those of nested networks too."""
    if isinstance(net, Sequential) and type(net).__call__ is Sequential.__call__:
        for i, layer in enumerate(net.layers):
            yield from _flat(layer, f"{name}.{i}" if name else str(i))
    else:
        yield name or "0", net


def _frozen_sequence(net: SequenceNet) -> FrozenSequence:
    """Return the same layers with their matrices as they are stored (frozen_sequence.py)."""
    layers = [(str(i), layer) for i, layer in enumerate(net.layers) if not isinstance(layer, Dropout)]
    for name, layer in layers:
        _check(name, layer, (LSTM, RNN, Linear, LayerNorm, *ELEMENTWISE))
    frozen = FrozenSequence(*[_copy(layer) for _, layer in layers], last=net.last, alphabet=net.alphabet)
    return frozen.eval()


def _check(name: str, layer: Layer, known: tuple[type[Layer], ...]) -> None:
    """Raise ValueError for a layer without a frozen form, or one whose numbers are not finite float32."""
    if type(layer) not in known:
        names = ", ".join(cls.__name__ for cls in known)
        raise _cannot(name, layer, f"no frozen form of it is known; there are those of {names} and Dropout")
    for a in [p._data for p in layer.parameters()] + layer.buffers():
        if a.dtype != np.float32:
            raise _cannot(name, layer, f"its numbers are {a.dtype}; convert them first: net.astype(np.float32)")
        if not np.isfinite(a).all():
            raise _cannot(name, layer, "it holds values that are not finite; the network has diverged")


def _cannot(name: str, layer: Layer, why: str) -> ValueError:
    return ValueError(f"freeze: layer {name}, {type(layer).__name__}: {why}")


def _frozen_layers(todo: list[Named]) -> list[Layer]:
    """Return the frozen layers. `flow` is what reaches the next one: pixels, signs or floats, in rows of `width`."""
    width = next((layer.n_in for _, layer in todo if isinstance(layer, Linear)), None)
    if width is None:
        raise ValueError("freeze: the network has no Linear layer")
    done: list[Layer] = [FromPixels(width)]
    flow = "floats"
    if len(todo) > 1 and _is_rounding(todo[0][1]) and _has_bits(todo[1][1]):
        done, flow, todo = [], "pixels", todo[1:]  # 255 x = 2 p - 255: the bits multiply the pixels themselves
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
    "what reaches it is no integer sum, so no threshold would give the same sign for certain. Before it there may be a "
    "Linear with weight=tn.Binary(scale=None) that takes signs, or pixels through Rounded(255) at the very beginning, "
    "and between the two only Scale, Rounded and BatchNorm"
)


def _is_rounding(layer: Layer) -> bool:
    return isinstance(layer, Rounded) and layer.c == 255


def _has_bits(layer: Layer) -> bool:
    return isinstance(layer, Linear) and isinstance(layer.weight, Binary) and layer.weight.scale is None


def _to_the_sign(rest: list[Named]) -> list[Named]:
    """Return the layers up to the next sign, it included, where all before it are monotone; otherwise none."""
    for k, (_, layer) in enumerate(rest):
        if isinstance(layer, SignActivation):
            return rest[: k + 1]
        if not isinstance(layer, MONOTONE):
            break
    return []


def _copy(layer: Layer) -> Layer:
    """Return a layer of its own with the same numbers; matrices as they are stored."""
    kind = {f"Stored{type(layer).__name__}": layer.config()} if layer.matrices() else layer.to_json()
    copy = Layer.from_json(kind)
    copy.restore(layer.state())
    return copy


def _frozen_bits(name: str, layer: Linear, takes: str, tail: list[Named]) -> BitLinear:
    """Return the frozen form of a Linear with weights of +1 and -1, and of the layers up to the next sign."""
    words = pack_signs(np.ascontiguousarray(layer.weight.V._data.T))  # type: ignore[attr-defined]
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
        for _, step in tail:
            before, y = y, step(y)
        if not np.isfinite(before._data).all():  # what the sign is taken of
            raise _cannot(*tail[-1], f"for sums up to {bound} its input is not finite; batch norm has overflowed")
        return y._data[0] > 0

    thresholds, flip = find_thresholds(on, layer.n_out, bound)
    return BitLinear(layer.n_in, layer.n_out, takes).hold(words, thresholds=thresholds, flip=flip)


def find_thresholds(on: Callable[[np.ndarray], np.ndarray], n: int, bound: int) -> tuple[np.ndarray, np.ndarray]:
    """Return thresholds int32 (n,) and flip bool (n,) such that on(z) = (z >= threshold) != flip, |z| <= bound.

    Args:
        on: the answers bool (n,) of the n units to the integer sums z (n,); each monotone in its z.
        n: units.
        bound: of |z|. A unit that never changes its mind gets the threshold bound + 1, which no sum reaches.
    """
    low, high = np.full(n, -bound), np.full(n, bound + 1)
    flip = on(low)
    on(low + 2 * bound)  # finite at both ends, so finite everywhere between
    while (high - low > 1).any():  # the answer at low is flip; at high it is not, or high = bound + 1
        middle = (low + high) // 2
        as_before = on(middle) == flip
        low, high = np.where(as_before, middle, low), np.where(as_before, high, middle)
    return high.astype(np.int32), flip

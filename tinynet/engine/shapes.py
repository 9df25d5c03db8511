"""A fourth table of primitives: operations that move entries to another place.

Read its rows like those of primitives.py. An operation that moves entries moves their cotangents back; one that repeats
an entry adds the cotangents of its copies up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from tinynet.engine.kinks import constant
from tinynet.engine.operators import op
from tinynet.engine.reductions import AXIS
from tinynet.engine.refusals import FIT
from tinynet.engine.tape import Part, primitive
from tinynet.engine.tensor import Tensor, values_of


class every:
    """The VJPs of a primitive with any number of inputs: `every(vjp)[k](g, ..)` is `vjp(k, g, ..)`."""

    def __init__(self, vjp: Callable[..., np.ndarray]) -> None:
        self.vjp = vjp

    def __getitem__(self, k: int) -> Callable[..., np.ndarray]:
        return partial(self.vjp, k)


def _scatter(g: np.ndarray, x: np.ndarray, index: Any) -> Part | np.ndarray:
    """Return the cotangent of x: g at `index`, zero elsewhere. An entry picked twice receives both shares."""
    parts = index if isinstance(index, tuple) else (index,)
    if isinstance(g, Tensor) or all(i is None or i is Ellipsis or isinstance(i, (int, slice)) for i in parts):
        return Part(index, g)
    out = np.zeros_like(x)
    np.add.at(out, index, g)
    return out


def _at(axis: int, ndim: int, index: Any) -> tuple:
    """Return what picks the index along the axis, and all entries along the others."""
    return (*(slice(None),) * normalize_axis_index(axis, ndim), index)


def _length(x: Tensor, axis: int) -> int:
    return x.shape[normalize_axis_index(axis, x.ndim)]


def _piece(k: int, g: np.ndarray, arrays: tuple[np.ndarray, ...], axis: int) -> np.ndarray:
    """Return the part of g that belongs to array k of the concatenation."""
    start = int(np.sum([a.shape[axis] for a in arrays[:k]]))
    return g[_at(axis, g.ndim, slice(start, start + arrays[k].shape[axis]))]


def _unpermute(g: np.ndarray, axes: Sequence[int] | None) -> np.ndarray:
    return g.transpose(None if axes is None else np.argsort([a % g.ndim for a in axes]))


def _squeeze(x: np.ndarray, axis: Any = None) -> np.ndarray:
    return x.reshape(np.squeeze(x, axis).shape)  # a view even where nothing is squeezed


def _pad_by_constant(x: np.ndarray, pad_width: Any, constant_values: Any) -> np.ndarray:
    return np.pad(x, pad_width, constant_values=constant_values)


def _inside(x: np.ndarray, pad_width: Any) -> np.ndarray:
    """Return, for each entry of x after padding, whether it comes from x."""
    return np.pad(np.ones(x.shape, bool), pad_width)


_ONE = "only axes of length 1 can be squeezed"
_COUNT = "the number of entries must stay the same"
_JOIN = "the shapes must be equal, except that those of concatenate may differ along the joined axis"
_WIDTH = "a width is a number, or two for each axis: before and after it"
_INDEX = "each index must lie inside its axis, and there may be no more indices than axes"

# fmt: off
#                        name            y = f(x)                                    cotangent of x
reshape      = primitive("reshape",      lambda x, shape: x.reshape(shape),          lambda g, y, x, shape: g.reshape(x.shape), fix=_COUNT)
squeeze      = primitive("squeeze",      _squeeze,                                   lambda g, y, x, axis=None: g.reshape(x.shape), fix=_ONE)
_transpose   = primitive("transpose",    lambda x, axes: x.transpose(axes),          lambda g, y, x, axes: _unpermute(g, axes), fix=AXIS)
swapaxes     = primitive("swapaxes",     np.swapaxes,                                lambda g, y, x, axis1, axis2: g.swapaxes(axis1, axis2), fix=AXIS)
expand_dims  = primitive("expand_dims",  np.expand_dims,                             lambda g, y, x, axis: g.reshape(x.shape), fix=AXIS)
_moveaxis    = primitive("moveaxis",     np.moveaxis,                                lambda g, y, x, source, destination: np.moveaxis(g, destination, source), fix=AXIS)
broadcast_to = primitive("broadcast_to", np.broadcast_to,                            lambda g, y, x, shape: g, fix=FIT)
_pad         = primitive("pad",          _pad_by_constant,                           lambda g, y, x, pad_width, constant_values: g[_inside(x, pad_width)].reshape(x.shape), fix=_WIDTH)
_getitem     = primitive("getitem",      lambda x, index: x[index],                  lambda g, y, x, index: _scatter(g, x, index), fix=_INDEX)
_concatenate = primitive("concatenate",  lambda *xs, axis: np.concatenate(xs, axis), every(lambda k, g, y, *xs, axis: _piece(k, g, xs, axis)), fix=_JOIN)
_stack       = primitive("stack",        lambda *xs, axis: np.stack(xs, axis),       every(lambda k, g, y, *xs, axis: g[_at(axis, g.ndim, k)]), fix=_JOIN)
# fmt: on


# ---- functions made from rows of the table; what says where entries go is copied, so later changes to it do no harm


def getitem(x: Tensor, index: Any) -> Tensor:
    """Return x[index]."""
    if isinstance(index, (int, slice)):
        return _getitem(x, index)
    return _getitem(x, deepcopy(tuple(map(values_of, index)) if isinstance(index, tuple) else values_of(index)))


def transpose(x: Tensor, axes: Any = None) -> Tensor:
    """Return x with its axes in another order: reversed, if none is given."""
    return _transpose(x, axes=None if axes is None or len(axes) == 0 else tuple(axes))


def moveaxis(x: Tensor, source: Any, destination: Any) -> Tensor:
    """Return x with one axis, or several, moved to another place; the others keep their order."""
    return _moveaxis(x, source=deepcopy(source), destination=deepcopy(destination))


def concatenate(tensors: Sequence[Any], axis: int | None = 0) -> Tensor:
    """Return the tensors joined along an existing axis; axis=None flattens them first."""
    if axis is None:
        tensors, axis = [reshape(x, -1) for x in tensors], 0
    return _concatenate(*tensors, axis=axis)


def stack(tensors: Sequence[Any], axis: int = 0) -> Tensor:
    """Return the tensors, all of one shape, joined along a new axis."""
    return _stack(*tensors, axis=axis)


def vstack(tensors: Sequence[Any]) -> Tensor:
    """Return the tensors on top of one another; a vector is one row."""
    return concatenate([x if np.ndim(x) > 1 else reshape(x, (1, -1)) for x in tensors])


def hstack(tensors: Sequence[Any]) -> Tensor:
    """Return the tensors side by side: joined along axis 1, vectors and numbers along axis 0."""
    tensors = [x if np.ndim(x) else reshape(x, -1) for x in tensors]
    return concatenate(tensors, axis=0 if tensors and np.ndim(tensors[0]) == 1 else 1)


def split(x: Tensor, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """Return x cut along an axis: into so many pieces of equal length, or before each of the indices."""
    pieces = np.split(np.arange(_length(x, axis)), indices_or_sections)
    return [getitem(x, _at(axis, x.ndim, slice(p[0], p[-1] + 1) if p.size else slice(0))) for p in pieces]


def repeat(x: Tensor, repeats: Any, axis: int | None = None) -> Tensor:
    """Return x with each entry along an axis repeated, all equally often or each as often as `repeats` says."""
    if axis is None:
        x, axis = reshape(x, -1), 0
    return getitem(x, _at(axis, x.ndim, np.repeat(np.arange(_length(x, axis)), repeats)))


def flip(x: Tensor, axis: Any = None) -> Tensor:
    """Return x with the order of its entries reversed along an axis, along several, or along all."""
    axes = range(x.ndim) if axis is None else np.atleast_1d(axis)
    for axis in axes:
        x = getitem(x, _at(axis, x.ndim, slice(None, None, -1)))
    return x


def tile(x: Tensor, reps: Any) -> Tensor:
    """Return copies of x laid side by side, reps[i] of them along axis i."""
    reps = tuple(np.atleast_1d(reps))
    n = max(len(reps), x.ndim)
    reps, shape = (1,) * (n - len(reps)) + reps, (1,) * (n - x.ndim) + x.shape
    once = reshape(x, [k for length in shape for k in (1, length)])
    copies = broadcast_to(once, [k for pair in zip(reps, shape, strict=True) for k in pair])
    return reshape(copies, np.multiply(reps, shape))


def pad(x: Tensor, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Tensor:
    """Return x with a border around it, as numpy.pad does.

    Args:
        x: a tensor.
        pad_width: the border's width: a number, or for each axis the widths before and after it.
        mode: "constant", or what continues x with copies of its entries: "edge", "reflect", "symmetric", "wrap".
        constant_values: what fills a constant border.
    """
    if mode == "constant":
        border = constant("pad: the border", constant_values, "use F.concatenate")
        return _pad(x, deepcopy(pad_width), border)
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise ValueError(f"pad: mode={mode!r}; it may be constant, edge, reflect, symmetric or wrap")
    places = np.arange(x.size).reshape(x.shape)
    return getitem(reshape(x, -1), np.pad(places, pad_width, mode))  # type: ignore[call-overload]


vars(op).update(
    getitem=getitem, reshape=reshape, transpose=transpose, swapaxes=swapaxes, squeeze=squeeze, repeat=repeat,
)  # fmt: skip

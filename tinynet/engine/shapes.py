"""A third table of primitives: operations that add entries up, or move them to another place.

Read its rows like those of primitives.py. An operation that sums over an axis repeats the cotangent along that axis; an
operation that moves entries moves their cotangents back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np

from tinynet.engine.operators import op
from tinynet.engine.refusals import FIT
from tinynet.engine.tape import Part, primitive
from tinynet.engine.tensor import Tensor, values_of


class every:
    """The VJPs of a primitive with any number of inputs: `every(vjp)[k](g, ..)` is `vjp(k, g, ..)`."""

    def __init__(self, vjp: Callable[..., np.ndarray]) -> None:
        self.vjp = vjp

    def __getitem__(self, k: int) -> Callable[..., np.ndarray]:
        return partial(self.vjp, k)


def _expand(reduced: np.ndarray, x: np.ndarray, axis: Any, keepdims: bool) -> np.ndarray:
    """Repeat the result of reducing x over `axis` along that axis, so that it has the shape of x again."""
    if axis is not None and not keepdims:
        reduced = np.expand_dims(reduced, axis)
    return np.broadcast_to(reduced, x.shape)


def _share_among_ties(g: np.ndarray, y: np.ndarray, x: np.ndarray, axis: Any, keepdims: bool) -> np.ndarray:
    tied = x == _expand(y, x, axis, keepdims)
    return _expand(g, x, axis, keepdims) * tied / tied.sum(axis=axis, keepdims=True)


def _scatter(g: np.ndarray, x: np.ndarray, index: Any) -> Part | np.ndarray:
    """Return the cotangent of x: g at `index`, zero elsewhere. An entry picked twice receives both shares."""
    parts = index if isinstance(index, tuple) else (index,)
    if all(i is None or i is Ellipsis or isinstance(i, (int, slice)) for i in parts):
        return Part(index, g)
    out = np.zeros_like(x)
    np.add.at(out, index, g)
    return out


def _piece(k: int, g: np.ndarray, arrays: tuple[np.ndarray, ...], axis: int) -> np.ndarray:
    """Return the part of g that belongs to array k of the concatenation."""
    start = int(np.sum([a.shape[axis] for a in arrays[:k]]))
    return np.take(g, range(start, start + arrays[k].shape[axis]), axis)


def _unpermute(g: np.ndarray, axes: Sequence[int] | None) -> np.ndarray:
    return g.transpose(None if axes is None else np.argsort([a % g.ndim for a in axes]))


def _squeeze(x: np.ndarray, axis: Any = None) -> np.ndarray:
    return x.reshape(np.squeeze(x, axis).shape)  # a view even where nothing is squeezed


def _to_mean(g: np.ndarray, x: np.ndarray, axis: Any, keepdims: bool) -> np.ndarray:
    """Return the cotangent of x from that of its mean."""
    return _expand(g * (g.size / (x.size or 1)), x, axis, keepdims)


def _from_std(g: np.ndarray, y: np.ndarray, x: np.ndarray, axis: Any, keepdims: bool) -> np.ndarray:
    """Return g (x - mean) / (N y); where all x are equal the slope is not unique, and 0 is chosen."""
    return _to_mean(g / np.where(y > 0, y, 1), x, axis, keepdims) * (x - x.mean(axis, keepdims=True))


_ONE = "only axes of length 1 can be squeezed"
_COUNT = "the number of entries must stay the same"
_AXIS = "axes lie in -ndim .. ndim - 1, and each may be named once"
_JOIN = "the shapes must be equal, except that those of concatenate may differ along the joined axis"
_INDEX = "each index must lie inside its axis, and there may be no more indices than axes"

# fmt: off
#                        name            y = f(x)                                    cotangent of x
sum          = primitive("sum",          np.sum,                                     lambda g, y, x, axis=None, keepdims=False: _expand(g, x, axis, keepdims), fix=_AXIS)
mean         = primitive("mean",         np.mean,                                    lambda g, y, x, axis=None, keepdims=False: _to_mean(g, x, axis, keepdims), fix=_AXIS)
std          = primitive("std",          np.std,                                     lambda g, y, x, axis=None, keepdims=False: _from_std(g, y, x, axis, keepdims), fix=_AXIS)
max          = primitive("max",          np.max,                                     lambda g, y, x, axis=None, keepdims=False: _share_among_ties(g, y, x, axis, keepdims), fix=_AXIS)
reshape      = primitive("reshape",      lambda x, shape: x.reshape(shape),          lambda g, y, x, shape: g.reshape(x.shape), fix=_COUNT)
squeeze      = primitive("squeeze",      _squeeze,                                   lambda g, y, x, axis=None: g.reshape(x.shape), fix=_ONE)
transpose    = primitive("transpose",    lambda x, axes=None: x.transpose(axes),     lambda g, y, x, axes=None: _unpermute(g, axes), fix=_AXIS)
swapaxes     = primitive("swapaxes",     np.swapaxes,                                lambda g, y, x, axis1, axis2: g.swapaxes(axis1, axis2), fix=_AXIS)
broadcast_to = primitive("broadcast_to", np.broadcast_to,                            lambda g, y, x, shape: g, fix=FIT)
_getitem     = primitive("getitem",      lambda x, index: x[index],                  lambda g, y, x, index: _scatter(g, x, index), fix=_INDEX)
_concatenate = primitive("concatenate",  lambda *xs, axis: np.concatenate(xs, axis), every(lambda k, g, y, *xs, axis: _piece(k, g, xs, axis)), fix=_JOIN)
_stack       = primitive("stack",        lambda *xs, axis: np.stack(xs, axis),       every(lambda k, g, y, *xs, axis: np.take(g, k, axis)), fix=_JOIN)
# fmt: on


# ---- functions made from rows of the table


def getitem(x: Tensor, index: Any) -> Tensor:
    """Return x[index]. The index is copied, so later changes to it do no harm."""
    if isinstance(index, (int, slice)):
        return _getitem(x, index)
    return _getitem(x, deepcopy(tuple(map(values_of, index)) if isinstance(index, tuple) else values_of(index)))


def concatenate(tensors: Sequence[Any], axis: int | None = 0) -> Tensor:
    """Return the tensors joined along an existing axis; axis=None flattens them first."""
    if axis is None:
        tensors, axis = [reshape(x, -1) for x in tensors], 0
    return _concatenate(*tensors, axis=axis)


def stack(tensors: Sequence[Any], axis: int = 0) -> Tensor:
    """Return the tensors, all of one shape, joined along a new axis."""
    return _stack(*tensors, axis=axis)


def min(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the smallest entry over the given axes; ties share the gradient."""
    return -max(-x, axis=axis, keepdims=keepdims)


def var(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the variance over the given axes: squared deviations divided by the count N, as in NumPy."""
    d = x - mean(x, axis=axis, keepdims=True)
    return mean(d * d, axis=axis, keepdims=keepdims)


vars(op).update(
    sum=sum, mean=mean, max=max, min=min, var=var, std=std, getitem=getitem, reshape=reshape, transpose=transpose,
    swapaxes=swapaxes, squeeze=squeeze,
)  # fmt: skip

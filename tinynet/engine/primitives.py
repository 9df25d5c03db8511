"""The table of primitives: NumPy's operations, one row each, with what their chain rule is.

Read a row from left to right: the name; y = f(x); then for each input the VJP, which turns g = dL/dy into dL/dx. Take
tanh, whose slope is 1 - y^2: its VJP is g * (1 - y * y). A VJP may use the output y where that is cheaper than the
input. Where NumPy broadcast an input, the engine sums the cotangent back to the input's shape, so no row mentions it.
Static arguments (an axis, a shape, an index) come last.

At a kink the slope is not unique, and the rows choose: abs and relu 0 at 0, clip 1 at its ends; ties of max share.

Losses and the straight-through steps have rows of their own, in losses.py and straight_through.py, as have some methods
and layers, each beside its only use. To add a primitive, add a row; if it should be a method too, a line in tensor.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from tinynet.engine.tape import FIT, Part, every, primitive
from tinynet.engine.tensor import Tensor, op, values_of


def _expand(reduced: np.ndarray, x: np.ndarray, axis: Any, keepdims: bool) -> np.ndarray:
    """Return the result of reducing x over `axis`, repeated along those axes again."""
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
    """Return the part of g that lies where array k lies in the concatenation."""
    start = int(np.sum([a.shape[axis] for a in arrays[:k]]))
    return np.take(g, range(start, start + arrays[k].shape[axis]), axis)


def _unpermute(g: np.ndarray, axes: Sequence[int] | None) -> np.ndarray:
    return g.transpose(None if axes is None else np.argsort([a % g.ndim for a in axes]))


def _sigmoid(x: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(x))  # at most 1, so that neither end overflows or loses digits
    return np.where(x >= 0, 1, e) / (1 + e)


def _clip(x: np.ndarray, min: Any = None, max: Any = None) -> np.ndarray:
    low, high = -np.inf if min is None else min, np.inf if max is None else max
    return np.clip(x, low, high).astype(x.dtype, copy=False)  # whatever the dtype of the bounds


def _squeeze(x: np.ndarray, axis: Any = None) -> np.ndarray:
    return x.reshape(np.squeeze(x, axis).shape)  # a view also where nothing is squeezed


def _astype(x: np.ndarray, dtype: Any) -> np.ndarray:
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"astype: {x.dtype} of shape {x.shape} to {np.dtype(dtype)} has no gradient; use x.numpy()")
    return x.astype(dtype)


def _as_matrices(g: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the same with the axes of length 1 that a product has where a is a vector (a row) or b is (a column)."""
    if b.ndim == 1:
        b, g = b[:, None], g[..., None]
    return (g[..., None, :], a[None, :], b) if a.ndim == 1 else (g, a, b)


def _matmul_to_a(g: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    G, _, B = _as_matrices(g, a, b)
    ga = G @ B.swapaxes(-1, -2)
    return ga[..., 0, :] if a.ndim == 1 else ga


def _matmul_to_b(g: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    G, A, _ = _as_matrices(g, a, b)
    gb = A.swapaxes(-1, -2) @ G
    return gb[..., 0] if b.ndim == 1 else gb


def _lower(b: np.ndarray, a: np.ndarray) -> np.ndarray:
    return b * a ** np.where(b == 0, 1, b - 1)  # the slope of a^0 is 0, at a = 0 too


_INNER = "x (.., batch, m) @ W (.., m, n) needs equal m; was W.swapaxes(-1, -2) meant? Multiply by a number with *"
_ONE = "only axes of length 1 can be squeezed"
_COUNT = "the number of entries must stay the same"
_AXIS = "axes count from 0 to ndim - 1 and are named once"
_JOIN = "the shapes may differ along the joined axis of concatenate alone"
_INDEX = "each index must lie inside its axis, and there may be no more indices than axes"

# fmt: off
#                        name            y = f(x) or f(a, b)                         cotangent of x or of a                          cotangent of b
add          = primitive("add",          np.add,                                     lambda g, y, a, b: g,                             lambda g, y, a, b: g)
sub          = primitive("sub",          np.subtract,                                lambda g, y, a, b: g,                             lambda g, y, a, b: -g)
mul          = primitive("mul",          np.multiply,                                lambda g, y, a, b: g * b,                         lambda g, y, a, b: g * a)
div          = primitive("div",          np.divide,                                  lambda g, y, a, b: g / b,                         lambda g, y, a, b: -g * y / b)
power        = primitive("power",        np.power,                                   lambda g, y, a, b: g * _lower(b, a),              lambda g, y, a, b: g * y * np.log(np.where(a > 0, a, 1)))
maximum      = primitive("maximum",      np.maximum,                                 lambda g, y, a, b: g * ((a > b) + (a == b) / 2),  lambda g, y, a, b: g * ((b > a) + (a == b) / 2))
minimum      = primitive("minimum",      np.minimum,                                 lambda g, y, a, b: g * ((a < b) + (a == b) / 2),  lambda g, y, a, b: g * ((b < a) + (a == b) / 2))
matmul       = primitive("matmul",       np.matmul,                                  _matmul_to_a,                                     _matmul_to_b, fix=_INNER)
_where       = primitive("where",        lambda a, b, c: np.where(c, a, b),          lambda g, y, a, b, c: np.where(c, g, 0),          lambda g, y, a, b, c: np.where(c, 0, g))

neg          = primitive("neg",          np.negative,                                lambda g, y, x: -g)
exp          = primitive("exp",          np.exp,                                     lambda g, y, x: g * y)
log          = primitive("log",          np.log,                                     lambda g, y, x: g / x)
sqrt         = primitive("sqrt",         np.sqrt,                                    lambda g, y, x: g / (2 * y))
tanh         = primitive("tanh",         np.tanh,                                    lambda g, y, x: g * (1 - y * y))
sigmoid      = primitive("sigmoid",      _sigmoid,                                   lambda g, y, x: g * y * (1 - y))
relu         = primitive("relu",         lambda x: np.maximum(x, 0),                 lambda g, y, x: g * (x > 0))
abs          = primitive("abs",          np.abs,                                     lambda g, y, x: g * np.sign(x))
clip         = primitive("clip",         _clip,                                      lambda g, y, x, min=None, max=None: g * (x == y))
astype       = primitive("astype",       _astype,                                    lambda g, y, x, dtype: g)

sum          = primitive("sum",          np.sum,                                     lambda g, y, x, axis=None, keepdims=False: _expand(g, x, axis, keepdims), fix=_AXIS)
mean         = primitive("mean",         np.mean,                                    lambda g, y, x, axis=None, keepdims=False: _expand(g * (y.size / (x.size or 1)), x, axis, keepdims), fix=_AXIS)
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


# ---- functions made of rows


def getitem(x: Tensor, index: Any) -> Tensor:
    """Return x[index]; the index is kept as it is now."""
    return _getitem(x, index if isinstance(index, (int, slice)) else deepcopy(index))


def where(condition: Any, a: Any, b: Any) -> Tensor:
    """Return a where the truth values `condition` hold, else b; all three are broadcast."""
    return _where(a, b, np.array(values_of(condition), dtype=bool))


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
    """Return the variance over the given axes, divided by the count N as in NumPy."""
    d = x - mean(x, axis=axis, keepdims=True)
    return mean(d * d, axis=axis, keepdims=keepdims)


def std(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the standard deviation, the root of `var`."""
    return sqrt(var(x, axis, keepdims))


vars(op).update(
    add=add, sub=sub, mul=mul, div=div, power=power, matmul=matmul, neg=neg, abs=abs, getitem=getitem,
    exp=exp, log=log, sqrt=sqrt, tanh=tanh, sigmoid=sigmoid, relu=relu, clip=clip, astype=astype,
    sum=sum, mean=mean, max=max, min=min, var=var, std=std,
    reshape=reshape, transpose=transpose, swapaxes=swapaxes, squeeze=squeeze,
)  # fmt: skip

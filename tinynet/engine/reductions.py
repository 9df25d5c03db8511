"""A third table of primitives: operations that combine the entries along an axis.

Read its rows like those of primitives.py. An operation that sums over an axis repeats the cotangent along that axis.

The product of x has the slope y / x with respect to each entry x, which is the product of all others. Where entries are
zero that quotient fails: then only a single zero has a slope, the product of the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.operators import op
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor


def _expand(reduced: np.ndarray, x: np.ndarray, axis: Any, keepdims: bool) -> np.ndarray:
    """Repeat the result of reducing x over `axis` along that axis, so that it has the shape of x again."""
    if axis is not None and not keepdims:
        reduced = np.expand_dims(reduced, axis)
    return np.broadcast_to(reduced, x.shape)


def _share_among_ties(g: np.ndarray, y: np.ndarray, x: np.ndarray, axis: Any, keepdims: bool) -> np.ndarray:
    tied = x == _expand(y, x, axis, keepdims)
    return _expand(g, x, axis, keepdims) * tied / tied.sum(axis=axis, keepdims=True, dtype=g.dtype)


def _to_mean(g: np.ndarray, x: np.ndarray, axis: Any, keepdims: bool, ddof: float = 0) -> np.ndarray:
    """Return the cotangent of x from that of its sum divided by N - ddof."""
    return _expand(g * (g.size / (x.size - ddof * g.size or 1)), x, axis, keepdims)


def _from_std(g: np.ndarray, y: np.ndarray, x: np.ndarray, axis: Any, keepdims: bool, ddof: float) -> np.ndarray:
    """Return g (x - mean) / (N y); where all x are equal the slope is not unique, and 0 is chosen."""
    return _to_mean(g / np.where(y > 0, y, 1), x, axis, keepdims, ddof) * (x - x.mean(axis, keepdims=True))


def _others(x: np.ndarray, axis: Any) -> np.ndarray:
    """Return, for each entry of x, the product of all others along the axis."""
    zero = x == 0
    if isinstance(x, Tensor) and zero.any():
        raise TypeError("grad: a product with an entry of 0 has first derivatives only")
    alone = zero.sum(axis, keepdims=True) == zero  # no zero among the others
    rest = np.where(zero, 1, x)
    return np.where(alone, rest.prod(axis, keepdims=True) / rest, 0)


AXIS = "axes lie in -ndim .. ndim - 1, and each may be named once"

# fmt: off
#                   name       y = f(x)     cotangent of x
_sum    = primitive("sum",     np.sum,      lambda g, y, x, axis, keepdims: _expand(g, x, axis, keepdims), fix=AXIS)
_mean   = primitive("mean",    np.mean,     lambda g, y, x, axis, keepdims: _to_mean(g, x, axis, keepdims), fix=AXIS)
_std    = primitive("std",     np.std,      lambda g, y, x, axis, keepdims, ddof: _from_std(g, y, x, axis, keepdims, ddof), fix=AXIS)
_max    = primitive("max",     np.max,      lambda g, y, x, axis, keepdims: _share_among_ties(g, y, x, axis, keepdims), fix=AXIS)
_prod   = primitive("prod",    np.prod,     lambda g, y, x, axis, keepdims: _expand(g, x, axis, keepdims) * _others(x, axis), fix=AXIS)
cumsum  = primitive("cumsum",  np.cumsum,   lambda g, y, x, axis=None: np.flip(np.flip(g, axis).cumsum(axis), axis).reshape(x.shape), fix=AXIS)
# fmt: on


# ---- as functions: an axis may be a list too; it is copied, so later changes to it do no harm


def _tuple(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


def sum(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the sum over the given axes."""
    return _sum(x, axis=_tuple(axis), keepdims=keepdims)


def mean(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the mean over the given axes."""
    return _mean(x, axis=_tuple(axis), keepdims=keepdims)


def prod(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the product over the given axes."""
    return _prod(x, axis=_tuple(axis), keepdims=keepdims)


def max(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the largest entry over the given axes; ties share the gradient."""
    return _max(x, axis=_tuple(axis), keepdims=keepdims)


def min(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the smallest entry over the given axes; ties share the gradient."""
    return -max(-x, axis=axis, keepdims=keepdims)


def std(x: Tensor, axis: Any = None, keepdims: bool = False, ddof: float = 0) -> Tensor:
    """Return the standard deviation over the given axes, the root of `var`; of equal entries its gradient is 0."""
    return _std(x, axis=_tuple(axis), keepdims=keepdims, ddof=ddof)


def var(x: Tensor, axis: Any = None, keepdims: bool = False, ddof: float = 0) -> Tensor:
    """Return the variance over the given axes: squared deviations divided by N - ddof, N their count, as in NumPy."""
    m = mean(x, axis=axis, keepdims=True)
    d = x - m
    v = mean(d * d, axis=axis, keepdims=keepdims)
    n = x.size / (m.size or 1)
    return v * np.divide(n, np.maximum(n - ddof, 0)) if ddof else v


vars(op).update(sum=sum, mean=mean, max=max, min=min, prod=prod, var=var, std=std, cumsum=cumsum)

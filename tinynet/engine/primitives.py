"""The table of primitives: NumPy's operations, one row each, with their chain rules.

Read a row from left to right: the name; y = f(x); then for each input the VJP, which turns g = dL/dy into dL/dx. Take
tanh, whose slope is 1 - y^2: its VJP is g * (1 - y * y). A VJP may use the output y where that is cheaper than the
input. Where NumPy broadcast an input, the engine sums the cotangent back to the input's shape, so no row mentions it.

At a kink the slope is not unique, and the rows choose: abs and relu 0 at 0, clip 1 at its ends, half for each of a tie.
Sums and rearrangements have their rows in shapes.py, losses in losses.py, and a few more stand beside their only use.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.operators import op
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor, values_of


def _sigmoid(x: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(x))  # at most 1, so that neither end overflows or loses digits
    return np.where(x >= 0, 1, e) / (1 + e)


def _clip(x: np.ndarray, min: Any = None, max: Any = None) -> np.ndarray:
    low, high = -np.inf if min is None else min, np.inf if max is None else max
    return np.clip(x, low, high).astype(x.dtype, copy=False)  # whatever the dtype of the bounds


def _astype(x: np.ndarray, dtype: Any) -> np.ndarray:
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"astype: {x.dtype} of shape {x.shape} to {np.dtype(dtype)} has no gradient; use x.numpy()")
    return x.astype(dtype)


def _as_matrices(g: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return g, a and b with the axis of length 1 that makes a vector a a row and a vector b a column."""
    if b.ndim == 1:
        b, g = b[:, None], g[..., None]
    return (g[..., None, :], a[None, :], b) if a.ndim == 1 else (g, a, b)


def _matmul_to_a(g: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if a.ndim > 1 and b.ndim > 1:
        return g @ b.swapaxes(-1, -2)
    G, _, B = _as_matrices(g, a, b)
    ga = G @ B.swapaxes(-1, -2)
    return ga[..., 0, :] if a.ndim == 1 else ga


def _matmul_to_b(g: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if a.ndim > 1 and b.ndim > 1:
        return a.swapaxes(-1, -2) @ g
    G, A, _ = _as_matrices(g, a, b)
    gb = A.swapaxes(-1, -2) @ G
    return gb[..., 0] if b.ndim == 1 else gb


def _slope(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return b * a ** np.where(b == 0, 1, b - 1)  # the slope of a^0 is 0, at a = 0 too


_INNER = "x (.., batch, m) @ W (.., m, n) needs equal m; was W.swapaxes(-1, -2) meant? Multiply by a number with *"

# fmt: off
#                        name            y = f(x) or f(a, b)                         cotangent of x or of a                          cotangent of b
add          = primitive("add",          np.add,                                     lambda g, y, a, b: g,                             lambda g, y, a, b: g)
sub          = primitive("sub",          np.subtract,                                lambda g, y, a, b: g,                             lambda g, y, a, b: -g)
mul          = primitive("mul",          np.multiply,                                lambda g, y, a, b: g * b,                         lambda g, y, a, b: g * a)
div          = primitive("div",          np.divide,                                  lambda g, y, a, b: g / b,                         lambda g, y, a, b: -g * y / b)
power        = primitive("power",        np.power,                                   lambda g, y, a, b: g * _slope(a, b),              lambda g, y, a, b: g * y * np.log(np.where(a > 0, a, 1)))
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
# fmt: on


# ---- functions made of rows


def where(condition: Any, a: Any, b: Any) -> Tensor:
    """Return a where the truth values `condition` hold, else b; all three are broadcast."""
    return _where(a, b, np.array(values_of(condition), dtype=bool))


vars(op).update(
    add=add, sub=sub, mul=mul, div=div, power=power, matmul=matmul, neg=neg, abs=abs, exp=exp, log=log, sqrt=sqrt,
    tanh=tanh, sigmoid=sigmoid, relu=relu, clip=clip, astype=astype,
)  # fmt: skip

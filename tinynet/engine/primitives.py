"""The table of primitives: NumPy's operations, one row each, with their chain rules.

Read a row from left to right: the name; y = f(x); then for each input the VJP, which turns g = dL/dy into dL/dx. Take
tanh, whose slope is 1 - y^2: its VJP is g * (1 - y * y). A VJP may use the output y where that is cheaper than the
input. Where NumPy broadcast an input, the engine sums the cotangent back to the input's shape, so no row mentions it.

The table goes on in more_primitives.py. Operations with a kink have their rows in kinks.py, sums in reductions.py,
rearrangements in shapes.py, losses in losses.py, and a few more stand beside their only use.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.operators import op
from tinynet.engine.tape import primitive


def _sigmoid(x: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(x))  # at most 1, so that neither end overflows or loses digits
    return np.where(x >= 0, 1, e) / (1 + e)


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


_INNER = "x (.., batch, m) @ W (.., m, n) needs equal m; was W.swapaxes(-1, -2) meant? Multiply by a number with *"

# fmt: off
#                        name            y = f(x) or f(a, b)                         cotangent of x or of a                          cotangent of b
add          = primitive("add",          np.add,                                     lambda g, y, a, b: g,                             lambda g, y, a, b: g)
sub          = primitive("sub",          np.subtract,                                lambda g, y, a, b: g,                             lambda g, y, a, b: -g)
mul          = primitive("mul",          np.multiply,                                lambda g, y, a, b: g * b,                         lambda g, y, a, b: g * a)
div          = primitive("div",          np.divide,                                  lambda g, y, a, b: g / b,                         lambda g, y, a, b: -g * y / b)
matmul       = primitive("matmul",       np.matmul,                                  _matmul_to_a,                                     _matmul_to_b, fix=_INNER)

neg          = primitive("neg",          np.negative,                                lambda g, y, x: -g)
exp          = primitive("exp",          np.exp,                                     lambda g, y, x: g * y)
log          = primitive("log",          np.log,                                     lambda g, y, x: g / x)
sqrt         = primitive("sqrt",         np.sqrt,                                    lambda g, y, x: g / (2 * y))
tanh         = primitive("tanh",         np.tanh,                                    lambda g, y, x: g * (1 - y * y))
sigmoid      = primitive("sigmoid",      _sigmoid,                                   lambda g, y, x: g * y * (1 - y))
astype       = primitive("astype",       _astype,                                    lambda g, y, x, dtype: g)
# fmt: on


vars(op).update(
    add=add, sub=sub, mul=mul, div=div, matmul=matmul, neg=neg, exp=exp, log=log, sqrt=sqrt, tanh=tanh, sigmoid=sigmoid,
    astype=astype,
)  # fmt: skip

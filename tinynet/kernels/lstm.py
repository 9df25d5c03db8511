"""An LSTM over a whole sequence (Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000).

Notation (. is the product entry by entry; s the sigmoid, s(z) = 1 / (1 + exp(-z)))
    t = 0 .. T-1   steps                       x_t (B, n_in)   input             W (n_in, 4H)   its weights
    B, H           rows, hidden units          h_t (B, H)      output            U (H, 4H)      those of h_t-1
    i, f, g, o     the four gates              c_t (B, H)      the cell          b (4H,)        biases
    z_t (B, 4H)    what they see, side by side in this order, as PyTorch has them

Forward

    z_t = x_t W + h_t-1 U + b                  i = s(z_i)   f = s(z_f)   g = tanh(z_g)   o = s(z_o)
    c_t = f . c_t-1 + i . g
    h_t = o . tanh(c_t)

Backward: dh, dc, dz stand for dL/dh_t, dL/dc_t, dL/dz_t; s' = s (1 - s) and tanh' = 1 - tanh^2. A state is used twice,
as output and by the next step, so its cotangents add:

    dh = (from the output) + dz_t+1 U^T        dc = dc_t+1 . f_t+1 + dh . o . (1 - tanh(c_t)^2)
    dz_i = dc . g . i (1 - i)                  dz_f = dc . c_t-1 . f (1 - f)
    dz_g = dc . i . (1 - g^2)                  dz_o = dh . tanh(c_t) . o (1 - o)

All else that a gradient needs follows from dz, in one product over all steps (see tinynet/lstm.py). A row that is
shorter than T keeps its state behind its end, its outputs there are 0, and so is dz.

float32, to train, runs compiled (lstm_panels.py); float64, to check gradients, runs the reference here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tinynet.kernels.jit import numba_found
from tinynet.kernels.threads import share

WORTH_A_THREAD = 2**25  # multiplications, somewhat under a millisecond

# ---- to read


def forward_numpy(
    x: np.ndarray, W: np.ndarray, U: np.ndarray, b: np.ndarray, h: np.ndarray, c: np.ndarray,
    lengths: np.ndarray, keep: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Return y, gates, cells.

    Args:
        x, W, U, b: as above, x (T, B, n_in).
        h, c: the first states.
        lengths: integers (B,), the steps of each row.
        keep: whether `backward` will follow; otherwise there are no gates and cells to speak of.

    y (T + 3, B, H) holds the first h, the outputs, the last h and the last c, so that y[t] is h_t-1 (or 0 behind a
    row's end, where dz is 0 too); gates (T, B, 4H) the activated gates and cells (T, B, H) the c_t-1 of each step.
    """
    y, gates, cells = _empty(x, U, keep)
    y[0] = h
    for t in range(len(x)):
        i, f, g, o = np.split(x[t] @ W + h @ U + b, 4, axis=1)
        i, f, g, o = _sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)
        if keep:
            cells[t], gates[t] = c, np.concatenate([i, f, g, o], axis=1)
        on = (t < lengths)[:, None]
        c = np.where(on, f * c + i * g, c)
        y[t + 1] = np.where(on, o * np.tanh(c), 0)
        h = np.where(on, y[t + 1], h)
    y[-2], y[-1] = h, c
    return y, gates, cells


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(z / 2)) / 2  # without overflow


def _empty(x: np.ndarray, U: np.ndarray, keep: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return room for y, gates and cells."""
    (T, B, _), H = x.shape, len(U)
    shapes = (T + 3, B, H), (T if keep else 1, B, 4 * H), (T if keep else 1, B, H)
    y, gates, cells = (np.empty(shape, x.dtype) for shape in shapes)
    return y, gates, cells


def backward_numpy(
    gy: np.ndarray, U: np.ndarray, lengths: np.ndarray, gates: np.ndarray, cells: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dz (T, B, 4H), written over the gates, and the cotangents of the first h and c.

    Args:
        gy: the cotangent of y.
        U, lengths, gates, cells: those of `forward`.
    """
    # fmt: off
    dh, dc = gy[-2], gy[-1]
    for t in reversed(range(len(gates))):
        i, f, g, o = np.split(gates[t], 4, axis=1)
        tanh_c     = np.tanh(f * cells[t] + i * g)
        dh_t       = dh + gy[t + 1]
        dc_t       = dc + dh_t * o * (1 - tanh_c**2)
        dz_i, dz_f = dc_t * g * i * (1 - i),  dc_t * cells[t] * f * (1 - f)
        dz_g, dz_o = dc_t * i * (1 - g**2),   dh_t * tanh_c * o * (1 - o)
        on         = (t < lengths)[:, None]
        dc         = np.where(on, dc_t * f, dc)  # before f, a view of the gates, is overwritten
        gates[t]   = np.where(on, np.concatenate([dz_i, dz_f, dz_g, dz_o], axis=1), 0)
        dh         = np.where(on, gates[t] @ U.T, dh)
    return gates, dh, dc
    # fmt: on


# ---- to run: float32 compiled, each thread with rows of its own


def forward(
    x: np.ndarray, W: np.ndarray, U: np.ndarray, b: np.ndarray, h: np.ndarray, c: np.ndarray,
    lengths: np.ndarray, keep: bool, threads: int | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Do what `forward_numpy` does."""
    if not _compiles(x):
        return forward_numpy(x, W, U, b, h, c, lengths, keep)
    y, gates, cells = _empty(x, U, keep)
    y[0], y[-2], y[-1] = h, h, c
    walk = partial(_loops().forward, x, _panels(W), _panels(U), b, lengths, gates, cells, y)
    _share(walk, x.shape[1], x.size * W.shape[1] + y.size * U.shape[1], threads)
    return y, gates, cells


def backward(
    gy: np.ndarray, U: np.ndarray, lengths: np.ndarray, gates: np.ndarray, cells: np.ndarray, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Do what `backward_numpy` does."""
    if not _compiles(gates):
        return backward_numpy(gy, U, lengths, gates, cells)
    dh, dc = gy[-2].copy(), gy[-1].copy()
    walk = partial(_loops().backward, np.ascontiguousarray(gy), _panels(U.T), lengths, gates, cells, dh, dc)
    _share(walk, len(dh), gates.size * len(U), threads)
    return gates, dh, dc


def product(A: np.ndarray, B: np.ndarray, threads: int | None = None) -> np.ndarray:
    """Return A B, for many rows of A."""
    if not _compiles(A):
        return A @ B
    out = np.zeros((len(A), B.shape[1]), np.float32)
    _share(partial(_loops().add_product, A, _panels(B), out), len(A), A.size * B.shape[1], threads)
    return out


def transposed_product(A: np.ndarray, B: np.ndarray, threads: int | None = None) -> np.ndarray:
    """Return A^T B, for many rows of both."""
    if not _compiles(A):
        return A.T @ B
    out = np.empty((A.shape[1], B.shape[1]), np.float32)
    panels = -(-B.shape[1] // _loops().COLUMNS)
    _share(partial(_loops().transposed_product, A, B, out), panels, A.size * B.shape[1], threads)
    return out


def _compiles(a: np.ndarray) -> bool:
    return a.dtype == np.float32 and numba_found()


def _loops() -> Any:
    from tinynet.kernels import lstm_panels  # loads Numba

    return lstm_panels


def _panels(B: np.ndarray) -> np.ndarray:
    return _loops().panels(np.ascontiguousarray(B))


def _share(run: Callable[[int, int], None], rows: int, work: int, threads: int | None) -> None:
    share(run, rows, threads, 1 + work // WORTH_A_THREAD)

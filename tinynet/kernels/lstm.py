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
"""

from __future__ import annotations

from functools import partial

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
        keep: whether `backward` will follow; otherwise gates and cells are those of the last step alone.

    y (T + 2, B, H) holds the outputs, then the last h, then the last c; gates (T, B, 4H) the activated gates and cells
    (T, B, H) the cells c_t-1 that each step began with.
    """
    (T, B, _), H = x.shape, len(U)
    y = np.empty((T + 2, B, H), x.dtype)
    gates, cells = np.empty((T if keep else 1, B, 4 * H), x.dtype), np.empty((T if keep else 1, B, H), x.dtype)
    for t in range(T):
        z, on = x[t] @ W + h @ U + b, (t < lengths)[:, None]
        slot = t if keep else 0
        cells[slot], gates[slot] = c, np.tanh(z)
        for k in (0, 1, 3):
            gate = slice(k * H, (k + 1) * H)
            gates[slot, :, gate] = (1 + np.tanh(z[:, gate] / 2)) / 2  # s(z), without overflow
        i, f, g, o = np.split(gates[slot], 4, axis=1)
        c = np.where(on, f * c + i * g, c)
        y[t] = np.where(on, o * np.tanh(c), 0)
        h = np.where(on, y[t], h)
    y[T], y[T + 1] = h, c
    return y, gates, cells


def backward_numpy(
    gy: np.ndarray, U: np.ndarray, lengths: np.ndarray, gates: np.ndarray, cells: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dz (T, B, 4H), written over the gates, and the cotangents of the first h and c.

    Args:
        gy: the cotangent of y.
        U, lengths, gates, cells: those of `forward`.
    """
    dh, dc = gy[-2], gy[-1]
    for t in reversed(range(len(gates))):
        i, f, g, o = np.split(gates[t], 4, axis=1)
        on = (t < lengths)[:, None]
        tanh_c = np.tanh(f * cells[t] + i * g)
        dh_t = dh + gy[t]
        dc_t = dc + dh_t * o * (1 - tanh_c**2)
        dz = np.concatenate(
            [
                dc_t * g * i * (1 - i),
                dc_t * cells[t] * f * (1 - f),
                dc_t * i * (1 - g**2),
                dh_t * tanh_c * o * (1 - o),
            ],
            axis=1,
        )
        dc = np.where(on, dc_t * f, dc)
        gates[t] = np.where(on, dz, 0)
        dh = np.where(on, gates[t] @ U.T, dh)
    return gates, dh, dc


# ---- to run


def forward(
    x: np.ndarray, W: np.ndarray, U: np.ndarray, b: np.ndarray, h: np.ndarray, c: np.ndarray,
    lengths: np.ndarray, keep: bool, threads: int | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Do what `forward_numpy` does; float32 compiled, each thread with rows of its own."""
    if x.dtype != np.float32 or not numba_found():
        return forward_numpy(x, W, U, b, h, c, lengths, keep)
    from tinynet.kernels import lstm_panels as loops

    (T, B, n_in), H = x.shape, len(U)
    y = np.empty((T + 2, B, H), np.float32)
    gates = np.empty((T if keep else 1, B, 4 * H), np.float32)
    cells = np.empty((T if keep else 1, B, H), np.float32)
    y[T], y[T + 1] = h, c
    walk = partial(
        loops.forward, np.ascontiguousarray(x), loops.panels(W), loops.panels(U), b, lengths, gates, cells, y
    )
    share(walk, B, T * B * (n_in + H) * 4 * H, WORTH_A_THREAD, threads)
    return y, gates, cells


def backward(
    gy: np.ndarray, U: np.ndarray, lengths: np.ndarray, gates: np.ndarray, cells: np.ndarray, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Do what `backward_numpy` does; float32 compiled, each thread with rows of its own."""
    if gates.dtype != np.float32 or not numba_found():
        return backward_numpy(gy, U, lengths, gates, cells)
    from tinynet.kernels import lstm_panels as loops

    dh, dc = gy[-2].copy(), gy[-1].copy()
    walk = partial(loops.backward, np.ascontiguousarray(gy), loops.panels(U.T), lengths, gates, cells, dh, dc)
    share(walk, len(dh), gates.size * U.shape[0], WORTH_A_THREAD, threads)
    return gates, dh, dc

"""An LSTM over a whole sequence, to read.

(Hochreiter & Schmidhuber 1997; the forget gate is from Gers, Schmidhuber & Cummins 2000.)

An LSTM carries a cell c from step to step, and three gates decide about it: what to forget, what to write, and what to
show. Each gate is a sigmoid of the input and of the previous output, so each of its units is a number between 0, shut,
and 1, open.

Notation (. is the product entry by entry; s is the sigmoid, s(z) = 1 / (1 + exp(-z)))
    t = 0 .. T-1   steps                       x_t (B, n_in)   input         W (n_in, 4H)   weights of the input
    B, H           rows, hidden units          h_t (B, H)      output        U (H, 4H)      weights of h_t-1
    i, f, g, o     the four gates              c_t (B, H)      the cell      b (4H,)        biases
    z_t (B, 4H)    the sums behind the gates, side by side in this order, as in PyTorch

Forward

    z_t = x_t W + h_t-1 U + b                  i = s(z_i)   f = s(z_f)   g = tanh(z_g)   o = s(z_o)
    c_t = f . c_t-1 + i . g
    h_t = o . tanh(c_t)

Backward. Write dh, dc, dz for dL/dh_t, dL/dc_t, dL/dz_t, and recall that s' = s (1 - s) and tanh' = 1 - tanh^2. A state
is used twice, as the output and by the next step, so two gradients add up:

    dh = (from the output) + dz_t+1 U^T        dc = dc_t+1 . f_t+1 + dh . o . (1 - tanh(c_t)^2)
    dz_i = dc . g . i (1 - i)                  dz_f = dc . c_t-1 . f (1 - f)
    dz_g = dc . i . (1 - g^2)                  dz_o = dh . tanh(c_t) . o (1 - o)

Every other gradient follows from dz by one product over all steps (sequences/fused.py). After its end a row shorter
than T keeps its state, its outputs are 0, and so is dz.
"""

from __future__ import annotations

import numpy as np


def forward_numpy(
    x: np.ndarray, W: np.ndarray, U: np.ndarray, b: np.ndarray, h: np.ndarray, c: np.ndarray,
    lengths: np.ndarray, keep: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Return y, gates, cells.

    Args:
        x, W, U, b: as above, x (T, B, n_in).
        h, c: the first states.
        lengths: integers (B,), the steps of each row.
        keep: whether `backward` will follow; otherwise gates and cells are not filled.

    y (T + 3, B, H) holds the first h, the outputs, the last h and the last c. So y[t] is h_t-1 (or 0 after a row's end,
    where dz is 0 too). gates (T, B, 4H) are the activated gates, and cells (T, B, H) the c_t-1 of each step.
    """
    y, gates, cells = room(x, U, keep)
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


def room(x: np.ndarray, U: np.ndarray, keep: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return room for y, gates and cells."""
    (T, B, _), H = x.shape, len(U)
    shapes = (T + 3, B, H), (T if keep else 1, B, 4 * H), (T if keep else 1, B, H)
    y, gates, cells = (np.empty(shape, x.dtype) for shape in shapes)
    return y, gates, cells


def backward_numpy(
    gy: np.ndarray, U: np.ndarray, lengths: np.ndarray, gates: np.ndarray, cells: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dz (T, B, 4H), which overwrites the gates, and the gradients with respect to the first h and c.

    Args:
        gy: the gradient with respect to y.
        U, lengths, gates, cells: as in the forward pass.
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

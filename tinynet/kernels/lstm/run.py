"""The LSTM to run: float32 goes through compiled walks (walks.py), each thread with rows of its own.

float64, which checks gradients, goes through the equations themselves (equations.py), and so does everything where
Numba is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tinynet.kernels.jit import numba_found
from tinynet.kernels.lstm.equations import backward_numpy, forward_numpy, room
from tinynet.kernels.threads import share

WORTH_A_THREAD = 2**25  # multiplications, a little under a millisecond


def forward(
    x: np.ndarray, W: np.ndarray, U: np.ndarray, b: np.ndarray, h: np.ndarray, c: np.ndarray,
    lengths: np.ndarray, keep: bool, threads: int | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Return y, gates, cells as `forward_numpy` does."""
    if not _compiles(x):
        return forward_numpy(x, W, U, b, h, c, lengths, keep)
    (_, B, n_in), H = x.shape, len(U)
    _check_shapes((x, x.shape), (W, (n_in, 4 * H)), (U, (H, 4 * H)), (b, (4 * H,)), (h, (B, H)), (c, (B, H)))
    y, gates, cells = room(x, U, keep)
    y[0], y[-2], y[-1] = h, h, c
    walk = partial(_walks().forward, x, _panels(W), _panels(U), b, lengths, gates, cells, y)
    _share(walk, x.shape[1], x.size * W.shape[1] + y.size * U.shape[1], threads)
    return y, gates, cells


def backward(
    gy: np.ndarray, U: np.ndarray, lengths: np.ndarray, gates: np.ndarray, cells: np.ndarray, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dz and the gradients with respect to the first h and c as `backward_numpy` does."""
    if not _compiles(gates):
        return backward_numpy(gy, U, lengths, gates, cells)
    (T, B, _), H, gy = gates.shape, len(U), np.ascontiguousarray(gy, np.float32)
    _check_shapes((gy, (T + 3, B, H)), (U, (H, 4 * H)), (gates, (T, B, 4 * H)), (cells, (T, B, H)))
    dh, dc = gy[-2].copy(), gy[-1].copy()
    walk = partial(_walks().backward, gy, _panels(U.T), lengths, gates, cells, dh, dc)
    _share(walk, len(dh), gates.size * len(U), threads)
    return gates, dh, dc


def product(A: np.ndarray, B: np.ndarray, threads: int | None = None) -> np.ndarray:
    """Return A B, for many rows of A."""
    if not _compiles(A):
        return A @ B
    _check_shapes((A, (len(A), len(B))))
    out = np.zeros((len(A), B.shape[1]), np.float32)
    _share(partial(_walks().add_product, A, _panels(B), out), len(A), A.size * B.shape[1], threads)
    return out


def transposed_product(A: np.ndarray, B: np.ndarray, threads: int | None = None) -> np.ndarray:
    """Return A^T B, for many rows of both."""
    if not _compiles(A):
        return A.T @ B
    _check_shapes((A, (len(B), A.shape[1])), (B, B.shape))
    out = np.empty((A.shape[1], B.shape[1]), np.float32)
    panels = -(-B.shape[1] // _walks().COLUMNS)
    _share(partial(_walks().transposed_product, A, B, out), panels, A.size * B.shape[1], threads)
    return out


def _check_shapes(*operands: tuple[np.ndarray, tuple[int, ...]]) -> None:
    """Raise ValueError unless the arrays are float32, of these shapes and without gaps: loops read by address."""
    for a, shape in operands:
        if a.dtype != np.float32 or a.shape != shape or not a.flags.c_contiguous:
            raise ValueError(f"lstm: an operand is {a.dtype} {a.shape}; float32 {shape} fits the other ones")


def _compiles(a: np.ndarray) -> bool:
    return a.dtype == np.float32 and numba_found()


def _walks() -> Any:
    from tinynet.kernels.lstm import walks  # loads Numba

    return walks


def _panels(B: np.ndarray) -> np.ndarray:
    return _walks().panels(np.ascontiguousarray(B))


def _share(run: Callable[[int, int], None], rows: int, work: int, threads: int | None) -> None:
    share(run, rows, threads, 1 + work // WORTH_A_THREAD)

"""The fused LSTM: a whole sequence as one primitive.

A cell written in primitives leaves 17 nodes on the tape at every step. Here all steps together are one node.
kernels/lstm/ walks over them, forwards and then backwards; the backward walk gives dz (T, B, 4H), the cotangent of
everything that the gates see. All other gradients follow from it, where h_(t-1) is the output before step t:

    dx_t = dz_t W^T        dW = sum_t x_t^T dz_t        dU = sum_t h_(t-1)^T dz_t        db = sum_t,rows dz_t

Each sum over steps is one matrix product, with steps and rows in one axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.recording import mode
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor, values_of
from tinynet.kernels import lstm as kernel


class _Walk:
    """What the forward walk keeps for the backward walk, which runs once and serves all VJPs."""

    def __init__(self, lengths: np.ndarray, keep: bool) -> None:
        self.lengths, self.keep = lengths, keep

    def forward(self, *inputs: np.ndarray) -> np.ndarray:
        """Return y (T + 3, B, H): the first h, the T outputs, the last h, the last c."""
        dtype = np.result_type(*inputs)
        x, W, U, b, h0, c0 = (np.ascontiguousarray(a, dtype) for a in inputs)
        y, gates, cells = kernel.forward(x, W, U, b, h0, c0, self.lengths, self.keep)
        if self.keep:
            self.U, self.gates, self.cells = U, gates, cells
            self.result: tuple[np.ndarray, ...] | None = None
        return y

    def backward(self, g: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return dz, dh0 and dc0 from the cotangent of y."""
        if self.result is None:
            self.result = kernel.backward(g, self.U, self.lengths, self.gates, self.cells)
            del self.gates, self.cells  # overwritten by dz
        return self.result

    def dz(self, g: np.ndarray) -> np.ndarray:
        return self.backward(g)[0]


def _rows(a: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(a).reshape(-1, a.shape[-1])  # (T, B, n) to (T B, n)


def _dx(dz: np.ndarray, W: np.ndarray) -> np.ndarray:
    return kernel.product(_rows(dz), W.T.astype(dz.dtype, copy=False)).reshape(*dz.shape[:2], -1)


def _dW(dz: np.ndarray, x: np.ndarray) -> np.ndarray:
    return kernel.transposed_product(_rows(x.astype(dz.dtype, copy=False)), _rows(dz))


# fmt: off
_lstm = primitive("lstm", lambda x, W, U, b, h0, c0, walk: walk.forward(x, W, U, b, h0, c0),
    lambda g, y, x, W, U, b, h0, c0, walk: _dx(walk.dz(g), W),
    lambda g, y, x, W, U, b, h0, c0, walk: _dW(walk.dz(g), x),
    lambda g, y, x, W, U, b, h0, c0, walk: _dW(walk.dz(g), y[: len(x)]),
    lambda g, y, x, W, U, b, h0, c0, walk: _rows(walk.dz(g)).sum(axis=0),
    lambda g, y, x, W, U, b, h0, c0, walk: walk.backward(g)[1],
    lambda g, y, x, W, U, b, h0, c0, walk: walk.backward(g)[2],
)
# fmt: on


def lstm(
    x: Any, W: Any, U: Any, b: Any = None, h0: Any = None, c0: Any = None, lengths: Any = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the outputs (T, B, H) of an LSTM, and its last h and c, both (B, H). Gate order: i, f, g, o.

    Args:
        x: (T, B, n_in), steps first.
        W, U: weights of the input (n_in, 4H) and of the previous output (H, 4H).
        b: biases (4H,); None for none.
        h0, c0: the state to begin with, each (B, H); None for zeros.
        lengths: integers (B,) in 1 .. T, for rows that end before the last step. After its end a row keeps its state,
            and its outputs are 0. None if all rows have T steps.

    Raises ValueError, naming the argument, for shapes that do not fit and for lengths outside 1 .. T.
    """
    x, W, U = (a if isinstance(a, Tensor) else Tensor(a) for a in (x, W, U))
    if x.ndim != 3 or not x.shape[0]:
        raise ValueError(f"lstm: x has shape {x.shape}; it must be (steps, batch, inputs), with at least one step")
    (T, B, n_in), H = x.shape, U.shape[0] if U.ndim else 0
    b, h0, c0 = (np.zeros(shape, x.dtype) if a is None else a for a, shape in ((b, 4 * H), (h0, (B, H)), (c0, (B, H))))
    for name, a, wanted in (
        ("U", U, (H, 4 * H)), ("W", W, (n_in, 4 * H)), ("b", b, (4 * H,)), ("h0", h0, (B, H)), ("c0", c0, (B, H)),
    ):  # fmt: skip
        if np.shape(values_of(a)) != wanted:
            raise ValueError(
                f"lstm: {name} has shape {np.shape(values_of(a))}; for x {x.shape} and H = {H} units, the rows of U, "
                f"it must be {wanted}"
            )
    inputs = (x, W, U, b, h0, c0)
    keep = mode.recording and any(isinstance(a, Tensor) and a.requires_grad for a in inputs)
    y = _lstm(*inputs, walk=_Walk(_checked(lengths, T, B), keep))
    return y[1 : T + 1], y[T + 1], y[T + 2]


def _checked(lengths: Any, T: int, B: int) -> np.ndarray:
    """Return the lengths as int64 (B,)."""
    n = np.full(B, T) if lengths is None else np.asarray(values_of(lengths))
    if n.shape != (B,) or n.dtype.kind not in "iu":
        raise ValueError(f"lstm: lengths have shape {n.shape} and dtype {n.dtype}; they must be integers ({B},)")
    if B and not 1 <= n.min() <= n.max() <= T:
        raise ValueError(f"lstm: lengths run from {n.min()} to {n.max()}; they must lie in 1 .. {T}, the steps of x")
    return n.astype(np.int64)

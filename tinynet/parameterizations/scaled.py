"""Scaled: W = V diag(g), any other parameterization V with a learned scale g_j for each column.

With `normalize`, W = V diag(g / |v|), where |v| are the lengths of V's columns. This is weight normalization (Salimans,
Kingma 2016, arXiv 1602.07868, eq. 2): V alone sets the direction of a column, and g alone its length. Batch norm does
the same with the standard deviation of the column's outputs x v in place of |v|.

Nearest member: V = the inner recipe's nearest member to W with columns of length 1, then g by least squares. So signs
with a g are what Binary(scale="column") finds; where V is exact, g are the lengths of W's columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tinynet.engine.primitives import matmul
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense


@dataclass(repr=False)
class Scaled(Parameterization):
    """W = V diag(g), or V diag(g / |v|) with `normalize`. inner: the recipe of V."""

    inner: Parameterization = field(default_factory=Dense)
    normalize: bool = False

    holds = {"V": ("V",), "g": ("g", "n")}

    def fitting(self, shape: tuple[int, int]) -> tuple[int, int]:
        return self.inner.fitting(shape)

    def lay_out(self) -> None:
        self.V = self.inner.shaped(self.shape)

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.V.fill(self.seed, fan_in)
        V = self.V.weight()._data
        g = _lengths(V)  # columns of length 1, so that x W has the variance of x
        self.g = Parameter((np.ones_like(g) if self.normalize else 1 / np.where(g > 0, g, 1)).astype(V.dtype))

    def approximate(self, W: np.ndarray) -> None:
        g = np.minimum(_lengths(W), np.finfo(W.dtype).max)  # of long columns of float16, V takes the rest
        A = W / np.where(g > 0, g, 1)
        self.V = self.V.from_dense(A.astype(W.dtype), self.seed)
        U = self.V.weight().numpy().astype(np.float64)
        if self.normalize:
            length = _lengths(U)
            U /= np.where(length > 0, length, 1)
        squares = (U * U).sum(axis=0)
        g = g * np.divide((A * U).sum(axis=0), squares, out=np.ones_like(g, np.float64), where=squares > 0)
        self.g = Parameter(np.clip(g, -np.finfo(W.dtype).max, np.finfo(W.dtype).max).astype(W.dtype))

    def column_scale(self, V: Tensor | None = None) -> Tensor:
        """Return the factor of each column, (n,). V: the matrix V, if you have it."""
        if not self.normalize:
            return self.g
        V = self.V.weight() if V is None else V
        peak = _peaks(V._data)
        V = V / peak  # an entry of each column is now 1, so its square neither overflows nor vanishes
        return self.g / (V * V).sum(axis=0).clip(1).sqrt() / peak  # only columns of zeros are clipped

    def weight(self) -> Tensor:
        V = self.V.weight()  # once, since V may be a long chain itself
        return V * self.column_scale(V)

    def matmul(self, x: Tensor) -> Tensor:
        if not self.normalize:
            return self.V.matmul(x) * self.g
        V = self.V.weight()
        return matmul(x, V) * self.column_scale(V)


def _lengths(W: np.ndarray) -> np.ndarray:
    """Return the lengths of the columns of W (m, n), float64 (n,), also where a square would overflow or vanish."""
    peak = _peaks(W.astype(np.float64))
    return np.linalg.norm(W / peak, axis=0) * peak


def _peaks(W: np.ndarray) -> np.ndarray:
    """Return the largest |entry| of each column of W (m, n), or 1 for a column of zeros, (n,)."""
    peak = np.abs(W).max(axis=0)
    return np.where(peak > 0, peak, 1).astype(W.dtype)

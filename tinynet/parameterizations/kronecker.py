"""Kronecker: W = A (x) B, a small matrix of small matrices (Van Loan, Pitsianis 1993).

Put a copy of B, (m2, n2), in place of each entry of A, (m1, n1), times that entry. The result A (x) B is m1 m2 x n1 n2
and made of only m1 n1 + m2 n2 numbers. It can still have full rank, because ranks multiply. A sum of r such terms is

    W[i1 m2 + i2, j1 n2 + j2] = sum over t of A_t[i1, j1] B_t[i2, j2]

Read (i1, j1) as one index and (i2, j2) as another, and the right side is an ordinary matrix product U V: A_t is column
t of U, and B_t is row t of V. So a sum of Kronecker products is *a low-rank matrix with its entries moved*. Moving
entries changes no distance. Hence first values, training and nearest member are those of LowRank: move the entries of W
back, and keep the first r singular values. With split=(m, 1) nothing moves: that is LowRank itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tinynet.engine.primitives import matmul
from tinynet.engine.shapes import reshape
from tinynet.engine.tensor import Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.factors import balanced
from tinynet.parameterizations.lowrank import LowRank


@dataclass(repr=False)
class Kronecker(Parameterization):
    """W = A_1 (x) B_1 + .. + A_r (x) B_r.

    Args:
        factor: the learned numbers as a share of m n, from which r follows, or
        rank: r itself; 1 if neither is given.
        split: (m1, n1), the shape of each A, which must divide (m, n); None for the one that `balanced` finds.
        inner: the recipe of U (m1 n1, r) and of V (r, m2 n2).
    """

    factor: float | None = None
    rank: int | None = None
    split: Any = None
    inner: Parameterization = field(default_factory=Dense)

    holds = {"UV": ("UV",)}

    def __post_init__(self) -> None:
        given = [k for k in (self.factor, self.rank) if k is not None]
        if len(given) == 2 or not all(k > 0 for k in given) or (self.factor or 0) > 1:
            what = f"Kronecker: factor={self.factor}, rank={self.rank}"
            raise ValueError(f"{what}; give a share of m n up to 1, such as 1/8, or a number of terms, or neither")
        if self.split is not None:
            self.split = list(self.split)  # JSON has no tuples
            if len(self.split) != 2 or not all(type(k) is int and k > 0 for k in self.split):
                raise ValueError(f"Kronecker: split={str(self.split)[:80]}; give the shape of A, such as (28, 10)")

    def fitting(self, shape: tuple[int, int]) -> tuple[int, int]:
        """Return the smallest shape that is at least this one, and that the split divides."""
        (m, n), (m1, n1) = shape, self.split or (1, 1)
        return -(-m // m1) * m1, -(-n // n1) * n1

    def lay_out(self) -> None:
        (m, n), rank = self.shape, self.rank if self.factor else self.rank or 1
        m1, n1 = self.split or balanced(m, n)
        if m % m1 or n % n1:
            raise ValueError(f"Kronecker: split={str(self.split)[:80]} does not divide a matrix of shape {self.shape}")
        self.sizes = m1, n1, m // m1, n // n1
        self.UV = LowRank(rank, self.factor, inner=self.inner).shaped((m1 * n1, m * n // (m1 * n1)))

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.UV.fill(self.seed, fan_in)

    def approximate(self, W: np.ndarray) -> None:
        m1, n1, m2, n2 = self.sizes
        moved_back = W.reshape(m1, m2, n1, n2).transpose(0, 2, 1, 3).reshape(self.UV.shape)
        self.UV = self.UV.from_dense(moved_back, self.seed)

    def weight(self) -> Tensor:
        m1, n1, m2, n2 = self.sizes
        return self.UV.weight().reshape((m1, n1, m2, n2)).transpose((0, 2, 1, 3)).reshape(self.shape)

    def matmul(self, x: Any) -> Tensor:
        """Return x W: each row of x is read as a matrix X (m1, m2), and becomes the sum of A_t^T X B_t, (n1, n2)."""
        (m1, n1, m2, n2), r = self.sizes, self.UV.U.shape[1]
        if r * (m2 + n1) > m2 * n1:  # so many terms that W is cheaper
            return matmul(x, self.weight())
        A = self.UV.U.weight().reshape((m1, n1, r)).transpose((1, 0, 2)).reshape((n1, m1 * r))
        B = self.UV.V.weight().reshape((r, m2, n2)).transpose((1, 0, 2)).reshape((m2, r * n2))
        XB = matmul(reshape(x, (-1, m2)), B).reshape((-1, m1 * r, n2))
        return matmul(A, XB).reshape((*x.shape[:-1], self.n))

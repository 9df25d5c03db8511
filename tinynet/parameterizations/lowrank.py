"""LowRank: W = U V, a tall matrix times a wide one (Denil et al. 2013, arXiv 1306.0543).

The layer first squeezes its m inputs into k numbers, then mixes n outputs from these k. Each column of W is a mixture
of the k columns of U, with the weights in a column of V; so all columns lie in a k-dimensional space, and the count of
numbers drops from m n to (m + n) k.

U (m, k) is a bank of features. Either it is learned like V, or it is fixed (bank.py) and only V is learned. Each factor
is itself a parameterization, so a low-rank matrix of binary or quantized factors needs no code of its own.

Nearest member (Eckart, Young 1936): in W = A diag(s) B^T, with singular values s_1 >= s_2 >= .., keep the first k.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense, uniform
from tinynet.parameterizations.state import child_seed


@dataclass(repr=False)
class LowRank(Parameterization):
    """W = U V.

    Args:
        rank: k, or
        factor: the learned numbers as a share of m n; k, at least 1, follows from it.
        bank: None to learn U; "random", "smooth", "pretrained" or a Bank for a U that stays fixed.
        inner: the recipe of the learned factors.
    """

    rank: int | None = None
    factor: float | None = None
    bank: Parameterization | str | None = None
    inner: Parameterization = field(default_factory=Dense)

    holds = {"U": ("U",), "V": ("V",)}

    def __post_init__(self) -> None:
        if (self.rank is None) == (self.factor is None) or not (self.rank or self.factor or 0) > 0:
            raise ValueError(f"LowRank: rank={self.rank}, factor={self.factor}; give one of the two, a positive number")
        if isinstance(self.bank, str):
            self.bank = Parameterization.from_json({"Bank": {"kind": self.bank}})
        if not isinstance(self.bank, Parameterization | None):
            raise ValueError(f"LowRank: bank={self.bank!r}; it must be None, a name or a recipe")

    def lay_out(self) -> None:
        m, n = self.shape
        k = self.rank or max(1, round(self.factor * m * n / (n if self.bank else m + n)))  # type: ignore[operator]
        self.U, self.V = (self.bank or self.inner).shaped((m, k)), self.inner.shaped((k, n))  # type: ignore[union-attr]

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        k = self.V.shape[0]
        balanced = max(1, round((fan_in * k) ** 0.5))  # factors of equal size, product of variance 1 / fan_in
        self.U.fill(child_seed(self.seed, 0), fan_in if self.bank else balanced)
        self.V.fill(child_seed(self.seed, 1), k if self.bank else balanced)

    def approximate(self, W: np.ndarray) -> None:
        """Take U from the SVD unless it is fixed, then V by least squares. With rounded factors this is a heuristic."""
        A, s, _ = np.linalg.svd(W.astype(np.float64), full_matrices=False)
        (m, k), extra = self.U.shape, max(0, self.U.n - len(s))
        A = np.hstack([A, uniform(np.random.default_rng(self.seed), (m, extra), m)])[:, :k]
        left = A * np.sqrt(np.append(np.where(s > 0, s, 1), [s.mean() or 1] * extra)[:k])  # at 0, SGD could not move V
        self.U = self.U.from_dense(left.astype(W.dtype), child_seed(self.seed, 0))
        right, *_ = np.linalg.lstsq(self.U.weight().numpy().astype(np.float64), W.astype(np.float64))
        self.V = self.V.from_dense(right.astype(W.dtype), child_seed(self.seed, 1))

    def weight(self) -> Tensor:
        return self.U.weight() @ self.V.weight()

    def matmul(self, x: Tensor) -> Tensor:
        return self.V.matmul(self.U.matmul(x))  # (batch, m) to (batch, k) to (batch, n); W is never built

"""LowRank: W = U V, with U (m, k) a bank of k features and V (k, n) their mixtures.

The n columns of W lie in the k-dimensional space that the columns of U span; the count of numbers drops from m n to
(m + n) k. U is learned like V, or it is a fixed Bank (bank.py) and V alone is learned. Each factor is itself a
parameterization, so a low-rank matrix of binary or quantized factors needs no code of its own.

Nearest member (Eckart, Young 1936): with the singular values s_1 >= s_2 >= .. of W = A diag(s) B^T, keep the first k.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.parameterizations.bank import Bank
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.state import State, child_seed, nest, unnest


@dataclass(repr=False)
class LowRank(Parameterization):
    """W = U V.

    Args:
        rank: k, or
        factor: the learned numbers as a share of m n, from which k follows; at least 1.
        bank: None to learn U; "random", "smooth", "pretrained", or a Bank, for a U that stays as it is.
        inner: the recipe of the learned factors.
    """

    rank: int | None = None
    factor: float | None = None
    bank: Bank | str | None = None
    inner: Parameterization = field(default_factory=Dense)

    def __post_init__(self) -> None:
        if (self.rank is None) == (self.factor is None) or not (self.rank or self.factor or 0) > 0:
            raise ValueError(f"LowRank: rank={self.rank}, factor={self.factor}; give one of the two, positive")
        if isinstance(self.bank, str):
            self.bank = Bank(self.bank)
        if not isinstance(self.bank, Parameterization | None):
            raise ValueError(f"LowRank: bank={self.bank!r}; it is None, a name or a recipe")

    def _parts(self) -> tuple[int, Parameterization, tuple[int, int]]:
        """Return the rank k, the recipe of U and the seeds of U and V."""
        m, n = self.shape
        k = self.rank or max(1, round(self.factor * m * n / (n if self.bank else m + n)))  # type: ignore[operator]
        bank = self.bank if isinstance(self.bank, Bank) else self.inner
        return k, bank, (child_seed(self.seed, 0), child_seed(self.seed, 1))

    def draw(self, rng: np.random.Generator, fan_in: int) -> None:
        (m, n), (k, bank, seeds) = self.shape, self._parts()
        balanced = max(1, round((fan_in * k) ** 0.5))  # both factors of one size, their product of variance 1 / fan_in
        self.U = bank.build((m, k), seeds[0], fan_in if self.bank else balanced)
        self.V = self.inner.build((k, n), seeds[1], k if self.bank else balanced)

    def project(self, W: np.ndarray) -> None:
        """Truncate the SVD; for a given bank solve least squares for V. With rounded factors this is a heuristic."""
        m, (k, bank, seeds) = self.shape[0], self._parts()
        A, s, _ = np.linalg.svd(W.astype(np.float64), full_matrices=False)
        kept = min(k, len(s))
        U = np.zeros((m, k), W.dtype)
        U[:, :kept] = A[:, :kept] * np.sqrt(s[:kept])
        self.U = bank.from_dense(U, seeds[0])
        V, *_ = np.linalg.lstsq(self.U.weight().numpy().astype(np.float64), W.astype(np.float64))
        self.V = self.inner.from_dense(V.astype(W.dtype), seeds[1])

    def restore(self, state: State) -> None:
        (m, n), (k, bank, _) = self.shape, self._parts()
        self.U = bank.from_state((m, k), unnest("U", state))
        self.V = self.inner.from_state((k, n), unnest("V", state))

    def weight(self) -> Tensor:
        return self.U.weight() @ self.V.weight()

    def matmul(self, x: Tensor) -> Tensor:
        return self.V.matmul(self.U.matmul(x))  # (batch, m) to (batch, k) to (batch, n); W is never built

    def state(self) -> State:
        return nest("U", self.U.state()) | nest("V", self.V.state())

    def stored_bits(self) -> int:
        return self.U.stored_bits() + self.V.stored_bits()

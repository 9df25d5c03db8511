"""Pruned: the largest entries alone; the others are zero (Han, Pool, Tran, Dally 2015, arXiv 1506.02626).

Most weights of a trained network can go, if one may choose which. So keep the K = density m n entries of largest
magnitude:

    W[i, j] = w[k]  at the k-th kept position        W[i, j] = 0  elsewhere

This is Sparse with a mask that is learned. The choice follows latent weights V (projected.py): the gradient reaches
the entries that are zero as well, so a connection comes back once its latent weight has outgrown a kept one.

A learned mask has to be stored, as the gaps between kept entries or as one bit an entry, whichever takes less
(gaps.py).

Nearest member: exactly these K entries of W, as the inner recipe can store them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tinynet.parameterizations import gaps
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense, uniform
from tinynet.parameterizations.projected import Projected
from tinynet.parameterizations.state import State, nest, unnest


@dataclass(repr=False)
class Pruned(Projected):
    """W = the entries of largest magnitude, zero elsewhere.

    Args:
        density: the share of m n to keep, in (0, 1].
        inner: the recipe of the K kept values, row by row, as a (1, K) matrix: Codebook(bits=4) makes it Deep
            Compression.
    """

    density: float = 1 / 8
    inner: Parameterization = field(default_factory=Dense)

    holds = {"gaps": ("V",), "w": ("values",)}

    def __post_init__(self) -> None:
        if not 0 < self.density <= 1:
            raise ValueError(f"Pruned: density={self.density}; the share of entries to keep must lie in (0, 1]")

    @property
    def K(self) -> int:
        """The number of kept entries."""
        return max(1, round(self.density * self.m * self.n))

    def lay_out(self) -> None:
        self.values = self.inner.shaped((1, self.K))

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        in_kept = 1 - (1 - self.density) ** 3  # the share of the variance that lies in the largest entries
        self.approximate(uniform(rng, self.shape, max(1, fan_in * in_kept)))

    def project(self, V: np.ndarray) -> None:
        self.kept = largest(np.abs(V).ravel(), self.K)
        self.values = self.values.from_dense(V.ravel()[self.kept][None], self.seed)

    def member(self) -> np.ndarray:
        w = self.values.weight()._data[0]
        W = np.zeros(self.m * self.n, w.dtype)
        W[self.kept] = w
        return W.reshape(self.shape)

    def parts(self) -> State:
        return {**gaps.packed(self.kept), **nest("w", self.values.state())}

    def restore_parts(self, state: State) -> None:
        self.kept = gaps.unpacked(state, self.K, self.m * self.n)
        self.values.restore(unnest(state).get("w", {}))
        self.seed = self.values.seed

    def stored_bits(self) -> int:
        self.follow()
        return gaps.stored_bits(self.kept) + self.values.stored_bits()


def largest(a: np.ndarray, K: int) -> np.ndarray:
    """Return where the K largest of a (N,) stand, ascending; of equal ones the first."""
    least = np.partition(a, -K)[-K]
    above, equal = np.flatnonzero(a > least), np.flatnonzero(a == least)
    return np.sort(np.concatenate([above, equal[: K - len(above)]]))

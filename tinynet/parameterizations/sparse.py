"""Sparse: only a random share of the connections, chosen from a seed before training; the others stay zero.

The K = density m n entries with the smallest hash are kept. So a file needs K numbers and the seed, but no indices.
This is the baseline "random edge removal" of Chen et al. 2015 (after Ciresan et al. 2011).

Nearest member: the kept entries of W, unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations import hash_grids
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import uniform
from tinynet.parameterizations.hashing import BUCKET


def _place(w: np.ndarray, kept: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    W = np.zeros(shape, w.dtype)
    W.ravel()[kept] = w
    return W


place = primitive("place", _place, lambda g, y, w, kept, shape: g.ravel()[kept])


@dataclass(repr=False)
class Sparse(Parameterization):
    """W = the stored values at hashed places, zero elsewhere. density: their share of m n, in (0, 1]."""

    density: float = 1 / 8

    holds = {"w": ("w", "K")}
    seeded = True

    def __post_init__(self) -> None:
        if not 0 < self.density <= 1:
            raise ValueError(f"Sparse: density={self.density}; the share of connections to keep must lie in (0, 1]")

    @property
    def K(self) -> int:
        """The number of kept entries."""
        return max(1, round(self.density * self.shape[0] * self.shape[1]))

    @cached_property
    def kept(self) -> np.ndarray:
        """The flat indices of the K kept entries, int64, ascending."""
        return mask(self.seed, *self.shape, self.K)

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.w = Parameter(uniform(rng, (self.K,), max(1, fan_in * self.density)))

    def approximate(self, W: np.ndarray) -> None:
        self.w = Parameter(W.ravel()[self.kept])

    def weight(self) -> Tensor:
        return place(self.w, self.kept, self.shape)


def mask(seed: int, m: int, n: int, K: int) -> np.ndarray:
    """Return the flat indices of the K entries of smallest hash, int64 (K,), ascending."""
    if not 0 < K <= m * n:
        raise ValueError(f"mask: K={K} entries of {m} x {n}; K must lie between 1 and {m * n}")
    order = np.argsort(hash_grids.hash_grid(seed, BUCKET, m, n), axis=None, kind="stable")
    return np.sort(order[:K])

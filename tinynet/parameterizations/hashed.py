"""Hashed: a big matrix made of few numbers (Chen et al. 2015, arXiv 1504.04788).

We want an m x n matrix but can afford only K numbers. So we let entries share: a hash function h assigns each position
(i, j) to one of K buckets, and all positions in a bucket use the same number w[k], up to a sign that a second hash xi
chooses:

    W[i, j] = xi(i, j) w[h(i, j)]

Nothing but w and a seed is stored; positions are hashed again whenever they are needed (hashing.py). Training is
ordinary SGD, because the gradient of a shared number is the sum of the gradients of the places that use it:

    dL/dw[k] = sum of xi(i, j) dL/dW[i, j] over all (i, j) with h(i, j) = k

With SGD a bucket therefore moves as far as all its entries together would; `rescale` takes their mean instead.
Nearest member: the mean of a bucket's entries, each times its sign.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tinynet.engine.primitives import matmul
from tinynet.engine.recording import mode
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor
from tinynet.parameterizations import hash_grids, hashing
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense

gather = primitive(
    "gather",
    lambda w, place: hashing.gather(w[0], place),  # w (1, K)
    lambda g, y, w, place: hashing.scatter_add(g, place, w.size)[None],
)


@dataclass(repr=False)
class Hashed(Parameterization):
    """W[i, j] = xi(i, j) w[h(i, j)].

    Args:
        factor: K / (m n), in (0, 1].
        inner: the recipe of the K numbers, as a (1, K) matrix: Quantized ones compress twice.
        rescale: divide each bucket's gradient by the number of its entries. Adam does not notice.
    """

    factor: float = 1 / 8
    inner: Parameterization = field(default_factory=Dense)
    rescale: bool = False

    holds = {"w": ("buckets",)}
    seeded = True

    def __post_init__(self) -> None:
        if not 0 < self.factor <= 1:
            raise ValueError(f"Hashed: factor={self.factor}; the stored share of m n lies in (0, 1], such as 1/8")

    @property
    def K(self) -> int:
        """The number of buckets."""
        return max(1, round(self.factor * self.m * self.n))

    @cached_property
    def places(self) -> np.ndarray:
        """Bucket and sign of every entry, uint32 (m, n)."""
        return hashing.places(self.seed, *self.shape, self.K)

    def lay_out(self) -> None:
        self.buckets = self.inner.shaped((1, self.K))  # w, one number a bucket, as a matrix that `inner` makes

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.buckets.fill(self.seed, fan_in)

    def approximate(self, W: np.ndarray) -> None:
        """Take the mean of each bucket; with a rounding inner recipe this is a heuristic."""
        means = hash_grids.means(W, self.places, self.K)
        self.buckets = self.buckets.from_dense(means.reshape(1, self.K), self.seed)

    def set_steps(self) -> None:
        for p in self.buckets.parameters():
            if p.size == self.K:
                p.grad_scale = p.grad_scale / self._occupancy().reshape(p.shape)

    def _occupancy(self) -> np.ndarray:
        """Return the number of entries of each bucket, at least 1, (K,)."""
        return np.maximum(1, hash_grids.occupancy(self.seed, *self.shape, self.K))

    def weight(self) -> Tensor:
        return gather(self.buckets.weight(), self.places)

    def matmul(self, x: Tensor) -> Tensor:
        """Return x W. Inside no_grad(), as in `evaluate`, W is never whole (hash_grids.py)."""
        if mode.recording:
            return matmul(x, self.weight())
        return Tensor(hash_grids.matmul(np.asarray(x), self.buckets.weight()._data[0], self.seed, self.n))

"""Hashed: W[i, j] = xi(i, j) w[h(i, j)], K numbers shared by m n entries (Chen et al. 2015, arXiv 1504.04788).

h picks one of K buckets for each entry and xi a sign, both by a hash of (seed, i, j) that is computed, never stored.
The gradient of a bucket is the sum over its entries: dL/dw_k = sum_{h(i,j) = k} xi(i, j) dL/dW[i, j].
A bucket then moves as far as all its entries together; `rescale` divides its step by their number.

Nearest member: the mean of a bucket's entries, each times its sign.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tinynet.engine.tape import primitive, recording
from tinynet.engine.tensor import Tensor
from tinynet.parameterizations import hashing
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.state import State, nest, seed_array, take, unnest

# fmt: off
#                   name      y = f(w)        cotangent of w
gather = primitive("gather", hashing.gather, lambda g, y, w, place: hashing.scatter_add(g, place, len(w)))
# fmt: on


@dataclass(repr=False)
class Hashed(Parameterization):
    """W[i, j] = xi(i, j) w[h(i, j)].

    Args:
        factor: K / (m n), in (0, 1].
        inner: the recipe of the K numbers, as a (1, K) matrix: Quantized ones compress twice.
        rescale: divide each bucket's step by the number of its entries.
    """

    factor: float = 1 / 8
    inner: Parameterization = field(default_factory=Dense)
    rescale: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.factor <= 1:
            raise ValueError(f"Hashed: factor={self.factor}; the stored numbers are a share of m n in (0, 1]")

    def _count(self) -> int:
        return max(1, round(self.factor * self.shape[0] * self.shape[1]))

    def _place(self) -> np.ndarray:
        """Return bucket and sign of every entry, uint32 (m, n); computed at the first call, then kept."""
        if not hasattr(self, "_places"):
            self._places = hashing.places(self.seed, *self.shape, self._count())
        return self._places

    def _occupancy(self) -> np.ndarray:
        """Return the number of entries of each bucket, at least 1, (K,)."""
        return np.maximum(1, hashing.occupancy(self.seed, *self.shape, self._count()))

    def _hold(self, buckets: Parameterization) -> None:
        self.buckets = buckets
        if self.rescale:
            for p in buckets.parameters():
                if p.size == self._count():
                    p.step_scale = p.step_scale / self._occupancy().reshape(p.shape)

    def draw(self, rng: np.random.Generator, fan_in: int) -> None:
        self._hold(self.inner.build((1, self._count()), self.seed, fan_in))

    def project(self, W: np.ndarray) -> None:
        """Take the mean of each bucket; with a rounding inner recipe this is a heuristic."""
        K = self._count()
        means = (hashing.scatter_add(W, self._place(), K) / self._occupancy()).astype(W.dtype)
        self._hold(self.inner.from_dense(means.reshape(1, K), self.seed))

    def restore(self, state: State) -> None:
        take(state, "seed", (1,), "u8")
        self._hold(self.inner.from_state((1, self._count()), unnest("w", state)))

    def weight(self) -> Tensor:
        return gather(self.buckets.weight().ravel(), self._place())

    def matmul(self, x: Tensor) -> Tensor:
        """Return x W; inside no_grad() without ever holding W, as `evaluate` does."""
        if recording():
            return x @ self.weight()
        w = self.buckets.weight()._data.ravel()
        return Tensor(hashing.matmul(np.asarray(x), w, self.seed, self.shape[1]))

    def state(self) -> State:
        return {"seed": seed_array(self.seed)} | nest("w", self.buckets.state())

    def stored_bits(self) -> int:
        return 64 + self.buckets.stored_bits()

"""Codebook: every entry is one of K values, and the values are learned (Han, Mao, Dally 2016, arXiv 1510.00149).

A grid spreads its levels evenly, but weights are not spread evenly: most are small. So let the weights choose their
levels themselves. K centroids c stand in a book, and each entry stores only its number in the book:

    W[i, j] = c[code[i, j]]

This is Hashed with a bucket that is chosen for each entry, not drawn by a hash, so log2 K bits an entry are stored; and
Quantized with levels that are free. Codes and centroids come from k-means on the latent weights V (projected.py), so
that c[k] is the mean of its entries. A training step therefore moves a centroid by the mean step of its entries, along

    dL/dc[k] / n[k],        dL/dc[k] = sum of dL/dW[i, j] over the n[k] entries (i, j) with code[i, j] = k

which is how Deep Compression trains centroids, up to 1 / n[k]. There the codes are fixed; here an entry changes its
code once another centroid is nearer, which lets a Codebook learn from random values too.

Nearest member: a heuristic, k-means (k_means.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense, uniform
from tinynet.parameterizations.k_means import borders, k_means
from tinynet.parameterizations.packing import pack, packed_bits, take_codes
from tinynet.parameterizations.projected import Projected
from tinynet.parameterizations.state import State, nest, unnest


@dataclass(repr=False)
class Codebook(Projected):
    """W[i, j] = c[code[i, j]].

    Args:
        bits: 1 to 8, for K = 2^bits, or
        levels: K, from 2 to 256; 3 of them take 1.6 bits an entry.
        inner: the recipe of the K centroids, as a (1, K) matrix.
    """

    bits: int | None = None
    levels: int | None = None
    inner: Parameterization = field(default_factory=Dense)

    holds = {"codes": ("V",), "c": ("centroids",)}

    def __post_init__(self) -> None:
        given = [(n, ok) for n, ok in ((self.bits, range(1, 9)), (self.levels, range(2, 257))) if n is not None]
        if len(given) != 1 or type(given[0][0]) is not int or given[0][0] not in given[0][1]:
            raise ValueError(f"Codebook: bits={self.bits}, levels={self.levels}; give bits=1 to 8 or levels=2 to 256")

    @property
    def K(self) -> int:
        """The number of centroids."""
        return self.levels or 2**self.bits  # type: ignore[operator]

    def lay_out(self) -> None:
        self.centroids = self.inner.shaped((1, self.K))

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.approximate(uniform(rng, self.shape, fan_in))

    def project(self, V: np.ndarray) -> None:
        self.centroids = self.centroids.from_dense(k_means(V, self.K).astype(V.dtype)[None], self.seed)
        c = self.centroids.weight()._data[0].astype(np.float64)
        order = np.argsort(c, kind="stable").astype(np.uint8)  # an inner recipe may have changed it
        self.codes = order[np.searchsorted(borders(c[order]), V)]

    def member(self) -> np.ndarray:
        return self.centroids.weight()._data[0][self.codes]

    def parts(self) -> State:
        return {"codes": pack(self.codes, self.K), **nest("c", self.centroids.state())}

    def restore_parts(self, state: State) -> None:
        self.codes = take_codes(state, "codes", self.shape, self.K)
        if self.codes.max() >= self.K:
            raise ValueError(f"the code {self.codes.max()} lies above the highest, {self.K - 1}")
        self.centroids.restore(unnest(state).get("c", {}))
        self.seed = self.centroids.seed

    def stored_bits(self) -> int:
        self.follow()
        return packed_bits(self.V.size, self.K) + self.centroids.stored_bits()

"""TensorTrain: W as a chain of small cores (Novikov et al. 2015, arXiv 1509.06569).

Write row i with digits i_1 .. i_d and column j with digits j_1 .. j_d, as a clock writes a time in hours, minutes and
seconds. Each pair of digits picks a small matrix from its core, and W[i, j] is the product of the picks:

    W[i, j] = G_1[i_1, j_1] G_2[i_2, j_2] .. G_d[i_d, j_d]        G_k[i_k, j_k] is (r_(k-1), r_k), r_0 = r_d = 1

So with m = m_1 .. m_d and n = n_1 .. n_d, the product m n has become a sum of r_(k-1) m_k n_k r_k. With rank 1 a pick
is one number, and W is the Kronecker product of all cores; two cores of rank r are a sum of r Kronecker products. With
two cores and the digits (m, 1) and (1, n) it is LowRank, and the cores are U and V.

Nearly the nearest member (TT-SVD, Oseledets 2011): split off one pair of digits after the other by a truncated SVD. The
inner recipe may round a core, so each core is fitted by least squares, given the rounded cores before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from tinynet.engine.primitives import matmul
from tinynet.engine.shapes import reshape
from tinynet.engine.tensor import Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.factors import digits
from tinynet.parameterizations.state import child_seed


@dataclass(repr=False)
class TensorTrain(Parameterization):
    """W = G_1 G_2 .. G_d, digit by digit.

    Args:
        rank: the highest r_k; lower where that is enough for any matrix.
        cores: d, at most 16; m and n are split into d factors of nearly equal size.
        modes: the pairs (m_k, n_k), if you would rather choose them yourself.
        inner: the recipe of each core, as a matrix (r_(k-1) m_k, n_k r_k).
    """

    rank: int = 4
    cores: int = 3
    modes: Any = None
    inner: Parameterization = field(default_factory=Dense)

    holds = {"G": ("train",)}
    copies = 8  # times 2: the inner recipe makes at most 16 parts, see storage/gate.py

    def __post_init__(self) -> None:
        self.modes = None if self.modes is None else [list(pair) for pair in self.modes]  # JSON has no tuples
        pairs = [[self.cores, 1]] if self.modes is None else self.modes
        d, numbers = self.cores if self.modes is None else len(pairs), [self.rank, *(k for pair in pairs for k in pair)]
        if not all(type(k) is int and k > 0 for k in numbers) or not 1 <= d <= 16 or {*map(len, pairs)} != {2}:
            what = f"TensorTrain: rank={self.rank}, cores={self.cores}, modes={str(self.modes)[:80]}"
            raise ValueError(f"{what}; give a rank from 1 on, and 1 to 16 cores or pairs such as (4, 5)")

    def fitting(self, shape: tuple[int, int]) -> tuple[int, int]:
        """Return the only shape that the modes fit, or this one if there are none."""
        return (prod(a for a, _ in self.modes), prod(b for _, b in self.modes)) if self.modes else shape

    def lay_out(self) -> None:
        if self.shape != self.fitting(self.shape):
            raise ValueError(f"TensorTrain: modes={str(self.modes)[:80]} do not make a matrix of shape {self.shape}")
        pairs = self.modes or zip(digits(self.m, self.cores), digits(self.n, self.cores)[::-1], strict=True)
        self.a, self.b = zip(*pairs, strict=True)  # m_k and n_k
        sizes = [a * b for a, b in zip(self.a, self.b, strict=True)]
        r = [min(self.rank, prod(sizes[:k]), prod(sizes[k:])) for k in range(len(sizes) + 1)]
        self.train = [self.inner.shaped((r[k] * self.a[k], self.b[k] * r[k + 1])) for k in range(len(sizes))]

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        left = fan_in * prod(core.n // b for core, b in zip(self.train, self.b, strict=True))  # terms of a sum
        for k, core in enumerate(self.train):
            share = max(1, round(left ** (1 / (len(self.train) - k))))  # all cores have entries of equal size
            core.fill(child_seed(self.seed, k), share)
            left /= share

    def approximate(self, W: np.ndarray) -> None:
        d = len(self.train)
        T = W.astype(np.float64).reshape(self.a + self.b).transpose([i for k in range(d) for i in (k, d + k)])
        R = np.ones((1, 1))  # Q R = the product of the cores so far, T = Q^T W
        for k, core in enumerate(self.train):
            T = T.reshape(len(R) * self.a[k] * self.b[k], -1)
            A, s, _ = np.linalg.svd(T, full_matrices=False)
            found = (A * np.sqrt(np.where(s > 0, s, 1)))[:, : core.n // self.b[k]] if k < d - 1 else T
            G = np.linalg.lstsq(R, found.reshape(len(R), -1))[0].reshape(core.shape)
            self.train[k] = core.from_dense(G.astype(W.dtype), child_seed(self.seed, k))
            rounded = self.train[k].weight().numpy().astype(np.float64)
            Q, R = np.linalg.qr((R @ rounded.reshape(len(R), -1)).reshape(found.shape))
            T = Q.T @ T

    def weight(self) -> Tensor:
        W = self.train[0].weight().reshape((self.a[0], self.b[0], -1))  # rows, columns and rank of the cores so far
        for core, a, b in zip(self.train[1:], self.a[1:], self.b[1:], strict=True):
            M, N, r = W.shape
            W = (W.reshape((M * N, r)) @ core.weight().reshape((r, -1))).reshape((M, N, a, b, -1))
            W = W.transpose((0, 2, 1, 3, 4)).reshape((M * a, N * b, -1))
        return W.reshape(self.shape)

    def matmul(self, x: Any) -> Tensor:
        rest = [prod(self.a[k + 1 :]) for k in range(len(self.a))]
        if sum(prod(self.b[:k]) * core.m * core.n * rest[k] for k, core in enumerate(self.train)) > self.m * self.n:
            return matmul(x, self.weight())  # with a high rank, this is cheaper
        z = reshape(x, (-1, self.m))
        for core, r in zip(self.train, rest, strict=True):  # each turns i_k into j_k
            z = z.reshape((-1, core.m, r)).transpose((0, 2, 1)).reshape((-1, core.m))
            z = core.matmul(z).reshape((-1, r, core.n)).transpose((0, 2, 1))
        return z.reshape((*x.shape[:-1], self.n))

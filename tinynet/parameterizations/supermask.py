"""Supermask: random numbers that nobody trains; which of them stay is all that is learned (Zhou et al. 2019).

A wide random network holds good small ones. So we leave the numbers R as a seed drew them, and learn a mask of zeros
and ones, and one scale:

    W[i, j] = s R[i, j] M[i, j],     M = (1 + B) / 2,     B = +1 (keep) or -1 (drop)

The signs B are made by an inner recipe, Binary as a rule: it holds latent scores while we train, sends the gradient
straight through their signs, and stores one bit an entry. R costs nothing but its seed. An entry is kept where its
score is positive, so the share that is kept finds itself. "Edge-popup" (Ramanujan et al. 2020) keeps a given share, the
entries with the highest scores; on the digits, with a share of one half, both come to the same error.

Relation to the others: Binary chooses between -s and +s, Supermask between 0 and a number that is given. Sparse lets a
seed choose the places and learns the numbers; Supermask lets a seed choose the numbers and learns the places.

Nearest member: for a given s > 0 it is best to keep the entries with W / R > s / 2. So sort the entries by W / R, find
the best s for the first 1, 2, 3, .. of them by least squares, and take the best of all these; for s < 0 begin at the
other end. This is exact if `inner` can store any signs.

Sources: H. Zhou, J. Lan, R. Liu, J. Yosinski 2019, arXiv 1905.01067; V. Ramanujan et al. 2020, arXiv 1911.13299, who
find that random signs serve better than uniform numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.bank import STREAM, uniforms
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.binary import Binary
from tinynet.parameterizations.state import child_seed


@dataclass(repr=False)
class Supermask(Parameterization):
    """W = s R M, entry by entry: random numbers R from a seed, a learned mask M, a learned scale s.

    Args:
        values: "signs" for R = +1 or -1, "uniform" for R uniform in [-1, 1).
        inner: the recipe of the signs B behind M = (1 + B) / 2.
    """

    values: str = "signs"
    inner: Parameterization = field(default_factory=lambda: Binary(scale=None))

    holds = {"mask": ("mask",), "s": ("s", "one", "one")}
    seeded, rescale, one = True, True, 1

    def __post_init__(self) -> None:
        if self.values not in ("signs", "uniform"):
            raise ValueError(f"Supermask: values={self.values!r}; they must be 'signs' or 'uniform'")

    def lay_out(self) -> None:
        self.mask = self.inner.shaped(self.shape)

    @cached_property
    def random(self) -> np.ndarray:
        """R, float32 (m, n): uniform in [-1, 1), or only the signs of that."""
        R = uniforms(self.seed, STREAM, *self.shape)
        return R if self.values == "uniform" else np.where(R < 0, np.float32(-1), np.float32(1))

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.mask.fill(child_seed(self.seed, 0))
        size = np.square(self._chosen()._data).mean(dtype=np.float64) or 1.0  # 1: nothing is kept of a tiny matrix
        self.s = Parameter(np.full((1, 1), (fan_in * size) ** -0.5, np.float32))

    def approximate(self, W: np.ndarray) -> None:
        peak = np.abs(W).max().astype(np.float64) or 1.0
        A, R = W / peak, self.random.astype(np.float64)
        order = np.argsort(np.divide(A, R, out=np.zeros(R.shape), where=R != 0), axis=None, kind="stable")
        most, B = -1.0, np.empty(0, W.dtype)
        for s, ordered in ((+1, order[::-1]), (-1, order)):  # |A|^2 falls by `gain` if the first are kept
            dot, squares = (np.cumsum(a.ravel()[ordered]) for a in (A * R, R * R))
            gain = np.where(s * dot > 0, dot, 0) ** 2 / np.maximum(squares, np.finfo(float).tiny)
            if gain.max() > most:
                most, B = gain.max(), np.full(R.size, -1, W.dtype)
                B[ordered[: gain.argmax() + 1]] = 1
        self.mask = self.mask.from_dense(B.reshape(W.shape), child_seed(self.seed, 0))
        K = self._chosen()._data.astype(np.float64)
        s = peak * (A * K).sum() / (np.square(K).sum() or 1.0)
        largest = float(np.finfo(W.dtype).max)
        self.s = Parameter(np.full((1, 1), np.clip(s, -largest, largest), W.dtype))

    def set_steps(self) -> None:
        self.s.grad_scale = (self.m * self.n) ** -0.5  # its gradient is a sum over all entries

    def _chosen(self) -> Tensor:
        """Return R M."""
        B = self.mask.weight()
        return (B + 1) * (self.random / 2).astype(B.dtype)

    def weight(self) -> Tensor:
        return self._chosen() * self.s

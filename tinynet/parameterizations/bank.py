"""Bank: a matrix of features that is not learned, the U of a low-rank U V (Denil et al. 2013, arXiv 1306.0543).

Column c of U holds a feature, u_c(p) at input p. Where the features come from decides what they cost on disk:

    random       u_c(p) uniform, drawn from a seed: the 64 bits of the seed
    smooth       u_c(p) = exp(-|p - q_c|^2 / 2 sigma^2), a bump around a random pixel q_c of a picture: the seed
    pretrained   a given matrix, or one from a trained network: all of it, since it was learned from data

Columns have length 1 (random ones on average), so that x U keeps the variance of x.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isqrt
from typing import Self

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.parameterizations import hash_grids
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.state import State

STREAM = 2  # of the hash; buckets and signs have streams of their own


@dataclass(repr=False)
class Bank(Parameterization):
    """U = fixed features. kind: "random", "smooth" or "pretrained"; sigma: width of the smooth bumps in pixels."""

    kind: str = "random"
    sigma: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in ("random", "smooth", "pretrained") or not 1e-100 < self.sigma < 1e100:
            raise ValueError(
                f"Bank: kind={self.kind!r}, sigma={self.sigma}; kind is 'random', 'smooth' or 'pretrained', and sigma "
                "a positive width in pixels, such as 1.0"
            )
        self.sigma = float(self.sigma)

    @classmethod
    def of(cls, U: np.ndarray) -> Bank:
        """Return the recipe of a pretrained bank that holds U (m, k)."""
        bank = cls("pretrained")
        bank.U = Tensor(np.asarray(U, dtype=np.float32))
        return bank

    @property
    def seeded(self) -> bool:  # type: ignore[override]
        """Whether a seed is all that a file needs."""
        return self.kind != "pretrained"

    def shaped(self, shape: tuple[int, ...]) -> Self:
        built, m = super().shaped(shape), shape[0]
        if self.kind == "smooth" and isqrt(m) ** 2 != m:
            raise ValueError(f"Bank: smooth features need a square picture, but {m} inputs are not a square number")
        if "U" in vars(self):  # the matrix that `of` was given
            built.U = self.U
        return built

    @property
    def holds(self) -> dict[str, tuple[str, ...]]:  # type: ignore[override]
        """What a file holds: nothing but the seed, or the features themselves."""
        return {} if self.seeded else {"U": ("U", "m", "n")}

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        given = self.U.shape if "U" in vars(self) else "none"
        if not self.seeded and given != self.shape:
            raise ValueError(
                f"Bank: a pretrained bank of shape {self.shape} is needed, given: {given}; pass bank=tn.Bank.of(U), "
                "or use from_dense, which takes the singular vectors of a trained matrix"
            )

    def approximate(self, W: np.ndarray) -> None:
        if not self.seeded:
            self.U = Tensor(W)

    def restore(self, state: State) -> None:
        super().restore(state)
        if not self.seeded:
            self.U = Tensor(self.U)  # a constant, not a Parameter

    def weight(self) -> Tensor:
        return self.drawn if self.seeded else self.U

    @cached_property
    def drawn(self) -> Tensor:
        """The features that follow from the seed, made when first used: until then a loaded bank takes no memory."""
        return Tensor((self._random() if self.kind == "random" else self._smooth()).astype(np.float32))

    def _random(self) -> np.ndarray:
        return uniforms(self.seed, STREAM, *self.shape) * np.float32(np.sqrt(3 / self.shape[0]))

    def _smooth(self) -> np.ndarray:
        m, k = self.shape
        order = np.argsort(hash_grids.hash_grid(self.seed, STREAM, m, 1).ravel(), kind="stable")
        centres = np.resize(order, k)  # every pixel once before any comes twice
        distance2 = sum((at[:, None] - at[centres]) ** 2 for at in np.divmod(np.arange(m), isqrt(m)))  # rows, columns
        U = np.exp(-distance2 / (2 * self.sigma**2))
        return U / np.linalg.norm(U, axis=0)


def uniforms(seed: int, stream: int, m: int, n: int) -> np.ndarray:
    """Return float32 (m, n) in [-1, 1), the same on every machine: the top 24 bits of the hash, exactly."""
    return (hash_grids.hash_grid(seed, stream, m, n) >> np.uint64(40)).astype(np.float32) / np.float32(
        2**23
    ) - np.float32(1)

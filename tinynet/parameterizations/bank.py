"""Bank: a matrix of features that is not learned, the U of a low-rank U V (Denil et al. 2013, arXiv 1306.0543).

Column c of U holds a feature, u_c(p) at input p. Where the features come from decides what they cost on disk:

    random       u_c(p) uniform, drawn from a seed: the 64 bits of the seed
    smooth       u_c(p) = exp(-|p - q_c|^2 / 2 sigma^2), a bump around a random pixel q_c of a picture: the seed
    pretrained   a given matrix, or one from a trained network: all of it, since it was learned from data
    pool         u_c(p) = the share of pixel p in square c of a coarser picture: nothing, the shape says it all

Columns have length 1 (random ones on average), so that x U keeps the variance of x. Those of "pool" sum to 1 instead:
a square becomes the mean of its area, and a picture stays the same picture with fewer pixels. As the first layer,
Linear(784, 256, Bank("pool"), bias=False) leaves the layers behind it a third of the work, for no byte at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isqrt
from typing import Any, Self

import numpy as np

from tinynet.engine.primitives import matmul
from tinynet.engine.shapes import reshape
from tinynet.engine.tensor import Tensor
from tinynet.parameterizations import hash_grids
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.state import State

STREAM = 2  # of the hash; buckets and signs have streams of their own


@dataclass(repr=False)
class Bank(Parameterization):
    """U = fixed features.

    Args:
        kind: "random", "smooth", "pretrained" or "pool".
        sigma: width of the smooth bumps in pixels.
    """

    kind: str = "random"
    sigma: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in ("random", "smooth", "pretrained", "pool") or not 1e-100 < self.sigma < 1e100:
            raise ValueError(
                f"Bank: kind={self.kind!r}, sigma={self.sigma}; kind is 'pool', 'random', 'smooth' or 'pretrained', "
                "and sigma a positive width in pixels, such as 1.0"
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
        """Whether a file needs the seed, and nothing else."""
        return self.kind in ("random", "smooth")

    def shaped(self, shape: tuple[int, ...]) -> Self:
        built = super().shaped(shape)
        for width, what in zip(shape, ("inputs", "outputs"), strict=True):
            if isqrt(width) ** 2 != width and (self.kind == "pool" or (self.kind, what) == ("smooth", "inputs")):
                kind = "smooth features need" if self.kind == "smooth" else "pooling needs"
                raise ValueError(f"Bank: {kind} a square picture, but {width} {what} are not a square number")
        if "U" in vars(self):  # the matrix that `of` was given
            built.U = self.U
        return built

    @property
    def holds(self) -> dict[str, tuple[str, ...]]:  # type: ignore[override]
        """What a file holds: the features themselves, or nothing but the seed, if that."""
        return {"U": ("U", "m", "n")} if self.kind == "pretrained" else {}

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        given = self.U.shape if "U" in vars(self) else "none"
        if self.holds and given != self.shape:
            raise ValueError(
                f"Bank: a pretrained bank of shape {self.shape} is needed, given: {given}; pass bank=tn.Bank.of(U), "
                "or use from_dense, which takes the singular vectors of a trained matrix"
            )

    def approximate(self, W: np.ndarray) -> None:
        if self.holds:
            self.U = Tensor(W)

    def restore(self, state: State) -> None:
        super().restore(state)
        if self.holds:
            self.U = Tensor(self.U)  # a constant, not a Parameter

    def weight(self) -> Tensor:
        return self.U if self.holds else self.drawn

    def matmul(self, x: Any) -> Tensor:
        """Return x U. Pooling works along the rows of the picture, then down its columns, and never needs U."""
        if self.kind != "pool":
            return super().matmul(x)
        A = _shares(*map(isqrt, self.shape)).astype(x.dtype)
        pictures = reshape(x, (*x.shape[:-1], len(A), len(A)))
        return reshape(matmul(A.T, matmul(pictures, A)), (*x.shape[:-1], self.n))

    @cached_property
    def drawn(self) -> Tensor:
        """The features that follow from seed or shape, made when first used: a loaded bank takes no memory before."""
        return Tensor(getattr(self, f"_{self.kind}")().astype(np.float32))

    def _random(self) -> np.ndarray:
        return uniforms(self.seed, STREAM, *self.shape) * np.float32(np.sqrt(3 / self.shape[0]))

    def _smooth(self) -> np.ndarray:
        m, k = self.shape
        order = np.argsort(hash_grids.hash_grid(self.seed, STREAM, m, 1).ravel(), kind="stable")
        centres = np.resize(order, k)  # every pixel once before any comes twice
        distance2 = sum((at[:, None] - at[centres]) ** 2 for at in np.divmod(np.arange(m), isqrt(m)))  # rows, columns
        U = np.exp(-distance2 / (2 * self.sigma**2))
        return U / np.linalg.norm(U, axis=0)

    def _pool(self) -> np.ndarray:
        A = _shares(*map(isqrt, self.shape))
        return np.kron(A, A)


def _shares(m: int, n: int) -> np.ndarray:
    """Return what share of interval j is covered by pixel i, float64 (m, n): n equal intervals on a row of m pixels."""
    pixel, interval = n * np.arange(m)[:, None], m * np.arange(n)  # where they start, in 1 / (m n) of the row
    return np.clip(np.minimum(pixel + n, interval + m) - np.maximum(pixel, interval), 0, None) / m


def uniforms(seed: int, stream: int, m: int, n: int) -> np.ndarray:
    """Return float32 (m, n) in [-1, 1), the same on every machine: the top 24 bits of the hash, exactly."""
    return (hash_grids.hash_grid(seed, stream, m, n) >> np.uint64(40)).astype(np.float32) / np.float32(
        2**23
    ) - np.float32(1)

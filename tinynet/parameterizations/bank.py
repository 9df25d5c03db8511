"""Bank: a matrix of features that is not learned, the U of a low-rank U V (Denil et al. 2013, arXiv 1306.0543).

    random       u_c(p) uniform, from a seed: costs the 64 bits of the seed
    smooth       u_c(p) = exp(-|p - q_c|^2 / 2 sigma^2), a bump on the pixel grid about a random pixel q_c: the seed too
    pretrained   a given matrix, or one that comes from a trained network: learned from data, so charged in full

Columns have length 1 (random ones on average), so that x U keeps the variance of x.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

import numpy as np

from tinynet.autodiff import Tensor
from tinynet.kernels import hashed
from tinynet.parameterizations.base import Parameterization, State, count_bits, seed_array, take

STREAM = 2  # of the hash, beside those of buckets and signs


@dataclass(repr=False)
class Bank(Parameterization):
    """U = fixed features. kind: "random", "smooth" or "pretrained"; sigma: width of the smooth bumps in pixels."""

    kind: str = "random"
    sigma: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in ("random", "smooth", "pretrained") or not self.sigma > 0:
            raise ValueError(
                f"Bank: kind={self.kind!r}, sigma={self.sigma}; kind is 'random', 'smooth' or 'pretrained', sigma > 0"
            )

    @classmethod
    def of(cls, U: np.ndarray) -> Bank:
        """Return the recipe of a pretrained bank that holds U (m, k)."""
        bank = cls("pretrained")
        bank.U = Tensor(np.asarray(U, dtype=np.float32))
        return bank

    def draw(self, rng: np.random.Generator, fan_in: int) -> None:
        if self.kind != "pretrained":
            self._regenerate()
        elif not hasattr(self, "U") or self.U.shape != self.shape:
            given = self.U.shape if hasattr(self, "U") else "none"
            raise ValueError(
                f"Bank: a pretrained bank of shape {self.shape} is needed, given: {given}; pass bank=tn.Bank.of(U), "
                "or use from_dense, which takes the singular vectors of a trained matrix"
            )

    def project(self, W: np.ndarray) -> None:
        if self.kind == "pretrained":
            self.U = Tensor(W)
        else:
            self._regenerate()

    def restore(self, state: State) -> None:
        if self.kind == "pretrained":
            self.U = Tensor(take(state, "U", self.shape))
        else:
            take(state, "seed", (1,), "u")
            self._regenerate()

    def _regenerate(self) -> None:
        (m, k), side = self.shape, isqrt(self.shape[0])
        if self.kind == "random":
            self.U = Tensor(hashed.uniforms(self.seed, STREAM, m, k) * np.float32(np.sqrt(3 / m)))
            return
        if side * side != m:
            raise ValueError(f"Bank: smooth atoms need a square picture, but {m} inputs are not a square number")
        pixels = np.stack(np.divmod(np.arange(m), side), axis=1)  # (m, 2): row and column of each input
        order = np.argsort(hashed.hash_grid(self.seed, STREAM, m, 1).ravel(), kind="stable")
        centres = pixels[np.resize(order, k)]  # every pixel once before any comes twice
        distance2 = ((pixels[:, None] - centres[None]) ** 2).sum(-1)  # (m, k)
        U = np.exp(-distance2 / (2 * self.sigma**2))
        self.U = Tensor((U / np.linalg.norm(U, axis=0)).astype(np.float32))

    def weight(self) -> Tensor:
        return self.U

    def state(self) -> State:
        return {"U": self.U.numpy()} if self.kind == "pretrained" else {"seed": seed_array(self.seed)}

    def stored_bits(self) -> int:
        return count_bits(self.U) if self.kind == "pretrained" else 64

"""Dense: W itself is stored, 32 bits an entry. The reference that every other method is measured against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.base import Parameterization


@dataclass(repr=False)
class Dense(Parameterization):
    """W = the stored matrix."""

    holds = {"W": ("W", "m", "n")}

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.W = Parameter(uniform(rng, self.shape, fan_in))

    def approximate(self, W: np.ndarray) -> None:
        self.W = Parameter(W)

    def weight(self) -> Tensor:
        return self.W


def uniform(rng: np.random.Generator, shape: tuple[int, ...], fan_in: float) -> np.ndarray:
    """Return float32 values, uniform with variance 1 / fan_in: |w| <= sqrt(3 / fan_in) (LeCun et al. 1998)."""
    limit = np.sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, shape).astype(np.float32)

"""Dense: W itself is stored, 32 bits an entry. The reference that every other method is measured against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.state import State, count_bits, take, uniform


@dataclass(repr=False)
class Dense(Parameterization):
    """W = the stored matrix."""

    def draw(self, rng: np.random.Generator, fan_in: int) -> None:
        self.W = Parameter(uniform(rng, self.shape, fan_in))

    def project(self, W: np.ndarray) -> None:
        self.W = Parameter(W)

    def restore(self, state: State) -> None:
        self.W = Parameter(take(state, "W", self.shape))

    def weight(self) -> Tensor:
        return self.W

    def state(self) -> State:
        return {"W": self.W.numpy()}

    def stored_bits(self) -> int:
        return count_bits(self.W)

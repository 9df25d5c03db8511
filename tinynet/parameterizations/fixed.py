"""Fixed: another method's matrix, which training leaves as it is.

A fixed matrix costs the same bytes but takes no gradient and no step. Alone it is of little use. In a Sum it is the
trained base that a small correction adapts to a new task (LoRA); as the bank of LowRank, a U that another recipe made.
A Bank is fixed as well, but its features follow from a seed.

Nearest member: that of the inner recipe. Usually a fixed matrix is made in this way, from a trained one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.state import State, Storable


@dataclass(repr=False)
class Fixed(Parameterization):
    """W = the inner recipe's matrix, not learned. inner: the recipe."""

    inner: Parameterization = field(default_factory=Dense)

    holds = {"W": ("W",)}

    def fitting(self, shape: tuple[int, int]) -> tuple[int, int]:
        return self.inner.fitting(shape)

    def lay_out(self) -> None:
        self.W = self.inner.shaped(self.shape)

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        make_constant(self.W.fill(self.seed, fan_in))

    def approximate(self, W: np.ndarray) -> None:
        self.W = self.W.from_dense(W, self.seed)
        make_constant(self.W)

    def held(self) -> list[Parameter]:
        """Return no parameter: training changes nothing here."""
        return []

    def restore(self, state: State) -> None:
        super().restore(state)
        make_constant(self.W)

    def weight(self) -> Tensor:
        return self.W.weight()

    def matmul(self, x: Tensor) -> Tensor:
        return self.W.matmul(x)


def make_constant(part: Storable) -> None:
    """Put constants in place of all parameters inside a part."""
    for attribute, *_ in part.holds.values():
        held = getattr(part, attribute, None)  # a part may be made later, when it is first needed
        if isinstance(held, Parameter):
            setattr(part, attribute, Tensor(held))
        for inner in held if isinstance(held, list) else [held]:
            if isinstance(inner, Storable):
                make_constant(inner)

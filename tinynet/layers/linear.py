"""Linear: z = x W + b, with W by any parameterization."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tinynet.engine.primitives import add
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.layers.base import Layer
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense


@dataclass(eq=False, repr=False)
class Linear(Layer):
    """z = x W + b. Rows of x are examples, columns of W are features.

    Args:
        n_in, n_out: number of inputs and outputs.
        weight: the recipe of W, for example tn.Hashed(1/8).
        bias: whether there is a b, (n_out,), which starts at zero.
        seed: fixes W's initial values, and its hash or mask.
    """

    n_in: int
    n_out: int
    weight: Any = field(default_factory=Dense)  # the recipe, then W itself, built
    bias: Any = True  # whether there is a b, then b itself, or None
    seed: int = 0

    holds = {"W": ("weight",), "b": ("bias", "n_out")}
    written = ("weight",)

    def __post_init__(self) -> None:
        if not isinstance(self.weight or Dense(), Parameterization):
            raise TypeError(f"Linear: weight={self.weight!r}; give a recipe, such as tn.Hashed(1/8)")
        self.weight = (self.weight or Dense()).shaped((self.n_in, self.n_out))
        self.n_in, self.n_out = self.weight.shape
        self.bias = self.bias or None
        self.fill()

    def fill(self) -> None:
        self.weight.fill(self.seed)
        if self.bias is not None:
            self.bias = Parameter(np.zeros(self.n_out, np.float32))

    def __call__(self, x: Any) -> Tensor:
        """Return z (batch, n_out) for x (batch, n_in). ValueError for another width."""
        if x.shape[-1] != self.n_in:
            raise self.wrong_width(x, self.n_in)
        z = self.weight.matmul(x)
        return z if self.bias is None else add(z, self.bias)

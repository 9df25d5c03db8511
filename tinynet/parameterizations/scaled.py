"""Scaled: W = V diag(g), any other parameterization V with a learned scale g_j for each column.

With `normalize`, W = V diag(g / |v|), where |v| are the lengths of V's columns. This is weight normalization (Salimans,
Kingma 2016, arXiv 1602.07868, eq. 2): V alone sets the direction of a column, and g alone its length. Batch norm does
the same with the standard deviation of the column's outputs x v in place of |v|.

Nearest member: g = the lengths of W's columns, V = the inner recipe's nearest member to W with columns of length 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense


@dataclass(repr=False)
class Scaled(Parameterization):
    """W = V diag(g), or V diag(g / |v|) with `normalize`. inner: the recipe of V."""

    inner: Parameterization = field(default_factory=Dense)
    normalize: bool = False

    holds = {"V": ("V",), "g": ("g", "n")}

    def lay_out(self) -> None:
        self.V = self.inner.shaped(self.shape)

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.V.fill(self.seed, fan_in)
        lengths = np.linalg.norm(self.V.weight()._data, axis=0)
        start = np.ones_like(lengths) if self.normalize else 1 / np.maximum(lengths, 1e-6)
        self.g = Parameter(start)  # columns of length 1, so that x W has the variance of x

    def approximate(self, W: np.ndarray) -> None:
        g = np.linalg.norm(W, axis=0)
        self.g = Parameter(g)
        self.V = self.V.from_dense(W / np.where(g > 0, g, 1), self.seed)

    def _column_scale(self) -> Tensor:
        if not self.normalize:
            return self.g
        V = self.V.weight()
        return self.g / (V * V).sum(axis=0).clip(1e-12).sqrt()

    def weight(self) -> Tensor:
        return self.V.weight() * self._column_scale()

    def matmul(self, x: Tensor) -> Tensor:
        return self.V.matmul(x) * self._column_scale()

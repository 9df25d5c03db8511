"""Columns: W = [W_1 | W_2 | ..], blocks of columns side by side, each with a recipe of its own.

The four gates of an LSTM are such blocks: one may need more bits, or more rank, than the others.

Nearest member: each block's own; together they are the nearest to W if each is the nearest to its block.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from tinynet.engine.shapes import concatenate
from tinynet.engine.tensor import Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.state import child_seed


@dataclass(repr=False)
class Columns(Parameterization):
    """W = [W_1 | W_2 | ..]. parts: the blocks' recipes. Widths differ by at most one, wider blocks first."""

    parts: list[Parameterization] = field(default_factory=list)

    holds = {"": ("blocks",)}

    def __post_init__(self) -> None:
        if not self.parts or not all(isinstance(part, Parameterization) for part in self.parts):
            raise ValueError(f"Columns: parts={self.parts!r}; give a list of recipes, one per block of columns")
        self.parts = list(self.parts)  # JSON has no tuples

    def fitting(self, shape: tuple[int, int]) -> tuple[int, int]:
        """Return this shape, or one with a column for each block."""
        return shape[0], max(shape[1], len(self.parts))

    def lay_out(self) -> None:
        blocks = zip(self.parts, self._borders(), strict=True)
        self.blocks = [part.shaped((self.m, last - first)) for part, (first, last) in blocks]

    def _borders(self) -> list[tuple[int, int]]:
        """Return each block's first column and the first one after it. ValueError for fewer columns than blocks."""
        n, count = self.shape[1], len(self.parts)
        if n < count:
            raise ValueError(f"Columns: {n} columns for {count} blocks; each block needs at least one")
        return list(pairwise(accumulate((n // count + (i < n % count) for i in range(count)), initial=0)))

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        for i, block in enumerate(self.blocks):
            block.fill(child_seed(self.seed, i), fan_in)

    def approximate(self, W: np.ndarray) -> None:
        self.blocks = [
            part.from_dense(W[:, first:last], child_seed(self.seed, i))
            for i, (part, (first, last)) in enumerate(zip(self.parts, self._borders(), strict=True))
        ]

    def weight(self) -> Tensor:
        return concatenate([block.weight() for block in self.blocks], axis=1)

    def matmul(self, x: Any) -> Tensor:
        return concatenate([block.matmul(x) for block in self.blocks], axis=-1)

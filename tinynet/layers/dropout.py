"""Dropout: drop some activations at random in training, so that no unit comes to rely on a single other one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinynet.engine.primitives import mul
from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer


@dataclass(eq=False, repr=False)
class Dropout(Layer):
    """In training y = 0 with probability p, else x / (1 - p); in evaluation y = x (Srivastava et al. 2014)."""

    p: float
    seed: int = 0

    written = ("seed",)

    def __post_init__(self) -> None:
        if not 0 <= self.p < 1:
            raise ValueError(f"Dropout: p={self.p}; the share of dropped entries must lie in [0, 1)")
        self.rng = np.random.default_rng(self.seed)

    def __call__(self, x: Any) -> Tensor:
        if not self.training or self.p == 0:
            return x
        return mul(x, (self.rng.random(x.shape, dtype=np.float32) >= self.p) / np.float32(1 - self.p))

    def generators(self) -> list[np.random.Generator]:
        return [self.rng]

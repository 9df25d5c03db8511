"""Layer normalization: every row is brought to mean 0 and variance 1 (Ba, Kiros, Hinton 2016, arXiv 1607.06450, eq. 3).

    y = gamma (x - mu) / sqrt(var + eps) + beta,    row by row

Every row has its own mu and var. So no other examples are needed, training and evaluation are the same, and the layer
can be used at every step of a sequence. However coarse W is there, x W ends up with the size that training chose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.layers.base import Layer
from tinynet.layers.checks import check_width

EPS = 1e-5  # keeps a constant row from dividing by zero


def _mean(x: np.ndarray) -> np.ndarray:
    return x.mean(axis=-1, keepdims=True)


def _deviation(x: np.ndarray) -> np.ndarray:
    return np.sqrt(x.var(axis=-1, keepdims=True) + x.dtype.type(EPS))


# mu and var depend on every entry of a row, so the cotangent of one entry reaches all of them:
standardize = primitive(
    "standardize",
    lambda x: (x - _mean(x)) / _deviation(x),
    lambda g, y, x: (g - _mean(g) - y * _mean(g * y)) / _deviation(x),
)


@dataclass(eq=False, repr=False)
class LayerNorm(Layer):
    """y = gamma (x - mu) / sqrt(var + eps) + beta, over the n entries of each row.

    Args:
        n: the width.
        bias: whether there is a beta; it can be left out before a layer that adds a bias of its own.
    """

    n: int
    bias: Any = True  # whether there is a beta, then beta itself, or None

    holds = {"gamma": ("gamma", "n"), "beta": ("bias", "n")}

    def __post_init__(self) -> None:
        check_width(self, "n")
        self.bias = self.bias or None
        self.fill()

    def fill(self) -> None:
        """Start with gamma = 1 and beta = 0."""
        self.gamma = Parameter(np.ones(self.n, np.float32))
        if self.bias is not None:
            self.bias = Parameter(np.zeros(self.n, np.float32))

    @property
    def beta(self) -> Parameter | None:
        """The learned bias, (n,), or None."""
        return self.bias

    def __call__(self, x: Any) -> Tensor:
        """Return y (.., n). ValueError for another width."""
        if x.shape[-1] != self.n:
            raise self.wrong_width(x, self.n)
        y = standardize(x) * self.gamma
        return y if self.bias is None else y + self.bias

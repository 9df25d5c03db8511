"""Layer normalization (Ba, Kiros, Hinton 2016, arXiv 1607.06450, eq. 3).

    y = gamma (x - mu) / sqrt(var + eps) + beta,    row by row

mu and var are those of one row, so that it needs no other examples, works alike in training and evaluation, and can be
used again at every step of a sequence. Weights of few bits need it there: however coarse W is, x W has the size that
training chose.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.layers.base import Layer, width
from tinynet.parameterizations.state import State, count_bits, take

EPS = 1e-5  # keeps a constant row from dividing by zero


def _mean(x: np.ndarray) -> np.ndarray:
    return x.mean(axis=-1, keepdims=True)


def _deviation(x: np.ndarray) -> np.ndarray:
    return np.sqrt(x.var(axis=-1, keepdims=True) + x.dtype.type(EPS))


# mu and var depend on every entry of the row, so each entry's cotangent reaches all:
standardize = primitive(
    "standardize",
    lambda x: (x - _mean(x)) / _deviation(x),
    lambda g, y, x: (g - _mean(g) - y * _mean(g * y)) / _deviation(x),
)


class LayerNorm(Layer):
    """y = gamma (x - mu) / sqrt(var + eps) + beta, over the n entries of each row.

    Args:
        n: width.
        bias: whether there is a beta; what comes after may have a bias of its own.
    """

    def __init__(self, n: int, bias: bool = True) -> None:
        self.n = width("LayerNorm", n)
        self.gamma = Parameter(np.ones(n, np.float32))
        self.beta = Parameter(np.zeros(n, np.float32)) if bias else None

    def __call__(self, x: Any) -> Tensor:
        """Return y (.., n). ValueError for another width."""
        if x.shape[-1] != self.n:
            raise ValueError(f"LayerNorm: the input has shape {x.shape}, this layer takes rows of {self.n} entries")
        y = standardize(x) * self.gamma
        return y if self.beta is None else y + self.beta

    def parameters(self) -> list[Parameter]:
        return [self.gamma] if self.beta is None else [self.gamma, self.beta]

    def config(self) -> dict[str, Any]:
        return {"n": self.n} | ({} if self.beta is not None else {"bias": False})

    def state(self) -> State:
        return {"gamma": self.gamma.numpy()} | ({} if self.beta is None else {"beta": self.beta.numpy()})

    def restore(self, state: State) -> None:
        self.gamma = Parameter(take(state, "gamma", (self.n,)))
        if self.beta is not None:
            self.beta = Parameter(take(state, "beta", (self.n,)))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        layer = cls(**config | {"n": 1})  # nothing of size n is made before `restore` has seen that the file holds it
        layer.n = width("LayerNorm", config["n"])
        return layer

    def stored_bits(self) -> int:
        return sum(map(count_bits, self.parameters()))

"""Batch normalization (Ioffe, Szegedy 2015, arXiv 1502.03167).

    y = gamma (x - mu) / sqrt(var + eps) + beta,    column by column

mu and var are those of the mini-batch while training (algorithm 1), running means of them afterwards (algorithm 2). The
scale and the bias that the layer before had are removed, and explicit ones, gamma and beta, are learned in their place.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from tinynet.engine import primitives as F
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.layers.base import Layer, number, width
from tinynet.parameterizations.state import State, count_bits, take


class BatchNorm(Layer):
    """y = gamma (x - mu) / sqrt(var + eps) + beta, column by column.

    In training mu and var are those of the batch, and running means of both (var with N - 1, as in the paper's
    algorithm 2) are kept at the given rate; in evaluation the running ones are used.

    Args:
        n: width.
        eps: keeps a constant column from dividing by zero.
        rate: weight of the newest batch in the running means.
    """

    def __init__(self, n: int, eps: float = 1e-5, rate: float = 0.1) -> None:
        self.n = width("BatchNorm", n)
        self.eps, self.rate = number("BatchNorm", "eps", eps), number("BatchNorm", "rate", rate)
        if not (eps > 0 and 0 < rate <= 1):
            raise ValueError(f"BatchNorm: eps={eps}, rate={rate}; eps > 0 and rate in (0, 1] are needed")
        self.gamma, self.beta = Parameter(np.ones(n, np.float32)), Parameter(np.zeros(n, np.float32))
        self.running_mean, self.running_var = np.zeros(n, np.float32), np.ones(n, np.float32)

    def __call__(self, x: Any) -> Tensor:
        """Return y (batch, n). ValueError in training for a batch of one, which has no variance."""
        if x.shape[-1] != self.n:
            raise ValueError(f"BatchNorm: the input has shape {x.shape}, this layer takes rows of {self.n} entries")
        if not self.training:
            return (x - self.running_mean) / np.sqrt(self.running_var + np.float32(self.eps)) * self.gamma + self.beta
        if len(x) < 2:
            raise ValueError(f"BatchNorm: a batch of {len(x)} has no variance; train on 2 or more, or call eval()")
        mu = F.mean(x, axis=0)
        centred = x - mu
        var = (centred * centred).mean(axis=0)
        self._follow(mu._data, var._data * (len(x) / (len(x) - 1)))
        return centred / (var + self.eps).sqrt() * self.gamma + self.beta

    def _follow(self, mean: np.ndarray, var: np.ndarray) -> None:
        self.running_mean += self.rate * (mean - self.running_mean)
        self.running_var += self.rate * (var - self.running_var)

    def parameters(self) -> list[Parameter]:
        return [self.gamma, self.beta]

    def buffers(self) -> list[np.ndarray]:
        return [self.running_mean, self.running_var]

    def config(self) -> dict[str, Any]:
        return {"n": self.n, "eps": self.eps, "rate": self.rate}

    def state(self) -> State:
        rows = [self.gamma._data, self.beta._data, self.running_mean, self.running_var]
        return {"gamma,beta,mean,var": np.stack(rows)}

    def restore(self, state: State) -> None:
        rows = take(state, "gamma,beta,mean,var", (4, self.n))
        if (rows[3] < 0).any():
            raise ValueError("BatchNorm: the array 'gamma,beta,mean,var' holds a negative variance var")
        self.gamma, self.beta = Parameter(rows[0]), Parameter(rows[1])
        self.running_mean, self.running_var = rows[2].astype(np.float32), rows[3].astype(np.float32)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        layer = cls(**config | {"n": 1})  # nothing of size n is made before `restore` has seen that the file holds it
        layer.n = width("BatchNorm", config["n"])
        return layer

    def stored_bits(self) -> int:
        return 4 * count_bits(self.gamma)

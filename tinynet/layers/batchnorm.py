"""Batch normalization: every column is brought to mean 0 and variance 1 (Ioffe, Szegedy 2015, arXiv 1502.03167).

Whatever scale and offset a column had before, they are taken away, and new ones, gamma and beta, are learned instead:

    y = gamma (x - mu) / sqrt(var + eps) + beta,    column by column

In training, mu and var come from the mini-batch (algorithm 1 of the paper). Afterwards they are running means of what
training saw (algorithm 2), so that the output for one example does not depend on its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinynet.engine.reductions import mean
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.layers.base import Layer
from tinynet.layers.checks import check_number, check_width
from tinynet.parameterizations.state import State, take


@dataclass(eq=False, repr=False)
class BatchNorm(Layer):
    """y = gamma (x - mu) / sqrt(var + eps) + beta, column by column.

    In training mode mu and var come from the batch, and running means of both are kept (of the variance over N - 1, as
    in algorithm 2 of the paper). In evaluation mode these running means are used.

    Args:
        n: the width.
        eps: keeps a constant column from dividing by zero.
        rate: the weight of the newest batch in the running means.
    """

    n: int
    eps: float = 1e-5
    rate: float = 0.1

    holds = {"gamma": ("gamma", "n"), "beta": ("beta", "n")}
    written = ("eps", "rate")
    least_batch = 2  # examples in training: one alone has no variance

    def __post_init__(self) -> None:
        check_width(self, "n")
        check_number(self, "eps")
        check_number(self, "rate")
        if not (self.eps > 0 and 0 < self.rate <= 1):
            raise ValueError(f"BatchNorm: eps={self.eps}, rate={self.rate}; eps must be positive, rate in (0, 1]")
        self.fill()

    def fill(self) -> None:
        """Start as if every column already had mean 0 and variance 1."""
        self.gamma, self.beta = Parameter(np.ones(self.n, np.float32)), Parameter(np.zeros(self.n, np.float32))
        self.running_mean, self.running_var = np.zeros(self.n, np.float32), np.ones(self.n, np.float32)

    def __call__(self, x: Any) -> Tensor:
        """Return y (batch, n). ValueError in training mode for a batch of one example, which has no variance."""
        if x.shape[-1] != self.n:
            raise self.wrong_width(x, self.n)
        if not self.training:
            return (x - self.running_mean) / np.sqrt(self.running_var + np.float32(self.eps)) * self.gamma + self.beta
        if len(x) < 2:
            raise ValueError(f"BatchNorm: a batch of {len(x)} has no variance; train on 2 or more, or call eval()")
        mu = mean(x, axis=0)
        centred = x - mu
        var = (centred * centred).mean(axis=0)
        self._follow(mu._data, var._data * (len(x) / (len(x) - 1)))
        return centred / (var + self.eps).sqrt() * self.gamma + self.beta

    def _follow(self, mean: np.ndarray, var: np.ndarray) -> None:
        self.running_mean += self.rate * (mean - self.running_mean)
        self.running_var += self.rate * (var - self.running_var)

    def buffers(self) -> list[np.ndarray]:
        return [self.running_mean, self.running_var]

    # ---- a file holds the four numbers of a column in one array

    def state(self) -> State:
        rows = [self.gamma._data, self.beta._data, self.running_mean, self.running_var]
        return {"gamma,beta,mean,var": np.stack(rows)}

    def restore(self, state: State) -> None:
        rows = take(state, "gamma,beta,mean,var", (4, self.n))
        if (rows[3] < 0).any():
            raise ValueError("BatchNorm: the array 'gamma,beta,mean,var' holds a negative variance var")
        self.gamma, self.beta = Parameter(rows[0]), Parameter(rows[1])
        self.running_mean, self.running_var = rows[2].astype(np.float32), rows[3].astype(np.float32)

    def stored_bits(self) -> int:
        return 2 * super().stored_bits()

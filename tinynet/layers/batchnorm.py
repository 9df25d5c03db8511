"""Batch normalization: every column is brought to mean 0 and variance 1 (Ioffe, Szegedy 2015, arXiv 1502.03167).

Whatever scale and offset a column had before, they are taken away, and new ones, gamma and beta, are learned instead:

    y = gamma (x - mu) / sqrt(var + eps) + beta,    column by column

Behind a convolution (toeplitz.py) a column is a channel at one position. There all positions of a channel are brought
to mean 0 and variance 1 together, and share their gamma and beta (section 3.2 of the paper).

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
        channels: None for one gamma and beta a column, or their number: column j is of channel j mod channels.
    """

    n: int
    eps: float = 1e-5
    rate: float = 0.1
    channels: int | None = None

    holds = {"gamma": ("gamma", "count"), "beta": ("beta", "count")}
    written = ("eps", "rate")
    least_batch = 2  # examples in training: one alone has no variance

    def __post_init__(self) -> None:
        check_width(self, "n")
        check_number(self, "eps")
        check_number(self, "rate")
        if not (self.eps > 0 and 0 < self.rate <= 1):
            raise ValueError(f"BatchNorm: eps={self.eps}, rate={self.rate}; eps must be positive, rate in (0, 1]")
        if self.channels is not None:
            check_width(self, "channels")
            if self.n % self.channels:
                raise ValueError(f"BatchNorm: channels={self.channels}; it must divide the width, which is {self.n}")
        self.fill()

    @property
    def count(self) -> int:
        """How many means and variances there are."""
        return self.channels or self.n

    def fill(self) -> None:
        """Start as if every column already had mean 0 and variance 1."""
        self.gamma, self.beta = Parameter(np.ones(self.count, np.float32)), Parameter(np.zeros(self.count, np.float32))
        self.running_mean, self.running_var = np.zeros(self.count, np.float32), np.ones(self.count, np.float32)

    def __call__(self, x: Any) -> Tensor:
        """Return y (batch, n). ValueError in training mode for a batch of one example, which has no variance."""
        if x.shape[-1] != self.n:
            raise self.wrong_width(x, self.n)
        if not self.training:
            sigma = np.sqrt(self.running_var + np.float32(self.eps))
            return (x - self._row(self.running_mean)) / self._row(sigma) * self._row(self.gamma) + self._row(self.beta)
        if len(x) < 2:
            raise ValueError(f"BatchNorm: a batch of {len(x)} has no variance; train on 2 or more, or call eval()")
        mu = self._of_channels(mean(x, axis=0))
        centred = x - self._row(mu)
        var = self._of_channels((centred * centred).mean(axis=0))
        many = len(x) * (self.n // self.count)
        self._follow(mu._data, var._data * (many / (many - 1)))
        return centred / self._row((var + self.eps).sqrt()) * self._row(self.gamma) + self._row(self.beta)

    def _of_channels(self, columns: Tensor) -> Tensor:
        """Return the mean over the positions of each channel, (channels,), of a mean over the batch, (n,)."""
        return columns if self.channels is None else columns.reshape((-1, self.channels)).mean(axis=0)

    def _row(self, numbers: Any) -> Any:
        """Return the numbers of the channels, (channels,), as those of the columns, (n,)."""
        return numbers if self.channels is None else np.tile(numbers, self.n // self.channels)

    def columns(self) -> np.ndarray:
        """Return gamma, beta, mean and variance of each column, (4, n), also where channels share them."""
        return np.tile(self.state()["gamma,beta,mean,var"], (1, self.n // self.count))

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
        rows = take(state, "gamma,beta,mean,var", (4, self.count))
        if (rows[3] < 0).any():
            raise ValueError("BatchNorm: the array 'gamma,beta,mean,var' holds a negative variance var")
        self.gamma, self.beta = Parameter(rows[0]), Parameter(rows[1])
        self.running_mean, self.running_var = rows[2].astype(np.float32), rows[3].astype(np.float32)

    def stored_bits(self) -> int:
        return 2 * super().stored_bits()

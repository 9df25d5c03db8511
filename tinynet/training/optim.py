"""Optimizers: how a gradient g becomes a step of the parameters w.

    SGD     v <- mu v + g + lambda w      w <- w - eta v               (Polyak 1964; lambda: weight decay)
    Adam    m <- b1 m + (1 - b1) g        c <- b2 c + (1 - b2) g^2     (Kingma, Ba 2015, arXiv 1412.6980, alg. 1)
            w <- w - eta (m / (1 - b1^t)) / (sqrt(c / (1 - b2^t)) + eps)

SGD goes downhill, with a running mean of gradients that carries it over small bumps. Adam divides each coordinate by
the usual size of its gradient, so that all move about equally far.

The learning rate eta may follow a schedule (schedules.py): eta = lr * schedule(progress). A Parameter may scale its own
step and bound its values.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tinynet.engine.tensor import Parameter
from tinynet.parameterizations.state import State
from tinynet.training.schedules import Schedule, constant, cosine, exponential, stepwise

__all__ = [
    "SGD", "Adam", "Optimizer", "Schedule", "clip_gradient", "constant", "cosine", "exponential", "norm", "stepwise",
]  # fmt: skip


class Optimizer:
    """Base of the optimizers: holds the parameters, counts steps, applies the schedule.

    Args:
        parameters: what to train.
        lr: learning rate eta, positive.
        weight_decay: lambda, added as lambda w to each gradient.
        schedule: a function of the progress from 0 to 1 that multiplies lr, such as tn.optim.cosine, or None.
        total_steps: how many steps there will be in all, without which nobody knows the progress.
    """

    slots: tuple[str, ...] = ()  # names of the running arrays a parameter has

    def __init__(
        self,
        parameters: Sequence[Parameter],
        lr: float,
        weight_decay: float = 0.0,
        schedule: Schedule | None = None,
        total_steps: int | None = None,
    ) -> None:
        self.parameters = list(parameters)
        if not self.parameters or not all(isinstance(p, Parameter) for p in self.parameters):
            raise ValueError(f"{type(self).__name__}: {len(self.parameters)} parameters; pass net.parameters()")
        if not 0 < lr < np.inf or not 0 <= weight_decay < np.inf:
            raise ValueError(f"{type(self).__name__}: lr={lr}, weight_decay={weight_decay}; lr > 0, decay >= 0")
        if schedule is not None and not (total_steps or 0) >= 1:
            raise ValueError(
                f"{type(self).__name__}: total_steps={total_steps}; a schedule is a function of the progress from 0 to "
                "1, so say how many steps there will be: total_steps=epochs * steps_per_epoch"
            )
        self.lr, self.weight_decay, self.schedule, self.total_steps = lr, weight_decay, schedule, total_steps
        self.steps = 0
        self.running = [{name: np.zeros_like(p._data) for name in self.slots} for p in self.parameters]

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        eta = self.lr
        if self.schedule is not None:
            eta *= self.schedule(self.steps / self.total_steps)  # type: ignore[operator]
        self.steps += 1
        for p, running in zip(self.parameters, self.running, strict=True):
            if p.grad is not None:
                g = p.grad + self.weight_decay * p._data if self.weight_decay else p.grad
                p.move(self.update(g, eta, running))

    def update(self, g: np.ndarray, eta: float, running: State) -> np.ndarray:
        """Return the step for a gradient g, after bringing the running arrays up to date."""
        raise NotImplementedError(f"{type(self).__name__} must define update(g, eta, running)")

    def zero_grad(self) -> None:
        """Forget the gradients, before the next backward."""
        for p in self.parameters:
            p.grad = None


class SGD(Optimizer):
    """Stochastic gradient descent with momentum mu in [0, 1)."""

    slots = ("v",)

    def __init__(
        self,
        parameters: Sequence[Parameter],
        lr: float = 0.1,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        schedule: Schedule | None = None,
        total_steps: int | None = None,
    ) -> None:
        if not 0 <= momentum < 1:
            raise ValueError(f"SGD: momentum={momentum}; it must lie in [0, 1)")
        super().__init__(parameters, lr, weight_decay, schedule, total_steps)
        self.momentum = momentum

    def update(self, g: np.ndarray, eta: float, running: State) -> np.ndarray:
        v = running["v"]
        v *= self.momentum
        v += g
        return np.multiply(v, -eta, dtype=v.dtype)


class Adam(Optimizer):
    """Steps of about eta in each coordinate, whatever the gradient's size."""

    slots = ("m", "c")

    def __init__(
        self,
        parameters: Sequence[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        schedule: Schedule | None = None,
        total_steps: int | None = None,
    ) -> None:
        if not all(0 <= b < 1 for b in betas):
            raise ValueError(f"Adam: betas={betas}; both must lie in [0, 1)")
        super().__init__(parameters, lr, weight_decay, schedule, total_steps)
        self.betas, self.eps = betas, eps

    def update(self, g: np.ndarray, eta: float, running: State) -> np.ndarray:
        (b1, b2), m, c, t = self.betas, running["m"], running["c"], self.steps
        m += (1 - b1) * (g - m)
        c += (1 - b2) * (g * g - c)
        return (-eta / (1 - b1**t)) * m / (np.sqrt(c / (1 - b2**t)) + self.eps)


def norm(arrays: Sequence[np.ndarray]) -> float:
    """Return the Euclidean length of all entries together."""
    return float(np.sqrt(sum(np.square(a, dtype=np.float64).sum() for a in arrays)))  # squares overflow in float32


def clip_gradient(parameters: Sequence[Parameter], longest: float) -> float:
    """Shorten the gradient, all parameters together, to the length `longest` where it is longer; return its length.

    A product over many time steps can make one gradient enormous; its direction is still good (Pascanu, Mikolov, Bengio
    2013, arXiv 1211.5063, algorithm 1). ValueError unless `longest` is positive.
    """
    if not longest > 0:
        raise ValueError(f"clip_gradient: a longest gradient of {longest}; it must be positive")
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = norm(gradients)
    if length > longest:
        for g in gradients:
            g *= longest / length
    return length

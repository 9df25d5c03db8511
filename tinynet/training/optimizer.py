"""Optimizers: how a gradient g becomes a step of the parameters w; SGD, the simplest.

    SGD     v <- mu v + g + lambda w      w <- w - eta v               (Polyak 1964; lambda: weight decay)

SGD goes downhill; v, a fading sum of past gradients, carries it over small bumps. The learning rate eta may follow a
schedule (schedules.py): eta = lr * schedule(progress). Parameters may scale their gradient or step, and bound their
values.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tinynet.engine.tensor import Parameter, scaled
from tinynet.parameterizations.state import State
from tinynet.training.schedules import Schedule


class Optimizer:
    """Base of the optimizers: holds the parameters, counts steps, applies the schedule.

    Args:
        parameters: what to train.
        lr: learning rate eta, positive.
        weight_decay: lambda, added as lambda w to each gradient.
        schedule: a function of the progress from 0 to 1 that multiplies lr, such as tn.optim.cosine, or None.
        total_steps: how many steps there will be in all; a schedule needs it to know the progress.
    """

    slots: tuple[str, ...] = ()  # names of the running arrays a parameter has

    def __init__(
        self, parameters: Sequence[Parameter], lr: float, weight_decay: float = 0.0,
        schedule: Schedule | None = None, total_steps: int | None = None,
    ) -> None:  # fmt: skip
        self.parameters = list(parameters)
        if not self.parameters or not all(isinstance(p, Parameter) for p in self.parameters):
            raise ValueError(f"{type(self).__name__}: {len(self.parameters)} parameters; pass net.parameters()")
        if not 0 < lr < np.inf or not 0 <= weight_decay < np.inf:
            raise ValueError(f"{type(self).__name__}: lr={lr}, weight_decay={weight_decay}; lr > 0, decay >= 0")
        if schedule is not None and not (total_steps or 0) >= 1:
            what = f"{type(self).__name__}: total_steps={total_steps}"
            raise ValueError(f"{what}; a schedule goes by progress from 0 to 1: total_steps=epochs * steps_per_epoch")
        self.lr, self.weight_decay, self.schedule, self.total_steps = lr, weight_decay, schedule, total_steps
        self.steps = 0
        self.running = [{name: np.zeros_like(p._data) for name in self.slots} for p in self.parameters]

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        eta = self.lr
        if self.schedule is not None:
            eta *= self.schedule(min(1.0, self.steps / self.total_steps))  # type: ignore[operator]
        self.steps += 1
        for p, running in zip(self.parameters, self.running, strict=True):
            if p.grad is not None:
                g = p.grad + self.weight_decay * p._data if self.weight_decay else p.grad
                p.move(self.update(scaled(g, p.grad_scale), eta, running))

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
        self, parameters: Sequence[Parameter], lr: float = 0.1, momentum: float = 0.0, weight_decay: float = 0.0,
        schedule: Schedule | None = None, total_steps: int | None = None,
    ) -> None:  # fmt: skip
        if not 0 <= momentum < 1:
            raise ValueError(f"SGD: momentum={momentum}; it must lie in [0, 1)")
        super().__init__(parameters, lr, weight_decay, schedule, total_steps)
        self.momentum = momentum

    def update(self, g: np.ndarray, eta: float, running: State) -> np.ndarray:
        v = running["v"]
        v *= self.momentum
        v += g
        return np.multiply(v, -eta, dtype=v.dtype)

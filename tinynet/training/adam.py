"""Adam (Kingma, Ba 2015, arXiv 1412.6980, algorithm 1).

Some weights have large gradients, others small ones. Adam divides each by its usual size, so that all weights move
about equally far. With running means m of the gradient g and c of its square, the t-th step of a weight is

    m <- b1 m + (1 - b1) g        c <- b2 c + (1 - b2) g^2
    w <- w - eta (m / (1 - b1^t)) / (sqrt(c / (1 - b2^t)) + eps)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tinynet.engine.tensor import Parameter
from tinynet.parameterizations.state import State
from tinynet.training.optimizer import Optimizer
from tinynet.training.schedules import Schedule


class Adam(Optimizer):
    """Steps of about eta for each weight, whatever the size of its gradient.

    Args:
        parameters, lr, weight_decay, schedule, total_steps: as for every Optimizer.
        betas: b1 and b2, in [0, 1): how much of the running means is kept at each step.
        eps: keeps a weight without gradients from dividing by zero.
    """

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
        for running in self.running:
            running["t"] = np.zeros((), np.int64)  # each parameter counts: one may get its first gradient late

    def update(self, g: np.ndarray, eta: float, running: State) -> np.ndarray:
        (b1, b2), m, c = self.betas, running["m"], running["c"]
        running["t"] += 1
        t = int(running["t"])
        m *= b1
        m += (1 - b1) * g
        c *= b2
        c += (1 - b2) * (g * g)
        return (-eta / (1 - b1**t)) * m / (np.sqrt(c / (1 - b2**t)) + self.eps)

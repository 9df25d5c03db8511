"""One step of training: the loss of a mini-batch, its gradient, and the optimizer's move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer
from tinynet.training.optim import Optimizer, clip_gradient, norm


class TrainingError(RuntimeError):
    """Training cannot go on; the message says at which epoch and step, and what to try."""


@dataclass
class Step:
    """What a step needs. clip: the longest gradient, or None; advice: what else to try where the loss is not finite."""

    net: Layer
    optimizer: Optimizer
    loss: Callable[..., Tensor]
    clip: float | None = None
    advice: str = ""

    def __call__(self, scores: Tensor, labels: np.ndarray, where: str, *teacher: np.ndarray) -> float:
        """Take the step and return the loss. TrainingError, which says `where` we are, if that is not finite."""
        value = self.loss(scores, labels, *teacher)
        if not np.isfinite(value._data):
            raise self._error(where, f"the loss is {value.item()}", self.advice)
        self.optimizer.zero_grad()
        value.backward()
        if self.clip is not None:
            clip_gradient(self.optimizer.parameters, self.clip)
        self.optimizer.step()
        return value.item()

    def norms(self, where: str) -> dict[str, float]:
        """Return the lengths of the last gradient and of the weights. TrainingError for weights that are not finite."""
        parameters = self.optimizer.parameters
        if not all(np.isfinite(p._data).all() for p in parameters):
            raise self._error(where, "the last step left parameters that are not finite")
        return {
            "grad_norm": norm([p.grad for p in parameters if p.grad is not None]),
            "weight_norm": norm([p._data for p in parameters]),
        }

    def _error(self, where: str, what: str, advice: str = "") -> TrainingError:
        also = f", {advice}" if advice else ""
        return TrainingError(f"{where}: {what}; try a lower learning rate (now {self.optimizer.lr}){also}")

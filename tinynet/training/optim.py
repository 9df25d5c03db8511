"""Optimizers and schedules under one name, `tn.optim`."""

from tinynet.training.adam import Adam
from tinynet.training.clipping import clip_gradient, norm
from tinynet.training.optimizer import SGD, Optimizer
from tinynet.training.schedules import Schedule, constant, cosine, exponential, stepwise

__all__ = [
    "SGD", "Adam", "Optimizer", "Schedule", "clip_gradient", "constant", "cosine", "exponential", "norm", "stepwise",
]  # fmt: skip

"""Schedules: how the learning rate changes during training.

A schedule is a function of the progress, which runs from 0 at the first step to 1 at the end of training. Its value
multiplies the learning rate.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Schedule = Callable[[float], float]


def constant(progress: float) -> float:
    """Return 1: the learning rate stays as it is."""
    return 1.0


def cosine(progress: float) -> float:
    """Return (1 + cos(pi progress)) / 2, from 1 down to 0 (Loshchilov, Hutter 2017, arXiv 1608.03983)."""
    return float((1 + np.cos(np.pi * progress)) / 2)


def exponential(last: float = 1e-2) -> Schedule:
    """Return the schedule last^progress: from 1 down to `last`, by the same ratio at every step."""
    return lambda progress: last**progress


def stepwise(*milestones: float, ratio: float = 0.1) -> Schedule:
    """Return the schedule that multiplies by `ratio` as progress passes each milestone."""
    return lambda progress: ratio ** sum(progress >= m for m in milestones)

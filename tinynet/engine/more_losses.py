"""More losses: squared errors, labels at every step of a sequence, and a teacher's scores.

squared hinge             L = mean_c max(0, 1 - t_c s_c)^2,      t_c = +1 for the true class, -1 for the others
squared error             L = mean_c (y_c - t_c)^2, for real targets
sequence cross-entropy    cross-entropy over the steps that have a label; a label of -1 means none
soft targets              L = -T^2 sum_c softmax(v / T)_c log softmax(s / T)_c, towards a teacher's scores v
                          (Hinton, Vinyals, Dean 2015, arXiv 1503.02531, section 2)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.losses import _log_softmax, cross_entropy, one_hot, same_shape
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor, values_of

_squared_hinge = primitive(
    "squared_hinge",
    lambda s, t: (np.maximum(0, 1 - t * s) ** 2).mean(),
    lambda g, y, s, t: g / s.size * -2 * t * np.maximum(0, 1 - t * s),
)
_squared_error = primitive(
    "mean_squared_error",
    lambda y, t: ((y - t) ** 2).mean(),
    lambda g, _, y, t: g / y.size * 2 * (y - t),
)


def squared_hinge(scores: Tensor, labels: Any) -> Tensor:
    """Return the mean over batch and classes of max(0, 1 - t s)^2, t = +1 for the true class, -1 for the others.

    Args:
        scores: (batch, classes).
        labels: integers (batch,). ValueError for another shape or labels outside 0 .. classes - 1.
    """
    return _squared_hinge(scores, 2 * one_hot("squared_hinge", scores, np.asarray(labels)) - 1)


def mean_squared_error(outputs: Tensor, targets: Any) -> Tensor:
    """Return the mean of (outputs - targets)^2 over all entries, both (batch, d). ValueError for other shapes."""
    return _squared_error(outputs, same_shape("mean_squared_error", outputs, targets))


def sequence_cross_entropy(scores: Tensor, labels: Any) -> Tensor:
    """Return the mean of -log softmax(scores) at the label, over all steps that have one.

    Args:
        scores: (.., classes).
        labels: integers (..), -1 where there is nothing to predict, as after the end of a padded sequence.

    Raises ValueError for labels of another shape, outside -1 .. classes - 1, or all -1.
    """
    labels = np.asarray(values_of(labels))
    if labels.shape != scores.shape[:-1] or labels.dtype.kind not in "iu":
        raise ValueError(
            f"sequence_cross_entropy: scores of shape {scores.shape} and labels of shape {labels.shape}, dtype "
            f"{labels.dtype}; labels must be integers {scores.shape[:-1]}, one per step"
        )
    counted = labels.ravel() != -1
    if not counted.any():
        raise ValueError(f"sequence_cross_entropy: {labels.size} labels, all -1; at least one step needs a label")
    rows = scores.reshape(labels.size, -1)
    targets = one_hot("sequence_cross_entropy", rows, np.where(counted, labels.ravel(), 0)) * counted[:, None]
    return cross_entropy(rows, targets.astype(rows.dtype)) * (counted.size / counted.sum())


def soft_targets(scores: Tensor, teacher: Any, temperature: float = 1.0, counted: np.ndarray | None = None) -> Tensor:
    """Return T^2 times the mean cross-entropy of softmax(scores / T) and softmax(teacher / T); see distillation.py.

    Args:
        scores, teacher: (.., classes).
        temperature: T, positive.
        counted: bool (..), which rows the mean is taken over; by default all.

    Raises ValueError for a teacher of another shape, a temperature that is not positive, or no row that counts.
    """
    p = np.exp(_log_softmax(same_shape("soft_targets", scores, teacher) / temperature))
    counted = np.ones(scores.shape[:-1], bool) if counted is None else counted
    if not temperature > 0 or not counted.any():
        raise ValueError(
            f"soft_targets: temperature={temperature}, {np.count_nonzero(counted)} rows that count; the temperature "
            "must be positive, and at least one row must count"
        )
    rows = scores.reshape(counted.size, -1)
    q = cross_entropy(rows / temperature, (p * counted[..., None]).reshape(rows.shape).astype(rows.dtype))
    return q * (temperature**2 * counted.size / counted.sum())

"""Losses over a part of the rows, and towards a teacher's scores.

sequence cross-entropy    the mean over the steps that have a label, those with -1 left out
soft targets              L = -T^2 sum_c softmax(v / T)_c log softmax(s / T)_c
                          (Hinton, Vinyals, Dean 2015, arXiv 1503.02531, section 2)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.losses import _softmax, cross_entropy, one_hot, same_shape
from tinynet.engine.tensor import Tensor, values_of


def sequence_cross_entropy(scores: Tensor, labels: Any) -> Tensor:
    """Return the mean of -log softmax(scores) at the label, over all steps that have one.

    Args:
        scores: (.., classes).
        labels: integers (..), -1 where nothing is to be predicted, as behind the end of a padded sequence.

    Raises ValueError for labels of another shape, outside -1 .. classes - 1, or all -1.
    """
    labels = np.asarray(values_of(labels))
    if labels.shape != scores.shape[:-1] or labels.dtype.kind not in "iu":
        raise ValueError(
            f"sequence_cross_entropy: scores of shape {scores.shape} and labels of shape {labels.shape}, dtype "
            f"{labels.dtype}; labels must be integers {scores.shape[:-1]}, one a step"
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
        counted: bool (..), over which rows the mean is; by default all.

    Raises ValueError for a teacher of another shape, a temperature that is not positive, or no row that counts.
    """
    p = _softmax(same_shape("soft_targets", scores, teacher) / temperature)
    counted = np.ones(scores.shape[:-1], bool) if counted is None else counted
    if not temperature > 0 or not counted.any():
        raise ValueError(
            f"soft_targets: temperature={temperature}, {np.count_nonzero(counted)} rows that count; the temperature "
            "must be positive, and at least one row count"
        )
    rows = scores.reshape(counted.size, -1)
    q = cross_entropy(rows / temperature, (p * counted[..., None]).reshape(rows.shape).astype(rows.dtype))
    return q * (temperature**2 * counted.size / counted.sum())

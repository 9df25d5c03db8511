"""Losses: one number that says how wrong the scores are.

Each takes scores (batch, classes), the output of the last layer, and returns the mean over the batch. Their VJPs are
derived by hand: exact, and safe where a chain of primitives would overflow.

    softmax          p_c = exp(s_c) / sum_k exp(s_k)
    cross-entropy    L = -sum_c t_c log p_c,                dL/ds = p sum_c t_c - t      (Bishop 2006, eq. 4.109)
    squared hinge    L = mean_c max(0, 1 - t_c s_c)^2,      t_c = +1 for the true class, -1 for the others
    squared error    L = mean_c (y_c - t_c)^2
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor, values_of


def _log_softmax(s: np.ndarray) -> np.ndarray:
    s = s - s.max(axis=-1, keepdims=True)  # softmax(s + c) = softmax(s); now exp cannot overflow
    return s - np.log(np.exp(s).sum(axis=-1, keepdims=True))


def _softmax(s: np.ndarray) -> np.ndarray:
    return np.exp(_log_softmax(s))


log_softmax = primitive("log_softmax", _log_softmax, lambda g, y, s: g - np.exp(y) * g.sum(axis=-1, keepdims=True))
softmax = primitive(
    "softmax", _softmax, lambda g, p, s: p * (g - (g * p).sum(axis=-1, keepdims=True))
)  # dp_i/ds_j = p_i ([i = j] - p_j)
cross_entropy = primitive(
    "softmax_cross_entropy",
    lambda s, t: -(t * _log_softmax(s)).sum() / len(s),
    lambda g, y, s, t: g / len(s) * (_softmax(s) * t.sum(axis=-1, keepdims=True) - t),
)
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


def softmax_cross_entropy(scores: Tensor, targets: Any) -> Tensor:
    """Return the mean over the batch of -log softmax(scores) at the target.

    Args:
        scores: (batch, classes).
        targets: integer labels (batch,), or soft targets (batch, classes), usually non-negative with sum one.

    Raises ValueError for targets of another shape or labels outside 0 .. classes - 1.
    """
    if scores.ndim != 2:
        raise ValueError(f"softmax_cross_entropy: scores of shape {scores.shape}; they must be (batch, classes)")
    labels = np.asarray(targets)
    are_labels = labels.dtype.kind in "iu"
    return cross_entropy(scores, one_hot("softmax_cross_entropy", scores, labels) if are_labels else
                          same_shape("softmax_cross_entropy", scores, targets))  # fmt: skip


def squared_hinge(scores: Tensor, labels: Any) -> Tensor:
    """Return the mean over batch and classes of max(0, 1 - t s)^2, t = +1 for the true class and -1 for the others.

    Args:
        scores: (batch, classes).
        labels: integers (batch,). ValueError for another shape or labels outside 0 .. classes - 1.
    """
    return _squared_hinge(scores, 2 * one_hot("squared_hinge", scores, np.asarray(labels)) - 1)


def mean_squared_error(outputs: Tensor, targets: Any) -> Tensor:
    """Return the mean of (outputs - targets)^2 over batch and outputs, both (batch, d). ValueError for other shapes."""
    return _squared_error(outputs, same_shape("mean_squared_error", outputs, targets))


def one_hot(loss: str, scores: Tensor, labels: np.ndarray) -> np.ndarray:
    """Return (batch, classes) zeros with a one in each row at its label."""
    n, classes = scores.shape if scores.ndim == 2 else (0, 0)
    if labels.dtype.kind not in "iu" or scores.ndim != 2 or labels.shape != (n,):
        raise ValueError(
            f"{loss}: scores of shape {scores.shape} and labels of shape {labels.shape}, dtype {labels.dtype}; "
            "scores must be (batch, classes) and labels integers (batch,)"
        )
    if n and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(
            f"{loss}: labels run from {labels.min()} to {labels.max()}, but there are {classes} classes; "
            f"labels must lie in 0 .. {classes - 1}"
        )
    out = np.zeros((n, classes), scores.dtype)
    out[np.arange(n), labels] = 1
    return out


def same_shape(loss: str, outputs: Tensor, targets: Any) -> np.ndarray:
    """Return targets as an array of the outputs' dtype. ValueError for another shape, or where they want a gradient."""
    if isinstance(targets, Tensor) and targets.requires_grad:
        raise ValueError(
            f"{loss}: targets of shape {targets.shape} require a gradient and would get none; pass targets.detach()"
        )
    targets = np.asarray(values_of(targets))
    if targets.shape != outputs.shape:
        raise ValueError(
            f"{loss}: outputs have shape {outputs.shape}, targets {targets.shape}; they must be equal "
            "(class labels must be integers)"
        )
    return targets.astype(outputs.dtype)

"""The loss of a classifier: softmax, and cross-entropy, which says how wrong the scores are.

Softmax turns scores (batch, classes) into probabilities; the loss is the mean over the batch of minus the logarithm of
the true class's. The VJPs are derived by hand: exact, and safe where a chain of primitives would overflow.

    softmax          p_c = exp(s_c) / sum_k exp(s_k)
    cross-entropy    L = -sum_c t_c log p_c,   dL/ds = p sum_c t_c - t     (of one example; Bishop 2006, eq. 4.109)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor, values_of


def _log_softmax(s: np.ndarray) -> np.ndarray:
    s = s - s.max(axis=-1, keepdims=True)  # softmax(s + c) = softmax(s); now exp cannot overflow
    return s - np.log(np.exp(s).sum(axis=-1, keepdims=True))


log_softmax = primitive("log_softmax", _log_softmax, lambda g, y, s: g - np.exp(y) * g.sum(axis=-1, keepdims=True))
softmax = primitive(
    "softmax", lambda s: np.exp(_log_softmax(s)), lambda g, p, s: p * (g - (g * p).sum(axis=-1, keepdims=True))
)
cross_entropy = primitive(
    "softmax_cross_entropy",
    lambda s, t: -(t * np.where(t, _log_softmax(s), 0)).sum() / len(s),  # 0 log 0 = 0
    lambda g, y, s, t: g / len(s) * (np.exp(_log_softmax(s)) * t.sum(axis=-1, keepdims=True) - t),
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
    if labels.dtype.kind in "iu":
        return cross_entropy(scores, one_hot("softmax_cross_entropy", scores, labels))
    return cross_entropy(scores, same_shape("softmax_cross_entropy", scores, targets))


def one_hot(loss: str, scores: Tensor, labels: np.ndarray) -> np.ndarray:
    """Return (batch, classes) zeros with a one in each row at its label."""
    n, classes = scores.shape if scores.ndim == 2 else (0, 0)
    if labels.dtype.kind not in "iu" or scores.ndim != 2 or labels.shape != (n,):
        raise ValueError(
            f"{loss}: scores of shape {scores.shape} and labels of shape {labels.shape}, dtype {labels.dtype}; "
            "scores must be (batch, classes) and labels integers (batch,)"
        )
    if n and not 0 <= labels.min() <= labels.max() < classes:
        what = f"{loss}: labels run from {labels.min()} to {labels.max()}"
        raise ValueError(f"{what}, but there are {classes} classes; labels must lie in 0 .. {classes - 1}")
    out = np.zeros((n, classes), scores.dtype)
    out[np.arange(n), labels] = 1
    return out


def same_shape(loss: str, outputs: Tensor, targets: Any) -> np.ndarray:
    """Return targets as an array of the outputs' dtype. ValueError for another shape, or where they want a gradient."""
    if isinstance(targets, Tensor) and targets.requires_grad:
        what = f"{loss}: targets of shape {targets.shape}"
        raise ValueError(f"{what} require a gradient and would get none; pass targets.detach()")
    targets = np.asarray(values_of(targets))
    if targets.shape != outputs.shape:
        what = f"{loss}: outputs have shape {outputs.shape}, targets {targets.shape}"
        raise ValueError(f"{what}; they must be equal (class labels must be integers)")
    return targets.astype(outputs.dtype)

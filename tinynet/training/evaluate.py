"""The error of a network on given data."""

from __future__ import annotations

import numpy as np

from tinynet.engine.recording import evaluating
from tinynet.layers.base import Layer
from tinynet.training.checks import Diverged, Pair, are_classes, check_pair, counts


def evaluate(net: Layer, data: Pair, batch_size: int = 1000, name: str = "data") -> float:
    """Return the error rate in [0, 1] for integer labels, the mean squared error for real targets.

    The net runs in evaluation mode; afterwards every layer is back in its own mode. Raises ValueError for data that
    cannot be used, and where a score is NaN, since no class is then the best; errors call the data by `name`.
    """
    inputs, labels = check_pair(name, net, data)
    if not counts(batch_size):
        raise ValueError(f"evaluate: batch_size={batch_size}; it must be an integer, at least 1")
    total, count = 0.0, 0
    with evaluating(net):
        for start in range(0, len(inputs), batch_size):
            batch = slice(start, start + batch_size)
            scores = net(inputs[batch])._data
            if np.isnan(scores).any():
                row = start + int(np.argwhere(np.isnan(scores))[0][0])
                raise Diverged(f"{name}: the scores of row {row} are NaN; the network has diverged on such inputs")
            wrong, judged = count_errors(scores, labels[batch])
            total, count = total + wrong, count + judged
    return total / count


def count_errors(scores: np.ndarray, labels: np.ndarray) -> tuple[float, int]:
    """Return how many examples are classified wrongly, and out of how many; labels of -1 do not count.

    For real targets return the sum of each example's mean squared error, and the number of examples.
    """
    if are_classes(labels):
        judged = labels != -1
        return float(np.count_nonzero((scores.argmax(axis=-1) != labels) & judged)), int(np.count_nonzero(judged))
    return float(((scores - labels) ** 2).mean(axis=1).sum(dtype=np.float64)), len(labels)

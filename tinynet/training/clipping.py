"""The length of a gradient, and how to limit it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tinynet.engine.tensor import Parameter


def norm(arrays: Sequence[np.ndarray]) -> float:
    """Return the Euclidean length of all entries of all arrays together."""
    return float(np.sqrt(sum(np.square(a, dtype=np.float64).sum() for a in arrays)))  # squares overflow in float32


def clip_gradient(parameters: Sequence[Parameter], longest: float) -> float:
    """Shorten the gradient of all parameters together to length `longest` if it is longer; return its length before.

    A product over many time steps can make one gradient enormous; its direction is still good (Pascanu, Mikolov, Bengio
    2013, arXiv 1211.5063, algorithm 1). ValueError unless `longest` is positive.
    """
    if not longest > 0:
        raise ValueError(f"clip_gradient: longest={longest}; it must be positive")
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = norm(gradients)
    if length > longest:
        for g in gradients:
            g *= longest / length
    return length

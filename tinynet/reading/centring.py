"""Centring: columns with their mean subtracted, and brought to length 1, so that their products are correlations.

The mean of equal numbers is seldom exactly that number: ten times 0.1 leaves 1e-17 over. Divided by its own length,
this rounding would look like a signal, and two constant columns would correlate with 1 or -1. So a constant column is
recognized by its entries, and becomes 0.
"""

from __future__ import annotations

import numpy as np


def centred(A: np.ndarray) -> np.ndarray:
    """Return A (N, n) with each column's mean subtracted; a constant column becomes exactly 0."""
    return np.where((A[:1] == A).all(axis=0), 0.0, A - A.mean(axis=0))


def directions(A: np.ndarray) -> np.ndarray:
    """Return the columns of A (N, n) at length 1, however short they are; a column of zeros stays 0."""
    peak = np.abs(A).max(axis=0, initial=0)
    A = A / np.where(peak > 0, peak, 1)  # the square of a tiny entry would be 0
    return A / np.where(peak > 0, np.linalg.norm(A, axis=0), 1)

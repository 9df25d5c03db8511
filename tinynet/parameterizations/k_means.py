"""k-means on a line: K centroids such that many numbers are near them.

Lloyd's iteration (1982): give each number to the nearest centroid, move each centroid to the mean of its numbers, and
repeat until nothing changes. On a line the numbers are sorted once; then those of a centroid are a range, and its mean
follows from two running sums. So an iteration costs K binary searches, however many numbers there are.

It starts at K quantiles of the distinct numbers, so it finds them all if there are at most K. It ends at a local
optimum, which is the global one where the density of the numbers is log-concave, as a normal one is (Fleischer 1964).
"""

from __future__ import annotations

import numpy as np

ITERATIONS = 100


def k_means(V: np.ndarray, K: int) -> np.ndarray:
    """Return K ascending centroids of the entries of V, float64 (K,): each the mean of the entries nearest to it."""
    peak = np.abs(V).max() or V.dtype.type(1)  # so that no sum overflows
    v = np.sort(V, axis=None).astype(np.float64) / peak
    different = v[np.concatenate([[True], v[1:] > v[:-1]])]
    c = different[np.linspace(0, len(different) - 1, K).round().astype(int)]
    sums = np.concatenate([[0], np.cumsum(v)])
    for _ in range(ITERATIONS):
        ends = np.concatenate([[0], np.searchsorted(v, borders(c)), [len(v)]])
        count = np.diff(ends)
        means = np.where(count > 0, np.diff(sums[ends]) / np.maximum(1, count), c)
        if np.array_equal(means, c):
            break
        c = means
    return c * peak


def borders(c: np.ndarray) -> np.ndarray:
    """Return the points half-way between neighbours, (K - 1,)."""
    return c[1:] / 2 + c[:-1] / 2

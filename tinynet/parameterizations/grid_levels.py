"""Grid levels: two kinds of grid without a zero, which level is nearest to a number, and the step that suits a matrix.

    half steps        -3/2, -1/2, 1/2, 3/2        2^bits levels, evenly spaced
    powers of two     -1, -1/2, 1/2, 1            a sign and a shift: no product is needed to multiply by one

Powers of two crowd around zero, where most weights are, and spread where weights are rare. On a chip, x times 2^-k is x
shifted by k places, much smaller to build than a multiplier. With 4 bits the smallest level is 2^-7 already, and more
bits would only add levels closer to zero; so there are 1 to 4.

Sources: D. Miyashita, E. Lee, B. Murmann 2016, arXiv 1603.01025, and A. Zhou et al. 2017, arXiv 1702.03044, for weights
that are powers of two (with a zero).
"""

from __future__ import annotations

import numpy as np

# fmt: off
#                  the h positive levels, ascending           which of them is nearest to a, between the first and last
GRIDS = {
    "half steps":    (lambda h: np.arange(h) + 0.5,           lambda a, h: np.floor(a)),
    "powers of two": (lambda h: 2.0 ** np.arange(1 - h, 1),   lambda a, h: np.frexp(a / 1.5)[1] + h - 1),
}
# fmt: on
MOST_BITS = {"half steps": 8, "powers of two": 4}


def levels_of(kind: str, bits: int) -> np.ndarray:
    """Return the levels in ascending order, float64 (2^bits,); a code counts them from 0."""
    positive = GRIDS[kind][0](2 ** (bits - 1))
    return np.concatenate([-positive[::-1], positive])


def codes_of(u: np.ndarray, kind: str, bits: int) -> np.ndarray:
    """Return the code of the level nearest to each u; halfway, of the one farther from 0; of 0, of a positive one."""
    half, (positive, place) = 2 ** (bits - 1), GRIDS[kind]
    k = place(np.clip(np.abs(u), *positive(half)[[0, -1]]), half).astype(np.intp)
    return np.where(u >= 0, half + k, half - 1 - k)


def nearest_step(W: np.ndarray, kind: str, bits: int, axis: int | None) -> np.ndarray:
    """Return steps s such that s times levels come near W (m, n): float64 (1, 1), or (1, n) for axis=0.

    A heuristic: try steps that put max |W| on each level and beyond the last one, refit each by least squares, and go
    on refitting the best of them.
    """
    levels = levels_of(kind, bits)
    peak = np.abs(W).max(axis=axis, keepdims=True).astype(np.float64)
    U = W / np.where(peak > 0, peak, 1)  # at most 1, so that no square overflows

    def refit(s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the step that fits the levels of U / s best, and by how much |U|^2 falls with it."""
        L = levels.take(codes_of(U / s, kind, bits))
        dot, squares = (U * L).sum(axis=axis, keepdims=True), (L * L).sum(axis=axis, keepdims=True)
        return np.where(dot > 0, dot / squares, 1), dot**2 / squares

    best, most = np.ones(peak.shape), np.zeros(peak.shape)
    for top in [*levels[levels > 0], *levels[-1] * np.geomspace(0.55, 8, 40)]:  # where the largest entry goes
        s, gain = refit(np.full(peak.shape, 1 / top))
        best, most = np.where(gain > most, s, best), np.maximum(gain, most)
    for _ in range(10):
        best, _ = refit(best)
    return best * peak

"""The grader of lesson 09: `test_NAME` grades the function NAME in exercise.py."""

import numpy as np


def test_largest_saving_rank(exercise, rng):
    """Count up, rank by rank, until nothing is saved any more."""
    shapes = [(6, 3), (8, 8), (64, 256), (1, 1), (1, 9), (2, 2), (12, 4), (5, 7), tuple(rng.integers(20, 900, size=2))]
    for m, n in shapes:
        m, n, k = int(m), int(n), 0
        while m * (k + 1) + (k + 1) * n < m * n:
            k += 1
        exercise.largest_saving_rank(m, n).equals(k)


def test_nearest(exercise, rng):
    """Eckart and Young 1936: what is lost are the squares of the singular values that are left out."""
    for (m, n), k in ((4, 3), 1), ((5, 3), 2), ((3, 6), 2), ((4, 4), 3), ((6, 5), 1), ((3, 5), 3):
        A, B = np.linalg.qr(rng.normal(size=(m, m)))[0], np.linalg.qr(rng.normal(size=(n, n)))[0]
        s = np.sort(rng.uniform(0.2, 3, min(m, n)))[::-1] + 0.5 * np.arange(min(m, n))[::-1]
        W = A[:, : len(s)] @ np.diag(s) @ B[:, : len(s)].T
        answer = exercise.nearest(W, k)
        value = answer.value
        pair = isinstance(value, (tuple, list)) and len(value) == 2
        answer.satisfies(pair, "two matrices, U and V")
        U, V = (np.asarray(factor) for factor in value)
        numbers = all(factor.dtype.kind in "fiu" and np.isfinite(factor).all() for factor in (U, V))
        answer.satisfies(
            U.shape == (m, k) and V.shape == (k, n) and numbers,
            f"U of shape {(m, k)} and V of shape {(k, n)}, got {U.shape} and {V.shape}",
        )
        lost, least = float(np.sum((W - U @ V) ** 2)), float(np.sum(s[k:] ** 2))
        answer.satisfies(
            lost <= least + 1e-6 * np.sum(s**2),
            f"the squares of W - U V to add up to {least:.6g}; yours add up to {lost:.6g}",
        )
        by_U, by_V = U.T @ U, V @ V.T
        lengths = f"{np.sqrt(np.diag(by_U)).round(3)} and {np.sqrt(np.diag(by_V)).round(3)}"
        answer.satisfies(
            np.allclose(np.diag(by_U), np.diag(by_V), rtol=1e-4),
            f"columns of U as long as the rows of V; their lengths are {lengths}",
        )
        slack = 1e-4 * s[0]
        square = all(np.abs(gram - np.diag(np.diag(gram))).max() < slack for gram in (by_U, by_V))
        answer.satisfies(square, "columns of U at right angles to one another, and rows of V too")


def test_gradients(exercise, rng):
    """Differences: move one entry of a factor, and see how the sum of G * (U V) moves. It is linear in each entry."""
    for m, n, k in (3, 3, 2), (4, 3, 2), (3, 5, 1), (4, 4, 4), (2, 6, 3):
        G, U, V = rng.normal(size=(m, n)), rng.normal(size=(m, k)), rng.normal(size=(k, n))
        base = float(np.sum(G * np.einsum("ik,kj->ij", U, V)))
        found = []
        for which, factor in ("U", U), ("V", V):
            slopes = np.zeros_like(factor)
            for at in np.ndindex(factor.shape):
                moved = factor.copy()
                moved[at] += 1.0
                product = np.einsum("ik,kj->ij", moved, V) if which == "U" else np.einsum("ik,kj->ij", U, moved)
                slopes[at] = float(np.sum(G * product)) - base
            found.append(slopes)
        exercise.gradients(G, U, V).equals(tuple(found))


def move(G, U, V, rate_U, rate_V):
    """Return the factors after a step of plain SGD."""
    return U - rate_U * G @ V.T, V - rate_V * U.T @ G


def test_mended_rates(exercise, rng):
    """Train both networks for three steps, and compare their products."""
    for c, lr in (1.0, 0.1), (2.0, 0.1), (4.0, 0.05), (0.25, 0.1), (float(2.0 ** rng.uniform(-2, 2)), 0.02):
        answer = exercise.mended_rates(c, lr)
        value = answer.value
        pair = isinstance(value, (tuple, list, np.ndarray)) and len(value) == 2
        numbers = pair and all(np.ndim(rate) == 0 and np.isfinite(float(rate)) for rate in value)
        answer.satisfies(numbers, "two numbers: the rate of c U, and the rate of V / c")
        rate_U, rate_V = (float(rate) for rate in value)
        U, V, target = rng.normal(size=(4, 2)), rng.normal(size=(2, 3)), rng.normal(size=(4, 3))
        first, second = (U, V), (c * U, V / c)
        for number in range(3):
            first = move(first[0] @ first[1] - target, *first, lr, lr)
            with np.errstate(over="ignore", invalid="ignore"):
                second = move(second[0] @ second[1] - target, *second, rate_U, rate_V)
            W, other = first[0] @ first[1], second[0] @ second[1]
            same = bool(np.isfinite(other).all()) and np.abs(other - W).max() <= 1e-6 * np.abs(W).max()
            answer.satisfies(
                same,
                f"the same W after step {number + 1}; with the rates {rate_U:.4g} and {rate_V:.4g} the largest "
                f"difference is {np.abs(other - W).max():.3g}",
            )


def test_share_seen(exercise, rng):
    """What is left of each input after least squares is not seen."""
    diagonal = np.array([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])  # columns at 45 degrees, of different lengths
    inputs = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    cases = [(inputs, diagonal), (inputs, 3 * diagonal[:, :1]), (inputs, 0.2 * diagonal)]
    for N, m, k in (5, 4, 1), (3, 6, 3), (7, 5, 2), (4, 4, 4):
        cases.append((rng.normal(size=(N, m)) + 0.5, rng.normal(size=(m, k)) + rng.uniform(0.2, 1)))
    for x, U in cases:
        rest = x.T - U @ np.linalg.lstsq(U, x.T, rcond=None)[0]
        exercise.share_seen(x, U).equals(float(1 - np.sum(rest**2) / np.sum(x**2)), rtol=1e-5)


def test_smooth_bank(exercise, rng):
    """Pixel by pixel, with the distance from `np.hypot`."""
    for side, k, sigma in (3, 2, 1.0), (4, 3, 1.5), (5, 1, 0.7), (6, 4, float(rng.uniform(0.6, 2.5))):
        centres = (
            np.round(rng.uniform(0, side - 1, size=(k, 2)), 2) if side != 4 else rng.integers(0, side, size=(k, 2))
        )
        U = np.zeros((side * side, k))
        for r in range(side):
            for c in range(side):
                for j, (row, column) in enumerate(centres):
                    d = np.hypot(r - row, c - column)
                    U[r * side + c, j] = np.exp(-((d / sigma) ** 2) / 2)
        U /= np.sqrt(np.einsum("ij,ij->j", U, U))
        exercise.smooth_bank(side, centres, sigma).equals(U)


def test_rank_that_fits(exercise, rng):
    """Add up the bytes of larger and larger ranks until one does not fit."""
    m, n = (int(size) for size in rng.integers(20, 300, size=2))
    cases = [(10, 6, 200), (10, 6, 192), (64, 256, 8192), (6, 10, 39), (5, 8, 40), (m, n, 4 * (m + n) * 7)]
    cases += [(10, 6, 8 + 24 * 3), (10, 6, 7 + 24 * 3), (7, 9, 6), (4, 9, 7 + 36 * 2), (5, 3, 7), (3, 5, 4 * 5 * 12)]
    for m, n, budget in cases:
        for bank in "learned", "random", "grid", "pretrained":
            V, U = 4 * n, {"learned": 4 * m, "pretrained": 4 * m, "random": 0, "grid": 0}[bank]
            k, fixed = 0, 8 if bank == "random" else 0
            while fixed + (k + 1) * (U + V) <= budget:
                k += 1
            exercise.rank_that_fits(m, n, budget, bank).equals(k)

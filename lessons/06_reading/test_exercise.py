"""The grader of lesson 6: `test_NAME` grades the function NAME in exercise.py."""

import math

import numpy as np


def information(z, labels):
    """Return the mutual information of answer and label in bits, summed pair by pair."""
    n, total = len(z), 0.0
    for answer in (True, False):
        for c in set(labels.tolist()):
            both = sum(1 for v, y in zip(z, labels, strict=True) if (v >= 0) == answer and y == c) / n
            p, q = sum(1 for v in z if (v >= 0) == answer) / n, sum(1 for y in labels if y == c) / n
            total += both * math.log2(both / (p * q)) if both else 0.0
    return total


def test_information_gain(exercise, rng):
    """Compare with the mutual information of answer and label, which is the same number."""
    yes, no = [0, 0, 0, 1, 2], [0, 1, 2, 2, 2, 2, 2]  # classes by answer: each occurs on both sides; one z is 0
    labels = np.array(yes + no)
    z = np.array([0.0, *rng.uniform(0.1, 2, 4), *rng.uniform(-2, -0.1, 7)])
    order = rng.permutation(len(z))
    exercise.information_gain(z[order], labels[order]).equals(information(z[order], labels[order]), rtol=1e-4)
    exercise.information_gain(np.array([1.0, -1.0, 0.5, -0.2]), np.array([7, 3, 7, 3])).equals(1.0)
    exercise.information_gain(rng.uniform(0, 1, 6), np.array([0, 1, 2, 0, 1, 2])).equals(0.0)
    for _ in range(4):
        z, labels = rng.normal(size=15), rng.integers(10, size=15)
        z[:2] = -1, 1  # both answers occur
        exercise.information_gain(z, labels).equals(information(z, labels), rtol=1e-4)  # an answer in float32 passes


def spectrum(rng, examples, values, mean=0.0):
    """Return activations that have these singular values once their mean is subtracted."""
    n = len(values)
    U = np.linalg.qr(np.column_stack([np.ones(examples), rng.normal(size=(examples, n))]))[0][:, 1:]
    Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    return U * values @ Q.T + mean / np.sqrt(examples) * Q[:, -1]


def test_rank(exercise, rng):
    """Make activations from singular values. The last one is 0, and only the mean lies along its direction."""
    values = 0.5 * np.array([1, 0.3, 0.1, 0.03, 0.0018, 0.0017, 0.0013, 0.0012, 0.0004, 0])
    exercise.rank(spectrum(rng, 16, values, mean=0.4), 1e-3).equals(8)
    exercise.rank(spectrum(rng, 9, 20 * np.array([1, 0.5, 0.02])), 0.1).equals(2)
    u = rng.uniform(-0.4, 0.4, size=10)
    exercise.rank(np.column_stack([u, -u, 0.5 * u + 0.3, np.full(10, 0.7)]), 1e-4).equals(1)
    exercise.rank(spectrum(rng, 6, np.array([1, 0.2, 0.1, 0.05, 0.02])), 1e-4).equals(5)


def test_fit_unit(exercise, rng):
    """Solve by Cramer's rule: at the minimum the residual is orthogonal to a_i and to the constant."""
    for examples in 6, 9, 30:
        a_i = np.tanh(rng.normal(size=examples)) + 0.2
        a_i[:2] = -0.9, 0.9  # so that it varies
        a_j = 0.4 - 0.5 * a_i + 0.1 * rng.uniform(-1, 1, size=examples)
        n, s, t = examples, sum(a_i), sum(a_j)
        ss, st = sum(v * v for v in a_i), sum(v * w for v, w in zip(a_i, a_j, strict=True))
        exercise.fit_unit(a_i, a_j).equals(((n * st - s * t) / (n * ss - s * s), (ss * t - s * st) / (n * ss - s * s)))
    exercise.fit_unit(a_i, 1.5 - 3 * a_i).equals((-3.0, 1.5))
    exercise.fit_unit(a_i, np.full(len(a_i), 0.25)).equals((0.0, 0.25))


def test_merge(exercise, rng):
    """Keep the rows in a dictionary by unit, and build the expected arrays entry by entry."""
    for m, n, k, i, j in (3, 3, 3, 1, 0), (3, 3, 3, 0, 2), (4, 5, 2, 1, 3), (2, 4, 3, 3, 1), (1, 2, 1, 1, 0):
        W, b, V, e = rng.normal(size=(m, n)), rng.normal(size=n), rng.normal(size=(n, k)), rng.normal(size=k)
        c, d = float(rng.choice([-1, 1]) * rng.uniform(1.5, 2)), float(rng.choice([-1, 1]) * rng.uniform(0.5, 1))
        rows = {u: [float(v) for v in V[u]] for u in range(n)}
        gone = rows.pop(j)
        rows[i] = [v + c * g for v, g in zip(rows[i], gone, strict=True)]
        exercise.merge(W, b, V, e, i, j, c, d).equals(
            (
                np.array([[W[p, u] for u in rows] for p in range(m)]),
                np.array([b[u] for u in rows]),
                np.array(list(rows.values())),
                np.array([v + d * g for v, g in zip(e, gone, strict=True)]),
            )
        )

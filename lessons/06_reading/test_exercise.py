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

    def check(z, labels):
        order = rng.permutation(len(z))
        z, labels = np.array(z)[order], np.array(labels)[order]
        exercise.information_gain(z, labels).equals(information(z, labels), rtol=1e-4)  # an answer in float32 passes

    number = int(rng.integers(1, 100))
    classes = np.array([number, -number, number + 256])  # labels are names: any integers will do
    yes, no = classes[[0, 0, 0, 1, 2]], classes[[0, 1, 2, 2, 2, 2, 2]]  # each class occurs on both sides
    for border in 0.0, -0.0, -1e-9, -rng.uniform(0.01, 0.4):  # belongs to the first of a side
        z = np.append(rng.uniform(0.6, 2, len(yes)), rng.uniform(-2, -0.6, len(no)))
        z[0 if border >= 0 else len(yes)] = border
        check(z, np.append(yes, no))
    exercise.information_gain(np.array([1.0, -1.0, 0.5, -0.2]), np.array([7, 3, 7, 3])).equals(1.0)
    for z in rng.uniform(0, 1, 6), rng.uniform(-1, -0.1, 6):  # all examples give the same answer
        exercise.information_gain(z, np.array([0, 1, 2, 0, 1, 2])).equals(0.0)
    exercise.information_gain(rng.permutation([-1, -0.5, 0, 2]), np.full(4, number)).equals(0.0)
    exercise.information_gain(rng.normal(size=1), classes[1:2]).equals(0.0)
    for n in rng.integers(10, 40, size=3):
        z = rng.normal(size=n) + rng.uniform(-0.5, 0.5)
        z[:2] = -1, 1  # both answers occur
        check(z, rng.integers(-6, 7, size=n))


def spectrum(rng, examples, units, values, mixed=1.0):
    """Return activations that have these singular values once their means are subtracted; the others are 0.

    The less mixed, the more of the units vary little.
    """
    n = len(values)
    U = np.linalg.qr(np.column_stack([np.ones(examples), rng.exponential(size=(examples, n))]))[0][:, 1:]
    Q = np.linalg.qr(np.eye(units, n) + mixed * rng.normal(size=(units, n)))[0]
    return U * values @ Q.T + rng.normal(size=units) * values[0]


def test_rank(exercise, rng):
    """Make activations from singular values. Many are as large as the first, and many lie near the tolerance."""
    near = [2, 1.3, 1.15, 1.1, 1.05, 0.95, 0.9, 0.85, 0.7, 0.5]
    for scale, tolerance, mixed in (
        (0.005, 1e-3, 1), (20, rng.uniform(0.2, 0.4), 1), (0.3, 10 ** rng.uniform(-4, -2), 0.01),
    ):  # fmt: skip
        large = int(rng.integers(4, 7))
        values = scale * np.concatenate([[1], rng.uniform(0.9, 1, large - 1), tolerance * np.array(near)])
        units = len(values) + int(rng.integers(3))
        exercise.rank(spectrum(rng, units + 4, units, values, mixed), tolerance).equals(large + 5)
    exercise.rank(spectrum(rng, 9, 3, 20 * np.array([1, 0.5, 0.02])), 0.1).equals(2)
    u = rng.uniform(-0.4, 0.4, size=10)
    exercise.rank(np.column_stack([u, -u, 0.5 * u + 0.3, np.full(10, 0.7)]), 1e-4).equals(1)
    exercise.rank(spectrum(rng, 6, 5, np.array([1, 0.2, 0.1, 0.05, 0.02])), 1e-4).equals(5)
    exercise.rank(spectrum(rng, 5, 8, np.array([1, 0.3, 0.1])), 0.2).equals(2)  # fewer examples than units
    exercise.rank(spectrum(rng, 6, 1, np.array([0.4])), 0.5).equals(1)
    exercise.rank(np.tile(rng.integers(-8, 9, 4) / 8, (8, 1)), 0.1).equals(0)  # 0 is not larger than 0.1 times 0


def test_fit_unit(exercise, rng):
    """Add noise that is orthogonal to a_i and to the constant, so that c and d are known beforehand."""
    for examples, spread, noise, slope, d in (
        (2, 0.5, 1, 0.6, 0.8),
        (6, 0.7, 0.1, -20, -0.3),
        (9, 0.3, 8, 0.02, 0.5),
        (30, 0.01, 0.5, 40, 2),  # with so small a spread the unit is saturated
        (12, 0.02, 1, -2, -4),
    ):
        a_i = np.tanh(rng.normal(size=examples))
        a_i[:2] = -0.9, 0.9  # so that it varies
        a_i = a_i * spread + rng.choice([-1, 1]) * (1 - spread)
        slope, d = (slope, d) * rng.uniform(0.8, 1.2, 2) * rng.choice([-1, 1], 2)
        basis = np.linalg.qr(np.column_stack([np.ones(examples), a_i]))[0]
        residual = rng.normal(size=examples)
        residual -= basis @ (basis.T @ residual)
        exercise.fit_unit(a_i, slope * (a_i + noise * spread * residual) + d).equals((slope, d))
    exercise.fit_unit(a_i, 1.5 - 3 * a_i).equals((-3.0, 1.5))
    exercise.fit_unit(a_i, 3 * a_i - 0.5).equals((3.0, -0.5))
    exercise.fit_unit(a_i, np.full(len(a_i), 0.25)).equals((0.0, 0.25))


def test_merge(exercise, rng):
    """Keep the rows in a dictionary by unit, and build the expected arrays entry by entry."""
    m, n, k = rng.integers(6, 9, size=3).tolist()
    drawn = m, n, k, *rng.choice(n, size=2, replace=False).tolist()
    cases = zip(
        [(3, 3, 3, 1, 0), (3, 3, 3, 0, 2), (4, 5, 2, 1, 3), (2, 4, 3, 3, 1), (1, 2, 1, 1, 0), drawn],
        [1.7, -1.7, 0.04, -4.0, 0.0, 2.5] * rng.uniform(0.9, 1.1, 6),
        [0.6, 0.8, -0.7, 0.03, -3.0, 0.0] * rng.uniform(0.9, 1.1, 6),
        strict=True,
    )
    for (m, n, k, i, j), c, d in cases:
        W, b, V, e = rng.normal(size=(m, n)), rng.normal(size=n), rng.normal(size=(n, k)), rng.normal(size=k)
        rows = {u: [float(v) for v in V[u]] for u in range(n)}
        gone = rows.pop(j)
        rows[i] = [v + c * g for v, g in zip(rows[i], gone, strict=True)]
        exercise.merge(W, b, V, e, i, j, float(c), float(d)).equals(
            (
                np.array([[W[p, u] for u in rows] for p in range(m)]),
                np.array([b[u] for u in rows]),
                np.array(list(rows.values())),
                np.array([v + d * g for v, g in zip(e, gone, strict=True)]),
            )
        )

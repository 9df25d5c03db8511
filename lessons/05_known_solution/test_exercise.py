"""The grader of lesson 5: `test_NAME` grades the function NAME in exercise.py."""

from itertools import permutations, product

import numpy as np


def test_equivalent_settings(exercise, rng):
    """Write down all signed orders of a layer's units, and count them."""

    def counted(n):
        return len(set(product(permutations(range(n)), product((1, -1), repeat=n))))

    for widths in [3, 2], [4], [1, 1, 1], [2, 4], [1], rng.integers(1, 5, size=3).tolist():
        exercise.equivalent_settings(widths).equals(int(np.prod([counted(n) for n in widths])))
    exercise.equivalent_settings([14]).equals(1_428_329_123_020_800)  # 14! 2^14 has more digits than a float32 holds


def directions(rng, rows, columns):
    """Return orthonormal columns that are also orthogonal to the constant, so that they have correlation 0."""
    return np.linalg.qr(np.column_stack([np.ones(rows), rng.normal(size=(rows, columns))]))[0][:, 1:]


def activations(rng, S, means_a, means_b):
    """Return A and B with these means, whose units have the correlations S."""
    n = len(S)
    Q = directions(rng, 2 * n + 3, 2 * n)
    B = Q[:, :n] @ S + Q[:, n:] * np.sqrt(1 - (S**2).sum(axis=0))
    return Q[:, :n] + means_a, B * 0.5 + means_b


# A unit's best partner may belong to another unit: here 0.7 + 0.1 < 0.6 + 0.6. In TURNED all partners are opposite.
TURNED = np.array([[0.7, -0.6, 0.05], [-0.6, 0.1, -0.05], [0.05, -0.05, -0.9]])
MIXED = np.array([[0.6, 0.5, 0.0, 0.1], [-0.5, 0.1, 0.2, 0.0], [0.0, 0.3, 0.9, 0.0], [0.1, 0.0, 0.0, -0.8]])


def test_align(exercise, rng):
    """Make activations with known correlations, and so with a known best order."""
    order = np.array([[1, 2, 0], [2, 0, 1]][rng.integers(2)])  # no order is its own inverse here
    S = np.empty((3, 3))
    S[:, order] = TURNED[:, [1, 0, 2]]
    exercise.align(*activations(rng, S, np.array([0.3, 0.2, 0.4]), np.array([0.2, 0.3, 0.1]))).equals(
        (order, np.array([-1.0, -1.0, -1.0]))
    )
    for _ in range(3):
        order, turns = rng.permutation(4), rng.choice([-1, 1], size=4)
        S = np.empty((4, 4))
        S[:, order] = MIXED[:, [1, 0, 2, 3]] * turns
        A, B = activations(rng, S, rng.uniform(-0.3, 0.3, 4), rng.uniform(-0.3, 0.3, 4))
        exercise.align(A, B).equals((order, np.array([1.0, -1.0, 1.0, -1.0]) * turns))
    x = rng.normal(size=(7, 1))
    exercise.align(np.tanh(x), np.tanh(-x)).equals((np.array([0]), np.array([-1.0])))


def test_rearrange(exercise, rng):
    """Build the signed permutation matrix P and compare with W P, b P and P^T V."""
    for m, n, k in (3, 3, 3), (5, 4, 2), (1, 2, 3), (2, 1, 1):
        W, b, V = rng.normal(size=(m, n)), rng.normal(size=n), rng.normal(size=(n, k))
        order, signs = rng.permutation(n), rng.choice([-1.0, 1.0], size=n)
        if n == 3:
            order, signs = (
                np.array([[1, 2, 0], [2, 0, 1]][rng.integers(2)]),
                np.roll([1.0, -1.0, -1.0], rng.integers(3)),
            )
        P = np.array([[signs[i] * (order[i] == j) for i in range(n)] for j in range(n)])
        exercise.rearrange(W, b, V, order, signs).equals(
            (np.einsum("mj,ji->mi", W, P), np.einsum("j,ji->i", b, P), np.einsum("ji,jk->ik", P, V))
        )


def test_count_solutions(exercise, rng):
    """Make networks from known units, moved and turned. Units with different numbers have correlation 0."""
    Q = directions(rng, 12, 9)

    def net(units, turns=(1, 1, 1)):
        return Q[:, list(units)] * turns * rng.uniform(0.5, 2, size=3) + rng.uniform(-0.3, 0.3, size=3)

    p, q, r, s, t, u, v, w, last = rng.permutation(9).tolist()
    a, a_moved, b, a_turned = net((p, q, r)), net((q, r, p)), net((s, t, u)), net((r, p, q), (-1, 1, -1))
    a_but_one, b_moved = net((p, q, v)), net((u, s, t))
    exercise.count_solutions([a, a_moved, b, a_turned, a_but_one, b_moved], 0.6).equals(3)
    exercise.count_solutions([b, a, a_but_one, b_moved, net((u, t, w))], 0.95).equals(4)
    exercise.count_solutions([a_turned], 0.9).equals(1)
    noisy = a_moved + 0.4 * Q[:, [v, w, s]]  # correlations of 0.78 to 0.98, by the units' lengths
    exercise.count_solutions([a, noisy, a_turned], 0.6).equals(1)
    exercise.count_solutions([a, noisy, a_turned], 0.995).equals(2)

    # A chain: neighbours have correlation cos 30 degrees = 0.87, its two ends cos 60 degrees = 0.5.
    c, near, far = (
        Q[:, [p, q, r]] * np.cos(angle) + Q[:, [s, t, u]] * np.sin(angle) for angle in np.radians([0, 30, 60])
    )
    apart = net((v, w, last))
    exercise.count_solutions([c, apart, -near[:, [1, 2, 0]], apart[:, [2, 0, 1]], far[:, [2, 0, 1]]], 0.75).equals(3)

"""The grader of lesson 21: `test_NAME` grades the function NAME in exercise.py."""

import math

import numpy as np


def activations(rng, N, n):
    """Return activations whose means are not 0, and of which some are nearly combinations of others."""
    hidden = rng.normal(size=(N, max(1, n - 1)))
    A = np.tanh(hidden @ rng.normal(size=(hidden.shape[1], n)) + rng.normal(0, 0.7, n) + 0.3)
    return A + rng.uniform(0.1, 0.5, n)


def regression(A, j):
    """Explain column j by centring: slopes from the covariances, and the constant from the means."""
    X, y = np.delete(A, j, axis=1), A[:, j]
    C = X - X.mean(axis=0)
    c = np.linalg.solve(C.T @ C, C.T @ (y - y.mean()))
    return c, y.mean() - X.mean(axis=0) @ c


def network(rng, m, n, k):
    """Return the numbers of a network whose units differ in size, in and out."""
    V = rng.normal(size=(n, k)) * rng.uniform(0.3, 2, (n, 1))
    return rng.normal(size=(m, n)), rng.normal(0, 0.7, n), V, rng.normal(size=k)


def folded(W, b, V, e, j, c, d):
    """Fold unit j, number by number."""
    stay = [i for i in range(len(b)) if i != j]
    rows = [[V[i, q] + c[place] * V[j, q] for q in range(len(e))] for place, i in enumerate(stay)]
    last = [e[q] + d * V[j, q] for q in range(len(e))]
    return W[:, stay], b[stay], np.array(rows), np.array(last)


def change(A, V, j):
    """Measure the harm of a removal: the scores before and after it, example by example."""
    c, d = regression(A, j)
    n, k = V.shape
    _, _, V_new, e_new = folded(np.zeros((1, n)), np.zeros(n), V, np.zeros(k), j, c, d)
    differences = A @ V - np.delete(A, j, axis=1) @ V_new - e_new
    return math.fsum(float(v) ** 2 for v in differences.ravel()) / len(A)


def predicted(A, V):
    """Return the harms of all removals, from one inverse: unit j's residual has the length 1 / sqrt(inverse_jj)."""
    C = A - A.mean(axis=0)
    return (V**2).sum(axis=1) / np.diag(np.linalg.inv(C.T @ C)) / len(A)


def test_explain(exercise, rng):
    for N, n, j in (12, 3, 1), (30, 5, 0), (9, 2, 1), (40, 6, 3):
        A = activations(rng, N, n)
        exercise.explain(A, j).equals(regression(A, j))


def test_fold(exercise, rng):
    for m, n, k, j in (2, 3, 2, 1), (3, 5, 4, 0), (4, 4, 3, 3), (1, 2, 2, 0), (3, 6, 1, 2):
        net, c, d = network(rng, m, n, k), rng.normal(size=n - 1), float(rng.uniform(0.5, 2))
        exercise.fold(*net, j, c, d).equals(folded(*net, j, c, d))


def test_harms(exercise, rng):
    for N, n, k in (10, 3, 2), (30, 5, 3), (12, 2, 1), (40, 6, 10):
        A = activations(rng, N, n)
        V = rng.normal(size=(n, k)) * rng.uniform(0.3, 2, (n, 1))
        exercise.harms(A, V).equals(np.array([change(A, V, j) for j in range(n)]))


WRONG = {  # what others might choose by
    "residual": lambda A, V: predicted(A, V) / (V**2).sum(axis=1),
    "weights": lambda A, V: (V**2).sum(axis=1),
    "deleted": lambda A, V: A.var(axis=0) * (V**2).sum(axis=1),
}


def twins(rng, N, m, n, k):
    """Return a network of which two units say nearly the same, with inputs on which wrong choices show.

    Each twin costs little while the other is there, so the draft removes both. The last twin should stay.
    """
    while True:
        W, b, V, e = network(rng, m, n, k)
        W[:, 1], b[1] = W[:, 0] + 0.05 * rng.normal(size=m), b[0] + 0.02
        V[:2] *= 2
        order = rng.permutation(n)
        net, X = (W[:, order], b[order], V[order], e), rng.normal(size=(N, m))
        _, units, margin = by_steps(*net, X, n - 2)
        if margin < 1.02 or units in astray(*net[:3], X):
            continue
        if all(by_steps(*net, X, n - 2, rule)[1] != units for rule in WRONG.values()):
            return *net, X


def by_steps(W, b, V, e, X, width, rule=predicted):
    """Return the shrunk network, the units it keeps, and the smallest ratio between the second cost and the least."""
    A, units, margin = np.tanh(X @ W + b), list(range(len(b))), np.inf
    while len(b) > width:
        costs = rule(A, V)
        low, second = np.sort(costs)[:2]
        margin, j = min(margin, second / low), int(np.argmin(costs))
        W, b, V, e = folded(W, b, V, e, j, *regression(A, j))
        A = np.delete(A, j, axis=1)
        units.pop(j)
    return (W, b, V, e), units, margin


def astray(W, b, V, X):
    """Return which units stay, after two are gone, if harms are computed once, and if V stays as it was."""
    A, n = np.tanh(X @ W + b), len(b)
    first = predicted(A, V)
    i = int(np.argmin(first))
    second = predicted(np.delete(A, i, axis=1), np.delete(V, i, axis=0))
    rest = np.delete(np.arange(n), i)
    return np.sort(np.argsort(first)[2:]).tolist(), np.delete(rest, np.argmin(second)).tolist()


def test_shrink(exercise, rng):
    for N, m, n, k in (20, 3, 4, 2), (40, 4, 6, 3), (30, 2, 5, 1):
        *net, X = twins(rng, N, m, n, k)
        exercise.shrink(*net, X, n - 1).equals(by_steps(*net, X, n - 1)[0], rtol=1e-5)
        exercise.shrink(*net, X, n - 2).equals(by_steps(*net, X, n - 2)[0], rtol=1e-5)
    exercise.shrink(*net, X, n).equals(tuple(net))
    while True:  # down to a single unit
        net, X = network(rng, 3, 4, 2), rng.normal(size=(30, 3))
        wanted, _, margin = by_steps(*net, X, 1)
        if margin > 1.02:
            break
    exercise.shrink(*net, X, 1).equals(wanted, rtol=1e-5)


def test_multiplications(exercise, rng):
    for length in 1, 2, 4:
        path = [(int(u), int(t)) for u, t in zip(rng.integers(2, 60, length), rng.integers(1, 40, length), strict=True)]
        examples, m, k = (int(v) for v in rng.integers((20, 30, 2), (900, 80, 12)))
        total = 0
        for units, epochs in path:
            forward = m * units + units * k
            by_V, by_a, by_W = units * k, k * units, m * units
            total += epochs * examples * (forward + by_V + by_a + by_W)
        exercise.multiplications(path, examples, m, k).equals(total)


def test_best_of(exercise, rng):
    for K, tries in (6, 3), (7, 2), (5, 5), (4, 1), (23, 4):
        valid = rng.permutation(K) / 200 + 0.1
        test = valid + rng.normal(0, 0.05, K)
        kept = []
        for first in range(0, K - tries + 1, tries):
            group = range(first, first + tries)
            kept.append(float(test[min(group, key=lambda i: valid[i])]))
        exercise.best_of(valid, test, tries).equals(math.fsum(kept) / len(kept))

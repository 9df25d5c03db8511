"""The grader of lesson 7: `test_NAME` grades the function NAME in exercise.py."""

from statistics import fmean, pvariance, variance

import numpy as np


def batch(rng, N, n, constant=False):
    """Return x (N, n) whose columns have standard deviations from 0.02 to 3; if `constant`, the first one has 0."""
    x = rng.normal(size=(N, n))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    x = x * 10 ** rng.uniform(-1.7, 0.5, n) + rng.normal(size=n)
    if constant:
        x[:, 0] = rng.integers(-4, 5) / 4
    return x


def pixels(rng, N, n):
    """Return x (N, n) of integers from 0 to 16, as in the digits; no column is constant."""
    x = rng.integers(1, 16, size=(N, n))
    x[:2] = [[0], [16]]
    return x


def scales(rng, n, zero=False):
    """Return gamma and beta (n,). gamma is far from 0 and from 1 and has both signs, if n allows; the last may be 0."""
    gamma = rng.uniform(1.5, 2.5, n) * np.resize(rng.permutation([-1, 1]), n)
    if zero:
        gamma[-1] = 0
    return gamma, rng.normal(size=n)


def running(rng, n, constant=False):
    """Return a running mean and a running variance (n,), from 0.05 to 20; if `constant`, the first variance is 0."""
    var = 10 ** rng.permutation(np.linspace(-1.3, 1.3, n))
    if constant:
        var[0] = 0
    return rng.normal(size=n), var


def test_batchnorm_train(exercise, rng):
    """Compare, column by column, with the mean and the two variances of Python's statistics module."""
    for rate, eps, x in (
        (0.1, 0.5, batch(rng, 4, 4)),
        (0.25, 1e-5, batch(rng, 5, 3)),
        (0.1, 0.01, batch(rng, 2, 4, constant=True)),
        (0.6, 0.1, batch(rng, 7, 1)),
        (1.0, 0.2, batch(rng, int(rng.integers(9, 13)), 6, constant=True)),
        (0.3, 1e-3, pixels(rng, 7, 3)),
    ):
        n = x.shape[1]
        (gamma, beta), (mean, var) = scales(rng, n), running(rng, n)
        columns = x.T.tolist()
        y = [[gamma[j] * (v - fmean(c)) / (pvariance(c) + eps) ** 0.5 + beta[j] for v in c]
             for j, c in enumerate(columns)]  # fmt: skip
        new_mean = [(1 - rate) * mean[j] + rate * fmean(c) for j, c in enumerate(columns)]
        new_var = [(1 - rate) * var[j] + rate * variance(c) for j, c in enumerate(columns)]
        expected = np.transpose(y), np.array(new_mean), np.array(new_var)
        exercise.batchnorm_train(x, gamma, beta, mean, var, rate, eps).equals(expected)


def test_batchnorm_eval(exercise, rng):
    """Compare entry by entry; one case is an example alone, which has no statistics of its own."""
    for eps, x in (
        (0.5, batch(rng, 4, 4)),
        (1e-5, batch(rng, 5, 3)),
        (0.01, batch(rng, 2, 3)[:1]),
        (0.1, batch(rng, int(rng.integers(9, 13)), 5)),
        (0.2, batch(rng, 3, 1)),
        (0.01, pixels(rng, 6, 3)),
    ):
        n = x.shape[1]
        (gamma, beta), (mean, var) = scales(rng, n), running(rng, n, constant=n > 3)
        y = [[gamma[j] * (row[j] - mean[j]) / (var[j] + eps) ** 0.5 + beta[j] for j in range(n)] for row in x]
        exercise.batchnorm_eval(x, gamma, beta, mean, var, eps).equals(np.array(y))


def test_batchnorm_backward(exercise, rng):
    """Compare with the slope of sum(g y) with respect to each entry, found by the complex-step method.

    f(x + i h) = f(x) + i h f'(x) - .., so f'(x) is the imaginary part divided by h. Nothing is subtracted, so h can
    be as small as 1e-30 without loss to rounding.
    """
    h = 1e-30

    def objective(x, gamma, g, eps):
        N = len(x)
        centred = x - sum(x) / N
        return (g * gamma * centred / np.sqrt(sum(centred * centred) / N + eps)).sum()

    for eps, x in (
        (0.5, batch(rng, 4, 4)),
        (1e-5, batch(rng, 6, 3)),
        (0.01, batch(rng, 3, 5)),
        (0.1, batch(rng, 2, 1)),
        (0.1, batch(rng, int(rng.integers(8, 11)), 4, constant=True)),
        (0.2, pixels(rng, 5, 3)),
    ):
        N, n = x.shape
        gamma, _ = scales(rng, n, zero=n > 4)
        g = rng.normal(size=(N, n)) * 3 + 1
        gx, g_gamma = np.zeros((N, n)), np.zeros(n)
        for place in np.ndindex(N, n):
            moved = x.astype(complex)
            moved[place] += 1j * h
            gx[place] = objective(moved, gamma, g, eps).imag / h
        for j in range(n):
            moved = gamma.astype(complex)
            moved[j] += 1j * h
            g_gamma[j] = objective(x, moved, g, eps).imag / h
        g_beta = np.array([sum(column) for column in g.T.tolist()])
        exercise.batchnorm_backward(g, x, gamma, eps).equals((gx, g_gamma, g_beta))


def test_twin_layer(exercise, rng):
    """Compare with what the layer must return at zero and at each unit vector, column by column."""
    signs = rng.choice([-1, 1], size=(3, 4))  # the integers of a binary layer
    for W, first, last in (
        (rng.normal(size=(4, 4)), False, False),
        (rng.normal(size=(3, 5)), True, False),
        (rng.normal(size=(5, 2)), False, True),
        (rng.normal(size=(3, 4)), True, True),
        (rng.normal(size=(1, 3)), False, False),
        (rng.normal(size=(4, 1)), False, False),
        (rng.normal(size=rng.integers(6, 9, size=2)), False, False),
        (signs, False, False),
    ):
        (m, n), b = W.shape, 2 * rng.normal(size=W.shape[1])
        if W is signs:
            b = rng.integers(1, 4, size=n)
        twin, bias = np.zeros((m, n)), np.zeros(n)
        for j in range(n):
            received = []
            for h in (*np.eye(m), np.zeros(m)):
                a = h if first else 2 * h - 1
                u = sum(float(w) * float(v) for w, v in zip(W[:, j], a, strict=True)) + float(b[j])
                received.append(u if last else 2 * u)
            bias[j] = received.pop()
            twin[:, j] = np.array(received) - bias[j]
        exercise.twin_layer(W, b, first, last).equals((twin, bias))


def test_fold(exercise, rng):
    """Compare with what the two layers return at zero and at each unit vector, column by column."""
    signs = rng.choice([-1, 1], size=(4, 4))  # the integers of a binary layer
    for eps, W in (
        (0.5, rng.normal(size=(4, 4))),
        (1e-5, rng.normal(size=(3, 5))),
        (0.1, rng.normal(size=(5, 2))),
        (0.01, rng.normal(size=(1, 3))),
        (0.2, rng.normal(size=rng.integers(6, 9, size=2))),
        (0.1, signs),
    ):
        m, n = W.shape
        b, (gamma, beta) = rng.normal(size=n), scales(rng, n, zero=n > 4)
        mean, var = running(rng, n, constant=n > 3)
        folded, bias = np.zeros((m, n)), np.zeros(n)
        for j in range(n):  # at x = 0 the layers return the bias; a unit step of one input adds its weight
            z = np.append(W[:, j], 0) + b[j]
            *unit_steps, bias[j] = [gamma[j] * (value - mean[j]) / (var[j] + eps) ** 0.5 + beta[j] for value in z]
            folded[:, j] = unit_steps - bias[j]
        exercise.fold(W, b, gamma, beta, mean, var, eps).equals((folded, bias))

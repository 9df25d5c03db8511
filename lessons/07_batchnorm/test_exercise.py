"""The grader of lesson 7: `test_NAME` grades the function NAME in exercise.py."""

from statistics import fmean, pvariance, variance

import numpy as np


def batch(rng, N, n):
    """Return x (N, n) whose columns have standard deviations from 0.5 to 2, whatever the draw."""
    x = rng.normal(size=(N, n))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    return x * rng.uniform(0.5, 2, n) + rng.normal(size=n)


def scales(rng, n):
    """Return gamma and beta (n,), with gamma far from 0 and from 1, so that no mistake about it goes unnoticed."""
    return rng.uniform(1.5, 2.5, n) * rng.choice([-1, 1], n), rng.normal(size=n)


def test_batchnorm_train(exercise, rng):
    """Compare, column by column, with the mean and the two variances of Python's statistics module."""
    for N, n, rate, eps in (4, 4, 0.1, 0.5), (5, 3, 0.25, 1e-5), (2, 4, 0.1, 0.01), (7, 1, 0.6, 0.1):
        x, (gamma, beta) = batch(rng, N, n), scales(rng, n)
        mean, var = rng.normal(size=n), rng.uniform(1, 2, n)
        columns = x.T.tolist()
        y = [[gamma[j] * (v - fmean(c)) / (pvariance(c) + eps) ** 0.5 + beta[j] for v in c]
             for j, c in enumerate(columns)]  # fmt: skip
        new_mean = [(1 - rate) * mean[j] + rate * fmean(c) for j, c in enumerate(columns)]
        new_var = [(1 - rate) * var[j] + rate * variance(c) for j, c in enumerate(columns)]
        expected = np.transpose(y), np.array(new_mean), np.array(new_var)
        exercise.batchnorm_train(x, gamma, beta, mean, var, rate, eps).equals(expected)


def test_batchnorm_eval(exercise, rng):
    """Compare entry by entry; one case is an example alone, which has no statistics of its own."""
    for N, n, eps in (4, 4, 0.5), (5, 3, 1e-5), (1, 3, 0.01):
        x, (gamma, beta) = batch(rng, max(2, N), n)[:N], scales(rng, n)
        mean, var = rng.normal(size=n), rng.uniform(2, 3, n)
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

    for N, n, eps in (4, 4, 0.5), (6, 3, 1e-5), (3, 5, 0.01), (2, 1, 0.1):
        x, (gamma, _) = batch(rng, N, n), scales(rng, n)
        g = rng.normal(size=(N, n)) + 1
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


def test_fold(exercise, rng):
    """Compare with what the two layers return at zero and at each unit vector, column by column."""
    for m, n, eps in (4, 4, 0.5), (3, 5, 1e-5), (5, 2, 0.1), (1, 3, 0.01):
        W, b, (gamma, beta) = rng.normal(size=(m, n)), rng.normal(size=n), scales(rng, n)
        mean, var = rng.normal(size=n), rng.uniform(2, 3, n)
        folded, bias = np.zeros((m, n)), np.zeros(n)
        for j in range(n):  # at x = 0 the layers return the bias; a unit step of one input adds its weight
            z = np.append(W[:, j], 0) + b[j]
            *unit_steps, bias[j] = [gamma[j] * (value - mean[j]) / (var[j] + eps) ** 0.5 + beta[j] for value in z]
            folded[:, j] = unit_steps - bias[j]
        exercise.fold(W, b, gamma, beta, mean, var, eps).equals((folded, bias))

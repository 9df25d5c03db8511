"""The grader of lesson 19: `test_NAME` grades the function NAME in exercise.py."""

import math

import numpy as np


def probabilities(scores, T):
    """Compute softmax(scores / T) entry by entry, with exact sums."""
    out = np.zeros(scores.shape)
    for i, row in enumerate(scores):
        top = max(row)
        powers = [math.exp((v - top) / T) for v in row]
        out[i] = [power / math.fsum(powers) for power in powers]
    return out


def log_loss(scores, teacher, T):
    """Compute T^2 times the mean cross-entropy, from log-probabilities."""
    p, total = probabilities(teacher, T), 0.0
    for i, row in enumerate(scores):
        log_sum = max(row) / T + math.log(math.fsum(math.exp((v - max(row)) / T) for v in row))
        total += math.fsum(p[i, c] * (log_sum - v / T) for c, v in enumerate(row))
    return T * T * total / len(scores)


def slope(scores, teacher, T, h=1e-5):
    """Measure the gradient of the loss by differences."""
    out = np.zeros(scores.shape)
    for place in np.ndindex(scores.shape):
        step = np.zeros(scores.shape)
        step[place] = h
        out[place] = (log_loss(scores + step, teacher, T) - log_loss(scores - step, teacher, T)) / (2 * h)
    return out


def pair(rng, n, classes):
    """Return scores of a student and a teacher, of different size and not centred."""
    scores, teacher = rng.normal(size=(n, classes)), 2 * rng.normal(size=(n, classes))
    return scores + rng.normal(size=(n, 1)), teacher + rng.normal(size=(n, 1))


def warm(rng):
    return float(rng.uniform(1.5, 6))


def test_soften(exercise, rng):
    for (n, classes), size in ((3, 4), 1), ((1, 2), 3), ((4, 3), 10), ((2, 5), 1):
        scores, T = size * rng.normal(size=(n, classes)), warm(rng)
        exercise.soften(scores, T).equals(probabilities(scores, T))
    exercise.soften(scores, 1.0).equals(probabilities(scores, 1.0))
    for large in [[10000.0, 9999.0, -10000.0], [3.0, 1.0, 2.0]], [[-10000.0, -10000.0, -9998.0], [1.0, 5.0, 2.0]]:
        exercise.soften(np.array(large), 2.0).equals(probabilities(np.array(large), 2.0))


def test_soft_loss(exercise, rng):
    for n, classes in (3, 4), (1, 3), (5, 2), (2, 10):
        (scores, teacher), T = pair(rng, n, classes), warm(rng)
        exercise.soft_loss(scores, teacher, T).equals(log_loss(scores, teacher, T))
    for n in 1, 2:
        scores = 30 * rng.choice([-1.0, 1.0], size=(n, 3))
        scores[:, 0] = -scores[:, 1]
        exercise.soft_loss(scores, -scores, 0.5).equals(log_loss(scores, -scores, 0.5))


def test_soft_gradient(exercise, rng):
    for n, classes in (3, 4), (1, 3), (4, 2), (2, 5):
        (scores, teacher), T = pair(rng, n, classes), warm(rng)
        exercise.soft_gradient(scores, teacher, T).equals(slope(scores, teacher, T), rtol=1e-5)


def test_high_temperature(exercise, rng):
    """The limit, as the mean of the gradients at T and at -T, which differ from it by opposite terms of order 1 / T."""
    for n, classes in (3, 4), (1, 3), (4, 2), (2, 5):
        scores, teacher = pair(rng, n, classes)
        T = 1e4
        hot = (probabilities(scores, T) - probabilities(teacher, T)) * T / n
        cold = (probabilities(-scores, T) - probabilities(-teacher, T)) * -T / n
        exercise.high_temperature(scores, teacher).equals((hot + cold) / 2, rtol=1e-5)


def test_paired(exercise, rng):
    for K, better in (4, 0.01), (2, 0.01), (8, -0.01), (5, 0.01), (6, -0.01), (7, -0.01):  # and not from every seed
        luck = rng.normal(0.1, 0.03, K)  # of the draw, the same for both
        a, b = luck + rng.normal(better, 0.01, K), luck + rng.normal(0, 0.01, K)
        differences = [float(v - w) for v, w in zip(a, b, strict=True)]
        mean = math.fsum(differences) / K
        variance = math.fsum((d - mean) ** 2 for d in differences) / (K - 1)
        exercise.paired(a, b).equals((mean, math.sqrt(variance / K)))


def doubts(rng, n, classes):
    """Return probabilities and labels; the true class is not always the likeliest."""
    p = rng.dirichlet(np.full(classes, 0.7), size=n)
    return p, rng.integers(0, classes, size=n)


def test_spread_evenly(exercise, rng):
    for n, classes in (3, 4), (1, 3), (6, 2), (5, 10):
        p, labels = doubts(rng, n, classes)
        wanted = np.zeros((n, classes))
        for i, label in enumerate(labels):
            others = [c for c in range(classes) if c != label]
            wanted[i, others] = math.fsum(p[i, others]) / len(others)
            wanted[i, label] = p[i, label]
        exercise.spread_evenly(p, labels).equals(wanted)


def test_by_class(exercise, rng):
    for n, classes in (4, 3), (1, 3), (7, 2), (12, 5):
        p, labels = doubts(rng, n, classes)
        wanted = np.zeros((n, classes))
        for i in range(n):
            same = [j for j in range(n) if labels[j] == labels[i]]
            wanted[i] = [math.fsum(p[j, c] for j in same) / len(same) for c in range(classes)]
        exercise.by_class(p, labels).equals(wanted)

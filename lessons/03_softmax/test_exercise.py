"""The grader of lesson 3: `test_NAME` grades the function NAME in exercise.py."""

import math
from decimal import Decimal

import numpy as np


def exact_log_softmax(scores):
    """Return log p, computed in decimal arithmetic, where nothing overflows or vanishes."""
    rows = []
    for s in scores.tolist():
        total = sum(Decimal(k).exp() for k in s).ln()
        rows.append([float(Decimal(c) - total) for c in s])
    return np.array(rows)


def examples(rng, n, classes):
    """Return scores and labels. The first label is the class of the lowest score, and the last is a different class."""
    scores = rng.normal(scale=2, size=(n, classes))
    labels = rng.integers(classes, size=n)
    labels[-1] = (scores[0].argmin() + 1) % classes
    labels[0] = scores[0].argmin()
    return scores, labels


def test_log_softmax(exercise, rng):
    """Try ordinary scores, all huge, all far below 0, rows at different heights, and rows with far-apart scores."""
    for shape in (3, 3), (2, 4), (4, 2), (1, 5):
        scores = rng.normal(size=shape)
        exercise.log_softmax(scores).equals(exact_log_softmax(scores))
    for height in 1000, -1000:
        scores = height + rng.normal(size=(2, 3))
        exercise.log_softmax(scores).equals(exact_log_softmax(scores))
    heights = np.array([[1000.0], [-1000.0]]) + rng.normal(size=(2, 3))
    exercise.log_softmax(heights).equals(exact_log_softmax(heights))
    apart = np.array([[0.0, 1000.0, -1000.0], [-2000.0, 0.0, 1.0]]) + rng.normal(size=(2, 3))
    exercise.log_softmax(apart).equals(exact_log_softmax(apart))


def test_cross_entropy(exercise, rng):
    """Average -log p of the true class; where all scores are equal, the loss is log(classes)."""
    for n, classes in (3, 3), (4, 2), (2, 5), (1, 3):
        scores, labels = examples(rng, n, classes)
        log_p = exact_log_softmax(scores)
        expected = -math.fsum(log_p[i, y] for i, y in enumerate(labels)) / n
        exercise.cross_entropy(scores, labels).equals(expected)
    equal = np.full((2, 4), rng.normal())
    exercise.cross_entropy(equal, np.array([0, 3])).equals(math.log(4))
    height = float(rng.uniform(800, 1200))
    exercise.cross_entropy(np.array([[height, 0.0], [0.0, height]]), np.array([1, 1])).equals(height / 2)


def test_loss_gradient(exercise, rng):
    """Central differences of the exact loss, one score at a time."""
    h = 1e-5
    for n, classes in (3, 3), (4, 2), (2, 5), (1, 3):
        scores, labels = examples(rng, n, classes)
        loss = lambda s, labels=labels: -exact_log_softmax(s)[np.arange(len(labels)), labels].mean()
        expected = np.zeros(scores.shape)
        for place in np.ndindex(scores.shape):
            moved = np.zeros(scores.shape)
            moved[place] = h
            expected[place] = (loss(scores + moved) - loss(scores - moved)) / (2 * h)
        exercise.loss_gradient(scores, labels).equals(expected, rtol=1e-5)
    exercise.loss_gradient(np.array([[1000.0, 0.0], [0.0, 1000.0]]), np.array([1, 1])).equals(
        np.array([[0.5, -0.5], [0.0, 0.0]])
    )


def test_sgd_step(exercise, rng):
    """Take a step that already has a velocity; then take three in a row, and compare with the sum written out."""
    for shape in (3,), (2, 3):
        w, v, g = rng.normal(size=(3, *shape))
        lr, momentum = float(rng.uniform(0.05, 0.5)), float(rng.uniform(0.3, 0.9))
        exercise.sgd_step(w, v, g, lr, momentum).equals((w - lr * momentum * v - lr * g, g + v * momentum))
    start, gradients = rng.normal(size=3), rng.normal(size=(3, 3))
    w, v = start, np.zeros(3)
    for t in range(1, 4):
        v_now = sum(0.25 ** (t - 1 - k) * gradients[k] for k in range(t))
        moved = sum(0.5 * 0.25 ** (s - k) * gradients[k] for s in range(t) for k in range(s + 1))
        w, v = exercise.sgd_step(w, v, gradients[t - 1], 0.5, 0.25).equals((start - moved, v_now))


def test_calibration_error(exercise, rng):
    """Try gaps of both signs, bins of unequal size, an empty bin and certain answers; then perfect calibration."""
    for bins in 4, 5:
        middle = (np.array([0, 2, 2, 2, 3, 3]) + 0.5) / bins
        confidence = np.append(middle + rng.uniform(-0.3, 0.3, 6) / bins, [1.0, 1.0])
        right = np.array([True, False, False, True, True, True, True, False])
        expected, groups = 0.0, {}
        for c, r in zip(confidence.tolist(), right.tolist(), strict=True):
            groups.setdefault(min(int(c * bins), bins - 1), []).append(r - c)
        for gaps in groups.values():
            expected += abs(math.fsum(gaps)) / len(confidence)
        exercise.calibration_error(confidence, right, bins).equals(expected)
    calibrated = np.full(4, 0.75), np.array([True, True, False, True])
    exercise.calibration_error(*calibrated, 10).equals(0.0)
    exercise.calibration_error(np.full(5, 0.9), np.zeros(5, bool), 1).equals(0.9)

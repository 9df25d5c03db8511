"""The grader of lesson 3: `test_NAME` grades the function NAME in exercise.py."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np

NEAR = {"best_temperature": 0.01}


def exact_log_softmax(scores):
    """Return log p, computed in decimal arithmetic, where nothing overflows or vanishes."""
    rows = []
    for s in scores.tolist():
        total = sum(Decimal(k).exp() for k in s).ln()
        rows.append([float(Decimal(c) - total) for c in s])
    return np.array(rows)


def tables(rng):
    """Yield scores: ordinary, huge, far below 0, at two heights, far apart, tied, of one class, whole, and many."""
    for shape in (3, 3), (4, 2), (2, 5), (1, 3):
        yield rng.normal(scale=2, size=shape)
    for height in [[1000.0], [1000.0]], [[-1000.0], [-1000.0]], [[1000.0], [-1000.0]]:
        yield np.array(height) + rng.normal(scale=2, size=(2, 3))
    yield np.array([[0.0, 1000.0, -1000.0], [-2000.0, 0.0, 1.0]]) + rng.normal(size=(2, 3))
    yield np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]) + rng.normal(size=(2, 1))
    yield rng.normal(size=(3, 1))
    yield rng.choice([-100_000, 100_000], size=(5, 1)) + rng.integers(-3, 4, size=(5, 4))
    yield rng.normal(scale=2, size=(7, 7))


def labelled(rng):
    """Yield scores and labels. The first label is the class of the lowest score, and the last is a different class."""
    for scores in tables(rng):
        n, classes = scores.shape
        labels = rng.integers(classes, size=n)
        labels[-1] = (scores[0].argmin() + 1) % classes
        labels[0] = scores[0].argmin()
        yield scores, labels


def test_log_softmax(exercise, rng):
    for scores in tables(rng):
        exercise.log_softmax(scores).equals(exact_log_softmax(scores))


def test_cross_entropy(exercise, rng):
    """Average -log p of the true class; where all scores are equal, the loss is log(classes)."""
    for scores, labels in labelled(rng):
        log_p = exact_log_softmax(scores)
        expected = -math.fsum(log_p[i, y] for i, y in enumerate(labels)) / len(labels)
        exercise.cross_entropy(scores, labels).equals(expected)
    equal = np.full((2, 4), rng.normal())
    exercise.cross_entropy(equal, np.array([0, 3])).equals(math.log(4))


def test_loss_gradient(exercise, rng):
    """Central differences of the exact loss, one score at a time; only the loss of its own example depends on it."""
    h = 1e-4
    for scores, labels in labelled(rng):
        expected = np.zeros(scores.shape)
        for i, c in np.ndindex(scores.shape):
            moved = np.array([scores[i], scores[i]], float)
            moved[:, c] += h, -h
            above, below = -exact_log_softmax(moved)[:, labels[i]] / len(labels)
            expected[i, c] = (above - below) / (2 * h)
        exercise.loss_gradient(scores, labels).equals(expected, rtol=1e-5)


class Lent(np.ndarray):
    """An array that keeps each copy made of it: a learner's function is given one of these."""

    def copy(self, order="C"):
        self.copies.append(np.array(self, order=order))
        return self.copies[-1]


def lent(array):
    lent = np.asarray(array).view(Lent)
    lent.copies = []
    return lent


def test_sgd_step(exercise, rng):
    """Take single steps, at first with a velocity; then take three in a row, and compare with the sum written out."""
    drawn = float(rng.uniform(0.3, 0.9))
    for shape, size, momentum in (
        ((3,), 1, drawn), ((2, 3), 1, drawn), ((2, 3), 1, 0.0), ((2, 1, 3), 1, drawn), ((), 1, drawn),
        ((1, 4), 1000, 0.99), ((3,), 0, drawn),
    ):  # fmt: skip
        w, v, g = map(lent, rng.normal(size=(3, *shape)) * np.reshape([1, size, size], (3, *[1] * len(shape))))
        lr = float(rng.uniform(0.05, 0.5))
        answer = exercise.sgd_step(w, v, g, lr, momentum)
        answer.equals((np.asarray(w - lr * momentum * v - lr * g), np.asarray(g + v * momentum)))
        for name, array in (("w", w), ("v", v), ("g", g)):
            if any(np.shares_memory(copy, value) for copy in array.copies for value in answer.value):
                raise answer.wrong(f"returned its argument {name}, where a new array was expected")
    start, gradients = rng.normal(size=3), rng.normal(size=(3, 3))
    w, v = start, np.zeros(3)
    for t in range(1, 4):
        v_now = sum(0.25 ** (t - 1 - k) * gradients[k] for k in range(t))
        moved = sum(0.5 * 0.25 ** (s - k) * gradients[k] for s in range(t) for k in range(s + 1))
        w, v = exercise.sgd_step(w, v, gradients[t - 1], 0.5, 0.25).equals((start - moved, v_now))


def answers(rng):
    """Yield confidences, right answers and bins: inside the bins, as the first ones, and then on and near borders."""
    for bins in 4, 5:  # gaps of both signs, bins of unequal size, an empty one, and certain answers
        middle = (np.array([0, 2, 2, 2, 3, 3]) + 0.5) / bins
        confidence = np.append(middle + rng.uniform(-0.3, 0.3, 6) / bins, [1.0, 1.0])
        yield confidence, np.array([True, False, False, True, True, True, True, False]), bins
    for n, bins in (1, 3), (12, 1), (30, 2), (40, 13), (40, 60), (9, 200):
        confidence = (rng.integers(bins, size=n) + rng.uniform(0.1, 0.9, n)) / bins
        yield confidence, rng.random(n) < 0.5, bins
    for bins in 4, 8, 16:  # borders that a float holds exactly
        borders, inside = np.arange(1, bins + 1) / bins, (np.arange(bins) + rng.uniform(0.1, 0.9, bins)) / bins
        for shift in 0, -(2.0**-23), 2.0**-23:
            confidence = np.concatenate([np.minimum(borders + shift, 1), inside, inside])
            yield confidence, rng.random(3 * bins) < 0.5, bins


def test_calibration_error(exercise, rng):
    """Sort the examples into their bins with exact fractions; in the end try perfect calibration."""
    for confidence, right, bins in answers(rng):
        gaps = [[] for _ in range(bins)]
        for c, r in zip(confidence.tolist(), right.tolist(), strict=True):
            gaps[math.ceil(Fraction(c) * bins) - 1].append(r - c)
        expected = sum(abs(math.fsum(each)) for each in gaps) / len(confidence)
        exercise.calibration_error(confidence, right, bins).equals(expected)
    exercise.calibration_error(np.full(4, 0.75), rng.permutation([True, True, False, True]), 10).equals(0.0)


def test_best_temperature(exercise, rng):
    """Draw labels from softmax(scores / T), and find where the slope of the loss in 1 / T changes its sign."""
    for T, classes, size, height in (0.4, 3, 60, 0), (1.0, 2, 80, -1000), (2.5, 4, 60, 0), (5.0, 3, 300, 2000):
        low = high = 0.0
        while low == high:  # until the best T lies where it is looked for
            scores = 2 * T * rng.normal(size=(size, classes))
            p = np.exp(scores / T) / np.exp(scores / T).sum(axis=1, keepdims=True)
            labels = (p.cumsum(axis=1) > rng.random((size, 1))).argmax(axis=1)
            of_true = scores[np.arange(size), labels]

            def slope(beta, scores=scores, of_true=of_true):
                w = np.exp(beta * (scores - scores.max(axis=1, keepdims=True)))
                return ((w * scores).sum(axis=1) / w.sum(axis=1) - of_true).mean()

            if slope(1 / 9) < 0 < slope(9.0):
                low, high = 1 / 9, 9.0  # of 1 / T
        for _ in range(60):
            middle = (low * high) ** 0.5
            low, high = (middle, high) if slope(middle) < 0 else (low, middle)
        answer = exercise.best_temperature(scores + height, labels)
        value = answer.value
        number = isinstance(value, (int, float, np.number)) and np.isfinite(value) and value > 0
        off = abs(value * low - 1) if number else np.inf
        more = f"; yours is off by {off:.1%}, so try more candidates around it" if off < 0.25 else ""
        answer.satisfies(off < 0.011, f"{1 / low:.4g}, to 1 %{more}")

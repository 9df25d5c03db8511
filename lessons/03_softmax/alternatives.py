"""Other right answers of lesson 3; the grader must accept them."""

import math

import numpy as np

from tinynet.course import instead_of


@instead_of("log_softmax", "loops, with the math module instead of NumPy")
def pairwise(scores):
    rows = []
    for s in scores.tolist():
        largest = max(s)
        total = math.fsum(math.exp(k - largest) for k in s)
        rows.append([c - largest - math.log(total) for c in s])
    return np.array(rows)


@instead_of("log_softmax", "NumPy's own logaddexp, reduced over the classes")
def logaddexp(scores):
    return scores - np.logaddexp.reduce(scores, axis=1)[:, None]


@instead_of("cross_entropy", "a product with one-hot targets instead of indexing")
def one_hot(scores, labels):
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(np.eye(scores.shape[1])[labels] * log_p).sum() / len(scores)


@instead_of("loss_gradient", "one example and one class at a time")
def loops(scores, labels):
    gradient = np.zeros(scores.shape)
    for i, s in enumerate(scores):
        p = np.exp(s - s.max())
        for c in range(len(s)):
            gradient[i, c] = (p[c] / p.sum() - (c == labels[i])) / len(scores)
    return gradient


@instead_of("sgd_step", "in place, but on copies")
def on_copies(w, v, g, lr, momentum):
    w, v = w.copy(), v.copy()
    v *= momentum
    v += g
    w -= lr * v
    return w, v


@instead_of("calibration_error", "without means: bincount adds up right - confidence over each bin")
def bincount(confidence, right, bins):
    place = np.minimum(np.ceil(confidence * bins).astype(int), bins) - 1
    return float(np.abs(np.bincount(place, right - confidence)).sum() / len(confidence))


@instead_of("calibration_error", "looks each confidence up among the upper ends of the bins")
def looked_up(confidence, right, bins):
    place = np.searchsorted(np.arange(1, bins + 1) / bins, confidence)
    return sum(abs((right[place == j] - confidence[place == j]).sum()) for j in range(bins)) / len(confidence)


@instead_of("best_temperature", "golden-section search over log T")
def golden_section(scores, labels):
    def loss(t):
        s = scores / np.exp(t)
        s = s - s.max(axis=1, keepdims=True)
        return (np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(labels)), labels]).mean()

    low, high, ratio = np.log(0.1), np.log(10), (5**0.5 - 1) / 2
    for _ in range(60):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return float(np.exp(low))


@instead_of("best_temperature", "two scans, the second around the best of the first")
def in_two_scans(scores, labels):
    def loss(T):
        s = scores / T
        s = s - s.max(axis=1, keepdims=True)
        return (np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(labels)), labels]).mean()

    first = min(np.geomspace(0.1, 10, 50), key=loss)
    return min(np.geomspace(first / 1.2, first * 1.2, 200), key=loss)

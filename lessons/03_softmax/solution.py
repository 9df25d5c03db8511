"""Lesson 3, exercises: the loss of class scores, its gradient, a training step, and a test of probabilities."""

import numpy as np


def log_softmax(scores):
    """Return log p, where p_c = exp(s_c) / sum_k exp(s_k) within each row.

    It must be right for scores of any size, such as 1,000 or -1,000, where exp alone overflows or gives 0.

    Args:
        scores: (examples, classes), one example in each row.

    Returns:
        (examples, classes), none above 0.
    """
    # begin solution
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    # end solution


def cross_entropy(scores, labels):
    """Return the loss L = -(1/N) sum_i log p_i[y_i]: the mean of -log p of the true class over N examples.

    Args:
        scores: (N, classes).
        labels: integers (N,), the true classes y.

    Returns:
        a number, at least 0.
    """
    # begin solution
    log_p = log_softmax(scores)
    return -log_p[np.arange(len(labels)), labels].mean()
    # end solution


def loss_gradient(scores, labels):
    """Return the gradient of L, the mean loss above, with respect to the scores.

    Args:
        scores: (N, classes).
        labels: integers (N,).

    Returns:
        (N, classes)
    """
    # begin solution
    error = np.exp(log_softmax(scores))
    error[np.arange(len(labels)), labels] -= 1
    return error / len(labels)
    # end solution


def sgd_step(w, v, g, lr, momentum):
    """Return a parameter and its velocity after one step of SGD with momentum.

        v <- momentum v + g
        w <- w - lr v            (with the new v)

    Args:
        w: the parameter, an array of any shape.
        v: its velocity, of the same shape; zeros before the first step.
        g: the gradient dL/dw, of the same shape.
        lr: the learning rate.
        momentum: in [0, 1).

    Returns:
        (w, v), two new arrays. The arguments must not change.
    """
    # begin solution
    v = momentum * v + g
    return w - lr * v, v
    # end solution


def calibration_error(confidence, right, bins):
    """Return the expected calibration error: how far confidence is from the share of right answers, bin by bin.

    The interval (0, 1] is cut into bins of equal width. Bin j = 1, 2, .. holds the examples B_j for which
    (j - 1) / bins < confidence <= j / bins.

        ECE = sum_j |B_j| / N  |acc(j) - conf(j)|

    acc(j) is the share of right answers in B_j, and conf(j) is the mean confidence in B_j. Skip empty bins.

    Args:
        confidence: (N,), the largest p of each example, in (0, 1].
        right: (N,), True where the answer was right.
        bins: the number of bins.

    Returns:
        a number from 0 to 1.
    """
    # begin solution
    error = 0.0
    for j in range(1, bins + 1):
        here = ((j - 1) / bins < confidence) & (confidence <= j / bins)
        if here.any():
            error += here.mean() * abs(right[here].mean() - confidence[here].mean())
    return error
    # end solution


def best_temperature(scores, labels):
    """Return the number T for which the scores, divided by T, have the least cross-entropy.

    Args:
        scores: (N, classes). The best T lies between 0.1 and 10.
        labels: integers (N,), the true classes.

    Returns:
        T, to 1 % or better
    """
    # begin solution
    candidates = np.geomspace(0.1, 10, 1001)
    return min(candidates, key=lambda T: cross_entropy(scores / T, labels))
    # end solution

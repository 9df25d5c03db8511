"""Lesson 3, exercises: the loss of class scores, its gradient, the step, and whether scores are probabilities."""

import numpy as np


def log_softmax(scores):
    """Return log p, where p_c = exp(s_c) / sum_k exp(s_k) within each row.

    It must be right for scores of any size, such as 1,000 or -1,000, where exp alone overflows or gives 0. Use

        log p_c = (s_c - m) - log sum_k exp(s_k - m)        the same for every m; choose m well

    Args:
        scores: (examples, classes), one example a row.

    Returns:
        (examples, classes), none above 0.
    """
    # begin solution
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    # end solution


def cross_entropy(scores, labels):
    """Return the loss L = -(1/N) sum_i log p_i[y_i], the mean over N examples of -log p of the true class.

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
    """Return dL/ds of the mean loss L above: row i is (p_i - t_i) / N, with t_i one-hot: 1 at y_i, else 0.

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
    """Return the parameter and its velocity after one step of descent with momentum.

        v <- momentum v + g
        w <- w - lr v            with the new v

    Args:
        w: the parameter, an array of any shape.
        v: its velocity, of the same shape; zeros before the first step.
        g: the gradient dL/dw, of the same shape.
        lr: learning rate.
        momentum: in [0, 1).

    Returns:
        (w, v), two new arrays: the arguments stay as they were.
    """
    # begin solution
    v = momentum * v + g
    return w - lr * v, v
    # end solution


def calibration_error(confidence, right, bins):
    """Return the expected calibration error: how far confidence is from the share of right answers, bin by bin.

    The interval (0, 1] is cut into `bins` bins of equal width; bin m = 1, 2, .. holds the examples B_m with
    (m - 1) / bins < confidence <= m / bins.

        ECE = sum_m |B_m| / N  |acc(m) - conf(m)|

    acc(m) is the share of right answers among B_m, conf(m) their mean confidence; an empty bin counts nothing.

    Args:
        confidence: (N,), the largest p of each example, in (0, 1].
        right: (N,), True where the answer was right.
        bins: how many.

    Returns:
        a number from 0 to 1.
    """
    # begin solution
    place = np.ceil(confidence * bins).astype(int) - 1
    error = 0.0
    for m in range(bins):
        here = place == m
        if here.any():
            error += here.mean() * abs(right[here].mean() - confidence[here].mean())
    return error
    # end solution

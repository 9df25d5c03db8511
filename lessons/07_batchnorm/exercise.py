"""Lesson 7, exercises: batch normalization, trained, used, and folded away."""

import numpy as np


def batchnorm_train(x, gamma, beta, running_mean, running_var, rate, eps):
    """Return y = gamma (x - mu) / sqrt(var + eps) + beta of a mini-batch, and the new running statistics.

    mu and var are the mean and variance of each column of this batch, var with N in the denominator. Each running
    statistic moves towards that of the batch: new = old + rate (batch - old). The running variance is to estimate that
    of all data, so it moves towards the batch's variance with N - 1 in the denominator.

    Args:
        x: (N, n), the mini-batch, N at least 2.
        gamma, beta: (n,), learned scale and bias.
        running_mean, running_var: (n,), as they were; they must not be changed in place.
        rate: weight of the newest batch.
        eps: keeps a constant column from dividing by zero.

    Returns:
        y (N, n), the new running mean (n,), the new running variance (n,)
    """
    raise NotImplementedError("batchnorm_train")


def batchnorm_eval(x, gamma, beta, running_mean, running_var, eps):
    """Return y of examples that are not trained on: each by itself, whatever else is in the batch.

    Args:
        x: (N, n), N may be 1.
        gamma, beta, running_mean, running_var: (n,).
        eps: as in training.

    Returns:
        (N, n)
    """
    raise NotImplementedError("batchnorm_eval")


def batchnorm_backward(g, x, gamma, eps):
    """Return the gradients of the loss with respect to x, gamma and beta, in training.

    Args:
        g: (N, n), the gradient of the loss with respect to the output y.
        x: (N, n), the mini-batch that came in.
        gamma: (n,).
        eps: as in the forward pass.

    Returns:
        gx (N, n), g_gamma (n,), g_beta (n,)
    """
    raise NotImplementedError("batchnorm_backward")


def fold(W, b, gamma, beta, mean, var, eps):
    """Return W', b' such that x W' + b' is what batch norm, in evaluation, makes of x W + b.

    Args:
        W: (m, n), one column a unit.
        b: (n,).
        gamma, beta: (n,), learned.
        mean, var: (n,), the running statistics.
        eps: as in the batch norm.

    Returns:
        W' (m, n), b' (n,)
    """
    raise NotImplementedError("fold")

"""Lesson 7, exercises: batch normalization in training, in use, and folded away; and a start that needs none."""

import numpy as np


def batchnorm_train(x, gamma, beta, running_mean, running_var, rate, eps):
    """Return the output of batch norm in training, and the new running statistics.

    Each column of x is a unit. The output is normalized by this batch's own mean and variance, then scaled and shifted.
    Each running statistic moves towards what this batch says about the mean or the variance of all data.

    Args:
        x: (N, n), the mini-batch, with N at least 2; floats or integers.
        gamma, beta: (n,), the learned scale and bias.
        running_mean, running_var: (n,), the old running statistics. Do not change these arrays; make new ones.
        rate: the weight of the newest batch.
        eps: the small number that is added to the variance, for columns that are constant.

    Returns:
        y (N, n), the new running mean (n,), the new running variance (n,)
    """
    # begin solution
    N = len(x)
    mu, var = x.mean(axis=0), x.var(axis=0)
    y = gamma * (x - mu) / np.sqrt(var + eps) + beta
    new_mean = running_mean + rate * (mu - running_mean)
    new_var = running_var + rate * (var * N / (N - 1) - running_var)
    return y, new_mean, new_var
    # end solution


def batchnorm_eval(x, gamma, beta, running_mean, running_var, eps):
    """Return the output of batch norm in use, where no example may depend on the others in its batch.

    Args:
        x: (N, n), floats or integers; N may be 1.
        gamma, beta, running_mean, running_var: (n,).
        eps: as in training.

    Returns:
        y (N, n)
    """
    # begin solution
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    # end solution


def batchnorm_backward(g, x, gamma, eps):
    """Return the gradients of the loss with respect to x, gamma and beta, for batch norm in training.

    Args:
        g: (N, n), the gradient of the loss with respect to the output y.
        x: (N, n), the mini-batch that y was computed from; floats or integers.
        gamma: (n,).
        eps: as in the forward pass.

    Returns:
        the gradients with respect to x (N, n), gamma (n,) and beta (n,)
    """
    # begin solution
    sigma = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / sigma
    gx = gamma / sigma * (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0))
    return gx, (g * x_hat).sum(axis=0), g.sum(axis=0)
    # end solution


def twin_layer(W, b, first, last):
    """Return one layer W', b' of the sigmoid network that is the twin of a tanh network: its scores are the same.

    Where a unit of the tanh network computes a = tanh(u), its twin computes h = sigmoid(2 u) = (a + 1) / 2.

    Args:
        W: (m, n), one column for each unit, and b: (n,): this layer in the tanh network; floats or integers.
        first: True if the layer receives the data, the same in both networks; else it receives the units before it.
        last: True if the layer returns the scores; else its units are squashed. A layer may be both.

    Returns:
        W' (m, n), b' (n,)
    """
    # begin solution
    if not first:
        W, b = 2 * W, b - W.sum(axis=0)
    return (W, b) if last else (2 * W, 2 * b)
    # end solution


def fold(W, b, gamma, beta, mean, var, eps):
    """Return the one layer W', b' that does the work of two: x W + b, followed by batch norm in evaluation.

    For every x, x W' + b' equals what the two layers return, one after the other.

    Args:
        W: (m, n), one column for each unit; floats or integers.
        b: (n,).
        gamma, beta: (n,), the learned scale and bias.
        mean, var: (n,), the running statistics.
        eps: as in the batch norm.

    Returns:
        W' (m, n), b' (n,)
    """
    # begin solution
    scale = gamma / np.sqrt(var + eps)
    return W * scale, (b - mean) * scale + beta
    # end solution

"""Lesson 09, exercises: make a matrix of two thin ones, train both, and count honestly."""

import numpy as np


def largest_saving_rank(m, n):
    """Return the largest rank k at which the factors of an m x n matrix hold fewer numbers than the matrix.

    W is (m, n), U is (m, k), V is (k, n).

    Args:
        m, n: whole numbers, 1 or more.

    Returns:
        k, a whole number; 0 if already rank 1 saves nothing
    """
    # begin solution
    return (m * n - 1) // (m + n)
    # end solution


def nearest(W, k):
    """Return factors U and V whose product is the matrix of rank k that is nearest to W.

    Nearest means that the sum of squares of all entries of W - U V is as small as possible. Many pairs of factors have
    the same product. Return a balanced pair: the i-th column of U is as long as the i-th row of V, for every i. And the
    columns of U are at right angles to one another, and so are the rows of V.

    Args:
        W: (m, n).
        k: the rank, at least 1 and at most min(m, n).

    Returns:
        U (m, k) and V (k, n)
    """
    # begin solution
    A, s, B_transposed = np.linalg.svd(W, full_matrices=False)
    root = np.sqrt(s[:k])
    return A[:, :k] * root, root[:, None] * B_transposed[:k]
    # end solution


def gradients(G, U, V):
    """Return the gradients of the loss with respect to U and V, where W = U V and G = dL/dW.

    Args:
        G: (m, n), the gradient with respect to W.
        U: (m, k).
        V: (k, n).

    Returns:
        dL/dU (m, k) and dL/dV (k, n)
    """
    # begin solution
    return G @ V.T, U.T @ G
    # end solution


def mended_rates(c, lr):
    """Return learning rates for factors that start out of balance, so that W moves as if they were in balance.

    One network starts with the factors U and V, and both are trained by plain SGD with the same rate lr. Another starts
    with c U and V / c, which have the same product. Give each of its factors a rate of its own, such that in every
    training step its W = U V makes the same move as the W of the first network.

    Args:
        c: a positive number.
        lr: the rate of both factors of the first network.

    Returns:
        the rate of c U and the rate of V / c, two numbers
    """
    # begin solution
    return lr * c**2, lr / c**2
    # end solution


def share_seen(x, U):
    """Return the share of the inputs that a bank lets through, a number between 0 and 1.

    A layer with the bank U gets only x U. Split each input into two parts: one that is a mixture of columns of U, and a
    rest that is at right angles to all of them. x U does not depend on the rest, so the rest is lost. The share seen is
    the sum of squares of all first parts, divided by the sum of squares of all inputs.

    The columns of U may have any length, and they may lean towards each other at any angle, but none is a mixture of
    the others.

    Args:
        x: (examples, m), as they come: do not subtract anything.
        U: (m, k), with k at most m.
    """
    # begin solution
    Q, _ = np.linalg.qr(U)
    return np.sum((x @ Q) ** 2) / np.sum(x**2)
    # end solution


def smooth_bank(side, centres, sigma):
    """Return a bank of smooth features for pictures of side x side pixels: the columns of U are bumps.

    The bump around a centre q has the value exp(-d^2 / (2 sigma^2)) at a pixel p, where d is the distance between p and
    q on the picture, in pixels. Then each column is scaled to length 1.

    A picture is stored row by row: the pixel in row r and column c of the picture, both counted from 0, is entry
    side * r + c of a column of U.

    Args:
        side: pixels in a row of the picture, and rows in the picture.
        centres: (k, 2), row and column of each centre; they need not be whole numbers.
        sigma: the width of a bump in pixels, a positive number.

    Returns:
        U (side * side, k)
    """
    # begin solution
    rows, columns = np.divmod(np.arange(side * side), side)
    d2 = (rows[:, None] - centres[:, 0]) ** 2 + (columns[:, None] - centres[:, 1]) ** 2
    U = np.exp(-d2 / (2 * sigma**2))
    return U / np.linalg.norm(U, axis=0)
    # end solution


def rank_that_fits(m, n, budget, bank):
    """Return the largest rank k with which W = U V fits into a file of `budget` bytes.

    All numbers are float32. Count what the file must hold so that somebody who has the file and tinynet, but not your
    training pictures, can compute W. The rank may exceed m or n.

    Args:
        m, n: the shape of W. U is (m, k) and V is (k, n).
        budget: bytes for W alone; biases and other layers are paid for elsewhere.
        bank: where U comes from:
            "learned"    trained together with V
            "random"     drawn from a seed, a whole number of 64 bits, and then fixed
            "grid"       bumps on a regular grid, computed by a formula of tinynet, and then fixed
            "pretrained" computed from the training pictures before the training, and then fixed
            V is always learned.

    Returns:
        k, a whole number; 0 if not even rank 1 fits
    """
    # begin solution
    seed = 8 if bank == "random" else 0
    numbers_for_each_rank = n if bank in ("random", "grid") else m + n
    return max(0, (budget - seed) // (4 * numbers_for_each_rank))
    # end solution

"""Lesson 6, exercises: hidden units as questions, and units that say what others say.

z = x W + b, a = tanh(z), scores = a V + e:  W (m, n), b (n,), V (n, k), e (k,).
"""

import numpy as np


def information_gain(z, labels):
    """Return how many bits the answer to "is z >= 0?" tells about the label, on average.

        gain = H(labels) - share_yes H(labels where z >= 0) - share_no H(labels where z < 0)
        H = -sum_c p_c log2 p_c,    p_c the share of class c;  a class that does not occur adds 0

    Args:
        z: (examples,), one unit before its tanh.
        labels: (examples,), integers.

    Returns:
        a number; 0 where all examples give the same answer
    """

    raise NotImplementedError("information_gain")


def rank(A, tolerance):
    """Return how many independent units there are among some, the constant not counted.

    Take each unit's mean off. The rank is the number of singular values larger than tolerance times the largest one.
    (The constant is free: the next layer has a bias.)

    Args:
        A: (examples, units), activations.
        tolerance: in (0, 1).

    Returns:
        an integer
    """
    raise NotImplementedError("rank")


def fit_unit(a_i, a_j):
    """Return c and d for which c a_i + d is nearest to a_j: the mean of (a_j - c a_i - d)^2 is smallest.

    c = covariance of a_i and a_j / variance of a_i;  d makes the means equal.

    Args:
        a_i, a_j: (examples,), two units' activations; a_i is not constant.

    Returns:
        c, d: two numbers
    """
    raise NotImplementedError("fit_unit")


def merge(W, b, V, e, i, j, c, d):
    """Return the weights of the same function without unit j, for a_j = c a_i + d.

    a_i V_i + a_j V_j = a_i (V_i + c V_j) + d V_j. The last term is the same for every input: it belongs to the bias e.

    Args:
        W: (m, n), b: (n,), V: (n, k), e: (k,).
        i, j: two different units; i stays, j goes. Either may come first.
        c, d: numbers.

    Returns:
        W (m, n - 1), b (n - 1,), V (n - 1, k), e (k,); new arrays, the other units in their old order
    """
    raise NotImplementedError("merge")

"""Exercises of lesson 6: hidden units as questions, and units that repeat each other.

z = x W + b, a = tanh(z)        W (m, n), b (n,)
scores = a V + e                V (n, k), e (k,)
"""

import numpy as np


def information_gain(z, labels):
    """Return how many bits the answer to "is z >= 0?" tells you about the label, on average.

        gain = H(labels) - share_yes H(labels where z >= 0) - share_no H(labels where z < 0)
        H(labels) = -sum_y p_y log2 p_y

    p_y is the share of label y among the labels; a label that does not occur adds 0.

    Args:
        z: (examples,), one unit's sum before its tanh.
        labels: (examples,), integers, each the name of a class; they may be negative.

    Returns:
        a number, which is 0 if all examples give the same answer
    """

    # begin solution
    def entropy(y):
        p = np.unique(y, return_counts=True)[1] / len(y)
        return -np.sum(p * np.log2(p))

    yes, no = labels[z >= 0], labels[z < 0]
    return entropy(labels) - sum(len(side) / len(z) * entropy(side) for side in (yes, no) if len(side))
    # end solution


def rank(A, tolerance):
    """Return how many of the units are independent, not counting the constant.

    Subtract each unit's mean. The rank is the number of singular values larger than tolerance times the largest one.
    (The constant is free, because the next layer has a bias.) If all units are constant, the rank is 0.

    Args:
        A: (examples, units), activations.
        tolerance: in (0, 1).

    Returns:
        an integer
    """
    # begin solution
    s = np.linalg.svd(A - A.mean(axis=0), compute_uv=False)
    return int(np.sum(s > tolerance * s[0]))
    # end solution


def fit_unit(a_i, a_j):
    """Return the c and d that bring c a_i + d closest to a_j: they make the mean of (a_j - c a_i - d)^2 smallest.

    Args:
        a_i, a_j: (examples,), the activations of two units; a_i is not constant.

    Returns:
        c, d: two numbers
    """
    # begin solution
    centred = a_i - a_i.mean()
    c = centred @ (a_j - a_j.mean()) / (centred @ centred)
    return c, a_j.mean() - c * a_i.mean()
    # end solution


def merge(W, b, V, e, i, j, c, d):
    """Return the weights of the same function without unit j, where a_j = c a_i + d for every input.

    Args:
        W: (m, n), b: (n,), V: (n, k), e: (k,).
        i, j: two different units. Unit i stays and unit j goes; either may be the first.
        c, d: numbers.

    Returns:
        W (m, n - 1), b (n - 1,), V (n - 1, k), e (k,); new arrays, with the other units in their old order
    """
    # begin solution
    V_new = V.copy()
    V_new[i] = V[i] + c * V[j]
    return np.delete(W, j, axis=1), np.delete(b, j), np.delete(V_new, j, axis=0), e + d * V[j]
    # end solution

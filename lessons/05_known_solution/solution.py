"""Lesson 5, exercises: one function, many networks.

A hidden layer of n units lies between two matrices:

    a = tanh(x W + b)        W (m, n), b (n,):  a unit is a column of W and an entry of b
    scores = a V + e         V (n, k), e (k,):  and a row of V
"""

import math

import numpy as np


def equivalent_settings(widths):
    """Return how many settings of the weights give the same function by the order and the signs of hidden units.

    The n units of a hidden layer can stand in any order, and each can have either sign, since tanh(-z) = -tanh(z).
    The choice in one hidden layer does not depend on the choice in another.

    Args:
        widths: list of the hidden layers' numbers of units, such as [4] or [3, 2].

    Returns:
        an integer
    """
    # begin solution
    return math.prod(math.factorial(n) * 2**n for n in widths)
    # end solution


def align(A, B):
    """Return which unit of the second network stands for each unit of the first, and with which sign.

    S_ij is the correlation of column i of A with column j of B. The best order is the one of all n! that makes
    sum_i |S_i,order[i]| largest; signs[i] is the sign of S_i,order[i].

    Args:
        A: (examples, n), the first network's activations, a unit a column. No unit is constant.
        B: (examples, n), the second network's activations for the same examples.

    Returns:
        order (n,), an array of integers: order[i] is the column of B for place i; each column is used once
        signs (n,), an array of +1 and -1
    """
    # begin solution
    from scipy.optimize import linear_sum_assignment

    A, B = (X - X.mean(axis=0) for X in (A, B))
    S = (A / np.linalg.norm(A, axis=0)).T @ (B / np.linalg.norm(B, axis=0))  # (n, n)
    _, order = linear_sum_assignment(-np.abs(S))
    return order, np.where(S[np.arange(len(S)), order] >= 0, 1, -1)
    # end solution


def rearrange(W, b, V, order, signs):
    """Return the weights of the same function, with its hidden units in this order and with these signs.

    The new unit i is the old unit order[i], times signs[i]:  tanh(s z) = s tanh(z) for s = +1 or -1.

    Args:
        W: (m, n) and b: (n,), before the tanh.
        V: (n, k), after it.
        order: (n,), integers, each of 0 .. n - 1 once.
        signs: (n,), +1 or -1.

    Returns:
        W (m, n), b (n,), V (n, k); new arrays
    """
    # begin solution
    return W[:, order] * signs, b[order] * signs, V[order] * signs[:, None]
    # end solution


def count_solutions(nets, threshold):
    """Return how many different solutions there are among some networks.

    Two networks are the same solution if, once aligned, |correlation| >= threshold for every pair of partners. Go
    through the networks in order; compare each with the first network of every solution found so far. If it is the same
    as none of them, it is a new solution.

    Args:
        nets: list of (examples, n), the activations of each network for the same examples.
        threshold: in (0, 1).

    Returns:
        an integer
    """
    # begin solution
    firsts = []
    for B in nets:
        if not any(_worst(A, B) >= threshold for A in firsts):
            firsts.append(B)
    return len(firsts)


def _worst(A, B):
    """Return the smallest |correlation| of two aligned networks' partners."""
    order, _ = align(A, B)
    return min(abs(np.corrcoef(A[:, i], B[:, j])[0, 1]) for i, j in enumerate(order))
    # end solution

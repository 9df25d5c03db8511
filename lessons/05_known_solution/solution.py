"""Exercises of lesson 5: one function, many networks.

A hidden layer of n units lies between two matrices:

    a = tanh(x W + b)        W (m, n), b (n,)
    scores = a V + e         V (n, k), e (k,)

Unit i owns column i of W, entry i of b and row i of V.
"""

import math

import numpy as np


def equivalent_settings(widths):
    """Return how many settings of the weights give the same function.

    The n units of a hidden layer can stand in any order, and each can have either sign, because tanh(-z) = -tanh(z).
    The choice in one hidden layer does not depend on the choice in another.

    Args:
        widths: list with the number of units of each hidden layer, such as [4] or [3, 2].

    Returns:
        an integer, exact to the last digit
    """
    # begin solution
    return math.prod(math.factorial(n) * 2**n for n in widths)
    # end solution


def align(A, B):
    """Find a partner in the second network for each unit of the first; return the order and the signs.

    S[i, j] is the correlation of column i of A with column j of B. Among all n! orders the best one makes the sum of
    |S[i, order[i]]| over all i largest. signs[i] is the sign of S[i, order[i]].

    Args:
        A: (examples, n), the activations of the first network, one unit in each column. No unit is constant.
        B: (examples, n), the activations of the second network for the same examples.

    Returns:
        order (n,), an array of integers: unit order[i] of B is the partner of unit i of A; each unit is used once
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
    """Return the weights of the same function with its hidden units in this order and with these signs.

    The new unit i is the old unit order[i] times signs[i]. It works because tanh(s z) = s tanh(z) for s = +1 or -1.

    Args:
        W: (m, n) and b: (n,), before the tanh.
        V: (n, k), after it.
        order: (n,), integers, each of 0 .. n - 1 once.
        signs: (n,), each +1 or -1.

    Returns:
        W (m, n), b (n,), V (n, k); new arrays
    """
    # begin solution
    return W[:, order] * signs, b[order] * signs, V[order] * signs[:, None]
    # end solution


def count_solutions(nets, threshold):
    """Return how many different solutions there are among several networks.

    Two networks are the same solution if |correlation| >= threshold for every pair of partners that `align` finds. Go
    through the networks in order, and compare each one with the first network of every solution found so far. If it
    matches none of them, it is a new solution.

    Args:
        nets: list of arrays (examples, n), the activations of each network for the same examples.
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
    """Return the smallest |correlation| between partners, after aligning B with A."""
    order, _ = align(A, B)
    return min(abs(np.corrcoef(A[:, i], B[:, j])[0, 1]) for i, j in enumerate(order))
    # end solution

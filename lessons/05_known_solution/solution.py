"""Exercises of lesson 5: one function, many networks.

A hidden layer of n units lies between two matrices:

    a = tanh(x W + b)        W (m, n), b (n,)
    scores = a V + e         V (n, k), e (k,)

Unit i owns column i of W, entry i of b and row i of V.
"""

import math
from itertools import permutations, product

import numpy as np


def rearrange(W, b, V, order, signs):
    """Return the weights of the same function with its hidden units in this order and with these signs.

    The new unit i is the old unit order[i], and its activation is the old unit's times signs[i]. The scores stay the
    same for every input.

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


def equivalent_settings(widths):
    """Return how many settings of the weights give the same function.

    Two settings differ if the hidden units stand in another order, or if some of them are turned round. All units are
    different from each other, and the setting that you begin with counts as well.

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


def count_solutions(nets, threshold):
    """Return how many different solutions there are among several networks.

    Two networks are the same solution if |correlation| >= threshold for every pair of partners that `align` finds. Go
    through the networks in order, and compare each one with the first network of every solution found so far. The
    lesson's draft departs from this in three places.

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


def settings_left(W, b, V, obeys):
    """Return how many settings of the weights give the same function and also obey a constraint.

    The settings are those that `equivalent_settings` counts: the network as it is, and every other order and choice of
    signs of its hidden units.

    Args:
        W: (m, n) and b: (n,), before the tanh; n is at most 4.
        V: (n, k), after it.
        obeys: a function. obeys(W, b, V) says whether the setting with these weights obeys, True or False.

    Returns:
        an integer
    """
    # begin solution
    n = len(b)
    return sum(
        bool(obeys(*rearrange(W, b, V, np.array(order), np.array(signs))))
        for order in permutations(range(n))
        for signs in product((1, -1), repeat=n)
    )
    # end solution


def split(W, b, V, i, share):
    """Return the weights of a network with one hidden unit more that gives the same scores for every input.

    Unit i adds tanh(x W + b)[:, i] times row i of V to the scores. In the new network it adds `share` times this, and
    a new unit adds the rest. The other units add what they added before.

    Args:
        W: (m, n) and b: (n,), before the tanh.
        V: (n, k), after it.
        i: the unit to split, counted from 0.
        share: any number.

    Returns:
        W (m, n + 1), b (n + 1,), V (n + 1, k); new arrays. The new unit comes last, the others stay in their places.
    """
    # begin solution
    rows = np.vstack([V, (1 - share) * V[i]])
    rows[i] = share * V[i]
    return np.column_stack([W, W[:, i]]), np.append(b, b[i]), rows
    # end solution

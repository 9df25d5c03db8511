"""Lesson 11, exercises: put a matrix on a grid, choose the grid, and train what is on it."""

import numpy as np


def quantize(V, s, bits):
    """Return the matrix on the grid that lies nearest to V.

    The grid holds the multiples of the step s from -Q s to Q s, where Q is the largest whole number that leaves room
    for all of them: with 0 and both signs there are 2^bits - 1 levels. What lies beyond the grid goes to its end. An
    entry half-way between two levels may go to either.

    Args:
        V: (m, n).
        s: the step, a positive number.
        bits: bits for each entry, 2 or more.

    Returns:
        (m, n), every entry a level of the grid
    """
    # begin solution
    Q = 2 ** (bits - 1) - 1
    return s * np.clip(np.rint(V / s), -Q, Q)
    # end solution


def error_of(W, s, bits):
    """Return the share of W that the grid loses: |W - W on the grid|^2 / |W|^2, both summed over all entries.

    It is 0 for a matrix that is on the grid already, and 1 where the grid makes zeros of everything.

    Args:
        W: (m, n), not all zero.
        s, bits: the grid, as for `quantize`.
    """
    # begin solution
    return np.sum((W - quantize(W, s, bits)) ** 2) / np.sum(W**2)
    # end solution


def best_step(W, bits):
    """Return a step with which the grid loses little of W.

    It may lose at most 1 % more than with the best step there is (10 % more where bits is above 4).

    With Q s equal to the largest entry nothing is clipped. Smaller steps clip the large entries, and follow the small
    ones more closely. With many bits the best step may also be a little larger than max|W| / Q. There is no formula for
    the best, and its loss may have more than one valley; so try the whole range.

    Args:
        W: (m, n), not all zero.
        bits: bits for each entry, 2 to 8.

    Returns:
        the step, a positive number
    """
    # begin solution
    Q = 2 ** (bits - 1) - 1
    candidates = np.linspace(0.02, 1.1, 1000) * np.abs(W).max() / Q
    return min(candidates, key=lambda s: error_of(W, s, bits))
    # end solution


def straight_through(g, V, s, bits):
    """Return the gradient with respect to V that training uses, where W = quantize(V, s, bits) and g = dL/dW.

    The true slope of a staircase is 0 wherever it is defined, so the true gradient is no help. Instead training acts as
    if rounding did nothing: inside the grid, from -Q s to Q s, W follows V. Beyond the grid W stays where it is,
    however V moves.

    Args:
        g: (m, n), the gradient with respect to W.
        V: (m, n).
        s, bits: the grid, as for `quantize`.

    Returns:
        (m, n), the gradient with respect to V
    """
    # begin solution
    Q = 2 ** (bits - 1) - 1
    return np.where(np.abs(V) <= Q * s, g, 0)
    # end solution


def step_gradient(g, V, s, bits):
    """Return the gradient of the loss with respect to the step s, where W = quantize(V, s, bits) and g = dL/dW.

    W is s times the rounded and clipped V / s. So s acts twice: it multiplies the level, and it decides which level V
    is on. Rounding counts as if it did nothing, as in `straight_through`; clipping does not.

    Args:
        g: (m, n), the gradient with respect to W.
        V: (m, n).
        s, bits: the grid, as for `quantize`.

    Returns:
        a number: the sum of what all entries contribute
    """
    # begin solution
    Q = 2 ** (bits - 1) - 1
    inside = np.abs(V) <= Q * s
    slopes = np.where(inside, np.rint(V / s) - V / s, Q * np.sign(V))
    return np.sum(g * slopes)
    # end solution


def widest(bits, budget):
    """Return how many hidden units a network 64-h-10 may have: the largest h whose weights and biases fit a budget.

    Args:
        bits: bits for each weight. A bias takes 32 bits.
        budget: bytes. Steps are not counted, and bits need not fill whole bytes.

    Returns:
        h, a whole number; 0 if nothing fits
    """
    # begin solution
    by_unit = (64 + 10) * bits + 32
    return max(0, (8 * budget - 10 * 32) // by_unit)
    # end solution

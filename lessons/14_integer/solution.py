"""Lesson 14, exercises: a trained network of signs, turned into whole numbers and bits.

A hidden unit adds up its inputs, each times +1 or -1. Its sum z is a whole number. Batch norm and sign then decide
whether the unit is on:

    on   where   gamma (z - mean) / sigma + beta >= 0        (exactly 0 counts as on)

sigma, the square root of the variance, is positive. gamma may have either sign, but it is not 0.
"""

from itertools import pairwise

import numpy as np


def threshold(gamma, beta, mean, sigma):
    """Return a whole number t and a bit for each unit, which together decide as batch norm and sign do.

    For every whole number z, unit j must be on exactly where (z >= t[j]) != flip[j].

    Args:
        gamma, beta, mean, sigma: (n,) each, one entry for each unit.

    Returns:
        t (n,), an array of integers
        flip (n,), an array of bools: True where the unit is on for small sums and off for large ones
    """
    # begin solution
    border = mean - beta * sigma / gamma
    flip = gamma < 0
    return np.where(flip, np.floor(border) + 1, np.ceil(border)).astype(int), flip
    # end solution


def failing_unit(draft, d):
    """Find a unit and a sum that a draft of `threshold` decides wrongly; return () if the draft is right.

    The unit has d inputs of +1 and -1. So its sum is one of -d, -d + 2, .., d - 2, d, and no other number counts. What
    is right is the rule at the head of this file, in exact arithmetic. Take numbers that a float holds exactly, such as
    halves and quarters, so that no rounding blurs the border.

    Args:
        draft: a function. draft(gamma, beta, mean, sigma) takes arrays (n,) and returns t and flip, as `threshold`
            does. If it is wrong at all, some unit with |gamma|, sigma and |beta| at most 2 and |mean| at most 3 shows
            it. A few hundred units are enough; to try thousands takes longer than a grader waits.
        d: the number of inputs, 4 or more.

    Returns:
        (gamma, beta, mean, sigma, z), five numbers, such that the draft is wrong about this unit at this sum; or an
        empty tuple, ()
    """
    # begin solution
    for gamma in (1.0, -1.0):
        for mean in np.arange(-3, 3.25, 0.25):
            for beta in (0.0, 1.0):
                t, flip = draft(*(np.array([v]) for v in (gamma, beta, mean, 1.0)))
                for z in range(-d, d + 1, 2):
                    if ((z >= t[0]) != flip[0]) != (gamma * (z - mean) + beta >= 0):
                        return gamma, beta, float(mean), 1.0, z
    return ()
    # end solution


def bit_plane_product(x, bits, lowest, product):
    """Return x W, where a machine that knows W can only multiply it by bits.

    Args:
        x: (rows, k), integers from `lowest` to lowest + 2^bits - 1.
        bits: the number of bits that tell such integers apart.
        lowest: the smallest integer that may occur, such as 0 or -128.
        product: a function. product(B) returns B W, (rows of B, n), for a matrix B (any number of rows, k) of
            integers 0 and 1. All calls together may pass it (bits + 1) * rows rows: a machine's time is its rows.

    Returns:
        (rows, n), integers
    """
    # begin solution
    raised = x - lowest
    total = lowest * product(np.ones((1, x.shape[1]), int))
    for p in range(bits):
        total = total + 2**p * product(raised >> p & 1)
    return total
    # end solution


def absorb(W, t, flip, D):
    """Return a matrix and counts that decide as W, t and flip do, without flip.

    Before: a unit with the sum z = x W[:, j] is on where (z >= t[j]) != flip[j]. The sums that occur are
    -D, -D + 2, .., D - 2, D, and no others.

    After: columns with flip are negated, so their units have the sum z' = -z; for all others z' = z. The count
    h = (z' + D) / 2 is one of 0, 1, .., D. The unit is on where h >= c[j], for the same inputs as before.

    Args:
        W: (m, n), entries +1 and -1.
        t: (n,), integers, and flip: (n,), bools.
        D: the largest sum. For d inputs of +1 and -1 it is d.

    Returns:
        the new W (m, n), and c (n,), an array of integers from 0 (always on) to D + 1 (never on)
    """
    # begin solution
    t = np.where(flip, 1 - t, t)
    return np.where(flip, -W, W), np.clip((t + D + 1) // 2, 0, D + 1)
    # end solution


def frozen_bytes(widths):
    """Return the length of the file, in bytes, of a network of signs that takes pixels.

    The file holds one bit for each weight, and one count c for each hidden unit. All counts of a layer take the same
    number of bits, the fewest that can tell 0, 1, .., D + 1 apart; D is 255 times the number of inputs in the first
    layer, and the number of inputs in every other. The last layer has no counts. All bits follow each other without
    gaps, and the last byte may be partly filled.

    Args:
        widths: list with the number of inputs, of units in each hidden layer, and of classes, such as [64, 256, 10].

    Returns:
        an integer
    """
    # begin solution
    total = 0
    for i, (m, n) in enumerate(pairwise(widths)):
        D = 255 * m if i == 0 else m
        total += m * n
        if i < len(widths) - 2:
            total += n * (D + 1).bit_length()
    return -(-total // 8)
    # end solution


def whole_scores(beta):
    """Return whole numbers k and o that rank the classes as the real numbers beta do.

    Class j has the score z[j] + beta[j], where z[j] may be any whole number. The scores k z[j] + o[j] must put the
    classes in the same order whatever z is: higher stays higher, and equal stays equal.

    Args:
        beta: (n,), any real numbers; some may be equal.

    Returns:
        k, an integer from 1 to n, and o (n,), an array of integers
    """
    # begin solution
    whole = np.floor(beta)
    rest, rank = np.unique(beta - whole, return_inverse=True)
    return len(rest), (len(rest) * whole + rank).astype(int)
    # end solution

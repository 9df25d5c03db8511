"""Exercises of lesson 4: what tanh does to a unit's sum z, and how units cut the input space into regions."""

import numpy as np


def squash(x):
    """Return z = 4 x1 + 2 x2 + 3 x3, a = tanh(z + 0.5), and the slope of a with respect to each input.

    Args:
        x: (examples, 3), one example in each row.

    Returns:
        z (examples,), a (examples,) and the slopes (examples, 3).
    """
    # begin solution
    w = np.array([4.0, 2.0, 3.0])
    z = x @ w
    a = np.tanh(z + 0.5)
    return z, a, (1 - a**2)[:, None] * w
    # end solution


def flat_from(share):
    """Return the size of z beyond which less than a given share of the steepest slope of a = tanh(z) is left.

    Args:
        share: above 0, at most 1.

    Returns:
        a number, 0 or more: at this z and at minus this z, exactly the share is left
    """
    # begin solution
    return float(np.arctanh(np.sqrt(1 - share)))
    # end solution


def saturation_share(z, level):
    """Return the share of saturated pairs of example and unit: those with |a| > level, where a = tanh(z).

    Args:
        z: (examples, units), each unit's sum before tanh.
        level: in (0, 1).

    Returns:
        one number from 0 to 1, over all examples and units together.
    """
    # begin solution
    return float((np.abs(np.tanh(z)) > level).mean())
    # end solution


def region_code(x, W, b):
    """Return the side of each unit's plane that each example is on: the sign of z = x W + b, where sign(0) = +1.

    Args:
        x: (examples, m).
        W: (m, units).
        b: (units,).

    Returns:
        integers (examples, units), +1 or -1.
    """
    # begin solution
    z = x @ W + b
    return np.where(z >= 0, 1, -1)
    # end solution


def count_regions(codes):
    """Return the number of regions that the examples lie in: the number of different rows.

    Args:
        codes: integers (examples, units), +1 or -1, as `region_code` returns them.

    Returns:
        an integer.
    """
    # begin solution
    return len({tuple(code) for code in codes.tolist()})
    # end solution


def count_cells(W, b):
    """Return the number of cells into which n lines cut the square -1 < x1, x2 < 1.

    Line i is W[0, i] x1 + W[1, i] x2 + b[i] = 0. You may rely on three things: no two lines are parallel, no three
    meet in one point, and none goes through a corner of the square.

    Args:
        W: (2, n).
        b: (n,).

    Returns:
        an integer.
    """
    # begin solution
    corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]]) @ W + b
    cells = 1 + int(((corners.min(axis=0) < 0) & (corners.max(axis=0) > 0)).sum())
    for i in range(len(b)):
        for j in range(i):
            meet = np.linalg.solve(W[:, [i, j]].T, -b[[i, j]])
            cells += int((np.abs(meet) < 1).all())
    return cells
    # end solution

"""Lesson 1, exercises: one layer."""


def affine(x, W, b):
    """Return z = x W + b.

    Args:
        x: (examples, m), one example a row.
        W: (m, n), one feature a column.
        b: (n,).

    Returns:
        (examples, n)
    """
    raise NotImplementedError("affine")

"""Lesson 1, exercises: one layer, what its matrix does, and what comes out at the end."""

import numpy as np


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


def tanh_layer(x, W, b):
    """Return a = tanh(z), z = x W + b, for z of any size: tanh is 1 at 1,000, and -1 at -1,000.

    Args:
        x: (examples, m).
        W: (m, n).
        b: (n,).

    Returns:
        (examples, n), entries from -1 to 1
    """
    raise NotImplementedError("tanh_layer")


def three_steps(x, U, s, V):
    """Return x turned, then stretched, then turned again: the steps of x W, where W = U diag(s) V^T.

    Args:
        x: (examples, m).
        U: (m, k), orthonormal columns.
        s: (k,), the stretch of each coordinate.
        V: (n, k), orthonormal columns. V itself, not V^T.

    Returns:
        a tuple of three arrays: x U (examples, k); that, with coordinate i times s_i (examples, k); and that times
        V^T (examples, n), which is x W
    """
    raise NotImplementedError("three_steps")


def feature_image(W, j, height, width):
    """Return the feature of unit j, a column of a first layer, as an image.

    Args:
        W: (height * width, n). Row r of W belongs to pixel r; pixels are counted as you read: along the first line,
            then along the second, and so on.
        j: the unit, counted from 0.

    Returns:
        (height, width)
    """
    raise NotImplementedError("feature_image")


def predict(scores):
    """Return the class of each example: the place of its largest score.

    Args:
        scores: (examples, classes), the last layer's z.

    Returns:
        (examples,) integers, counted from 0
    """
    raise NotImplementedError("predict")

"""Lesson 1, exercises: compute a layer, read the answer off the scores, and take the layer's matrix apart."""

import numpy as np


def affine(x, W, b):
    """Return z: the sum of every unit for every example, its bias included.

    Args:
        x: (examples, m), one example in each row.
        W: (m, n), one unit's weights in each column.
        b: (n,), one bias for each unit.

    Returns:
        (examples, n)
    """
    # begin solution
    return x @ W + b
    # end solution


def tanh_layer(x, W, b):
    """Return a: the activation of every unit for every example.

    It must work for z of any size: tanh(1000) is 1, and tanh(-1000) is -1.

    Args:
        x: (examples, m).
        W: (m, n).
        b: (n,).

    Returns:
        (examples, n), entries from -1 to 1
    """
    # begin solution
    return np.tanh(x @ W + b)
    # end solution


def predict(scores):
    """Return the class of each example: the position of its largest score.

    Where several scores are the largest, any one of their positions is right.

    Args:
        scores: (examples, classes), z of the last layer.

    Returns:
        (examples,) integers, counted from 0
    """
    # begin solution
    return scores.argmax(axis=1)
    # end solution


def three_steps(x, U, s, V):
    """Return the three steps of x W, where W = U diag(s) V^T: x turned, then stretched, then turned again.

    Args:
        x: (examples, m).
        U: (m, k), orthonormal columns.
        s: (k,), the stretch of each coordinate.
        V: (n, k), orthonormal columns. V itself, not V^T.

    Returns:
        a tuple of three arrays:
        x turned, which is x U, (examples, k);
        this stretched, its column i multiplied by s_i, (examples, k);
        and this turned again by V^T, (examples, n), which is x W
    """
    # begin solution
    turned = x @ U
    stretched = turned * s
    return turned, stretched, stretched @ V.T
    # end solution


def unseen(x, U):
    """Return the part of each example that a layer cannot see: what can be added to x without changing x U.

    The rest of the example lies along the columns of U: it is a sum of these columns, each times a number.

    Args:
        x: (examples, m).
        U: (m, k), orthonormal columns, k at most m.

    Returns:
        (examples, m)
    """
    # begin solution
    return x - x @ U @ U.T
    # end solution


def feature_image(W, j, height, width):
    """Return the feature of unit j, which is column j of a first layer's W, as an image.

    Args:
        W: (height * width, n). Row r of W belongs to pixel r. Pixels are counted in reading order: along the first
            line, then along the second, and so on.
        j: the unit, counted from 0.

    Returns:
        (height, width)
    """
    # begin solution
    return W[:, j].reshape(height, width)
    # end solution


def collapse(W1, b1, W2, b2):
    """Return the one layer that does what two layers without a squash between them do.

    Args:
        W1: (m, h), the first layer's matrix.
        b1: (h,), its biases.
        W2: (h, n), the second layer's matrix.
        b2: (n,), its biases.

    Returns:
        a tuple (W, b) of shapes (m, n) and (n,): for every x, x W + b is what the second layer returns
    """
    # begin solution
    return W1 @ W2, b1 @ W2 + b2
    # end solution

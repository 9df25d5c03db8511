"""Other right answers of lesson 1, which its grader accepts."""

import numpy as np

from tinynet.course import instead_of


@instead_of("affine", "loops over examples and features, in float64")
def loops(x, W, b):
    z = np.zeros((len(x), W.shape[1]))
    for i in range(len(x)):
        for j in range(W.shape[1]):
            z[i, j] = sum(x[i, k] * W[k, j] for k in range(W.shape[0])) + b[j]
    return z

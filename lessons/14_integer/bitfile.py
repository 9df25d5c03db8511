"""A file for a network of counts: nothing but bits.

First come the weights, layer by layer and unit by unit, 1 for +1 and 0 for -1. Then come the counts of each hidden
layer, every one with as many bits as the largest takes, the lowest bit first. The widths are not in the file.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np


def lengths(widths):
    """Return how many bits a count takes in each hidden layer."""
    largest = [255 * widths[0], *widths[1:-2]]  # of the sums that reach it
    return [(D + 1).bit_length() for D in largest]


def write(path, weights, counts):
    """Write the file of matrices of +1 and -1, (m, n) each, and counts (n,); return its length in bytes."""
    widths = [len(W) for W in weights] + [weights[-1].shape[1]]
    parts = [W.T > 0 for W in weights]
    parts += [c[:, None] >> np.arange(length) & 1 for c, length in zip(counts, lengths(widths), strict=True)]
    return Path(path).write_bytes(np.packbits(np.concatenate([part.ravel() for part in parts]) != 0).tobytes())


def read(path, widths):
    """Return the matrices and the counts in a file."""
    bits, place = np.unpackbits(np.frombuffer(Path(path).read_bytes(), np.uint8)).astype(int), 0
    weights, counts = [], []
    for m, n in pairwise(widths):
        weights.append(2 * bits[place : place + m * n].reshape(n, m).T - 1)
        place += m * n
    for n, length in zip(widths[1:-1], lengths(widths), strict=True):
        counts.append(bits[place : place + n * length].reshape(n, length) @ (1 << np.arange(length)))
        place += n * length
    return weights, counts

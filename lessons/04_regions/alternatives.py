"""Other right answers to the exercises of lesson 4. The grader must accept them."""

import math

import numpy as np

from tinynet.course import instead_of


@instead_of("squash", "example by example, with cosh: 1 - tanh^2 = 1 / cosh^2")
def loops(x):
    z = np.array([4 * x1 + 2 * x2 + 3 * x3 for x1, x2, x3 in x.tolist()])
    slopes = [[w / math.cosh(v + 0.5) ** 2 for w in (4, 2, 3)] for v in z.tolist()]
    return z, np.array([math.tanh(v + 0.5) for v in z.tolist()]), np.array(slopes)


@instead_of("saturation_share", "takes the level back to z with artanh, and leaves a alone")
def level_of_z(z, level):
    return np.mean(np.abs(z) > np.arctanh(level))


@instead_of("region_code", "turns True and False into 2 and 0, then subtracts 1")
def from_bits(x, W, b):
    return 2 * (x @ W + b >= 0).astype(np.int8) - 1


@instead_of("region_code", "loops over examples and units")
def one_by_one(x, W, b):
    return np.array([[1 if sum(xi * W[:, j]) + b[j] >= 0 else -1 for j in range(len(b))] for xi in x])


@instead_of("count_regions", "the bytes of each row, as they lie in memory")
def raw_bytes(codes):
    return len({code.tobytes() for code in codes})


@instead_of("count_regions", "np.unique over rows")
def unique_rows(codes):
    return len(np.unique(codes, axis=0))


@instead_of("count_regions", "reads each code as a binary number")
def numbers(codes):
    return len(set(((codes > 0) @ 2 ** np.arange(codes.shape[1])).tolist()))


@instead_of("count_cells", "line by line: a new line adds 1 plus the number of earlier lines that it meets inside")
def line_by_line(W, b):
    cells = 1
    for k in range(len(b)):
        u, v, c = W[0, k], W[1, k], b[k]
        if abs(c) >= abs(u) + abs(v):  # the largest |u x1 + v x2| in the square
            continue
        cells += 1
        for i in range(k):
            det = u * W[1, i] - v * W[0, i]
            x1, x2 = (v * b[i] - c * W[1, i]) / det, (c * W[0, i] - u * b[i]) / det
            cells += abs(x1) < 1 and abs(x2) < 1
    return int(cells)


@instead_of("flat_from", "from the slope 1 / cosh(z)^2")
def by_cosh(share):
    return np.arccosh(share**-0.5)


@instead_of("flat_from", "with logarithms alone")
def by_logarithms(share):
    a = math.sqrt(1 - share)
    return 0.5 * (math.log1p(a) - math.log(share / (1 + a)))

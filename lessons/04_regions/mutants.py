"""Known-wrong answers of lesson 4, each with the mistake that it stands for."""

import numpy as np

from tinynet.course import instead_of

w = np.array([4.0, 2.0, 3.0])

# ---- squash


@instead_of("squash", "z has the 0.5 in it already; here z = 4 x1 + 2 x2 + 3 x3, and a = tanh(z + 0.5)")
def shifted_twice(x):
    z = x @ w + 0.5
    a = np.tanh(z)
    return z, a, (1 - a**2)[:, None] * w


@instead_of("squash", "x[0] is the first example, not the first input: a row is an example, a column x[:, j] an input")
def rows_as_inputs(x):
    z = 4 * x[0] + 2 * x[1] + 3 * x[2]
    a = np.tanh(z + 0.5)
    return z, a, (1 - a**2)[:, None] * w


@instead_of("squash", "x[0] is the first example, not the first input, x[:, 0]; and each example needs a row of slopes")
def rows_as_inputs_entry_by_entry(x):
    z = 4 * x[0] + 2 * x[1] + 3 * x[2]
    a = np.tanh(z + 0.5)
    return z, a, (1 - a**2) * w


@instead_of("squash", "(examples,) times (3,) went entry by entry; each example needs a row: (1 - a**2)[:, None] first")
def entry_by_entry(x):
    z = x @ w
    a = np.tanh(z + 0.5)
    return z, a, (1 - a**2) * w


@instead_of("squash", "a is tanh(z), without the 0.5")
def unshifted(x):
    z = x @ w
    a = np.tanh(z)
    return z, a, (1 - a**2)[:, None] * w


@instead_of("squash", "the slopes are those of z, the same everywhere; those of a have the factor 1 - a^2")
def slopes_of_z(x):
    z = x @ w
    return z, np.tanh(z + 0.5), np.tile(w, (len(x), 1))


@instead_of("squash", "the factor dz/dx_j is missing: by the chain rule da/dx_j = (1 - a^2) dz/dx_j")
def without_chain(x):
    z = x @ w
    a = np.tanh(z + 0.5)
    return z, a, np.repeat((1 - a**2)[:, None], 3, axis=1)


@instead_of("squash", "the slope was taken at z, not at z + 0.5: use a itself, 1 - a^2")
def slope_elsewhere(x):
    z = x @ w
    return z, np.tanh(z + 0.5), (1 - np.tanh(z) ** 2)[:, None] * w


# ---- saturation_share


@instead_of("saturation_share", "the level was held against |z|; it is a level of |a|, so put z through tanh first")
def threshold_on_z(z, level):
    return float((np.abs(z) > level).mean())


@instead_of("saturation_share", "only the positive side counted; a unit near -1 is saturated too: take |a|")
def one_side(z, level):
    return float((np.tanh(z) > level).mean())


@instead_of("saturation_share", "this is the share of soft units, with |a| below the level")
def soft_ones(z, level):
    return float((np.abs(np.tanh(z)) < level).mean())


@instead_of("saturation_share", "the slope 1 - a^2 was held against the level, not |a|")
def of_the_slope(z, level):
    return float((1 - np.tanh(z) ** 2 < level).mean())


@instead_of("saturation_share", "this is how many there are, not their share of all examples and units")
def how_many(z, level):
    return int((np.abs(np.tanh(z)) > level).sum())


# ---- region_code


@instead_of("region_code", "np.sign(0) is 0, a third side; a point on the plane has the sign +1 here")
def numpy_sign(x, W, b):
    return np.sign(x @ W + b).astype(int)


@instead_of("region_code", "a point on the plane (z = 0) got -1; sign(0) = +1, so compare with >= 0")
def strictly_above(x, W, b):
    return np.where(x @ W + b > 0, 1, -1)


@instead_of("region_code", "sides are +1 and -1 here, not 1 and 0")
def zero_and_one(x, W, b):
    return (x @ W + b >= 0).astype(int)


@instead_of("region_code", "the bias is missing: without b every plane goes through the origin")
def through_the_origin(x, W, b):
    return np.where(x @ W >= 0, 1, -1)


@instead_of("region_code", "the threshold is b itself: z = x W + b is compared with 0, so x W with -b")
def bias_as_threshold(x, W, b):
    return np.where(x @ W >= b, 1, -1)


# ---- count_regions


@instead_of("count_regions", "examples were counted; two in one region have the same row, and count once")
def examples(codes):
    return len(codes)


@instead_of("count_regions", "all codes that n units could have are 2^n; counted are those that occur")
def all_codes(codes):
    return 2 ** codes.shape[1]


@instead_of("count_regions", "rows were added up first; different rows can have the same sum")
def by_sum(codes):
    return len(set(codes.sum(axis=1).tolist()))


@instead_of("count_regions", "np.unique without axis=0 counts different entries; whole rows are to be compared")
def entries(codes):
    return len(np.unique(codes))


@instead_of("count_regions", "only neighbours in the list were compared; a region can come up again later")
def changes(codes):
    return 1 + int((codes[1:] != codes[:-1]).any(axis=1).sum())


# ---- count_cells


def crossing(W, b):
    corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]]) @ W + b
    return int(((corners.min(axis=0) < 0) & (corners.max(axis=0) > 0)).sum())


def meeting(W, b):
    i, j = np.triu_indices(len(b), 1)
    det = W[0, i] * W[1, j] - W[0, j] * W[1, i]
    points = np.array([W[1, i] * b[j] - W[1, j] * b[i], W[0, j] * b[i] - W[0, i] * b[j]]) / det
    return int((np.abs(points) < 1).all(axis=0).sum())


@instead_of("count_cells", "1 + n + C(n, 2) holds for the whole plane; outside the square lines cut nothing of it")
def whole_plane(W, b):
    n = len(b)
    return 1 + n + n * (n - 1) // 2


@instead_of("count_cells", "every line counted, also those that miss the square: look at the signs at the four corners")
def lines_that_miss(W, b):
    return 1 + len(b) + meeting(W, b)


@instead_of("count_cells", "every pair of lines that cross the square counted; many meet outside it")
def meetings_outside(W, b):
    corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]]) @ W + b
    n = int(((corners.min(axis=0) < 0) & (corners.max(axis=0) > 0)).sum())
    return 1 + n + n * (n - 1) // 2


@instead_of("count_cells", "lines are columns of W and meet where W^T x = -b: solve takes the two columns as rows")
def rows_for_columns(W, b):
    pairs = zip(*np.tril_indices(len(b), -1), strict=True)
    points = [np.linalg.solve(W[:, [i, j]], -b[[i, j]]) for i, j in pairs]
    return 1 + crossing(W, b) + sum(int((np.abs(point) < 1).all()) for point in points)


@instead_of("count_cells", "the first cell is missing: with no line the square is one cell")
def without_the_first(W, b):
    return crossing(W, b) + meeting(W, b)


@instead_of("count_cells", "each pair was counted twice, as (i, j) and as (j, i)")
def twice(W, b):
    return 1 + crossing(W, b) + 2 * meeting(W, b)

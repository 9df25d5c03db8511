"""Wrong answers to the exercises of lesson 4. Each shows one common mistake, and the sentence that explains it."""

import numpy as np

from tinynet.course import instead_of

w = np.array([4.0, 2.0, 3.0])

# ---- squash


@instead_of("squash", "your z already contains the 0.5; here z = 4 x1 + 2 x2 + 3 x3, and a = tanh(z + 0.5)")
def shifted_twice(x):
    z = x @ w + 0.5
    a = np.tanh(z)
    return z, a, (1 - a**2)[:, None] * w


@instead_of(
    "squash", "x[0] is the first example, not the first input: rows are examples, and input i is the column x[:, i]"
)
def rows_as_inputs(x):
    z = 4 * x[0] + 2 * x[1] + 3 * x[2]
    a = np.tanh(z + 0.5)
    return z, a, (1 - a**2)[:, None] * w


@instead_of(
    "squash", "x[0] is the first example; the first input is x[:, 0], and every example needs its row of slopes"
)
def rows_as_inputs_entry_by_entry(x):
    z = 4 * x[0] + 2 * x[1] + 3 * x[2]
    a = np.tanh(z + 0.5)
    return z, a, (1 - a**2) * w


@instead_of(
    "squash", "(examples,) times (3,) multiplies entry by entry; make 1 - a**2 a column first: (1 - a**2)[:, None]"
)
def entry_by_entry(x):
    z = x @ w
    a = np.tanh(z + 0.5)
    return z, a, (1 - a**2) * w


@instead_of("squash", "the 0.5 is missing: this a is tanh(z), but it should be tanh(z + 0.5)")
def unshifted(x):
    z = x @ w
    a = np.tanh(z)
    return z, a, (1 - a**2)[:, None] * w


@instead_of("squash", "these are the slopes of z, the same everywhere; the slopes of a have the factor 1 - a^2")
def slopes_of_z(x):
    z = x @ w
    return z, np.tanh(z + 0.5), np.tile(w, (len(x), 1))


@instead_of("squash", "the factor dz/dx_i is missing: by the chain rule da/dx_i = (1 - a^2) dz/dx_i")
def without_chain(x):
    z = x @ w
    a = np.tanh(z + 0.5)
    return z, a, np.repeat((1 - a**2)[:, None], 3, axis=1)


@instead_of("squash", "the slope of tanh was taken at z instead of z + 0.5: write it as 1 - a^2")
def slope_elsewhere(x):
    z = x @ w
    return z, np.tanh(z + 0.5), (1 - np.tanh(z) ** 2)[:, None] * w


# ---- saturation_share


@instead_of("saturation_share", "the level was compared with |z|; it is a level for |a|, so take tanh of z first")
def threshold_on_z(z, level):
    return float((np.abs(z) > level).mean())


@instead_of("saturation_share", "only the positive side was counted; a unit near -1 is saturated too, so compare |a|")
def one_side(z, level):
    return float((np.tanh(z) > level).mean())


@instead_of(
    "saturation_share", "this is the share of soft units, which have |a| below the level; saturated ones are above it"
)
def soft_ones(z, level):
    return float((np.abs(np.tanh(z)) < level).mean())


@instead_of("saturation_share", "the level was compared with the slope 1 - a^2; it is a level for |a|")
def of_the_slope(z, level):
    return float((1 - np.tanh(z) ** 2 < level).mean())


@instead_of(
    "saturation_share",
    "this is the number of saturated pairs; divide it by the number of all pairs of example and unit",
)
def how_many(z, level):
    return int((np.abs(np.tanh(z)) > level).sum())


@instead_of(
    "saturation_share", "units exactly at the level were counted too; saturated ones are above it: > instead of >="
)
def at_the_level(z, level):
    return float((np.abs(np.tanh(z)) >= level).mean())


@instead_of(
    "saturation_share",
    "e^z overflows for large z, and inf / inf is nan, which is above no level; np.tanh works for any z",
)
def from_exponentials(z, level):
    a = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    return float((np.abs(a) > level).mean())


# ---- region_code


@instead_of("region_code", "np.sign(0) is 0, which would be a third side; here a point on the plane gets +1")
def numpy_sign(x, W, b):
    return np.sign(x @ W + b).astype(int)


@instead_of("region_code", "a point on the plane, with z = 0, got -1; sign(0) is +1 here, so compare with >= 0")
def strictly_above(x, W, b):
    return np.where(x @ W + b > 0, 1, -1)


@instead_of("region_code", "the two sides are called +1 and -1 here, not 1 and 0")
def zero_and_one(x, W, b):
    return (x @ W + b >= 0).astype(int)


@instead_of("region_code", "the bias is missing: without b every plane goes through the origin")
def through_the_origin(x, W, b):
    return np.where(x @ W >= 0, 1, -1)


@instead_of("region_code", "x W was compared with b: compare z = x W + b with 0, which compares x W with -b")
def bias_as_threshold(x, W, b):
    return np.where(x @ W >= b, 1, -1)


@instead_of("region_code", "z was turned into a whole number first: then -0.5 becomes 0, on the wrong side")
def whole_numbers(x, W, b):
    return np.where((x @ W + b).astype(int) >= 0, 1, -1)


@instead_of("region_code", "a z close to 0 was taken for 0; below 0, however close, the side is -1")
def nearly_zero(x, W, b):
    z = x @ W + b
    return np.where((z >= 0) | np.isclose(z, 0), 1, -1)


# ---- count_regions


@instead_of("count_regions", "this counts the examples; two examples in one region have equal rows and count once")
def examples(codes):
    return len(codes)


@instead_of("count_regions", "2^n is the number of codes that n units could have; count those that occur")
def all_codes(codes):
    return 2 ** codes.shape[1]


@instead_of("count_regions", "each row was summed first, but different rows can have the same sum")
def by_sum(codes):
    return len(set(codes.sum(axis=1).tolist()))


@instead_of(
    "count_regions",
    "each row was turned into a sum with the weights 1, 2, 3, .., but 1 + 2 = 3: different rows can have the same sum",
)
def by_weighted_sum(codes):
    return len(set((codes @ np.arange(1, codes.shape[1] + 1)).tolist()))


@instead_of("count_regions", "without axis=0 np.unique counts different entries; compare whole rows")
def entries(codes):
    return len(np.unique(codes))


@instead_of("count_regions", "each row was compared only with the row before it, but a region can come up again later")
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


@instead_of(
    "count_cells", "1 + n + C(n, 2) counts the cells of the whole plane; count only what happens inside the square"
)
def whole_plane(W, b):
    n = len(b)
    return 1 + n + n * (n - 1) // 2


@instead_of(
    "count_cells", "lines that miss the square were counted too; the signs of z at the four corners tell them apart"
)
def lines_that_miss(W, b):
    return 1 + len(b) + meeting(W, b)


@instead_of("count_cells", "all pairs of lines that cross the square were counted, but many of them meet outside it")
def meetings_outside(W, b):
    corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]]) @ W + b
    n = int(((corners.min(axis=0) < 0) & (corners.max(axis=0) > 0)).sum())
    return 1 + n + n * (n - 1) // 2


@instead_of("count_cells", "two lines meet where both W[:, i] . x = -b[i]: transpose W[:, [i, j]] before you solve")
def rows_for_columns(W, b):
    pairs = zip(*np.tril_indices(len(b), -1), strict=True)
    points = [np.linalg.solve(W[:, [i, j]], -b[[i, j]]) for i, j in pairs]
    return 1 + crossing(W, b) + sum(int((np.abs(point) < 1).all()) for point in points)


@instead_of("count_cells", "the 1 is missing: even without any line the square is one cell")
def without_the_first(W, b):
    return crossing(W, b) + meeting(W, b)


@instead_of("count_cells", "each pair of lines was counted twice, once as (i, j) and once as (j, i)")
def twice(W, b):
    return 1 + crossing(W, b) + 2 * meeting(W, b)


@instead_of(
    "count_cells", "lines that meet on the border of the square were counted; inside it both entries are below 1"
)
def meetings_on_the_border(W, b):
    pairs = zip(*np.tril_indices(len(b), -1), strict=True)
    points = [np.linalg.solve(W[:, [i, j]].T, -b[[i, j]]) for i, j in pairs]
    return 1 + crossing(W, b) + sum(int((np.abs(point) <= 1).all()) for point in points)


@instead_of(
    "count_cells", "a vertical line has no slope: dividing by W[1, i] = 0 gives inf; solve the two equations instead"
)
def by_slopes(W, b):
    cells, slope, height = 1 + crossing(W, b), -W[0] / W[1], -b / W[1]
    for i in range(len(b)):
        for j in range(i):
            x1 = (height[j] - height[i]) / (slope[i] - slope[j])
            cells += int(abs(x1) < 1 and abs(slope[i] * x1 + height[i]) < 1)
    return cells


@instead_of(
    "count_cells",
    "the codes of a grid of points were counted; a cell smaller than the grid is missed: count as in the text",
)
def codes_on_a_grid(W, b):
    ticks = np.linspace(-1, 1, 51)
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    return len(np.unique(points @ W + b >= 0, axis=0))


@instead_of("flat_from", "this is the size of a where the share is left; the question is about z, so undo the tanh")
def size_of_a(share):
    return float(np.sqrt(1 - share))


@instead_of("flat_from", "this is where a itself has that size; the slope is 1 - a^2")
def where_a_is_the_share(share):
    return float(np.arctanh(min(share, 1 - 1e-12)))


@instead_of("flat_from", "the root is missing: 1 - a^2 = share, so a is the root of 1 - share")
def without_the_root(share):
    return float(np.arctanh(1 - share))


@instead_of("flat_from", "this is where the slope has fallen by the share; it is to fall to the share")
def fallen_by(share):
    return float(np.arctanh(np.sqrt(min(share, 1 - 1e-12))))


@instead_of("flat_from", "the bias of the slides' unit was taken off; here a is the plain tanh(z)")
def with_the_bias(share):
    return float(np.arctanh(np.sqrt(1 - share))) - 0.5

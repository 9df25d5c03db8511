"""The grader of lesson 4: `test_NAME` grades the function NAME in exercise.py."""

import itertools
import math

import numpy as np

from tinynet.reading.decisions.regions import cells


def inputs(rng):
    """Yield x: small z; then z from -7 to 7, where tanh is nearly flat, with z = 0 and z = -1/2 too; whole numbers."""
    for n, scale in (3, 0.1), (1, 0.2), (4, 0.3):
        yield rng.normal(scale=scale, size=(n, 3))
    z = np.arange(-7, 8) + rng.uniform(-0.4, 0.4, 15)
    x = rng.uniform(0.5, 1, (15, 3))
    yield x * (z / (4 * x[:, 0] + 2 * x[:, 1] + 3 * x[:, 2]))[:, None]
    yield np.array([[0.0, 0.0, 0.0], [-0.125, 0.0, 0.0]]) + rng.integers(-8, 9) / 8 * np.array([1.0, -2.0, 0.0])
    yield rng.integers(-1, 2, size=(5, 3))


def test_squash(exercise, rng):
    """Compare with sums by hand and with the math module's tanh."""
    for x in inputs(rng):
        z = [math.fsum((4 * x1, 2 * x2, 3 * x3)) for x1, x2, x3 in x.tolist()]
        a = [math.tanh(v + 0.5) for v in z]
        slopes = [[weight / math.cosh(v + 0.5) ** 2 for weight in (4, 2, 3)] for v in z]
        exercise.squash(x).equals((np.array(z), np.array(a), np.array(slopes)))


def test_saturation_share(exercise, rng):
    """Draw twelve |z| from known ranges, so that five are saturated. Then check other z one by one."""
    sizes = [rng.uniform(low, high, n) for low, high, n in ((0.1, 0.3, 2), (0.4, 0.8, 2), (1, 1.4, 3), (1.6, 4, 5))]
    z = np.concatenate(sizes) * np.array([1, -1] * 5 + [1, 1])
    z = rng.permutation(z).reshape(3, 4)
    exercise.saturation_share(z, 0.9).equals(5 / 12)  # |tanh(z)| > 0.9 where |z| > 1.472
    cases = [
        (rng.normal(scale=1.5, size=size), level) for size, level in (((2, 5), 0.5), ((4, 1), 0.95), ((1, 3), 0.1))
    ]
    cases += [(rng.integers(-2, 3, size=(5, 4)), 0.8), (1000.0 * rng.integers(-1, 2, size=(3, 5)), 0.6)]
    for level in float(rng.uniform(0.2, 0.9)), 0.97:  # just above and just below the level
        near = np.arctanh(level * (1 + rng.choice([-1, 1], size=(6, 7)) * rng.uniform(1e-4, 1e-3, (6, 7))))
        cases += [(near * rng.choice([-1, 1], size=near.shape), level)]
    tiny = 2.0**-30  # tanh of it is it, to the last bit
    cases += [(rng.choice([-tiny, 0, tiny, 1], size=(5, 6)), tiny)]
    for z, level in cases:
        saturated = [abs(math.tanh(v)) > level for v in z.ravel().tolist()]
        exercise.saturation_share(z, level).equals(sum(saturated) / len(saturated))


def test_region_code(exercise, rng):
    """Use whole numbers, so that z is sometimes exactly 0; the first unit's plane is x1 + x2 + 3 = 0.

    Then z lies between -1 and 1, is huge, or is so close to 0 that only its sign is left.
    """
    known = np.array([[-3.0, 0.0], [1.0, -2.0], [2.0, -1.0]])
    for n, units in (1, 3), (2, 2), (3, 1):
        x = np.concatenate([known, rng.integers(-3, 4, size=(n, 2))])
        W, b = rng.integers(-2, 3, size=(2, units)).astype(float), rng.integers(-2, 3, size=units).astype(float)
        W[:, 0], b[0] = 1, 3
        expected = [[1 if p * u + q * v + c >= 0 else -1 for u, v, c in zip(*W, b, strict=True)] for p, q in x]
        exercise.region_code(x, W, b).equals(np.array(expected))
    for (n, m, units), scale in ((2, 5, 3), 1), ((1, 1, 4), 0.3), ((5, 5, 5), 0.2), ((9, 12, 7), 1), ((4, 3, 2), 1000):
        x, W, b = scale * rng.normal(size=(n, m)), rng.normal(size=(m, units)), scale * rng.normal(size=units)
        sums = np.einsum("ei,iu->eu", x, W) + b
        exercise.region_code(x, W, b).equals(np.array([[1 if z >= 0 else -1 for z in row] for row in sums.tolist()]))
    b = rng.permutation([2.0**-30, -(2.0**-30), 2.0**-60, -(2.0**-60), 0])  # z itself where x is 0
    exercise.region_code(np.zeros((2, 3)), rng.normal(size=(3, 5)), b).equals(
        np.array([[1 if z >= 0 else -1 for z in b]] * 2)
    )


def test_count_regions(exercise, rng):
    """Visit four regions out of order. Then draw codes, and compare each one with all that came before it.

    In the end take all codes of up to eight units, and one code of twenty beside all that differ from it in one unit.
    """
    one, two, three, four = np.array([[1, 1, -1], [1, -1, 1], [-1, -1, -1], [1, 1, 1]])[:, rng.permutation(3)]
    exercise.count_regions(np.array([one, two, one, three, four, four])).equals(4)
    for shape in (5, 2), (8, 4), (1, 3), (3, 1), (20, 5):
        codes = rng.choice([-1, 1], size=shape)
        new = [all(any(a != b for a, b in zip(code, codes[j], strict=True)) for j in range(i))
               for i, code in enumerate(codes)]  # fmt: skip
        exercise.count_regions(codes).equals(sum(new))
    for units in 3, 5, 8:
        codes = rng.permutation(np.array(list(itertools.product([-1, 1], repeat=units))))
        twice = codes[rng.integers(len(codes), size=10)]
        exercise.count_regions(np.concatenate([codes, twice]).astype(np.int8)).equals(2**units)
    beside = rng.choice([-1, 1], size=20) * (1 - 2 * np.eye(21, 20, dtype=int))
    exercise.count_regions(rng.permutation(np.concatenate([beside, beside[:7]]))).equals(21)


def pictures(rng):
    """Yield lines whose cells are known: five, of which one misses and some meet outside; then single ones and pairs.

    A single line is vertical, or goes through the middle, or passes each of the corners closely. A pair meets just
    inside each side of the square, just outside, or on its border, which is not inside.
    """
    W = np.array([[1.0, 0, -4, -2, -3], [-3, -3, 1, -1, 4]]) + rng.uniform(-0.05, 0.05, (2, 5))
    yield W, np.array([3.0, 5, -2, 0, 5]) + rng.uniform(-0.05, 0.05, 5), 9
    yield np.array([[1.0], [0.0]]), rng.uniform(1.05, 1.35, 1), 1
    yield rng.normal(size=(2, 1)), np.zeros(1), 2
    yield np.eye(2), rng.uniform(-0.9, 0.9, 2), 4
    small = 2.0**-20
    for side, other in itertools.product([-1.0, 1.0], repeat=2):
        for beyond in -small, small:
            yield np.array([[side], [other]]), np.array([2 + beyond]), 2 if beyond < 0 else 1
        for beyond in -small, 0, small:
            up = rng.integers(-6, 7) / 8 + 1 / 64
            W, b = np.array([[side, side], [1.0, -1.0]]), np.array([-1 - beyond - up, -1 - beyond + up])
            yield W[:: int(other)], b, 4 if beyond < 0 else 3  # they meet at side * (1 + beyond) and up, or the reverse


def test_count_cells(exercise, rng):
    """Take lines whose cells are known, then random ones, of which polygons are cut."""
    for W, b, expected in pictures(rng):
        exercise.count_cells(W, b).equals(expected)
    for n, size in (1, 1), (2, 1), (4, 1), (6, 1e-3), (7, 1e3), (9, 1):  # a line stays the same at any size
        W, b = size * rng.normal(size=(2, n)), size * rng.normal(size=n)
        exercise.count_cells(W, b).equals(len(cells(W / size, b / size).areas))


def test_flat_from(exercise, rng):
    """Search by bisection for the z at which 1 / cosh(z)^2, the slope of tanh, has fallen to the share."""
    for share in (0.5, 0.1, *rng.uniform(0.001, 0.999, 3), 1.0):
        low, high = 0.0, 20.0
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if np.cosh(middle) ** -2.0 > share else (low, middle)
        exercise.flat_from(float(share)).equals(low, rtol=1e-5)

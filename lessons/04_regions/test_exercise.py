"""The grader of lesson 4: `test_NAME` grades the function NAME in exercise.py."""

import math

import numpy as np

from tinynet.reading.decisions.regions import cells


def test_squash(exercise, rng):
    """Compare with sums by hand and with the math module's tanh, where tanh is steep and where it is nearly flat."""
    for n, scale in (3, 0.1), (1, 0.2), (4, 0.3):
        x = rng.normal(scale=scale, size=(n, 3))
        z = [math.fsum((4 * x1, 2 * x2, 3 * x3)) for x1, x2, x3 in x.tolist()]
        a = [math.tanh(v + 0.5) for v in z]
        slopes = [[weight / math.cosh(v + 0.5) ** 2 for weight in (4, 2, 3)] for v in z]
        exercise.squash(x).equals((np.array(z), np.array(a), np.array(slopes)))


def test_saturation_share(exercise, rng):
    """Draw twelve |z| from known ranges, so that five are saturated. Then check arbitrary z one by one."""
    sizes = [rng.uniform(low, high, n) for low, high, n in ((0.1, 0.3, 2), (0.4, 0.8, 2), (1, 1.4, 3), (1.6, 4, 5))]
    z = np.concatenate(sizes) * np.array([1, -1] * 5 + [1, 1])
    z = rng.permutation(z).reshape(3, 4)
    exercise.saturation_share(z, 0.9).equals(5 / 12)  # |tanh(z)| > 0.9 where |z| > 1.472
    for shape, level in ((2, 5), 0.5), ((4, 1), 0.95), ((1, 3), 0.1):
        z = rng.normal(scale=1.5, size=shape)
        saturated = [abs(math.tanh(v)) > level for v in z.ravel().tolist()]
        exercise.saturation_share(z, level).equals(sum(saturated) / len(saturated))


def test_region_code(exercise, rng):
    """Use whole numbers, so that z is sometimes exactly 0; the first unit's plane is x1 + x2 + 3 = 0."""
    known = np.array([[-3.0, 0.0], [1.0, -2.0], [2.0, -1.0]])
    for n, units in (1, 3), (2, 2), (3, 1):
        x = np.concatenate([known, rng.integers(-3, 4, size=(n, 2))])
        W, b = rng.integers(-2, 3, size=(2, units)).astype(float), rng.integers(-2, 3, size=units).astype(float)
        W[:, 0], b[0] = 1, 3
        expected = [[1 if p * u + q * v + c >= 0 else -1 for u, v, c in zip(*W, b, strict=True)] for p, q in x]
        exercise.region_code(x, W, b).equals(np.array(expected))
    wide = rng.normal(size=(2, 5)), rng.normal(size=(5, 3)), rng.normal(size=3)
    sums = np.einsum("ei,iu->eu", *wide[:2]) + wide[2]
    exercise.region_code(*wide).equals(np.array([[1 if z >= 0 else -1 for z in row] for row in sums.tolist()]))


def test_count_regions(exercise, rng):
    """Visit four regions out of order. Then draw codes, and compare each one with all that came before it."""
    one, two, three, four = np.array([[1, 1, -1], [1, -1, 1], [-1, -1, -1], [1, 1, 1]])[:, rng.permutation(3)]
    exercise.count_regions(np.array([one, two, one, three, four, four])).equals(4)
    for shape in (5, 2), (8, 4), (1, 3), (3, 1):
        codes = rng.choice([-1, 1], size=shape)
        new = [all(any(a != b for a, b in zip(code, codes[j], strict=True)) for j in range(i))
               for i, code in enumerate(codes)]  # fmt: skip
        exercise.count_regions(codes).equals(sum(new))


def test_count_cells(exercise, rng):
    """Take five lines: one misses the square, some meet outside. Then compare random lines with cut polygons."""
    W = np.array([[1.0, 0, -4, -2, -3], [-3, -3, 1, -1, 4]]) + rng.uniform(-0.05, 0.05, (2, 5))
    b = np.array([3.0, 5, -2, 0, 5]) + rng.uniform(-0.05, 0.05, 5)
    exercise.count_cells(W, b).equals(9)
    for n in 1, 2, 4, 7:
        W, b = rng.normal(size=(2, n)), rng.normal(scale=0.7, size=n)
        exercise.count_cells(W, b).equals(len(cells(W, b).areas))
    exercise.count_cells(np.array([[1.0], [0.0]]), np.array([3.0])).equals(1)

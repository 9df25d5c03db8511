"""Lesson 4: the exercises find what tinynet.reading finds, and widths.py makes widths.csv."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
from tinynet.course.grading import grade_exercise, solved
from tinynet.reading import regions
from tinynet.reading.layers.saturation import STEEP, saturation

lesson = manifest.lesson(4)
widths = manifest.load_module(lesson.path / "widths.py")


@pytest.fixture(scope="module")
def net():
    return tn.MLP([2, 9, 2], seed=3)


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).uniform(-1, 1, (300, 2)).astype(np.float32)


def test_codes_regions_and_saturation_agree_with_the_instruments(net, x):
    W, b = net.layers[0].weight.W.numpy() * 3, net.layers[0].bias.numpy() + 0.3
    net.layers[0].weight.W.data, net.layers[0].bias.data = W, b
    codes = lesson.solution.region_code(x, W, b)
    np.testing.assert_array_equal(codes, regions.region_codes(net, x))
    assert lesson.solution.count_regions(codes) == len(regions.sampled_regions(net, x).volumes) > 5
    assert lesson.solution.count_cells(W, b) == regions.count_cells(W, b) == len(regions.cells(W, b).areas)
    share = lesson.solution.saturation_share(x @ W + b, np.sqrt(1 - STEEP))
    assert share == pytest.approx(saturation(net, x)["1 Tanh"]) and 0 < share < 1


def test_the_threshold_of_the_text():
    assert np.sqrt(0.9) == pytest.approx(0.949, abs=5e-4) and np.arctanh(np.sqrt(0.9)) == pytest.approx(1.82, abs=5e-3)
    z, a, slopes = lesson.solution.squash(np.array([[1.3 / 4, 0, 0]]))
    assert z[0] == pytest.approx(1.3) and slopes[0, 0] / 4 == pytest.approx(0.10, abs=5e-3) == 1 - a[0] ** 2


def test_widths_has_eight_starts_of_each_kind_for_each_width():
    for start, by_layers in widths.WIDTHS.items():
        expected = [(k, w, seed) for k, many in by_layers.items() for w in many for seed in range(8)]
        assert [row[:3] for row in widths.committed(start)] == expected
    for layers, width in ((1, 8), (2, 4), (2, 24)):
        parameters = tn.MLP([2, *[width] * layers, 2]).parameters()
        assert widths.weights_of(layers, width) == sum(p.numpy().size for p in parameters)


@pytest.mark.parametrize("start", ["usual", "spread"])
def test_the_command_makes_the_table(start):
    """Check one row, to two percentage points, because another processor rounds differently."""
    [error] = [row[3] for row in widths.committed(start) if row[:3] == (1, 12, 0)]
    assert widths.error_of(1, 12, 0, start) == pytest.approx(error, abs=0.02)


def share(above):
    return lambda z, level: float(above(np.abs(np.tanh(z)), level).mean())


def side(z_to_number):
    return lambda x, W, b: np.where(z_to_number(x @ W + b) >= 0, 1, -1)


def sums(weights):
    return lambda codes: len(set((codes @ weights(codes.shape[1])).tolist()))


def cells_with(counts):
    """Return count_cells that counts a meeting point if `counts` says so of its equations and of itself."""

    def count_cells(W, b):
        corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]]) @ W + b
        crossing = int(((corners.min(axis=0) < 0) & (corners.max(axis=0) > 0)).sum())
        equations = [(W[:, [i, j]].T, -b[[i, j]]) for i in range(len(b)) for j in range(i)]
        return 1 + crossing + sum(bool(counts(A, np.linalg.solve(A, c))) for A, c in equations)

    return count_cells


def inside_if_large(A, point):
    return (np.abs(point) < 1).all() and abs(np.linalg.det(A)) > 1e-3


def squash_with(slope):
    def squash(x):
        z, a, _ = lesson.solution.squash(x)
        return z, a, slope(a)[:, None] * np.array([4.0, 2.0, 3.0])

    return squash


# right where z is neither 0 nor large nor close to a level, for few units, and for lines in no special position
PLANTED = {
    "divides by a": ("squash", squash_with(lambda a: (a - a**3) / a)),
    "flat beyond 0.99": ("squash", squash_with(lambda a: np.where(np.abs(a) < 0.99, 1 - a**2, 0))),
    "at the level": ("saturation_share", share(lambda a, level: a >= level)),
    "rounded share": ("saturation_share", share(lambda a, level: np.round(a, 2) > level)),
    "without zeros": ("saturation_share", lambda z, level: (np.abs(np.tanh(z)) > level).sum() / np.count_nonzero(z)),
    "overflow": ("saturation_share", lambda z, level: (np.abs(np.sinh(z) / np.cosh(z)) > level).mean()),
    "whole z": ("region_code", side(lambda z: z.astype(int))),
    "nearly 0": ("region_code", side(lambda z: np.where(np.abs(z) < 1e-12, 0, z))),
    "eight inputs": ("region_code", lambda x, W, b: np.where(x[:, :8] @ W[:8] + b >= 0, 1, -1)),
    "1, 2, 3, ..": ("count_regions", sums(lambda n: np.arange(1, n + 1))),
    "squares": ("count_regions", sums(lambda n: np.arange(1, n + 1) ** 2)),
    "one byte": ("count_regions", sums(lambda n: (2 ** np.arange(n)).astype(np.int8))),
    "first eight": ("count_regions", lambda codes: len(np.unique(codes[:, :8], axis=0))),
    "on the border": ("count_cells", cells_with(lambda A, point: (np.abs(point) <= 1).all())),
    "nearly inside": ("count_cells", cells_with(lambda A, point: (np.abs(point) < 1.001).all())),
    "well inside": ("count_cells", cells_with(lambda A, point: (np.abs(point) < 0.999).all())),
    "large equations": ("count_cells", cells_with(inside_if_large)),
}


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid")
@pytest.mark.parametrize("planted", PLANTED)
def test_a_wrong_answer_that_is_right_in_ordinary_cases_is_rejected(planted):
    name, function = PLANTED[planted]
    for seed in range(4):
        assert not grade_exercise(lesson, lesson.exercise(name), solved(lesson, **{name: function}), seed).passed

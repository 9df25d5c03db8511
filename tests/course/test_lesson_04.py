"""Lesson 4: the exercises find what tinynet.reading finds, and widths.py makes widths.csv."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
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


def test_widths_has_eight_starts_of_each_width():
    rows = widths.committed()
    expected = [(k, w, seed) for k, many in widths.WIDTHS.items() for w in many for seed in range(8)]
    assert [row[:3] for row in rows] == expected
    for layers, width in ((1, 8), (2, 4), (2, 24)):
        parameters = tn.MLP([2, *[width] * layers, 2]).parameters()
        assert widths.weights_of(layers, width) == sum(p.numpy().size for p in parameters)


def test_the_command_makes_the_table():
    """Check one row, to two percentage points, because another processor rounds differently."""
    [error] = [row[3] for row in widths.committed() if row[:3] == (1, 12, 0)]
    assert widths.error_of(1, 12, 0) == pytest.approx(error, abs=0.02)

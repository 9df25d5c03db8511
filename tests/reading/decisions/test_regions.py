"""Regions of known planes, against formulas, sampling and a teacher whose cells are known."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.decisions.regions import (
    borders,
    cells,
    count_cells,
    hidden,
    planes,
    plot_regions,
    region_codes,
    sampled_regions,
)

ALL = [
    tn.Dense(), tn.LowRank(rank=2), tn.Hashed(1 / 2), tn.Sparse(1 / 2), tn.Quantized(bits=2), tn.Quantized(levels=3),
    tn.Binary(), tn.Scaled(), tn.Scaled(normalize=True),
]  # fmt: skip


def lines(n, seed=0):
    """Return n random lines, each through a random point of the box."""
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(2, n))
    return W, -(W * rng.uniform(-0.9, 0.9, (2, n))).sum(axis=0)


def with_layer(net, i, W, b):
    net.layers[i].weight.W.data, net.layers[i].bias.data = np.float32(W), np.float32(b)
    return net


def uniform(n, width=2, seed=1):
    return np.random.default_rng(seed).uniform(-1, 1, (n, width)).astype(np.float32)


# ---------------------------------------------------------------------- exactly


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 20])
def test_lines_in_general_position_make_so_many_cells_of_the_plane(n):
    W, b = lines(n)
    found = cells(W, b, (-1e5, 1e5))
    assert len(found.areas) == 1 + n + n * (n - 1) // 2 == count_cells(W, b, (-1e5, 1e5))
    assert len(np.unique(found.codes, axis=0)) == len(found.codes)


@pytest.mark.parametrize("seed", range(5))
def test_cells_of_a_box_agree_with_the_count_of_crossings_and_with_sampling(seed):
    W, b = lines(12, seed)
    found = cells(W, b)
    assert len(found.areas) == count_cells(W, b) < 1 + 12 + 66
    assert found.areas.sum() == pytest.approx(4, abs=1e-9)
    for polygon, code in zip(found.polygons, found.codes, strict=True):  # the code of a cell is that of its middle
        np.testing.assert_array_equal(np.where(polygon.mean(axis=0) @ W + b >= 0, 1, -1), code)
    x = uniform(40_000).astype(np.float64)
    sampled = np.where(x @ W + b >= 0, 1, -1)
    shares = (sampled[:, None] == found.codes).all(axis=2).mean(axis=0)
    assert shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(shares, found.areas / 4, atol=5 * np.sqrt(0.25 / 40_000))


def test_parallel_equal_and_concurrent_lines():
    parallel = cells(np.array([[1.0, 1, 2], [0, 0, 0]]), np.array([0.5, -0.5, 1]))  # the third is the first again
    np.testing.assert_allclose(np.sort(parallel.areas), [1, 1, 2])
    angles = np.arange(6) * np.pi / 6 + 0.1
    star = cells(np.stack([np.cos(angles), np.sin(angles)]), np.zeros(6))
    assert len(star.areas) == 12  # six lines through a point
    constant = cells(np.zeros((2, 2)), np.array([0.0, -1]))  # units that see no input
    assert constant.codes.tolist() == [[1, -1]] and constant.areas.tolist() == [4]


def test_a_teacher_of_known_planes_gives_back_its_regions():
    W, b = lines(6, 3)
    net = with_layer(tn.MLP([2, 6, 3]), 0, 5 * W, 5 * b)
    found_W, found_b = planes(net)
    np.testing.assert_allclose(found_W, 5 * W, atol=1e-5)
    np.testing.assert_allclose(found_b, 5 * b, atol=1e-5)
    known = {tuple(code): area / 4 for code, area in zip(*cells(W, b)[1:], strict=True)}
    regions = sampled_regions(net, uniform(100_000))
    assert {tuple(code) for code in regions.codes} == set(known) and regions.unseen < 1e-4
    np.testing.assert_allclose(regions.volumes, [known[tuple(c)] for c in regions.codes], atol=5 * 0.5 / 100_000**0.5)


# ---------------------------------------------------------------------- by sampling


def test_codes_are_signs_of_all_or_some_layers():
    net, x = tn.MLP([4, 5, 3, 2], seed=1), uniform(50, 4)
    z1 = x @ net.layers[0].weight.W.numpy()
    z2 = np.tanh(z1) @ net.layers[2].weight.W.numpy()
    np.testing.assert_array_equal(region_codes(net, x), np.where(np.hstack([z1, z2]) >= 0, 1, -1))
    np.testing.assert_array_equal(region_codes(net, x, ["3 Tanh"]), np.where(z2 >= 0, 1, -1))
    assert list(hidden(net, x)) == ["1 Tanh", "3 Tanh"]
    assert region_codes(net, np.zeros((1, 4))).min() == 1  # sign(0) = +1


def test_sampled_regions_are_the_largest_first():
    net = tn.MLP([2, 3, 2], seed=2)
    x = uniform(500)
    regions, codes = sampled_regions(net, x), region_codes(net, x)
    np.testing.assert_array_equal(regions.codes[regions.place], codes)
    assert (np.diff(regions.volumes) <= 0).all() and regions.volumes.sum() == pytest.approx(1)
    np.testing.assert_allclose(regions.volumes, np.bincount(regions.place) / 500)
    assert sampled_regions(net, x[:1]).unseen == 1
    seen_thrice = np.concatenate([x[[0, 0, 0]], -x[:1]])  # no biases: -x has the other code
    assert sampled_regions(net, seen_thrice).unseen == 1 / 4


@pytest.mark.parametrize("weight", ALL, ids=repr)
def test_every_parameterization_is_read(weight):
    net = tn.MLP([2, 8, 6, 2], weight, seed=3, batch_norm=True)
    tn.fit(net, tn.datasets.load("spirals").train, epochs=1)
    x = uniform(300)
    W, b = planes(net)
    np.testing.assert_allclose(x @ W + b, hidden(net, x)["2 Tanh"], atol=1e-4)
    assert len(cells(W, b).areas) >= len(sampled_regions(net, x, ["2 Tanh"]).volumes)
    assert borders(net, x).regions.min() >= 1


def test_the_binary_network_has_hard_borders_along_diagonals():
    net = tn.BinaryMLP([2, 8, 4, 2]).eval()
    W, _ = planes(net)
    np.testing.assert_allclose(np.abs(W[0]), np.abs(W[1]), rtol=1e-5)
    found = borders(net, uniform(100))
    assert not found.widths.any() and not found.overlap.any() and (found.regions == 1).all()


# ---------------------------------------------------------------------- borders


def test_the_width_of_a_band_is_where_the_unit_is_soft():
    net = with_layer(tn.MLP([2, 1, 2]), 0, [[3], [4]], [0.5])
    x = uniform(200_000)
    found = borders(net, x, level=0.8)
    assert found.widths == pytest.approx([2 * np.log(9) / 2 / 5])  # atanh(0.8) = ln(1.8 / 0.2) / 2
    distance = (x @ [3, 4] + 0.5) / 5
    assert found.soft["1 Tanh"] == pytest.approx([np.mean(np.abs(distance) < found.widths[0] / 2)], abs=1e-4)


def test_regions_in_effect():
    net = with_layer(tn.MLP([2, 3, 2]), 0, np.zeros((2, 3)), [0, 0, 40])
    found = borders(net, uniform(4))
    np.testing.assert_allclose(found.regions, 4)  # two units on the border: four regions at once
    assert found.overlap.tolist() == [2] * 4 and np.isinf(found.widths).all()


# ---------------------------------------------------------------------- errors, the picture


def test_errors_say_what_is_wrong():
    x = uniform(5)
    with pytest.raises(TypeError, match="regions: RecurrentNet is no Sequential of rows"):
        region_codes(tn.RecurrentNet([2, 3, 2]), x)
    with pytest.raises(ValueError, match=r"layers \[\]; the network's hidden layers are \[\], at least one"):
        region_codes(tn.MLP([2, 3]), x)
    with pytest.raises(ValueError, match=r"layers \['2 Tanh'\]; the network's hidden layers are \['1 Tanh'\]"):
        region_codes(tn.MLP([2, 3, 2]), x, ["2 Tanh"])
    with pytest.raises(ValueError, match=r"inputs of shape \(0, 2\); at least one example is needed"):
        sampled_regions(tn.MLP([2, 3, 2]), x[:0])
    with pytest.raises(ValueError, match="layer 0 Linear gives values that are not finite"):
        sampled_regions(tn.MLP([2, 3, 2]), np.full((1, 2), np.nan))
    with pytest.raises(ValueError, match=r"borders: 1 ReLU does not saturate at -1 and \+1; layers of tanh or sign"):
        borders(tn.MLP([2, 3, 2], activation=tn.ReLU), x)
    mixed = tn.Sequential(tn.Linear(2, 3), tn.ReLU(), tn.Linear(3, 3), tn.Tanh(), tn.Linear(3, 2))
    with pytest.raises(ValueError, match="borders: 1 ReLU does not saturate"):
        borders(mixed, x, layers=["3 Tanh"])
    with pytest.raises(ValueError, match="borders: level=1; a unit is soft where"):
        borders(tn.MLP([2, 3, 2]), x, level=1)
    with pytest.raises(ValueError, match="the first hidden layer's z is no affine function"):
        planes(tn.Sequential(tn.Linear(2, 3), tn.LayerNorm(3), tn.Tanh(), tn.Linear(3, 2)))
    with pytest.raises(ValueError, match=r"cells: W \(3, 2\), b \(2,\), box \(-1, 1\); W \(2, n\), b \(n,\) and low"):
        cells(np.ones((3, 2)), np.ones(2))
    with pytest.raises(ValueError, match="plot_regions: the network takes 3 inputs; only the plane"):
        plot_regions(tn.MLP([3, 4, 2]))


def test_the_picture():
    figure = plot_regions(tn.MLP([2, 5, 4, 2], seed=1), resolution=40)
    left, right, bar = figure.axes
    assert left.get_title().startswith("first layer: 5 lines, ") and "regions seen" in left.get_title()
    assert right.get_title() == "soft borders, |a| < 0.9, and where they overlap"
    assert [t.get_text() for t in left.get_legend().get_texts()] == ["1 Tanh: z = 0", "3 Tanh: z = 0"]
    assert bar.get_ylabel() == "soft units at the point"
    assert [left.get_xlabel(), left.get_ylabel()] == ["input 1", "input 2"]

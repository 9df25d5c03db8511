"""Columns against NumPy, counts in integers, and averages over many draws."""

import itertools

import numpy as np
import pytest

import tinynet as tn
from tinynet.parameterizations import hashing
from tinynet.reading.inside import weights
from tinynet.reading.layers.geometry import (
    binary_spectrum,
    column_geometry,
    hold_lengths,
    imposed_cosines,
    plot_geometry,
    plot_spectrum,
    random_spectrum,
)

ALL = [
    tn.Dense(), tn.LowRank(rank=4), tn.Hashed(1 / 8), tn.Sparse(1 / 8), tn.Quantized(bits=2), tn.Quantized(levels=3),
    tn.Binary(), tn.Binary(scale="column"), tn.Scaled(), tn.Scaled(normalize=True),
]  # fmt: skip


def signs(d, n, seed=0):
    return np.random.default_rng(seed).choice([-1.0, 1.0], (d, n))


# ---------------------------------------------------------------------- lengths and angles


def test_angles_of_known_columns():
    W = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 2.0]])
    found = column_geometry(W)
    np.testing.assert_allclose(found.lengths, [1, 2**0.5, 2])
    np.testing.assert_allclose(found.cosines, [0.5**0.5, 0, 0], atol=1e-15)  # (0, 1), (0, 2), (1, 2)
    np.testing.assert_allclose(found.correlations, np.corrcoef(W.T)[np.triu_indices(3, 1)])


@pytest.mark.parametrize("weight", ALL, ids=repr)
def test_every_parameterization_is_read(weight):
    net = tn.MLP([64, 16, 10], weight, seed=1)
    tn.fit(net, tn.datasets.load("digits").train, epochs=1)
    for W in weights(net).values():
        found = column_geometry(W)
        np.testing.assert_allclose(found.lengths, np.linalg.norm(W, axis=0), rtol=1e-5)
        alive = W[:, W.any(axis=0)].astype(np.float64)  # a sparse column may be all zero
        pairs = np.triu_indices(alive.shape[1], 1)
        unit = alive / np.linalg.norm(alive, axis=0)
        np.testing.assert_allclose(found.cosines, (unit.T @ unit)[pairs], atol=1e-12)
        np.testing.assert_allclose(found.correlations, np.corrcoef(alive.T)[pairs], atol=1e-12)


def test_columns_of_zeros_have_no_angle():
    W = np.zeros((4, 3))
    W[:, 0], W[:, 1] = 1, [1, 2, 3, 4]
    found = column_geometry(W)
    assert len(found.cosines) == 1 and len(found.correlations) == 0  # the first is constant too


@pytest.mark.parametrize("short", [1.0, 1e-14, 1e-200])
def test_constant_columns_have_no_correlation_and_short_ones_have_their_own(short):
    W = np.stack([np.full(10, 0.1), np.full(10, 0.7), np.arange(10.0), short * np.arange(10.0) ** 2], axis=1)
    expected = np.corrcoef(np.arange(10.0), np.arange(10.0) ** 2)[0, 1]
    np.testing.assert_allclose(column_geometry(W).correlations, [expected])
    assert len(column_geometry(W[:, :2]).correlations) == 0


# ---------------------------------------------------------------------- binary columns


def test_the_formula_counts_all_binary_columns():
    columns = np.array(list(itertools.product([-1, 1], repeat=6)))
    cosines, probabilities = random_spectrum(6)
    found = columns @ columns[17] / 6  # all columns against one of them
    for c, p in zip(cosines, probabilities, strict=True):
        assert np.mean(np.isclose(found, c)) == p
    assert random_spectrum(2000)[1].sum() == pytest.approx(1)


def test_random_columns_follow_the_formula_and_equal_ones_do_not():
    found = binary_spectrum(0.3 * signs(64, 300))
    assert found.distance < 0.03 and found.spread == pytest.approx(1, abs=0.02)
    same = binary_spectrum(np.repeat(signs(16, 1), 4, axis=1))
    assert same.found[0] == 1 and same.spread == 4 and same.distance == pytest.approx(1 - 2**-16)


def test_a_trained_binary_layer_lies_on_the_grid():
    net = tn.BinaryMLP([64, 32, 10])
    tn.fit(net, tn.datasets.load("digits").train, epochs=1, lr=0.01)
    found = binary_spectrum(next(iter(weights(net).values())))
    assert found.found.sum() == pytest.approx(1) and len(found.found) == 65


# ---------------------------------------------------------------------- hashed columns


def test_imposed_cosines_are_the_mean_over_drawn_numbers():
    layer = tn.Hashed(1 / 8).build((12, 4), seed=3)  # 6 numbers
    K, rng = 6, np.random.default_rng(0)
    place = hashing.places(3, 12, 4, K)
    w = rng.choice([-1.0, 1.0], (20_000, K))  # variance 1, and columns of one length
    W = np.concatenate([w, -w], axis=1)[:, place]  # (draws, 12, 4)
    cosines = np.einsum("tij,tik->tjk", W, W)[:, *np.triu_indices(4, 1)] / 12
    np.testing.assert_allclose(imposed_cosines(layer), cosines.mean(axis=0), atol=5 * 12**-0.5 / 20_000**0.5)
    assert np.abs(imposed_cosines(layer)).max() > 0.1


def test_imposed_cosines_have_the_stated_size():
    found = imposed_cosines(tn.Hashed(1 / 8).build((256, 64), seed=1))
    assert np.sqrt(np.mean(found**2)) == pytest.approx((256 * 256 * 64 / 8) ** -0.5, rel=0.1)


# ---------------------------------------------------------------------- length against angle


@pytest.mark.parametrize("inner", [tn.Dense(), tn.Hashed(1 / 4)], ids=repr)
def test_lengths_are_held_while_directions_learn(inner):
    net = hold_lengths(tn.MLP([64, 16, 10], tn.Scaled(inner, normalize=True)), 3.0)
    before = weights(net)
    tn.fit(net, tn.datasets.load("digits").train, epochs=2, weight_decay=1e-3)
    for name, W in weights(net).items():
        np.testing.assert_allclose(column_geometry(W).lengths, 3, rtol=1e-5)
        assert np.abs(W - before[name]).max() > 0.1


# ---------------------------------------------------------------------- errors, the pictures


def test_errors_say_what_is_wrong():
    with pytest.raises(ValueError, match=r"geometry: W of shape \(3, 1\); a finite matrix \(d, n\) of at least two"):
        column_geometry(np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"geometry: W of shape \(2, 2\)"):
        column_geometry(np.full((2, 2), np.nan))
    with pytest.raises(ValueError, match=r"binary_spectrum: W of shape \(2, 2\); each of its columns must be \+-s"):
        binary_spectrum(np.array([[1, 2], [1, 1]]))
    with pytest.raises(ValueError, match="random_spectrum: d=0; columns have at least one entry"):
        random_spectrum(0)
    with pytest.raises(TypeError, match=r"imposed_cosines: Hashed\(factor=0.125\); a built tn.Hashed is needed"):
        imposed_cosines(tn.Hashed())
    with pytest.raises(ValueError, match=r"hold_lengths: length=1.0, 0 layers of tn.Scaled\(normalize=True\)"):
        hold_lengths(tn.MLP([2, 3, 2], tn.Scaled()))
    with pytest.raises(ValueError, match="hold_lengths: length=0, 2 layers"):
        hold_lengths(tn.MLP([2, 3, 2], tn.Scaled(normalize=True)), 0)
    for plot in plot_geometry, plot_spectrum:
        with pytest.raises(ValueError, match=r"no matrices to draw; pass \{label: W, ..\}"):
            plot({})


def test_the_pictures():
    figure = plot_geometry({"dense": np.random.default_rng(0).normal(size=(20, 9)), "binary": signs(20, 9)})
    titles = ["length of a column", "cosine of two columns", "correlation of two columns"]
    assert [axes.get_xlabel() for axes in figure.axes] == titles
    assert figure.axes[0].get_legend().get_texts()[1].get_text() == "binary: 4.47 ± 0.00"
    [axes] = plot_spectrum({"random": signs(20, 9)}).axes
    assert [axes.get_xlabel(), axes.get_ylabel()] == ["cos = 1 - 2h/d", "share of the pairs (%)"]
    assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(100)

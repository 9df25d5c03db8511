"""The three steps against x W, planted spectra, random matrices against Marchenko and Pastur."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.inside import weights
from tinynet.reading.layers.svd import (
    effective_rank,
    plot_columns,
    plot_spectra,
    plot_three_steps,
    spectra,
    stable_rank,
    three_steps,
    turns,
)


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def orthogonal(n, seed):
    return np.linalg.qr(drawn(n, n, seed=seed))[0]


@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (2, 5), (5, 2), (7, 4), (1, 3)])
@pytest.mark.parametrize("seed", range(4))
def test_the_three_steps_end_at_x_W(shape, seed):
    W, x = drawn(*shape, seed=seed), drawn(6, shape[0], seed=seed + 10)
    A, s, B = turns(W)
    np.testing.assert_allclose(three_steps(W, x)[-1], x @ W, atol=1e-12)
    for Q in (A, B):
        np.testing.assert_allclose(Q.T @ Q, np.eye(len(s)), atol=1e-12)
        if Q.shape[0] == Q.shape[1]:
            assert np.linalg.det(Q) == pytest.approx(1)
    if shape[0] == shape[1]:
        assert np.prod(s) == pytest.approx(np.linalg.det(W))  # so the reflection is in the stretch


def test_turning_keeps_lengths_and_only_the_stretch_changes_them():
    W = drawn(2, 2)
    x, turned, stretched, z = (np.linalg.norm(v, axis=1) for v in three_steps(W, drawn(9, 2, seed=1)))
    np.testing.assert_allclose(turned, x)
    np.testing.assert_allclose(z, stretched)
    assert (stretched <= np.abs(turns(W).s).max() * x + 1e-12).all()


def test_a_mirror_is_a_stretch_by_minus_one():
    np.testing.assert_allclose(sorted(turns([[0, 1], [1, 0]]).s), [-1, 1])  # exchanges the axes
    np.testing.assert_allclose(turns([[0, -1], [1, 0]]).s, [1, 1])  # a quarter turn


def test_planted_spectra_come_back():
    net = tn.MLP([6, 6, 4])
    s = np.array([5, 3, 2, 1, 0.5, 0.25])
    net.layers[0].weight.W.data = (orthogonal(6, 1) * s @ orthogonal(6, 2).T).astype(np.float32)
    found = spectra(net)
    assert list(found) == ["0 Linear", "2 Linear"] and found["2 Linear"].shape == (4,)
    np.testing.assert_allclose(found["0 Linear"], s, rtol=1e-5)


@pytest.mark.parametrize("rank", [effective_rank, stable_rank])
def test_soft_ranks_of_known_matrices(rank):
    assert rank(np.ones(7)) == pytest.approx(7)
    assert rank([3, 0, 0]) == pytest.approx(1)
    assert rank([2, 2, 0]) == pytest.approx(2)
    assert rank(np.zeros(3)) == 0
    assert rank([1e-200, 2e-200]) == pytest.approx(rank([1, 2])) == pytest.approx(rank([1e200, -2e200]))


def test_soft_ranks_by_hand():
    assert effective_rank([3, 1]) == pytest.approx(4 / 3**0.75)  # p = 3/4, 1/4: (4/3)^(3/4) 4^(1/4)
    assert stable_rank([3, 1]) == pytest.approx(10 / 9)


def test_a_random_matrix_keeps_to_marchenko_and_pastur():
    s = np.linalg.svd(drawn(400, 100) / 20, compute_uv=False)
    assert s.max() == pytest.approx(1 + 0.5, abs=0.03) and s.min() == pytest.approx(1 - 0.5, abs=0.03)


RECIPES = [
    tn.Dense(), tn.LowRank(rank=3), tn.Hashed(1 / 8), tn.Sparse(1 / 8), tn.Quantized(bits=3), tn.Binary(),
    tn.Scaled(tn.Hashed(1 / 8)), tn.Columns((tn.Dense(), tn.Binary())),
]  # fmt: skip


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_every_parameterization_after_training(recipe):
    train, _, _ = tn.datasets.load("digits")
    net = tn.MLP([64, 20, 10], recipe)
    moments = {"before": spectra(net)}
    tn.fit(net, train, epochs=2, report=lambda history: moments.update({f"epoch {len(history)}": spectra(net)}))
    assert list(moments) == ["before", "epoch 1", "epoch 2"]
    for s in moments["epoch 2"].values():
        assert (np.diff(s) <= 0).all() and 1 <= stable_rank(s) <= effective_rank(s) <= len(s)
        if isinstance(recipe, tn.LowRank):
            assert effective_rank(s) <= 3.001 and s[3:].max() < 1e-5 * s[0]
    assert len(plot_spectra(moments).axes) == 2


def test_other_networks():
    assert list(spectra(tn.RecurrentNet([3, 4, 2]))) == ["0 LSTM W", "0 LSTM U", "1 Linear"]
    assert len(spectra(tn.BinaryMLP([5, 4, 3]))) == 2


def test_the_picture_of_the_three_steps():
    W = drawn(2, 5)
    panels = plot_three_steps(W, outputs=(1, 4)).axes
    assert [axes.get_title() for axes in panels[:2]] == ["x", "rotated: x A"]
    circle, _, _, z = (np.asarray(axes.collections[0].get_offsets()) for axes in panels)
    np.testing.assert_allclose(z, circle @ W[:, [1, 4]], atol=1e-12)
    assert panels[3].get_xlabel() == "output 2" and panels[3].get_ylabel() == "output 5"


def test_the_picture_of_columns():
    W = np.arange(12.0).reshape(6, 2) - 5
    figure = plot_columns(W, (2, 3))
    shown = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in shown] == ["1", "0"]  # the longer one first
    np.testing.assert_array_equal(shown[0].images[0].get_array(), W[:, 1].reshape(2, 3))
    assert len({axes.images[0].get_clim() for axes in shown}) == 1
    net = tn.MLP([64, 100, 10])
    assert len([a for a in plot_columns(weights(net)["0 Linear"], (8, 8)).axes if a.images]) == 40


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match=r"turns: W of shape \(3,\); it must be a finite matrix \(m, n\)"):
        turns(np.ones(3))
    with pytest.raises(ValueError, match=r"turns: W of shape \(1, 1\); it must be a finite"):
        turns([[np.nan]])
    with pytest.raises(ValueError, match=r"W of shape \(3, 4\); a circle .* pass two rows, W\[\[i, j\]\]"):
        plot_three_steps(np.ones((3, 4)))
    with pytest.raises(ValueError, match=r"columns of 6 entries are no images of shape \(2, 2\)"):
        plot_columns(np.ones((6, 2)), (2, 2))
    with pytest.raises(ValueError, match=r"matrices of 0 moments .* pass \{label: spectra\(net\), ..\} of one"):
        plot_spectra({})
    with pytest.raises(ValueError, match=r"matrices of 2 moments .* of one network"):
        plot_spectra({"a": spectra(tn.MLP([3, 2])), "b": spectra(tn.MLP([3, 2, 2]))})

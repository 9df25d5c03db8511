"""Folding against the network it came from; sizes of what is compared."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.layers.table import payload_bytes
from tinynet.reading.inside import weights
from tinynet.reading.training.normalization import compare_scales, fold, plot_scales, scale_ways

RECIPES = [
    tn.Dense(),
    tn.LowRank(rank=3),
    tn.Hashed(1 / 4),
    tn.Sparse(1 / 4),
    tn.Quantized(bits=3),
    tn.Binary(),
    tn.Scaled(tn.Hashed(1 / 4), normalize=True),
]


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_folded_scores_are_the_scores(recipe):
    train, valid, _ = tn.datasets.load("digits")
    net = tn.MLP([64, 20, 15, 10], recipe, batch_norm=True)
    tn.fit(net, train, epochs=2)
    folded = fold(net)
    assert [type(layer).__name__ for layer in folded.layers] == ["Linear", "Tanh"] * 2 + ["Linear"]
    np.testing.assert_allclose(folded(valid.inputs).numpy(), net(valid.inputs).numpy(), atol=1e-4)
    norm, W, V = net.layers[1], weights(folded)["0 Linear"], weights(net)["0 Linear"]
    g = norm.gamma.numpy() / np.sqrt(norm.running_var + 1e-5)
    np.testing.assert_allclose(W, V * g, rtol=1e-5, atol=1e-7)
    assert payload_bytes(net) - payload_bytes(folded) == 8 * (20 + 15)  # of four numbers a column two are left


def test_a_bias_before_batch_norm_is_folded_too():
    net = tn.Sequential(tn.Linear(4, 3), tn.BatchNorm(3))
    rng = np.random.default_rng(0)
    net.layers[0].bias.data = rng.normal(size=3).astype(np.float32)
    for _ in range(3):
        net(tn.Tensor(rng.normal(2, 3, size=(50, 4)).astype(np.float32)))
    x = rng.normal(size=(5, 4)).astype(np.float32)
    np.testing.assert_allclose(fold(net)(x).numpy(), net.eval()(x).numpy(), atol=1e-6)


def test_any_matrix_has_such_a_form_but_few_are_of_low_rank():
    W = np.random.default_rng(0).normal(size=(6, 5))
    np.testing.assert_allclose(tn.Scaled().from_dense(W).weight().numpy(), W, atol=1e-12)
    assert np.abs(tn.LowRank(rank=2).from_dense(W).weight().numpy() - W).max() > 0.1


def test_sizes_of_what_is_compared():
    sizes = {name: payload_bytes(build(0)) for name, build in scale_ways([64, 32, 32, 10]).items()}
    plain = 4 * (64 * 32 + 32 + 32 * 32 + 32 + 32 * 10 + 10)
    assert sizes["plain"] == plain and sizes["batch norm"] == plain + 4 * 3 * 64  # four a column for one
    assert sizes["explicit scale"] == sizes["weight normalization"] == plain + 4 * 64
    assert 0.9 * sizes["batch norm"] < sizes["low-rank, wider"] <= sizes["batch norm"]


def test_compare():
    found = compare_scales(tn.datasets.load("digits"), [64, 12, 10], lrs=(1e-6, 0.1), seeds=(0,), epochs=2)
    assert list(found) == ["plain", "batch norm", "explicit scale", "weight normalization", "low-rank, wider"]
    for f in found.values():
        assert f.lr == 0.1 and f.loss.shape == (2,) and f.loss[1] < f.loss[0] and f.spread == 0 and 1 <= f.rank <= 64
    [axes] = plot_scales(found).axes
    assert len(axes.lines) == 5 and "batch norm" in axes.get_legend().get_texts()[1].get_text()


@pytest.mark.parametrize("way", ["batch norm", "weight normalization"])
def test_a_normalized_column_is_pulled_across_itself(way):
    net = scale_ways([6, 5, 3])[way](0).astype(np.float64).train()
    if way == "batch norm":
        net.layers[1].eps = 1e-12
    rng = np.random.default_rng(0)
    tn.functional.softmax_cross_entropy(net(rng.normal(size=(9, 6))), np.arange(9) % 3).backward()
    V = net.layers[0].weight.W if way == "batch norm" else net.layers[0].weight.V.W
    assert np.abs(V.grad).max() > 1e-3
    np.testing.assert_allclose((V.numpy() * V.grad).sum(axis=0), 0, atol=1e-9)


def test_a_rate_that_diverges_is_left_out():
    rng = np.random.default_rng(0)
    regression = [(rng.normal(size=(20, 3)), rng.normal(size=(20, 2)))] * 3  # squared error, steps far too long
    settings = dict(seeds=(0,), epochs=3, batch_size=1)
    with pytest.raises(ValueError, match=r"plain diverged at every rate of \[1e\+30\]; pass smaller ones"):
        compare_scales(regression, [3, 2, 2], lrs=(1e30,), **settings)
    settings["batch_size"] = 5
    found = compare_scales(regression, [3, 2, 2], lrs=(1e30, 1e-3), **settings)
    assert {f.lr for f in found.values()} == {1e-3}


def test_errors_say_what_to_do():
    with pytest.raises(
        ValueError, match="fold: the layers are Linear, Tanh, Linear; a BatchNorm right behind a Linear"
    ):
        fold(tn.MLP([3, 2, 2]))
    with pytest.raises(ValueError, match=r"scale_ways: widths \[3, 2\]; at least one hidden layer"):
        scale_ways([3, 2])
    with pytest.raises(ValueError, match="pass what compare_scales"):
        plot_scales({})

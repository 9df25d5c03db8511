"""Compression of a trained network: every matrix becomes the nearest one that its recipe can store."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.frontier.after_training import compress
from tinynet.parameterizations.state import child_seed


def test_compress_replaces_every_matrix_by_the_nearest_one_and_leaves_the_original_alone():
    net = tn.MLP([6, 5, 3], batch_norm=True, seed=1)
    x = np.random.default_rng(0).normal(size=(9, 6)).astype(np.float32)
    net(x)  # moves the running statistics
    before = {name: a.copy() for name, a in net.state().items()}
    small = compress(net, tn.Quantized(bits=8), seed=2).eval()

    for ours, theirs in zip(small.layers[::3], net.layers[::3], strict=True):
        W, V = ours.weight.weight().numpy(), theirs.weight.weight().numpy()
        assert isinstance(ours.weight, tn.Quantized)
        assert 0 < np.abs(W - V).max() <= np.abs(V).max() / 127
    np.testing.assert_allclose(small(x).numpy(), net.eval()(x).numpy(), atol=0.05)
    for name, a in net.state().items():
        np.testing.assert_array_equal(a, before[name])


def test_compress_to_dense_changes_nothing():
    net = tn.MLP([6, 5, 3], tn.Hashed(1 / 2), seed=1)
    x = np.random.default_rng(0).normal(size=(9, 6)).astype(np.float32)

    np.testing.assert_array_equal(compress(net, tn.Dense())(x).numpy(), net(x).numpy())


def test_a_recurrent_layer_has_two_matrices_and_each_takes_a_recipe_of_its_own():
    net = tn.RecurrentNet([3, 4, 2], seed=1)
    recipes = [tn.Quantized(bits=8), tn.Hashed(1 / 2), tn.Binary()]
    lstm, head = compress(net, recipes).layers

    assert [type(weight) for weight in (lstm.weight, lstm.recurrent, head.weight)] == [
        tn.Quantized,
        tn.Hashed,
        tn.Binary,
    ]
    with pytest.raises(ValueError, match="2 recipes for 3 matrices; give one for all"):
        compress(net, recipes[:2])


def test_a_layer_inside_a_layer_is_compressed_and_one_that_stands_twice_is_compressed_once():
    twice = tn.Linear(5, 5, seed=1)
    net = tn.Sequential(twice, tn.Tanh(), twice, tn.Sequential(tn.Linear(5, 3, seed=2)))
    small = compress(net, [tn.Hashed(1 / 2), tn.Quantized(bits=2)], seed=7)

    once = tn.Hashed(1 / 2).from_dense(twice.weight.weight().numpy(), child_seed(7, 0))
    assert small.layers[0] is small.layers[2]
    assert np.array_equal(small.layers[0].weight.weight().numpy(), once.weight().numpy())
    assert isinstance(small.layers[3].layers[0].weight, tn.Quantized)

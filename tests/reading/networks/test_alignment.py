"""Alignment: orders and signs that were planted, brute force over small layers, networks of every parameterization."""

from itertools import permutations, product

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.inside import activations
from tinynet.reading.networks.alignment import _folded, align, match_units, plot_alignment, weight_distance
from tinynet.reading.units import opened, rearrange

DIGITS = tn.datasets.load("digits")


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def arrays(net):
    return [a for layer in net.layers for a in layer.state().values()]


def scrambled(net, widths, signs=True, seed=0):
    """Return a copy with the units of each hidden layer in a random order, turned at random."""
    rng, copy = np.random.default_rng(seed), opened(net)
    for hidden, n in enumerate(widths):
        rearrange(copy, hidden, rng.permutation(n), rng.choice([-1, 1], n) if signs else None)
    return copy


def trained(recipe=None, widths=(30, 20), seed=1, **options):
    net = tn.MLP([64, *widths, 10], recipe, seed=seed, **options)
    tn.fit(net, DIGITS.train, epochs=1, seed=seed)
    return net


def scores(net, x=DIGITS.test.inputs):
    return net.eval()(x).numpy()


# ---------------------------------------------------------------------- known answers


@pytest.mark.parametrize("by", ["weights", "activations"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_planted_order_and_signs_are_recovered_exactly(batch_norm, by):
    net = opened(trained(batch_norm=batch_norm))
    other = scrambled(net, (30, 20))
    assert (arrays(other)[0] != arrays(net)[0]).any()
    np.testing.assert_allclose(scores(other), scores(net), atol=1e-5)
    inputs = DIGITS.train.inputs if by == "activations" else None
    back = align(net, other, inputs)
    for x, y in zip(arrays(net), arrays(back), strict=True):
        np.testing.assert_array_equal(x, y)
    assert weight_distance(net, other, inputs) < 1e-15
    assert all((match.similarity > 1 - 1e-6).all() for match in match_units(net, other, inputs))


def test_only_the_order_is_recovered_where_the_activation_is_not_odd():
    net = opened(trained(activation=tn.ReLU))
    back = align(net, scrambled(net, (30, 20), signs=False))
    np.testing.assert_array_equal(arrays(back)[0], arrays(net)[0])
    mirrored = opened(net)
    mirrored.layers[0].weight.W.data, mirrored.layers[2].weight.W.data = (-arrays(net)[i] for i in (0, 2))
    assert all((match.signs == 1).all() for match in match_units(net, mirrored))


def test_it_is_the_nearest_of_all_orders_and_signs():
    a, b = (tn.MLP([3, 4, 2], seed=seed) for seed in (0, 1))
    for net, seed in ((a, 2), (b, 3)):
        net.layers[0].bias.data = drawn(4, seed=seed)
    (W, c, V, _), (X, d, Y, _) = arrays(a), arrays(b)
    left, right = np.vstack([W, c, V.T]).astype(np.float64), np.vstack([X, d, Y.T]).astype(np.float64)
    least = min(
        np.linalg.norm(left - right[:, list(order)] * signs)
        for order in permutations(range(4))
        for signs in product([-1, 1], repeat=4)
    )
    assert weight_distance(a, b) == pytest.approx(least / np.sqrt((left**2).sum() + (right**2).sum()), rel=1e-9)


def test_unequal_widths():
    net = opened(trained())
    wide = scrambled(net, (30, 20))
    narrow = opened(wide)
    rearrange(narrow, 0, np.arange(24))
    rearrange(narrow, 1, np.arange(15))
    for a, b in ((net, narrow), (narrow, net)):
        copy = align(a, b)
        np.testing.assert_allclose(scores(copy), scores(b), atol=1e-5)
        matches = match_units(a, b)
        assert [(match.similarity > 0.5).sum() for match in matches] == [24, 15]
        assert [len(match.order) for match in matches] == [30, 20]
    np.testing.assert_array_equal(arrays(align(narrow, net))[0][:, :24], arrays(narrow)[0])  # partners come first
    assert weight_distance(net, narrow) == pytest.approx(weight_distance(narrow, net))
    assert 0 < weight_distance(net, narrow) < weight_distance(net, trained(seed=2)) < 1


def test_a_batch_norm_is_folded_into_the_linear_before_it():
    net, x = trained(batch_norm=True), DIGITS.test.inputs
    W, b = _folded(net)[0]
    np.testing.assert_allclose(x @ W + b, activations(net, x)["1 BatchNorm"], atol=1e-4)


# ---------------------------------------------------------------------- every kind of network


def test_every_parameterization(recipe):
    a, b = (trained(recipe, seed=seed, batch_norm=True, dropout=0.1) for seed in (1, 2))
    before = scores(b)
    for inputs in (None, DIGITS.train.inputs):
        np.testing.assert_allclose(scores(align(a, b, inputs)), before, atol=1e-4)
    assert 0.5 < weight_distance(a, b) < 1 and weight_distance(a, a) == 0


def test_binary_networks():
    a, b = tn.BinaryMLP([64, 32, 32, 10], seed=1), tn.BinaryMLP([64, 24, 24, 10], seed=2)
    for net in (a, b):
        tn.fit(net, DIGITS.train, epochs=1, optimizer=tn.Adam, lr=0.01)
    np.testing.assert_allclose(scores(align(a, b)), scores(b), atol=1e-4)
    np.testing.assert_allclose(scores(align(a, scrambled(a, (32, 32)))), scores(a), atol=1e-4)
    assert 0 < weight_distance(a, b) < 1 and weight_distance(a, scrambled(a, (32, 32))) < 1e-7
    assert 0 < weight_distance(a, tn.MLP([64, 20, 20, 10])) < 1


# ---------------------------------------------------------------------- errors, the picture


@pytest.mark.parametrize("short", [1.0, 1e-25, 1e-160])
def test_a_constant_unit_is_like_none_and_short_weights_are_like_themselves(short):
    net = opened(tn.MLP([4, 6, 3], seed=1)).astype(np.float64)
    first, _, last = net.layers
    for p in (first.weight.W, first.bias, last.weight.W):
        p.data = short * p.numpy()
    [by_weights] = match_units(net, net)
    np.testing.assert_allclose(by_weights.similarity, 1)
    first.weight.W.data, first.bias.data = drawn(4, 6) * [0, 0, 1, 1, 1, 1], np.array([0.1, 0.7, 0, 0, 0, 0])
    [by_activations] = match_units(net, net, drawn(10, 4, seed=1))
    np.testing.assert_allclose(by_activations.similarity, [0, 0, 1, 1, 1, 1])


def test_errors_say_what_to_do():
    a = tn.MLP([4, 5, 3])
    with pytest.raises(ValueError, match=r"networks of widths \[4, 5, 3\] and \[4, 5, 5, 3\]; only the hidden widths"):
        align(a, tn.MLP([4, 5, 5, 3]))
    with pytest.raises(ValueError, match=r"widths \[4, 5, 3\] and \[6, 5, 3\]; only the hidden widths may differ"):
        weight_distance(a, tn.MLP([6, 5, 3]))
    with pytest.raises(ValueError, match="a network of 1 Linear layers has no hidden units to match"):
        align(tn.MLP([4, 3]), tn.MLP([4, 3]))
    with pytest.raises(ValueError, match=r"inputs of shape \(0, 4\); at least one example is needed"):
        align(a, a, np.zeros((0, 4)))
    with pytest.raises(ValueError, match="layer 0 Linear gives values that are not finite"):
        align(a, a, np.full((3, 4), np.nan))
    with pytest.raises(TypeError, match="layer 0 LSTM does not work unit by unit"):
        align(tn.RecurrentNet([3, 4, 2]), a)


def test_the_picture_shows_the_diagonal():
    net = opened(trained())
    before, after, bar = plot_alignment(net, scrambled(net, (30, 20)), DIGITS.train.inputs, hidden=1).axes
    assert [before.get_title(), after.get_title()] == ["as trained", "aligned"]
    np.testing.assert_allclose(np.diag(after.images[0].get_array()), 1, atol=1e-5)
    assert np.diag(before.images[0].get_array()).mean() < 0.5 and bar.get_ylabel() == "correlation"

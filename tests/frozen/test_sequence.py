"""Frozen networks over sequences: the same scores, the bits of the file and no more."""

import pickle
import tracemalloc

import numpy as np
import pytest

import tinynet as tn

RECIPES = [
    tn.Dense(), tn.LowRank(rank=2), tn.Hashed(1 / 4), tn.Sparse(1 / 4), tn.Quantized(bits=4), tn.Quantized(levels=3),
    tn.Binary(), tn.Scaled(tn.Binary()), tn.Hashed(1 / 2, inner=tn.Quantized(bits=4)),
    tn.Columns([tn.Binary(), tn.Dense(), tn.Quantized(bits=2), tn.LowRank(rank=1)]),
]  # fmt: skip


def symbols(rows=5, steps=9, n=7):
    return np.random.default_rng(0).integers(0, n, (rows, steps))


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
@pytest.mark.parametrize("options", [{}, dict(norm=True, last=True), dict(layer=tn.RNN)], ids=str)
def test_scores_and_bits_are_those_of_the_net_and_come_back_from_a_file(recipe, options, tmp_path):
    net = tn.RecurrentNet([7, 12, 8, 5], weight=recipe, seed=1, dropout=0.5, **options)
    frozen, x, lengths = tn.freeze(net), symbols(), [9, 1, 4, 9, 2]
    expected = net.eval()(x, lengths).numpy()

    np.testing.assert_allclose(frozen.scores(x, lengths), expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(frozen.predict(x, lengths), frozen.scores(x, lengths).argmax(axis=-1))
    assert frozen.parameters() == [] and frozen.stored_bits() == net.stored_bits()
    size = tn.save(frozen, tmp_path / "frozen")
    assert size.payload == tn.save(net, tmp_path / "net").payload
    np.testing.assert_array_equal(tn.load(tmp_path / "frozen").scores(x, lengths), frozen.scores(x, lengths))


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_a_pickled_network_gives_the_same_scores(recipe):
    frozen = tn.freeze(tn.RecurrentNet([7, 6, 5], weight=recipe, seed=3))
    assert np.array_equal(pickle.loads(pickle.dumps(frozen)).scores(symbols()), frozen.scores(symbols()))


def test_no_matrix_is_kept_between_calls():
    net = tn.RecurrentNet([64, 256, 10], weight=tn.Binary())
    dense = 4 * (64 + 256) * 1024
    x = symbols(2, 3, 64)
    tn.freeze(net).scores(x)  # whatever loads at first use
    tracemalloc.start()
    frozen = tn.freeze(net)
    frozen.scores(x)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < dense / 16  # a bit an entry, and biases


def test_the_net_itself_stays_as_it_was():
    net = tn.RecurrentNet([7, 6, 5], weight=tn.Quantized(bits=2)).train()
    before = [p.numpy() for p in net.parameters()]
    tn.freeze(net)
    assert net.training and all((p.numpy() == b).all() for p, b in zip(net.parameters(), before, strict=True))
    assert tn.freeze(frozen := tn.freeze(net)) is frozen


def test_numbers_of_any_precision_are_taken():
    frozen = tn.freeze(tn.RecurrentNet([3, 6, 2]))
    x = np.random.default_rng(0).normal(size=(2, 4, 3))
    assert frozen.scores(x).dtype == np.float32
    np.testing.assert_array_equal(frozen.scores(x), frozen.scores(x.astype(np.float32)))


class Other(tn.Layer):
    """A layer that nobody knows."""


@pytest.mark.parametrize(
    "net, message",
    [
        (lambda: tn.SequenceNet(tn.LSTM(3, 4), Other()), "freeze: layer 1, Other: no frozen form .* LSTM, RNN, Linear"),
        (lambda: tn.RecurrentNet([3, 4, 2]).astype(np.float64), "layer 0, LSTM: its numbers are float64"),
    ],
)
def test_what_cannot_be_frozen_is_named(net, message):
    with pytest.raises(ValueError, match=message):
        tn.freeze(net())
    Other.registry.pop("Other", None)

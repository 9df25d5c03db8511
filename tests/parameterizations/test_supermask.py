"""Supermask: random numbers from a seed, of which a learned mask keeps some."""

from itertools import product

import numpy as np
import pytest

import tinynet as tn

VALUES = pytest.mark.parametrize("values", ["signs", "uniform"])


def random_numbers(seed, m, n, values):
    """Return R as the published hash gives it, computed in Python's own integers, entry by entry."""
    golden, most = 0x9E3779B97F4A7C15, 2**64

    def mix(z):
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % most
        z = (z ^ z >> 27) * 0x94D049BB133111EB % most
        return z ^ z >> 31

    def entry(i, j):
        z = mix((mix(seed) + 3 * golden) % most)  # 3: stream 2, counted from 1
        u = (mix((mix((z + golden * (i + 1)) % most) + golden * (j + 1)) % most) >> 40) / 2**23 - 1
        return u if values == "uniform" else -1.0 if u < 0 else 1.0

    return np.array([[entry(i, j) for j in range(n)] for i in range(m)])


@VALUES
def test_w_is_the_scale_times_the_random_numbers_where_the_score_is_positive(values):
    built = tn.Supermask(values).build((7, 5), seed=2**64 - 9)
    expected = built.s.numpy() * random_numbers(2**64 - 9, 7, 5, values) * (built.mask.V.numpy() >= 0)
    np.testing.assert_allclose(built.weight().numpy(), expected, rtol=1e-6)
    assert 0 < np.count_nonzero(expected) < 35


@VALUES
@pytest.mark.parametrize("shape", [(3, 3), (1, 1), (2, 4)], ids=str)
def test_no_member_is_nearer_than_the_one_that_from_dense_finds(values, shape):
    masks = np.array(list(product([0.0, 1.0], repeat=shape[0] * shape[1])))
    for seed in range(20):
        W = np.random.default_rng(seed).normal(size=shape)
        K = masks * random_numbers(seed, *shape, values).ravel()
        s = K @ W.ravel() / np.maximum((K**2).sum(axis=1), 1e-300)
        least = np.linalg.norm(W.ravel() - s[:, None] * K, axis=1).min()
        found = tn.Supermask(values).from_dense(W, seed)
        assert np.linalg.norm(W - found.weight().numpy()) == pytest.approx(least, abs=1e-9)


def test_zeros_have_a_nearest_member_which_can_be_trained():
    built = tn.Supermask().from_dense(np.zeros((6, 4), np.float32), seed=1)
    assert not built.weight().numpy().any()
    built.weight().backward(built.random)
    assert built.s.grad != 0


def test_training_chooses_and_scales_but_leaves_the_random_numbers_alone(tmp_path):
    data = tn.datasets.load("digits")
    net = tn.MLP([64, 40, 10], tn.Supermask(), seed=0)
    first = net.layers[0].weight
    before = first.mask.V.numpy() >= 0
    tn.fit(net, data.train, data.valid, epochs=5, progress=False)
    assert tn.evaluate(net, data.test) < 0.2
    chosen = first.mask.V.numpy() >= 0
    assert (before != chosen).mean() > 0.05
    assert np.array_equal(first.weight().numpy(), first.s.numpy() * first.random * chosen)

    size, loaded = tn.save(net, tmp_path / "net"), tn.load(tmp_path / "net")
    assert size.payload == (64 * 40 + 40 * 10) // 8 + 2 * (4 + 8) + 4 * 50
    assert np.array_equal(loaded(data.test.inputs).numpy(), net(data.test.inputs).numpy())
    pixels = np.rint(255 * (data.test.inputs + 1) / 2).astype(np.uint8)
    expected = net(2 * pixels.astype(np.float32) / 255 - 1).numpy()
    np.testing.assert_allclose(tn.freeze(net).scores(pixels), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("s", np.ones(1, np.float32), r"'s' is float32\[1\]"),
        ("s", np.full((1, 1), np.nan, np.float32), "not finite"),
        ("mask.bits", np.full(5, 255, np.uint8), "padding"),
        ("mask.bits", np.zeros(6, np.uint8), r"uint8\[6\]"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(name, array, message):
    state = tn.Supermask().build((5, 7), seed=1).state()
    with pytest.raises(ValueError, match=message):
        tn.Supermask().from_state((5, 7), state | {name: array})


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="values='normal'; they must be 'signs' or 'uniform'"):
        tn.Supermask("normal")

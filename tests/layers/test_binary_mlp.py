"""Training of binary networks: stochastic signs, and every part of the recipe through `fit`."""

from functools import partial

import numpy as np
import pytest

import tinynet as tn

F = tn.functional


def stochastic(seed=0):
    return tn.SignActivation(stochastic=True, seed=seed)


def grid(rows):
    """Return rows of the same 9 values from -2 to 2."""
    return np.tile(np.linspace(-2, 2, 9, dtype=np.float32), (rows, 1))


# ---- the stochastic sign


def test_a_stochastic_sign_is_plus_one_with_the_hard_sigmoids_probability():
    rows = 40_000
    a = stochastic()(tn.Tensor(grid(rows))).numpy()
    p = np.array([0, 0, 0, 0.25, 0.5, 0.75, 1, 1, 1])  # of z = -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2

    assert a.dtype == np.float32 and set(np.unique(a)) == {-1, 1}
    assert np.abs((a == 1).mean(axis=0) - p).max() < 5 * np.sqrt(0.25 / rows)  # five standard errors
    certain = (p == 0) | (p == 1)
    np.testing.assert_array_equal(a[:, certain], np.tile(2 * p[certain] - 1, (rows, 1)))


def test_the_draws_of_units_and_of_calls_are_independent():
    layer, zero = stochastic(), tn.Tensor(np.zeros((20_000, 2), np.float32))
    first, second = layer(zero).numpy(), layer(zero).numpy()

    assert abs((first[:, 0] * first[:, 1]).mean()) < 0.04 and abs((first * second).mean()) < 0.04


def test_the_layers_of_a_network_draw_from_seeds_of_their_own():
    first, second = (g.random(5) for g in tn.BinaryMLP([8, 6, 6, 3], stochastic=True).generators())

    assert not np.any(first == second)


def test_the_gradient_of_a_stochastic_sign_is_that_of_its_mean():
    z = tn.Tensor(grid(3), requires_grad=True)
    g = np.random.default_rng(0).normal(size=z.shape).astype(np.float32)
    stochastic()(z).backward(g)

    np.testing.assert_array_equal(z.grad, g * np.array([0, 0, 1, 1, 1, 1, 1, 0, 0]))  # of clip(z, -1, 1)


def test_in_evaluation_it_is_the_plain_sign_and_draws_nothing():
    layer = stochastic(seed=4).eval()
    np.testing.assert_array_equal(layer(tn.Tensor(grid(2))).numpy(), np.where(grid(2) >= 0, 1, -1))
    fresh, zero = stochastic(seed=4), tn.Tensor(np.zeros((5, 7), np.float32))

    np.testing.assert_array_equal(layer.train()(zero).numpy(), fresh(zero).numpy())


def test_only_a_stochastic_sign_has_a_generator_and_says_so_in_the_file(tmp_path):
    net = tn.BinaryMLP([8, 6, 5, 3], stochastic=True, seed=1)
    signs = [layer for layer in net.layers if isinstance(layer, tn.SignActivation)]
    tn.save(net, tmp_path / "net")
    again = [layer for layer in tn.load(tmp_path / "net").layers if isinstance(layer, tn.SignActivation)]

    assert [layer.stochastic for layer in signs + again] == [True] * 4 and len(net.generators()) == 2
    assert tn.SignActivation().generators() == [] and tn.SignActivation().to_json() == {"SignActivation": {}}
    assert tn.BinaryMLP([8, 6, 3]).generators() == []


# ---- the recipe


def digits(n=800):
    train, valid, _ = tn.datasets.load("digits")
    return (train.inputs[:n], train.labels[:n]), (valid.inputs, valid.labels)


@pytest.fixture
def latent(linears):
    """A function that returns the latent weights of a binary network, matrix by matrix."""
    return lambda net: [layer.weight.V.numpy() for layer in linears(net)]


@pytest.mark.parametrize("loss", [F.squared_hinge, F.softmax_cross_entropy])
@pytest.mark.parametrize("optimizer, lr", [(tn.Adam, 0.005), (partial(tn.SGD, momentum=0.9), 0.05)])
@pytest.mark.parametrize("options", [{}, {"dropout": (0.1, 0.2)}, {"stochastic": True}], ids=str)
def test_every_combination_of_the_recipe_learns(latent, loss, optimizer, lr, options):
    train, valid = digits()
    net = tn.BinaryMLP([64, 64, 48, 10], seed=2, **options)
    start = latent(net)
    history = tn.fit(net, train, valid, epochs=8, batch_size=20, lr=lr, optimizer=optimizer, loss=loss)

    assert min(history.valid_error) < 0.4  # 0.9 by chance
    for before, now in zip(start, latent(net), strict=True):
        assert np.abs(now).max() <= 1 and np.any(np.sign(before) != np.sign(now))


def test_a_step_of_the_latent_weights_is_scaled_by_both_fans(linears):
    net = tn.BinaryMLP([40, 20, 10], seed=0)
    weights = [layer.weight.V for layer in linears(net)]
    before = [V.numpy() for V in weights]
    optimizer = tn.SGD(net.parameters(), lr=1e-3)
    x, labels = np.random.default_rng(0).uniform(-1, 1, (30, 40)).astype(np.float32), np.arange(30) % 10
    F.squared_hinge(net(x), labels).backward()
    optimizer.step()

    for V, old, fans in zip(weights, before, (40 + 20, 20 + 10), strict=True):
        expected = np.clip(old - 1e-3 * np.sqrt(fans / 1.5) * V.grad, -1, 1)
        np.testing.assert_allclose(V.numpy(), expected, atol=1e-6)


@pytest.mark.parametrize("stop", [1, 3])
def test_a_stochastic_network_resumes_from_its_checkpoint_with_the_same_bits(latent, tmp_path, stop):
    def train(path, epochs):
        # the constant schedule does not know how many epochs will follow, so a shorter leg takes the same steps
        net = tn.BinaryMLP([64, 20, 10], seed=5, stochastic=True, dropout=(0.1, 0.1))
        settings = dict(batch_size=40, lr=0.01, optimizer=tn.Adam, loss=F.squared_hinge, checkpoint=path)
        history = tn.fit(net, *digits(), epochs=epochs, **settings)
        return net, history

    whole, straight = train(tmp_path / "whole", 5)
    train(tmp_path / "parts", stop)
    parts, resumed = train(tmp_path / "parts", 5)

    assert resumed == straight
    for a, b in zip(latent(whole), latent(parts), strict=True):
        np.testing.assert_array_equal(a, b)

"""Learning and compressing in turns, against problems whose constrained optimum is known."""

from itertools import product

import numpy as np
import pytest

import tinynet as tn
from tinynet.frontier import compress, learn_and_compress
from tinynet.parameterizations.state import child_seed


def regression(n_in, n_out, seed=0):
    """Return correlated inputs (200, n_in), targets (200, n_out), and a net at the least squares solution."""
    rng = np.random.default_rng(seed)
    orthonormal, _ = np.linalg.qr(rng.normal(size=(200, n_in)))
    rotation, _ = np.linalg.qr(rng.normal(size=(n_in, n_in)))
    X = 200**0.5 * orthonormal * np.geomspace(0.3, 1, n_in) @ rotation  # X'X / 200 has eigenvalues from 0.09 to 1
    Y = X @ rng.normal(size=(n_in, n_out)) + 0.3 * rng.normal(size=(200, n_out))
    net = tn.Sequential(tn.Linear(n_in, n_out, bias=False)).astype(np.float64)
    net.layers[0].weight.W.data = np.linalg.lstsq(X, Y)[0]
    return X, Y, net


def in_turns(net, recipe, X, Y, **settings):
    chosen = dict(rounds=30, epochs=30, mu=0.02, growth=1.2, lr=0.5, batch_size=200) | settings
    return learn_and_compress(net, recipe, (X, Y), **chosen).layers[0].weight.weight().numpy()


def test_it_finds_the_best_matrix_of_low_rank_where_rounding_does_not():
    """Reduced-rank regression (Izenman 1975): with S = X'X / N, W = S^-1/2 times the best of low rank to S^1/2 W_ls."""
    X, Y, net = regression(6, 5, seed=1)
    W = net.layers[0].weight.W.numpy()
    values, Q = np.linalg.eigh(X.T @ X / 200)
    root, inverse = (Q * values**0.5) @ Q.T, (Q * values**-0.5) @ Q.T
    U, s, V = np.linalg.svd(root @ W)
    best = inverse @ (U[:, :2] * s[:2]) @ V[:2]

    rounded = compress(net, tn.LowRank(rank=2)).layers[0].weight.weight().numpy()
    found = in_turns(net, tn.LowRank(rank=2), X, Y, rounds=60, mu=0.3, growth=1.0)
    assert np.abs(rounded - best).max() > 0.3
    np.testing.assert_allclose(found, best, atol=2e-3)


def test_it_finds_signs_with_less_loss_than_rounding_does():
    def loss(W):
        return np.mean((X @ W - Y) ** 2)

    losses = []
    for seed in range(6):
        X, Y, net = regression(6, 1, seed)
        signs = np.array(list(product([-1.0, 1.0], repeat=6)))[..., None]  # (64, 6, 1)
        Z = X @ signs
        s = (Z * Y).sum(axis=1) / (Z * Z).sum(axis=1)  # the best scale of each, (64, 1)
        least = min(loss(W * a) for W, a in zip(signs, s, strict=True))
        rounded = loss(compress(net, tn.Binary()).layers[0].weight.weight().numpy())
        losses.append((least, loss(in_turns(net, tn.Binary(), X, Y, epochs=10)), rounded))
    best, found, rounded = np.array(losses).T
    assert (found > best - 1e-9).all()
    assert (found - best).mean() < 0.5 * (rounded - best).mean()


def test_where_everything_can_be_stored_the_optimum_stays():
    X, Y, net = regression(6, 5)
    np.testing.assert_allclose(in_turns(net, tn.Dense(), X, Y, rounds=3), net.layers[0].weight.W.numpy(), atol=1e-12)


def test_no_step_overshoots_a_stiff_spring():
    X, Y, net = regression(6, 1)
    W, nearest = (in_turns(net, tn.Binary(), X, Y, rounds=k, mu=1e4, growth=1.0) for k in (2, 1))
    np.testing.assert_allclose(W, nearest, rtol=1e-3)


def test_without_a_spring_and_with_dense_matrices_it_is_fit():
    data = tn.datasets.load("digits")
    net = tn.MLP([64, 8, 10], seed=1)
    found = learn_and_compress(net, tn.Dense(), data.train, rounds=1, epochs=2, mu=1e-30, lr=0.05, seed=3)
    tn.fit(net, data.train, epochs=2, lr=0.05, seed=child_seed(3, 0))
    for a, b in zip(found.parameters(), net.parameters(), strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6)


def test_on_the_digits_it_beats_rounding_repeats_itself_and_leaves_the_network_alone(tmp_path):
    train, valid, test = tn.datasets.load("digits")
    train = train.inputs[:500], train.labels[:500]
    net = tn.MLP([64, 12, 10], seed=0)
    tn.fit(net, train, valid, epochs=10, progress=False)
    before = [p.numpy() for p in net.parameters()]
    recipe = [tn.Quantized(bits=2), tn.Hashed(1 / 2)]
    settings = dict(rounds=12, growth=1.6, progress=False)
    found = learn_and_compress(net, recipe, train, valid, **settings)
    assert all(np.array_equal(a, p.numpy()) for a, p in zip(before, net.parameters(), strict=True))
    assert tn.evaluate(found, test) < 0.75 * tn.evaluate(compress(net, recipe), test)
    first, second = (layer.weight for layer in found.layers[::2])
    assert isinstance(first, tn.Quantized) and isinstance(second, tn.Hashed) and second.seed == child_seed(0, 1)

    settings["rounds"] = 2
    scores, again, other = (
        learn_and_compress(net, recipe, train, seed=seed, **settings)(test.inputs).numpy() for seed in (0, 0, 1)
    )
    assert np.array_equal(scores, again) and not np.array_equal(scores, other)
    scores = found(test.inputs).numpy()
    tn.save(found, tmp_path / "net")
    assert np.array_equal(tn.load(tmp_path / "net")(test.inputs).numpy(), scores)


def test_it_returns_the_round_of_least_validation_error():
    train, valid, _ = tn.datasets.load("digits")
    net = tn.MLP([64, 12, 10], seed=0)
    settings = dict(mu=1.0, growth=0.1, lr=0.3, progress=False)  # the spring gives way
    rounds = [learn_and_compress(net, tn.Binary(), train, rounds=k, **settings) for k in range(1, 6)]
    best = learn_and_compress(net, tn.Binary(), train, valid, rounds=5, **settings)
    errors = [tn.evaluate(small, valid) for small in rounds]
    assert tn.evaluate(best, valid) == min(errors) < errors[-1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(rounds=0), "rounds=0, mu=0.01, growth=1.25; give at least 1 round"),
        (dict(rounds=2.5), r"rounds=2\.5"),
        (dict(mu=0), "mu=0"),
        (dict(growth=float("nan")), "growth=nan"),
        (dict(epochs=0), "epochs=0"),
        (dict(weight=[tn.Binary()] * 3), "3 recipes for 1 matrices"),
    ],
)
def test_bad_settings_are_named(settings, message):
    X, Y, net = regression(3, 2)
    weight = settings.pop("weight", tn.Binary())
    with pytest.raises(ValueError, match=message):
        learn_and_compress(net, weight, (X, Y), **settings)

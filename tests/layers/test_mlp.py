"""The two usual networks: an MLP, and a BinaryMLP."""

import numpy as np
import pytest

import tinynet as tn


def sums_of(net, x):
    """Return the output of each Linear for inputs x: the sums before anything scales them."""
    sums, a = [], tn.Tensor(x)
    for layer in net.layers:
        a = layer(a)
        if isinstance(layer, tn.Linear):
            sums.append(a.numpy())
    return sums


# ---- MLP


def test_an_mlp_is_linear_layers_with_tanh_between(linears):
    net = tn.MLP([4, 6, 5, 3], seed=1)
    x = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    W = [layer.weight.weight().numpy() for layer in linears(net)]

    assert [type(layer) for layer in net.layers] == [tn.Linear, tn.Tanh, tn.Linear, tn.Tanh, tn.Linear]
    np.testing.assert_allclose(net(x).numpy(), np.tanh(np.tanh(x @ W[0]) @ W[1]) @ W[2], rtol=1e-4, atol=1e-6)


def test_batch_norm_stands_before_the_activation_and_dropout_after_it():
    net = tn.MLP([4, 6, 3], activation=tn.ReLU, batch_norm=True, dropout=0.5)

    assert [type(layer) for layer in net.layers] == [tn.Linear, tn.BatchNorm, tn.ReLU, tn.Dropout, tn.Linear]
    assert net.layers[0].bias is None and net.layers[-1].bias is not None


def test_each_layer_takes_its_own_recipe_and_its_own_seed(linears):
    net = tn.MLP([4, 4, 4], weight=[tn.Dense(), tn.Binary()])
    equal = tn.MLP([4, 4, 4])

    assert [type(layer.weight) for layer in linears(net)] == [tn.Dense, tn.Binary]
    first, second = (layer.weight.weight().numpy() for layer in linears(equal))
    assert not np.array_equal(first, second)


def test_the_seed_fixes_all_values():
    a, b, c = (tn.MLP([4, 5, 3], tn.Hashed(1 / 2), seed=s) for s in (0, 0, 1))
    x = np.ones((1, 4), np.float32)

    np.testing.assert_array_equal(a(x).numpy(), b(x).numpy())
    assert not np.array_equal(a(x).numpy(), c(x).numpy())


def test_one_recipe_for_all_layers_is_never_shared_between_them():
    recipe = tn.Dense()
    net = tn.MLP([4, 4, 4], recipe)

    assert len({id(p) for p in net.parameters()}) == 4
    assert not hasattr(recipe, "W")


@pytest.mark.parametrize("model", [tn.MLP, tn.BinaryMLP])
@pytest.mark.parametrize("widths", [[], [4], [4, 0, 2], [4, -3], [4, 2.5], [4, "3"]])
def test_bad_widths_are_refused(model, widths):
    with pytest.raises(ValueError, match="at least"):
        model(widths)


@pytest.mark.parametrize("recipes", [[], [tn.Dense()], [tn.Dense()] * 3])
def test_another_number_of_recipes_than_layers_is_refused(recipes):
    with pytest.raises(ValueError, match=rf"{len(recipes)} recipes for 2 .*layers"):
        tn.MLP([4, 3, 2], weight=recipes)


def test_widths_may_be_numpy_integers():
    labels = np.array([0, 1, 2])

    assert tn.MLP([4, labels.max() + 1])(np.ones((1, 4), np.float32)).shape == (1, 3)


# ---- BinaryMLP


def binary_net_and_pixels():
    """Return a net whose batch norms have seen data, all its pixels, and the inputs that stand for them."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (64, 50))
    x = (2 * pixels / 255 - 1).astype(np.float32)
    net = tn.BinaryMLP([50, 40, 30, 10], seed=3)
    tn.fit(net, (x, rng.integers(0, 10, 64)), epochs=3, batch_size=16, lr=0.01)
    return net, pixels, x


@pytest.mark.parametrize("training", [True, False])
def test_every_sum_of_a_binary_network_is_an_exact_integer(linears, training):
    net, pixels, x = binary_net_and_pixels()
    signs = [layer.weight.weight().numpy().astype(np.int64) for layer in linears(net)]
    sums = sums_of(net.train(training), x)

    np.testing.assert_array_equal(sums[0], (2 * pixels - 255) @ signs[0])
    for z in sums:
        assert z.dtype == np.float32
        np.testing.assert_array_equal(z, np.round(z))
    for z, width in zip(sums[1:], (40, 30), strict=True):  # sums of `width` signs have its parity
        assert np.all((z - width) % 2 == 0) and np.abs(z).max() <= width


def test_the_weights_of_a_binary_network_are_plus_and_minus_one(linears):
    net, _, _ = binary_net_and_pixels()

    for layer in linears(net):
        np.testing.assert_array_equal(np.unique(layer.weight.weight().numpy()), [-1, 1])
        assert layer.bias is None and layer.weight.stored_bits() == layer.n_in * layer.n_out


@pytest.mark.parametrize(
    "inputs",
    [
        lambda p: (2 * p / 255 - 1).astype(np.float32),
        lambda p: np.float32(2 / 255) * p.astype(np.float32) - np.float32(1),  # each step rounded: off by some bits
    ],
)
def test_the_first_layer_of_a_binary_network_sees_odd_integers(inputs):
    pixels = np.arange(256)[:, None]
    seen = tn.BinaryMLP([1, 1]).layers[0](tn.Tensor(inputs(pixels)))

    np.testing.assert_array_equal(seen.numpy(), 2 * pixels - 255)


def test_without_a_hidden_layer_the_scores_are_those_of_the_inputs_themselves(linears):
    net, x = tn.BinaryMLP([50, 10]), np.linspace(-1, 1, 256, dtype=np.float32)[:250].reshape(5, 50)
    signs = linears(net)[0].weight.weight().numpy()

    np.testing.assert_allclose(net(x).numpy(), x @ signs / np.sqrt(50), rtol=1e-4, atol=1e-5)


def test_the_scores_of_a_binary_network_are_its_last_sums_over_the_root_of_the_width():
    net, _, x = binary_net_and_pixels()

    np.testing.assert_allclose(net(x).numpy(), sums_of(net, x)[-1] / np.sqrt(30), rtol=1e-6)


def test_dropout_of_inputs_and_of_hidden_activations_can_differ():
    net = tn.BinaryMLP([4, 4, 4, 4], dropout=(0.2, 0.5))

    assert [layer.p for layer in net.layers if isinstance(layer, tn.Dropout)] == [0.2, 0.5, 0.5]

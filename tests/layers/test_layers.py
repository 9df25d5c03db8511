"""Layers: their gradients against differences, their values against formulas."""

import numpy as np
import pytest

import tinynet as tn

SMOOTH_LAYERS = {
    "Linear": lambda: tn.Linear(3, 4, seed=1),
    "Linear without bias": lambda: tn.Linear(3, 4, bias=False, seed=1),
    "Tanh": tn.Tanh,
    "Sigmoid": tn.Sigmoid,
    "ReLU": tn.ReLU,
    "Scale": lambda: tn.Scale(-2.5),
    "BatchNorm, training": lambda: tn.BatchNorm(3),
    "BatchNorm, evaluating": lambda: batch_norm_that_has_seen(rng().normal(2, 3, (6, 3)).astype(np.float32)),
    "Dropout, evaluating": lambda: tn.Dropout(0.5).eval(),
}


def rng(seed=0):
    return np.random.default_rng(seed)


def batch_norm_that_has_seen(batch):
    layer = tn.BatchNorm(batch.shape[1])
    layer(batch)
    return layer.eval()


def doubled(layer):
    """Return the layer with float64 parameters, moved away from special values such as 0 and 1."""
    tn.Sequential(layer).astype(np.float64)
    for p in layer.parameters():
        p.data = p.numpy() + rng(7).normal(0, 0.3, p.shape)
    return layer


# ---- gradients


@pytest.mark.parametrize("make", SMOOTH_LAYERS.values(), ids=SMOOTH_LAYERS.keys())
def test_gradients_of_inputs_and_parameters_agree_with_differences(make):
    layer = doubled(make())
    x = tn.Tensor(rng().normal(size=(5, 3)), requires_grad=True)

    tn.check_gradients(lambda *_: layer(x), x, *layer.parameters())


@pytest.mark.parametrize("make, slope", [(tn.SignActivation, "inside"), (lambda: tn.Rounded(2.0), "c")])
def test_step_layers_pass_the_gradient_of_their_surrogate(make, slope):
    x = tn.Tensor(np.array([[-1.5, -1.0, -0.2, 0.0, 0.7, 1.2]]), requires_grad=True)

    make()(x).backward(np.full((1, 6), 3.0))

    expected = {"inside": [0, 3, 3, 3, 3, 0], "c": [6] * 6}[slope]
    np.testing.assert_array_equal(x.grad, [expected])


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("activation", [tn.Tanh, tn.Sigmoid])
def test_gradients_of_a_whole_network_agree_with_differences(batch_norm, training, activation):
    net = tn.MLP([4, 5, 6, 3], seed=2, activation=activation, batch_norm=batch_norm)
    net.astype(np.float64).train(training)
    x, labels = rng().normal(size=(7, 4)), rng().integers(0, 3, 7)

    tn.check_gradients(lambda *_: tn.functional.softmax_cross_entropy(net(x), labels), *net.parameters())


RECIPES = [tn.LowRank(rank=2), tn.Hashed(1 / 2), tn.Sparse(1 / 2), tn.Scaled(normalize=True)]


@pytest.mark.parametrize("weight", RECIPES, ids=repr)
def test_gradients_of_a_compressed_network_agree_with_differences(weight):
    net = tn.MLP([4, 5, 3], weight, seed=2).astype(np.float64)
    x, labels = rng().normal(size=(7, 4)), rng().integers(0, 3, 7)

    tn.check_gradients(lambda *_: tn.functional.softmax_cross_entropy(net(x), labels), *net.parameters())


# ---- values


@pytest.mark.parametrize(
    "layer, f",
    [
        (tn.Tanh(), np.tanh),
        (tn.Sigmoid(), lambda x: 1 / (1 + np.exp(-x))),
        (tn.ReLU(), lambda x: x * (x > 0)),
        (tn.SignActivation(), lambda x: 2.0 * (x >= 0) - 1),
        (tn.Scale(-0.5), lambda x: -x / 2),
        (tn.Rounded(3.0), lambda x: np.round(3 * x)),
    ],
)
def test_layers_without_parameters_are_functions_of_each_entry(layer, f):
    x = np.array([[-2.0, -0.3, 0.0, 0.4, 1.7]], np.float32)
    y = layer(tn.Tensor(x))

    np.testing.assert_allclose(y.numpy(), f(x), rtol=1e-6)
    assert y.dtype == np.float32
    assert layer.parameters() == [] and layer.stored_bits() == 0 and layer.state() == {}


def test_linear_is_x_times_w_plus_b():
    layer = tn.Linear(3, 2, seed=4)
    layer.bias.data = np.array([10, 20], np.float32)
    x = rng().normal(size=(5, 3)).astype(np.float32)
    W = layer.weight.weight().numpy()

    expected = [[sum(x[i, k] * W[k, j] for k in range(3)) + [10, 20][j] for j in range(2)] for i in range(5)]
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-5)


def test_linear_takes_rows_in_any_number_of_axes():
    layer, x = tn.Linear(3, 2, seed=4), rng().normal(size=(5, 4, 3)).astype(np.float32)

    np.testing.assert_allclose(layer(x).numpy(), layer(x.reshape(20, 3)).numpy().reshape(5, 4, 2), rtol=1e-6)
    with pytest.raises(ValueError, match=r"\(5, 3, 4\).*rows of 3"):
        layer(x.reshape(5, 3, 4))


def test_linear_draws_with_the_variance_that_keeps_the_scale_of_its_inputs():
    W = tn.Linear(300, 200, seed=0).weight.weight().numpy()

    assert abs(W.var() * 300 - 1) < 0.02 and abs(W.mean()) < 1e-3


def test_layers_with_the_same_seed_are_equal_and_with_another_differ():
    a, b, c = (tn.Linear(5, 4, seed=s).weight.weight().numpy() for s in (3, 3, 4))

    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


# ---- sequences


def test_a_sequence_applies_its_layers_in_order():
    x = np.array([[-1.0, 3.0]], np.float32)

    np.testing.assert_array_equal(tn.Sequential(tn.Scale(-2.0), tn.ReLU())(x).numpy(), [[2, 0]])
    np.testing.assert_array_equal(tn.Sequential(tn.ReLU(), tn.Scale(-2.0))(x).numpy(), [[0, -6]])


def test_a_float64_array_is_brought_to_the_precision_of_the_net():
    net = tn.MLP([3, 2])

    assert net(np.ones((2, 3))).dtype == np.float32
    assert net.astype(np.float64)(np.ones((2, 3), np.float32)).dtype == np.float64


# ---- errors


@pytest.mark.parametrize("layer", [tn.Linear(3, 2), tn.BatchNorm(3), tn.MLP([3, 2])])
def test_an_input_of_another_width_is_refused_with_both_widths(layer):
    with pytest.raises(ValueError, match=r"\(5, 4\).*rows of 3"):
        layer(np.ones((5, 4), np.float32))


@pytest.mark.parametrize("widths", [(0, 2), (3, -1), (3, 2.5), ("3", 2), (None, 2)])
def test_linear_refuses_widths_that_are_no_positive_integers(widths):
    with pytest.raises(ValueError, match="must be integers, at least 1"):
        tn.Linear(*widths)


@pytest.mark.parametrize("c", ["2", None, float("nan"), float("inf"), True, [1.0]])
def test_scale_refuses_what_is_no_finite_number(c):
    with pytest.raises(ValueError, match=r"Scale: c=.*must be a finite number"):
        tn.Scale(c)

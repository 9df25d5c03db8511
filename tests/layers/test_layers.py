"""Layers: their values against formulas and PyTorch, their gradients against differences, their modes."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.layers.base import Layer

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


def test_linear_draws_with_the_variance_that_keeps_the_scale_of_its_inputs():
    W = tn.Linear(300, 200, seed=0).weight.weight().numpy()

    assert abs(W.var() * 300 - 1) < 0.02 and abs(W.mean()) < 1e-3


def test_layers_with_the_same_seed_are_equal_and_with_another_differ():
    a, b, c = (tn.Linear(5, 4, seed=s).weight.weight().numpy() for s in (3, 3, 4))

    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


# ---- batch norm


def normalized(x, gamma, beta, mean, var, eps):
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def test_batch_norm_follows_its_formula_in_both_modes():
    layer = tn.BatchNorm(3, eps=0.01, rate=0.25)
    layer.gamma.data, layer.beta.data = np.array([1, 2, -3], np.float32), np.array([0, 0.5, 1], np.float32)
    gamma, beta = np.array([1, 2, -3]), np.array([0, 0.5, 1])
    x = rng().normal(3, 2, (8, 3)).astype(np.float32)

    y = layer(x).numpy()
    np.testing.assert_allclose(y, normalized(x, gamma, beta, x.mean(0), x.var(0), 0.01), rtol=1e-4, atol=1e-5)

    mean, var = 0.25 * x.mean(0), 0.75 + 0.25 * x.var(0, ddof=1)  # from 0 and 1; the variance with N - 1
    np.testing.assert_allclose(layer.running_mean, mean, rtol=1e-5)
    np.testing.assert_allclose(layer.running_var, var, rtol=1e-5)

    other = rng(1).normal(size=(1, 3)).astype(np.float32)
    np.testing.assert_allclose(
        layer.eval()(other).numpy(), normalized(other, gamma, beta, mean, var, 0.01), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(layer.running_mean, mean, rtol=1e-5)  # evaluation leaves them alone


def test_batch_norm_does_as_pytorch_does():
    torch = pytest.importorskip("torch", reason="compares with PyTorch, an extra of the benchmarks")
    ours, theirs = tn.BatchNorm(4), torch.nn.BatchNorm1d(4)
    ours.gamma.data, ours.beta.data = np.array([1, 2, 3, -1], np.float32), np.array([0, -1, 2, 3], np.float32)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(ours.gamma.numpy()))
        theirs.bias.copy_(torch.tensor(ours.beta.numpy()))
    for step in range(4):
        ours.train(step < 3), theirs.train(step < 3)  # three batches in training, the last in evaluation
        x = rng(step).normal(step, 1 + step, (6, 4)).astype(np.float32)
        g = rng(step + 10).normal(size=(6, 4)).astype(np.float32)
        a, b = tn.Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
        ours.gamma.grad = ours.beta.grad = theirs.weight.grad = theirs.bias.grad = None
        y, z = ours(a), theirs(b)
        y.backward(g), z.backward(torch.tensor(g))
        for mine, reference in [
            (y.numpy(), z.detach()),
            (a.grad, b.grad),
            (ours.gamma.grad, theirs.weight.grad),
            (ours.beta.grad, theirs.bias.grad),
            (ours.running_mean, theirs.running_mean),
            (ours.running_var, theirs.running_var),
        ]:
            np.testing.assert_allclose(mine, reference.numpy(), rtol=2e-4, atol=2e-5)


def test_batch_norm_needs_two_rows_in_training_alone():
    layer = tn.BatchNorm(3)
    with pytest.raises(ValueError, match=r"batch of 1 has no variance.*eval\(\)"):
        layer(np.ones((1, 3), np.float32))
    np.testing.assert_array_equal(layer.running_mean, 0)
    assert layer.eval()(np.ones((1, 3), np.float32)).shape == (1, 3)


# ---- dropout


def test_dropout_zeroes_its_share_and_scales_up_the_rest():
    y = tn.Dropout(0.3, seed=1)(tn.Tensor(np.full((200, 500), 7.0, np.float32))).numpy()

    assert abs((y == 0).mean() - 0.3) < 0.01  # standard deviation 0.0014
    np.testing.assert_allclose(y[y != 0], 10, rtol=1e-6)
    assert y.dtype == np.float32


def test_dropout_passes_the_gradient_through_the_same_mask():
    x = tn.Tensor(np.ones((20, 30), np.float32), requires_grad=True)
    y = tn.Dropout(0.5, seed=2)(x)
    y.backward(np.ones(y.shape, np.float32))

    np.testing.assert_array_equal(x.grad, y.numpy())


def test_dropout_with_the_same_seed_draws_the_same_masks():
    x = tn.Tensor(np.ones((10, 10), np.float32))
    a, b, c = tn.Dropout(0.5, seed=3), tn.Dropout(0.5, seed=3), tn.Dropout(0.5, seed=4)
    first = [a(x).numpy() for _ in range(2)]

    np.testing.assert_array_equal(first, [b(x).numpy() for _ in range(2)])
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(first[0], c(x).numpy())


@pytest.mark.parametrize("layer", [tn.Dropout(0.9).eval(), tn.Dropout(0.0)])
def test_dropout_does_nothing_when_evaluating_or_at_zero(layer):
    x = rng().normal(size=(10, 10)).astype(np.float32)

    np.testing.assert_array_equal(layer(tn.Tensor(x)).numpy(), x)


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5, float("nan")])
def test_dropout_refuses_a_share_outside_its_range(p):
    with pytest.raises(ValueError, match="share of dropped entries"):
        tn.Dropout(p)


# ---- sequences


def test_train_and_eval_reach_every_layer_also_nested_ones():
    inner = tn.Sequential(tn.BatchNorm(3), tn.Dropout(0.5))
    net = tn.Sequential(tn.Linear(3, 3), inner, tn.Dropout(0.2))
    everything = [net, inner, *inner.layers, *net.layers]

    assert net.eval() is net and not any(layer.training for layer in everything)
    assert net.train() is net and all(layer.training for layer in everything)


def test_a_sequence_applies_its_layers_in_order():
    x = np.array([[-1.0, 3.0]], np.float32)

    np.testing.assert_array_equal(tn.Sequential(tn.Scale(-2.0), tn.ReLU())(x).numpy(), [[2, 0]])
    np.testing.assert_array_equal(tn.Sequential(tn.ReLU(), tn.Scale(-2.0))(x).numpy(), [[0, -6]])


def test_a_float64_array_is_brought_to_the_precision_of_the_net():
    net = tn.MLP([3, 2])

    assert net(np.ones((2, 3))).dtype == np.float32
    assert net.astype(np.float64)(np.ones((2, 3), np.float32)).dtype == np.float64


def test_a_subclass_that_forgets_its_call_is_told():
    class Forgetful(Layer):
        pass

    with pytest.raises(NotImplementedError, match=r"Forgetful must define __call__"):
        Forgetful()(np.ones((1, 1)))
    del Layer.registry["Forgetful"]


# ---- errors


@pytest.mark.parametrize("layer", [tn.Linear(3, 2), tn.BatchNorm(3), tn.MLP([3, 2])])
def test_an_input_of_another_width_is_refused_with_both_widths(layer):
    with pytest.raises(ValueError, match=r"\(5, 4\).*rows of 3"):
        layer(np.ones((5, 4), np.float32))


@pytest.mark.parametrize("widths", [(0, 2), (3, -1), (3, 2.5), ("3", 2), (None, 2)])
def test_linear_refuses_widths_that_are_no_positive_integers(widths):
    with pytest.raises(ValueError, match="must be integers, at least 1"):
        tn.Linear(*widths)


@pytest.mark.parametrize("n", [0, -1, 2.5, "3", None])
def test_batch_norm_refuses_widths_that_are_no_positive_integers(n):
    with pytest.raises(ValueError, match=r"BatchNorm.*integer"):
        tn.BatchNorm(n)


# ---- the table


def table_of(net):
    """Return the rows of a network's table, cut at runs of two spaces, and the whole as text."""
    text = repr(net)
    return [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in text.split("\n")], text


def test_the_table_shows_where_the_bytes_are():
    net = tn.MLP([784, 100, 10], weight=[tn.Hashed(1 / 8), tn.Quantized(bits=4)], seed=0)
    rows, text = table_of(net)

    assert all(word in text for word in ("layer", "method", "virtual", "stored", "bits/entry", "bytes"))
    hashed = next(row for row in rows if row[0] == "Linear" and "Hashed" in row[1])
    # 78,400 / 8 numbers of 4 bytes, and the seed's 8: 313,664 bits for 78,400 entries
    assert hashed[2:] == ["784 x 100", "9,800", "4", "39,208"]
    quantized = next(row for row in rows if row[0] == "Linear" and "Quantized" in row[1])
    # 1,000 codes of 4 bits and one step of 32; trained are 1,000 latent weights and the step
    assert quantized[2:] == ["100 x 10", "1,001", "4.03", "504"]
    assert ["bias", "100", "100", "32", "400"] in rows and ["bias", "10", "10", "32", "40"] in rows
    assert rows[-1] == ["10,911", "40,152"]


TABLED = {
    "dense": lambda: tn.MLP([7, 5, 3]),
    "bits that do not fill bytes": lambda: tn.MLP([7, 5, 3], tn.Quantized(bits=3)),
    "low rank of bits": lambda: tn.MLP([7, 5, 3], tn.LowRank(rank=3, inner=tn.Binary())),
    "low rank on a bank": lambda: tn.MLP([16, 5, 3], tn.LowRank(factor=1 / 2, bank="random")),
    "scaled hashed ternary": lambda: tn.MLP([7, 5, 3], tn.Scaled(tn.Hashed(inner=tn.Quantized(levels=3)))),
    "batch norm and dropout": lambda: tn.MLP([7, 5, 3], tn.Sparse(1 / 2), batch_norm=True, dropout=0.5),
    "binary": lambda: tn.BinaryMLP([7, 5, 9, 3]),
}


@pytest.mark.parametrize("make", TABLED.values(), ids=TABLED.keys())
def test_the_bytes_of_the_table_add_up_to_the_payload(make):
    net = make()
    rows, _ = table_of(net)
    parts = [int(row[-1].replace(",", "")) for row in rows[2:-1] if len(row) > 1]
    payload = sum(a.nbytes for a in net.state().values())

    assert rows[-1][-1].replace(",", "") == str(payload)
    assert sum(parts) == payload


def test_layers_print_as_the_call_that_makes_them():
    assert repr(tn.Dropout(0.5)) == "Dropout(p=0.5, seed=0)"
    assert repr(tn.Tanh()) == "Tanh()"

"""Layer norm against loops, against differences, and against PyTorch."""

import json

import numpy as np
import pytest

import tinynet as tn
from tinynet.layers.base import Layer

with_and_without_bias = pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(2, 3, shape)


def built(n, bias, dtype=np.float64):
    """Return a layer whose gamma and beta are not 1 and 0."""
    layer = tn.LayerNorm(n, bias)
    for k, p in enumerate(layer.parameters()):
        p.data = drawn(n, seed=k + 1).astype(dtype)
    return layer


@with_and_without_bias
@pytest.mark.parametrize("shape", [(4, 5), (3, 2, 5), (5,), (1, 5)], ids=str)
def test_each_row_is_standardized_scaled_and_moved(shape, bias):
    layer, x = built(5, bias), drawn(*shape)
    y = layer(tn.Tensor(x)).numpy()
    beta = layer.beta.numpy() if bias else np.zeros(5)
    for place in np.ndindex(shape[:-1]):
        row = x[place].tolist()
        mean = sum(row) / 5
        deviation = (sum((v - mean) ** 2 for v in row) / 5 + 1e-5) ** 0.5
        expected = [
            g * (v - mean) / deviation + b for g, v, b in zip(layer.gamma.numpy().tolist(), row, beta, strict=True)
        ]
        np.testing.assert_allclose(y[place], expected, rtol=1e-12, atol=1e-12)


@with_and_without_bias
@pytest.mark.parametrize("shape", [(4, 5), (3, 2, 5), (1, 1)], ids=str)
def test_gradients_agree_with_differences(shape, bias):
    layer, x = built(shape[-1], bias), tn.Tensor(drawn(*shape), requires_grad=True)
    tn.check_gradients(lambda *_: layer(x), x, *layer.parameters())


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 1e-5)], ids=["float64", "float32"])
def test_values_and_gradients_are_those_of_pytorch(torch, dtype, tolerance):
    ours, x = built(7, True, dtype), drawn(6, 7).astype(dtype)
    theirs = torch.nn.LayerNorm(7, dtype=torch.float64 if dtype == np.float64 else torch.float32)
    with torch.no_grad():
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            q.copy_(torch.tensor(p.numpy()))
    a, b, g = tn.Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True), drawn(6, 7, seed=9).astype(dtype)
    y, z = ours(a), theirs(b)
    y.backward(g), z.backward(torch.tensor(g))
    pairs = [(y.data, z.detach()), (a.grad, b.grad)]
    pairs += [(p.grad, q.grad) for p, q in zip(ours.parameters(), theirs.parameters(), strict=True)]
    for mine, reference in pairs:
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, reference.numpy(), rtol=10 * tolerance, atol=10 * tolerance)


def test_a_row_does_not_depend_on_its_neighbours_nor_on_the_mode():
    layer, x = built(5, True), drawn(4, 5)
    together = layer(tn.Tensor(x)).numpy()
    for row, y in zip(x, together, strict=True):
        np.testing.assert_array_equal(layer.eval()(tn.Tensor(row[None])).numpy(), y[None])
    np.testing.assert_array_equal(layer.train()(tn.Tensor(x)).numpy(), together)


def test_the_size_of_the_input_does_not_matter_and_a_constant_row_gives_beta():
    layer, x = built(5, True), drawn(4, 5)
    np.testing.assert_allclose(layer(tn.Tensor(1000 * x + 7)).numpy(), layer(tn.Tensor(x)).numpy(), atol=1e-4)
    np.testing.assert_array_equal(layer(tn.Tensor(np.full((1, 5), 3.0))).numpy(), [layer.beta.numpy()])


@with_and_without_bias
def test_state_and_description_come_back_bit_for_bit(bias):
    layer = built(5, bias, np.float32)
    again = Layer.from_json(json.loads(json.dumps(layer.to_json())))
    again.restore(layer.state())
    x = drawn(4, 5).astype(np.float32)

    assert again.to_json() == layer.to_json() and len(again.parameters()) == 1 + bias
    assert again(tn.Tensor(x)).data.tobytes() == layer(tn.Tensor(x)).data.tobytes()
    assert layer.stored_bits() == 8 * sum(a.nbytes for a in layer.state().values()) == 32 * 5 * (1 + bias)


@pytest.mark.parametrize(
    "act, message",
    [
        (lambda: tn.LayerNorm(3)(drawn(2, 4)), r"LayerNorm: .*\(2, 4\).*rows of 3"),
        (lambda: tn.LayerNorm(0), "LayerNorm: a width of 0"),
        (lambda: tn.LayerNorm(2.5), r"LayerNorm: a width of 2\.5"),
        (lambda: tn.LayerNorm(3).restore({"gamma": np.ones(3, np.float32)}), "'beta' is missing"),
        (lambda: tn.LayerNorm(3, bias=False).restore({"gamma": np.ones(4, np.float32)}), r"'gamma'.*\[3\] expected"),
    ],
)
def test_what_does_not_fit_is_named(act, message):
    with pytest.raises(ValueError, match=message):
        act()

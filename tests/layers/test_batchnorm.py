"""Batch norm: its formula in both modes, and PyTorch."""

import numpy as np
import pytest

import tinynet as tn


def normalized(x, gamma, beta, mean, var, eps):
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def test_batch_norm_follows_its_formula_in_both_modes():
    layer = tn.BatchNorm(3, eps=0.01, rate=0.25)
    layer.gamma.data, layer.beta.data = np.array([1, 2, -3], np.float32), np.array([0, 0.5, 1], np.float32)
    gamma, beta = np.array([1, 2, -3]), np.array([0, 0.5, 1])
    x = np.random.default_rng(0).normal(3, 2, (8, 3)).astype(np.float32)

    y = layer(x).numpy()
    np.testing.assert_allclose(y, normalized(x, gamma, beta, x.mean(0), x.var(0), 0.01), rtol=1e-4, atol=1e-5)

    mean, var = 0.25 * x.mean(0), 0.75 + 0.25 * x.var(0, ddof=1)  # from 0 and 1; the variance with N - 1
    np.testing.assert_allclose(layer.running_mean, mean, rtol=1e-5)
    np.testing.assert_allclose(layer.running_var, var, rtol=1e-5)

    other = np.random.default_rng(1).normal(size=(1, 3)).astype(np.float32)
    np.testing.assert_allclose(
        layer.eval()(other).numpy(), normalized(other, gamma, beta, mean, var, 0.01), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(layer.running_mean, mean, rtol=1e-5)  # evaluation leaves them alone


def test_batch_norm_does_as_pytorch_does(torch):
    ours, theirs = tn.BatchNorm(4), torch.nn.BatchNorm1d(4)
    ours.gamma.data, ours.beta.data = np.array([1, 2, 3, -1], np.float32), np.array([0, -1, 2, 3], np.float32)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(ours.gamma.numpy()))
        theirs.bias.copy_(torch.tensor(ours.beta.numpy()))
    for step in range(4):
        ours.train(step < 3), theirs.train(step < 3)  # three batches in training, the last in evaluation
        x = np.random.default_rng(step).normal(step, 1 + step, (6, 4)).astype(np.float32)
        g = np.random.default_rng(step + 10).normal(size=(6, 4)).astype(np.float32)
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


@pytest.mark.parametrize("n", [0, -1, 2.5, "3", None])
def test_batch_norm_refuses_widths_that_are_no_positive_integers(n):
    with pytest.raises(ValueError, match=r"BatchNorm.*integer"):
        tn.BatchNorm(n)


def test_batch_norm_by_channel_does_as_pytorch_does_on_pictures(torch):
    ours, theirs = tn.BatchNorm(18, channels=2), torch.nn.BatchNorm2d(2)
    assert ours.stored_bits() == 8 * sum(a.nbytes for a in ours.state().values()) == 4 * 2 * 32
    ours.gamma.data, ours.beta.data = np.array([2, -1], np.float32), np.array([0.5, 3], np.float32)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(ours.gamma.numpy()))
        theirs.bias.copy_(torch.tensor(ours.beta.numpy()))
    for step in range(4):
        ours.train(step < 3), theirs.train(step < 3)
        x = np.random.default_rng(step).normal(step, 1 + step, (6, 18)).astype(np.float32)
        g = np.random.default_rng(step + 10).normal(size=(6, 18)).astype(np.float32)
        a, b = tn.Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
        ours.gamma.grad = ours.beta.grad = theirs.weight.grad = theirs.bias.grad = None
        y, z = ours(a), theirs(b.reshape(6, 3, 3, 2).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).reshape(6, 18)
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
    again = tn.Layer.from_json(ours.to_json())
    again.restore(ours.state())
    assert np.array_equal(again.eval()(x).numpy(), ours.eval()(x).numpy())


@pytest.mark.parametrize("channels", [0, 4, 2.0, True])
def test_batch_norm_refuses_channels_that_do_not_share_its_columns(channels):
    with pytest.raises(ValueError, match=r"BatchNorm: (a width of|channels=4; it must divide the width, which is 18)"):
        tn.BatchNorm(18, channels=channels)

"""Dropout: what it zeroes, what it passes, and when it does nothing."""

import numpy as np
import pytest

import tinynet as tn


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
    x = np.random.default_rng(0).normal(size=(10, 10)).astype(np.float32)

    np.testing.assert_array_equal(layer(tn.Tensor(x)).numpy(), x)


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5, float("nan")])
def test_dropout_refuses_a_share_outside_its_range(p):
    with pytest.raises(ValueError, match="share of dropped entries"):
        tn.Dropout(p)

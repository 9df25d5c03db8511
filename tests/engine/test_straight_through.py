"""Steps with a straight-through gradient: their values, and the gradients of their surrogates."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.engine import straight_through

F = tn.functional
EDGE = np.nextafter(1.0, 2)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_sign_of_zero_is_plus_one(dtype):
    y = F.sign(tn.Tensor(np.array([-2.0, -1e-7, -0.0, 0.0, 1e-7, 3.0], dtype)))
    assert y.dtype == dtype
    np.testing.assert_array_equal(y.data, [-1, -1 if dtype(-1e-7) else 1, 1, 1, 1, 1])


def test_the_straight_through_gradient_passes_where_x_is_at_most_1(leaf):
    x = leaf([-np.inf, -EDGE, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, EDGE, 5.0])
    F.sign(x).backward(np.arange(10.0) + 1)
    np.testing.assert_array_equal(x.grad, [0, 0, 3, 4, 5, 6, 7, 8, 0, 0])


def test_round_is_numpys_and_passes_the_whole_gradient(leaf):
    values = [-2.5, -1.5, -0.4, 0.5, 1.5, 2.5, 2.6]
    x = leaf(values)
    y = F.round(x)
    np.testing.assert_array_equal(y.data, [-2, -2, 0, 0, 2, 2, 3])  # halves go to the even neighbour
    y.backward(np.arange(7.0) + 1)
    np.testing.assert_array_equal(x.grad, np.arange(7.0) + 1)


def test_round_takes_any_grid(leaf):
    x = leaf([-0.7, 0.2, 1.6])
    y = F.round(x, to=lambda a: np.floor(a) + 0.5)
    np.testing.assert_array_equal(y.data, [-0.5, 0.5, 1.5])
    y.backward(np.arange(3.0) + 1)
    np.testing.assert_array_equal(x.grad, [1, 2, 3])


@pytest.mark.parametrize("name", F.SURROGATES)
def test_a_straight_through_gradient_is_the_derivative_of_its_surrogate(leaf, drawn, name):
    x, g, h = drawn(50, scale=1.5), drawn(50, seed=1), 1e-6
    t = leaf(x)
    getattr(F, name)(t).backward(g)
    surrogate = F.SURROGATES[name]
    np.testing.assert_allclose(t.grad, g * (surrogate(x + h) - surrogate(x - h)) / (2 * h), atol=1e-8)


def test_every_row_declares_its_surrogate(rows):
    assert set(rows(straight_through)) == set(F.SURROGATES) == {"sign", "round"}

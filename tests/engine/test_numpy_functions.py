"""NumPy's functions and lists of tensors: the gradient passes, or is refused; values that need none are as before."""

import numpy as np
import pytest

import tinynet as tn

F = tn.functional
X = np.random.default_rng(0).normal(size=(3, 4))

SAME = {
    "where": lambda x: np.where(X > 0, x, 0),
    "clip": lambda x: np.clip(x, -0.5, 0.5),
    "sum": lambda x: np.sum(x, axis=0),
    "sum, all": np.sum,
    "mean": lambda x: np.mean(x, axis=1, keepdims=True),
    "max": lambda x: np.max(x, axis=-1),
    "min": lambda x: np.min(x),
    "var": lambda x: np.var(x, axis=0),
    "std": lambda x: np.std(x),
    "reshape": lambda x: np.reshape(x, (2, 6)),
    "squeeze": lambda x: np.squeeze(x[:1]),
    "transpose": np.transpose,
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 3, 4)),
    "concatenate": lambda x: np.concatenate([x, np.ones((1, 4)), x]),
    "stack": lambda x: np.stack([x, 2 * x], axis=1),
}


@pytest.mark.parametrize("f", SAME.values(), ids=SAME.keys())
def test_a_function_that_the_engine_has_too_keeps_its_value_and_its_gradient(f):
    x = tn.Tensor(X, requires_grad=True)
    y = f(x)
    assert isinstance(y, tn.Tensor)
    np.testing.assert_allclose(y.numpy(), f(X), rtol=1e-15)
    tn.check_gradients(f, x)


LOST = {
    "numpy.dot": lambda y: np.dot(y, y),
    "numpy.einsum": lambda y: np.einsum("i,i", y, y),
    "numpy.outer": lambda y: np.outer(X[0], y),
    "numpy.linalg.norm": np.linalg.norm,
    "numpy.cumsum": np.cumsum,
    "numpy.vstack": lambda y: np.vstack([y, y]),
    "numpy.interp": lambda y: np.interp(y, [0.0, 9.0], [1.0, 4.0]),
}


@pytest.mark.parametrize("name", LOST)
def test_a_function_that_would_lose_the_gradient_is_refused_by_name(name):
    y = tn.Tensor([1.0, 2.0, 3.0], requires_grad=True)
    with pytest.raises(TypeError, match=rf"{name}: the gradient of a tensor would be lost; use .*, or x.numpy\(\)"):
        LOST[name](y)
    np.testing.assert_allclose(LOST[name](y.numpy()), LOST[name](tn.Tensor(y.numpy())))  # a constant has none
    with tn.no_grad():
        np.testing.assert_allclose(LOST[name](y), LOST[name](y.numpy()))


LISTS = {
    "times a list": lambda y, w: w * [y[0], y[1]],
    "a tuple minus": lambda y, w: (y[0], y[1]) - w,
    "maximum": lambda y, w: F.maximum([y[0], y[1]], w),
    "concatenate": lambda y, w: F.concatenate([[y[0], y[1]], w]),
    "nested": lambda y, w: w * [[y[0], 1.0], [1.0, 2.0]],
    "Tensor": lambda y, w: tn.Tensor([y[0], y[1]]),
    "Parameter": lambda y, w: tn.parameterizations.Parameter([y[0], y[1]]),
}


@pytest.mark.parametrize("f", LISTS.values(), ids=LISTS.keys())
def test_a_list_of_tensors_that_need_a_gradient_is_refused(f):
    y, w = tn.Tensor([1.0, 2.0], requires_grad=True), tn.Tensor([3.0, 4.0])
    with pytest.raises(TypeError, match="a list of 2 tensors has no tape, and their gradient would be lost"):
        f(y, w)
    constant = f(tn.Tensor(y.numpy()), w)
    assert not constant.requires_grad or isinstance(constant, tn.parameterizations.Parameter)


def test_what_has_no_gradient_is_answered_as_for_arrays():
    x = tn.Tensor(X, requires_grad=True)
    assert np.shape(x) == (3, 4) and np.ndim(x) == 2 and np.size(x) == 12
    assert np.argmax(x) == X.argmax() and np.allclose(x, X) and np.array_equal(x, X)
    assert type(np.asarray(x)) is np.ndarray and np.array_equal(np.asarray(x), X)
    assert np.array2string(x) == np.array2string(X)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(np.argsort(x, axis=0), np.argsort(X, axis=0))
    assert np.sum(tn.Tensor([1, 2, 3])) == 6  # integers have no gradient

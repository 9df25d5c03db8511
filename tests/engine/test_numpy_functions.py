"""NumPy's functions and lists of tensors: the gradient passes, or is refused; values that need none are as before."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.engine import numpy_functions
from tinynet.engine.numpy_functions import OURS

F = tn.functional
X = np.random.default_rng(0).normal(size=(3, 4))

SAME = {
    "where": lambda x: np.where(X > 0, x, 0),
    "clip": lambda x: np.clip(x, -0.5, 0.5),
    "clip, by name": lambda x: np.clip(x, a_min=-0.5, a_max=None),
    "square": np.square,
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
    "add": lambda x: np.add(x, X),
    "an array plus": lambda x: X + x,
    "a number plus": lambda x: np.float64(2) + x,
    "subtract": lambda x: np.subtract(X, x),
    "multiply": lambda x: np.multiply(x, x),
    "divide": lambda x: np.divide(x, X),
    "matmul": lambda x: np.matmul(x.T, x),
    "an array @": lambda x: X.T @ x,
    "power": lambda x: np.power(x, 3),
    "mod": lambda x: np.mod(x, 0.3),
    "an array %": lambda x: np.ones((3, 1)) % x,
    "negative": np.negative,
    "abs": np.abs,
    "exp": np.exp,
    "log": lambda x: np.log(x * x),
    "sqrt": lambda x: np.sqrt(x * x + 1),
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "log1p": lambda x: np.log1p(x * x),
    "expm1": np.expm1,
    "maximum": lambda x: np.maximum(x, 0.1),
    "minimum": lambda x: np.minimum(0.1, x),
    "var, ddof": lambda x: np.var(x, axis=0, ddof=1),
    "std, ddof": lambda x: np.std(x, ddof=1),
    "prod": lambda x: np.prod(x, axis=1),
    "cumsum": lambda x: np.cumsum(x, axis=1),
    "cumsum, all": np.cumsum,
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "moveaxis": lambda x: np.moveaxis(x, 0, 1),
    "ravel": np.ravel,
    "repeat": lambda x: np.repeat(x, 2, axis=0),
    "tile": lambda x: np.tile(x, (2, 1)),
    "flip": lambda x: np.flip(x, 1),
    "pad": lambda x: np.pad(x, 1, mode="constant", constant_values=2.0),
    "pad, edge": lambda x: np.pad(x, ((1, 2), (0, 1)), mode="edge"),
    "split": lambda x: np.split(x, 2, axis=1)[1],
    "vstack": lambda x: np.vstack([x, X]),
    "hstack": lambda x: np.hstack((X, x)),
    "einsum": lambda x: np.einsum("ij,kj->ik", x, X),
    "einsum, optimized": lambda x: np.einsum("ij,kj,kl->il", X, x, X, optimize=True),
    "tensordot": lambda x: np.tensordot(X, x, axes=([0], [0])),
    "outer": lambda x: np.outer(X[0], x),
    "trace": lambda x: np.trace(x, 1),
}


def test_every_function_that_the_engine_has_too_is_tried_here():
    called = set()
    for f in SAME.values():
        x = tn.Tensor(X, requires_grad=True)
        with pytest.MonkeyPatch.context() as patch:
            ours = {key: (lambda *a, key=key, f=f, **k: (called.add(key), f(*a, **k))[1]) for key, f in OURS.items()}
            patch.setattr(numpy_functions, "OURS", ours)
            f(x)
    assert called == set(OURS)


@pytest.mark.parametrize("f", SAME.values(), ids=SAME.keys())
def test_a_function_that_the_engine_has_too_keeps_its_value_and_its_gradient(f):
    x = tn.Tensor(X, requires_grad=True)
    y = f(x)
    assert isinstance(y, tn.Tensor)
    np.testing.assert_allclose(y.numpy(), f(X), rtol=1e-15)
    tn.check_gradients(f, x)


LOST = {
    "numpy.dot": lambda y: np.dot(y, y),
    "numpy.floor": np.floor,
    "numpy.floor_divide": lambda y: X[0, :3] // y,
    "numpy.hypot": lambda y: np.hypot(1.0, y),
    "numpy.ufunc.reduce": np.add.reduce,
    "numpy.ufunc.outer": lambda y: np.multiply.outer(y, y),
    "numpy.modf": lambda y: np.modf(y)[0],
    "numpy.array_split": lambda y: np.array_split(y, 2)[0],
    "numpy.gradient": np.gradient,
    "numpy.linalg.norm": np.linalg.norm,
    "numpy.fft.fft": np.fft.fft,
    "numpy.dstack": lambda y: np.dstack([y, y]),
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


def test_out_is_refused_where_the_tape_would_not_see_the_write():
    y, sums = tn.Tensor([1.0, 2.0, 3.0], requires_grad=True), np.zeros(3)
    with pytest.raises(TypeError, match=r"numpy.add: the tape does not see what is written to out; write a = a \+ x"):
        sums += y
    with pytest.raises(TypeError, match=r"numpy.sum: the tape does not see"):
        np.sum(y, axis=0, out=np.zeros(()))
    np.testing.assert_array_equal(sums, np.zeros(3))
    with tn.no_grad(), pytest.raises(TypeError, match=r"numpy.exp: the tape does not see"):
        np.exp(np.zeros(3), out=y)
    np.testing.assert_array_equal(y.data, [1, 2, 3])
    with tn.no_grad():
        sums += y
        sums += tn.Tensor(y)
    assert type(sums) is np.ndarray and sums.tolist() == [2, 4, 6]


@pytest.mark.parametrize(
    "write", [lambda a, y: np.add.at(a, [0, 1, 1], y), np.copyto, lambda a, y: np.put(a, [0, 1], y)]
)
def test_values_of_a_tensor_are_not_written_into_an_array_unnoticed(write):
    y, array = tn.Tensor([1.0, 2.0, 3.0], requires_grad=True), np.zeros(3)
    with pytest.raises(TypeError, match="the gradient of a tensor would be lost"):
        write(array, y)
    right = np.zeros(3)
    write(array := np.zeros(3), tn.Tensor(y))
    write(right, y.numpy())
    np.testing.assert_array_equal(array, right)


def test_a_tensor_that_requires_a_gradient_can_be_saved(tmp_path):
    y = tn.Tensor([1.0, 2.0, 3.0], requires_grad=True)
    np.save(tmp_path / "y.npy", y)
    np.savetxt(tmp_path / "y.txt", y)
    assert np.load(tmp_path / "y.npy").tolist() == np.loadtxt(tmp_path / "y.txt").tolist() == [1, 2, 3]


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
    assert np.argmax(x) == X.argmax() and np.argmin(x) == x.argmin() == X.argmin() and x.tolist() == X.tolist()
    assert np.array_equal(x.argmin(axis=1), X.argmin(axis=1)) and np.allclose(x, X) and np.array_equal(x, X)
    assert type(np.asarray(x)) is np.ndarray and np.array_equal(np.asarray(x), X)
    assert np.array2string(x) == np.array2string(X)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(np.argsort(x, axis=0), np.argsort(X, axis=0))
    assert np.zeros_like(x).tolist() == np.zeros((3, 4)).tolist() and type(np.ones_like(x)) is np.ndarray
    assert np.sum(tn.Tensor([1, 2, 3])) == 6  # integers have no gradient
    for truth in (np.greater(x, 0), -x < X, np.isfinite(x), np.logical_and(x, X), np.signbit(x)):
        assert type(truth) is np.ndarray and truth.dtype == bool
    np.testing.assert_array_equal(np.array([1, 2]) + tn.Tensor([3, 4]), [4, 6])

"""Tensors where arrays were: conversions, comparisons, printing, edges."""

import copy
import operator
import pickle

import numpy as np
import pytest

import tinynet as tn

F = tn.functional


def test_a_tensor_copies_its_data_and_keeps_its_dtype():
    for dtype in (np.float16, np.float32, np.float64, np.int64, bool):
        array = np.ones((2, 3), dtype)
        x = tn.Tensor(array)
        array[0] = 0
        assert (x.dtype, x.shape, x.ndim, x.size, len(x)) == (dtype, (2, 3), 2, 6, 2)
        assert x.data.all()
    assert tn.Tensor(3.0).dtype == np.float64


@pytest.mark.parametrize("data", [1, [1, 2], np.zeros((2, 3), np.int32), [True], np.array([1j])])
def test_only_floating_point_can_require_a_gradient(data):
    with pytest.raises(TypeError, match=r"Tensor: .*cannot require a gradient.*astype"):
        tn.Tensor(data, requires_grad=True)
    tn.Tensor(data)  # as a constant it may be


def test_conversions(leaf):
    x = leaf([1.5, 2.5])
    assert [float(v) for v in x] == [1.5, 2.5]
    assert float(leaf([3.0])) == leaf([3.0]).item() == 3.0
    assert bool(tn.Tensor(0.0)) is False
    assert np.asarray(x).tolist() == x.numpy().tolist() == [1.5, 2.5]
    assert np.asarray(x, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="size 1"):
        float(x)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(x)
    with pytest.raises(TypeError, match="unsized"):
        len(tn.Tensor(1.0))


def test_iterating_gives_rows_that_are_on_the_tape():
    x = tn.Tensor(np.arange(6.0).reshape(3, 2), requires_grad=True)
    first, second, third = x
    (first * 1 + second * 10 + third * 100).sum().backward()
    np.testing.assert_array_equal(x.grad, [[1, 1], [10, 10], [100, 100]])


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne])
def test_comparisons_give_arrays_of_truth_values(compare):
    values = np.array([[1.0, 2.0, 3.0]])
    x = tn.Tensor(values, requires_grad=True)
    for other in (2, 2.0, np.float64(2), np.array([[2.0], [3.0]]), [1.0, 2.0, 4.0]):
        for truth, right in [
            (compare(x, other), compare(values, other)),
            (compare(x, tn.Tensor(other)), compare(values, other)),
            (compare(other, x), compare(other, values)),
        ]:
            assert type(truth) is np.ndarray
            assert truth.dtype == bool
            np.testing.assert_array_equal(truth, right)


def test_tensors_can_be_keys_by_identity(leaf):
    x, y = leaf([1.0, 2.0]), leaf([1.0, 2.0])
    named = {x: "x", y: "y"}
    assert (named[x], named[y]) == ("x", "y")
    assert len({x, y, x}) == 2


def test_repr_shows_values_dtype_and_origin(leaf):
    x = leaf([1.0, 2.0], dtype=np.float32)
    assert repr(x) == "Tensor([1., 2.], float32, requires_grad=True)"
    assert repr(x * 2) == "Tensor([2., 4.], float32, made by mul)"
    assert repr(tn.Tensor([1, 2])) == "Tensor([1, 2], int64)"


def test_augmented_assignment_makes_a_new_tensor(leaf):
    x = leaf([1.0, 2.0])
    y = x
    y += 1
    y *= x
    np.testing.assert_array_equal(x.data, [1, 2])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [3, 5])


@pytest.mark.parametrize("values", [3.0, [1.0, 2.0]])
def test_leaves_survive_copy_and_pickle(values):
    x = tn.Tensor(values, requires_grad=True)
    for y in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert y.requires_grad
        (y * y).sum().backward()
        np.testing.assert_array_equal(y.grad, 2 * x.data)
        assert x.grad is None


def test_detach_cuts_the_tape(leaf):
    x = leaf([2.0, 3.0])
    y = x * x
    (y.detach() * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [4, 9])


# ----------------------------------------------------------------------------------------------- edges


def test_scalars_without_axes():
    x, y = tn.Tensor(3.0, requires_grad=True), tn.Tensor(4.0, requires_grad=True)
    z = (x * y + x.T.exp().log()).reshape(1)[0].sum()
    assert z.shape == ()
    z.backward()
    for t, slope in ((x, 5), (y, 3)):
        assert type(t.grad) is np.ndarray
        assert t.grad.shape == ()
        np.testing.assert_allclose(t.grad, slope, rtol=1e-15)
    (x * y).backward()  # accumulates into the same 0-d array
    np.testing.assert_allclose([x.grad, y.grad], [9, 6], rtol=1e-15)


def test_arrays_without_entries():
    x = tn.Tensor(np.zeros((0, 3)), requires_grad=True)
    w = tn.Tensor(np.ones((3, 2)), requires_grad=True)
    b = tn.Tensor(np.ones(2), requires_grad=True)
    y = (x @ w + b).tanh()
    assert y.shape == (0, 2)
    (y.sum() + F.concatenate([y, y]).sum()).backward()
    assert x.grad.shape == (0, 3)
    np.testing.assert_array_equal(w.grad, np.zeros((3, 2)))
    np.testing.assert_array_equal(b.grad, np.zeros(2))


def test_half_precision(leaf):
    x = leaf([0.5, 2.0], dtype=np.float16)
    y = (x * x + x / 2 - 1).sum()
    y.backward()
    assert (y.dtype, x.grad.dtype) == (np.float16, np.float16)
    np.testing.assert_array_equal(x.grad, [1.5, 4.5])

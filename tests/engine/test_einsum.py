"""Sums of products: values and gradients are PyTorch's, for letters and shapes that nobody chose."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinynet as tn

F = tn.functional


SUMS = {  # subscripts: shapes of the operands
    "i,i": [(3,), (3,)],
    "i,j->ij": [(3,), (2,)],
    "i,j->ji": [(3,), (2,)],
    "ij->": [(2, 3)],
    "ij->ji": [(2, 3)],
    "ij->i": [(2, 3)],
    "ji": [(2, 3)],  # without an arrow: letters in alphabetical order
    "ii": [(3, 3)],
    "ii->i": [(3, 3)],
    "iii->i": [(3, 3, 3)],
    "iij->j": [(3, 3, 2)],
    "ii,i->i": [(3, 3), (3,)],
    "ij,k->k": [(2, 3), (4,)],  # i and j are summed in the first alone
    "ij,jk->ik": [(2, 3), (3, 4)],
    "ij, jk -> ik": [(2, 3), (3, 4)],
    "ij,jk,kl->il": [(2, 3), (3, 4), (4, 2)],
    "ab,ab,ab->b": [(2, 3), (2, 3), (2, 3)],
    "bij,bjk->bik": [(5, 2, 3), (5, 3, 4)],
    "...ij,...jk->...ik": [(5, 2, 3), (3, 4)],
    "...ij,...jk": [(5, 2, 3), (1, 3, 4)],
    "i...,i...->...": [(2, 3, 4), (2, 4)],
    "...->...": [(2, 3)],
    "...,...->...": [(2, 1, 4), (3, 1)],
    "i...i": [(3, 2, 3)],
    "...i,j->...ij": [(2, 3), (4,)],
    "ij,ij->ij": [(3, 1), (3, 4)],  # an axis of length 1 is repeated
    "ij,ij->": [(3, 1), (3, 4)],
    "ij,ij->j": [(1, 4), (3, 4)],
    "i,i->": [(1,), (5,)],
    ",ij->ij": [(), (2, 3)],
    "ij,j->i": [(2, 0), (0,)],
    "Za,aZ->Z": [(2, 3), (3, 2)],
}


@pytest.mark.parametrize("optimize", [False, True])
@pytest.mark.parametrize("subscripts", SUMS)
def test_value_and_gradients_are_those_of_pytorch(torch, agree, subscripts, optimize):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in SUMS[subscripts]]
    ours = lambda *xs: F.einsum(subscripts, *xs, optimize=optimize)
    agree(ours, lambda *ts: torch.einsum(subscripts, *ts), *arrays)
    np.testing.assert_allclose(ours(*map(tn.Tensor, arrays)).numpy(), np.einsum(subscripts, *arrays), rtol=1e-12)


@st.composite
def sums(draw):
    """Draw subscripts and shapes: up to three operands of up to four axes, some of length 1, letters that repeat."""
    length = dict(zip("abcd", draw(st.tuples(*[st.integers(1, 4)] * 4)), strict=True))
    operands = draw(st.lists(st.lists(st.sampled_from("abcd"), max_size=4), min_size=1, max_size=3))
    ones = [draw(st.sets(st.sampled_from("abcd"), max_size=1)) for _ in operands]  # of length 1 in this operand
    shapes = [tuple(1 if c in one else length[c] for c in own) for own, one in zip(operands, ones, strict=True)]
    used = sorted({c for own in operands for c in own})
    result = draw(st.permutations(used))[: draw(st.integers(0, len(used)))]
    arrow = draw(st.sampled_from(["->" + "".join(result), ""]))
    return ",".join(map("".join, operands)) + arrow, shapes, draw(st.integers(0, 99))


@settings(max_examples=150, deadline=None)
@given(drawn_sum=sums())
def test_any_sum_of_products_agrees_with_pytorch(torch, agree, drawn_sum):
    subscripts, shapes, seed = drawn_sum
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=shape) for shape in shapes]
    agree(lambda *xs: F.einsum(subscripts, *xs), lambda *ts: torch.einsum(subscripts, *ts), *arrays, seed=seed)


def test_one_tensor_may_stand_for_two_operands_and_constants_beside_it():
    x = tn.Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
    C = np.random.default_rng(0).normal(size=(2, 2))
    tn.check_gradients(lambda x: F.einsum("ij,kj,ik->", x, x, C), x)
    F.einsum("ij,kj,ik->", x, x, C).backward()
    np.testing.assert_allclose(x.grad, (C + C.T) @ x.numpy(), rtol=1e-12)


@pytest.mark.parametrize("dtypes", [(np.float32, np.float32), (np.float32, np.float64), (np.float16, np.float32)])
def test_each_gradient_has_the_precision_of_its_operand(dtypes):
    a, b = (tn.Tensor(np.ones((3, 3), d), requires_grad=True) for d in dtypes)
    y = F.einsum("ii,jk->k", a, b)
    assert y.dtype == np.result_type(*dtypes)
    y.backward(np.ones(3))
    assert (a.grad.dtype, b.grad.dtype) == dtypes
    np.testing.assert_array_equal(a.grad, 9 * np.eye(3))
    np.testing.assert_array_equal(b.grad, np.full((3, 3), 3.0))


AXES = {
    "default": ((2, 3, 4), (3, 4, 5), 2),
    "one": ((2, 3), (3, 4), 1),
    "none": ((2, 3), (4,), 0),
    "all": ((2, 3), (2, 3), 2),
    "pairs": ((2, 3, 4), (4, 5, 2), ([0, 2], [2, 0])),
    "negative": ((2, 3, 4), (4, 3), ([-1, 1], [0, -1])),
    "one pair": ((2, 3), (4, 3), ([1], [1])),
    "tuples": ((2, 3, 4), (3, 2), ((1, 0), (0, 1))),
}


@pytest.mark.parametrize("a, b, axes", AXES.values(), ids=AXES)
def test_tensordot_is_that_of_pytorch(torch, agree, a, b, axes):
    rng = np.random.default_rng(0)
    agree(
        lambda x, y: F.tensordot(x, y, axes),
        lambda s, t: torch.tensordot(s, t, axes),
        rng.normal(size=a),
        rng.normal(size=b),
    )


def test_tensordot_takes_two_numbers_as_numpy_does():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(4, 3))
    np.testing.assert_allclose(F.tensordot(tn.Tensor(a), b, (1, 1)).numpy(), np.tensordot(a, b, (1, 1)), rtol=1e-12)
    tn.check_gradients(lambda x: F.tensordot(x, b, (1, 1)), tn.Tensor(a, requires_grad=True))


def test_axes_that_change_after_the_call_do_not_change_the_gradient():
    a, b = np.random.default_rng(0).normal(size=(2, 3, 3)), np.random.default_rng(1).normal(size=(3, 3))
    grads = []
    for change in (False, True):
        x, axes = tn.Tensor(a, requires_grad=True), ([1, 2], [0, 1])
        y = F.tensordot(x, b, axes)
        if change:
            axes[0].reverse()
        y.backward(np.array([1.0, 2.0]))
        grads.append(x.grad)
    np.testing.assert_array_equal(*grads)


@pytest.mark.parametrize("a, b", [((3,), (4,)), ((2, 3), (4,)), ((), (3,)), ((2, 2), (2, 2)), ((0,), (3,))])
def test_outer_flattens_what_is_no_vector(a, b):
    rng = np.random.default_rng(0)
    arrays = rng.normal(size=a), rng.normal(size=b)
    tensors = [tn.Tensor(x, requires_grad=True) for x in arrays]
    np.testing.assert_array_equal(F.outer(*tensors).numpy(), np.outer(*arrays))
    tn.check_gradients(F.outer, *tensors)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4), st.integers(0, 4), st.integers(-5, 5), st.permutations([0, 1, -1]))
def test_trace_over_any_diagonal_is_numpys(n, m, offset, axes):
    x = np.random.default_rng(0).normal(size=(n, m, 3))
    ours = tn.Tensor(x, requires_grad=True)
    y = ours.trace(offset, *axes[:2])
    np.testing.assert_allclose(y.numpy(), x.trace(offset, *axes[:2]), rtol=1e-12, atol=1e-15)
    tn.check_gradients(lambda x: x.trace(offset, *axes[:2]), ours)

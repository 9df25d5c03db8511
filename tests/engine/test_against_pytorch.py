"""Gradients of what NumPy and PyTorch both have: a random cotangent sends back the same in both."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinynet as tn

F = tn.functional
few = settings(max_examples=60, deadline=None)
lengths = st.integers(1, 4)


X = np.array([-700.0, -40.0, -3.0, -1e-12, 0.0, 1e-12, 0.5, 2.0, 40.0, 700.0])


@pytest.mark.parametrize("name", ["sin", "cos", "sinh", "cosh", "log1p"])
def test_from_tiny_to_large(torch, agree, name):
    agree(getattr(F, name), getattr(torch, name), np.abs(X) if name == "log1p" else X)


def test_expm1_and_log1p_keep_the_digits_near_zero_and_far_below():
    x = tn.Tensor(X, requires_grad=True)
    y = x.expm1()
    np.testing.assert_allclose(y.numpy()[[3, 5]], [-1e-12, 1e-12], rtol=1e-11)
    np.testing.assert_allclose(F.log1p(y[3:6]).numpy(), X[3:6], rtol=1e-14)
    y.backward(np.ones(len(X)))
    np.testing.assert_allclose(x.grad, np.exp(X), rtol=1e-14)  # y + 1, which PyTorch uses, is 0 at -40


@few
@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-4, 4).filter(bool)), min_size=1, max_size=6), st.booleans())
def test_remainder_has_the_sign_of_the_divisor(torch, agree, pairs, halves):
    a, b = np.array(pairs, float).T / (2 if halves else 1)
    agree(lambda a, b: a % b, torch.remainder, a, b)


@few
@given(st.lists(st.lists(st.sampled_from([-2.0, -0.5, 0.0, 0.0, 1.0, 3.0]), min_size=3, max_size=3), min_size=1))
def test_product_with_no_zero_one_zero_and_more(agree, rows):
    x = np.array(rows)
    agree(lambda x: x.prod(), lambda t: t.prod(), x)
    for axis in (0, 1, -1):
        agree(lambda x, k=axis: x.prod(axis=k), lambda t, k=axis: t.prod(k), x)
        agree(lambda x, k=axis: F.prod(x, k, True), lambda t, k=axis: t.prod(k, keepdim=True), x)
    agree(lambda x: x.prod(axis=(0, 1)), lambda t: t.prod(), x)


@few
@given(lengths, lengths, lengths, st.integers(-3, 2))
def test_cumulative_sum(agree, a, b, c, axis):
    x = np.random.default_rng(0).normal(size=(a, b, c))
    agree(lambda x: x.cumsum(axis), lambda t: t.cumsum(axis), x)
    agree(lambda x: x.cumsum(), lambda t: t.ravel().cumsum(0), x)


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
@pytest.mark.parametrize("ddof", [0, 1, 2])
@pytest.mark.parametrize("name", ["var", "std"])
def test_degrees_of_freedom(torch, agree, name, ddof, axis):
    x = np.random.default_rng(0).normal(size=(4, 5))
    theirs = lambda t: getattr(torch, name)(t, dim=axis, correction=ddof)
    agree(lambda x: getattr(x, name)(axis=axis, ddof=ddof), theirs, x)
    keep = getattr(F, name)(tn.Tensor(x), axis, True, ddof=ddof)
    np.testing.assert_allclose(keep.numpy(), getattr(np, name)(x, axis=axis, ddof=ddof, keepdims=True), rtol=1e-12)


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value", "ignore:Degrees of freedom")
@pytest.mark.parametrize("values, ddof", [([3.0], 1), ([1.0, 4.0], 2), ([1.0, 4.0], 3)])
def test_no_degree_of_freedom_left_is_nan_or_infinite_as_in_numpy(values, ddof):
    for name in ("var", "std"):
        ours, numpys = (getattr(x, name)(ddof=ddof) for x in (tn.Tensor(values), np.array(values)))
        np.testing.assert_array_equal(ours.numpy(), numpys)


MODES = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("left, right", [(0, 0), (1, 2), (3, 0)])
def test_border(torch, agree, mode, left, right):
    x = np.random.default_rng(0).normal(size=(2, 3, 5))
    widths = ((0, 0), (0, 0), (left, right))
    value = {"constant_values": 2.5} if mode == "constant" else {}
    theirs = lambda t: torch.nn.functional.pad(t, (left, right), MODES[mode], 2.5 if value else None)
    agree(lambda x: F.pad(x, widths, mode, **value), theirs, x)


@few
@given(lengths, lengths, st.lists(st.integers(0, 3), max_size=3))
def test_copies(torch, agree, a, b, reps):
    x = np.random.default_rng(0).normal(size=(a, b))
    agree(lambda x: F.tile(x, reps), lambda t: torch.tile(t, tuple(reps)), x)


@few
@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), st.sampled_from([0, 1, -1, None]))
def test_repetitions(torch, agree, repeats, axis):
    n = len(repeats)
    x = np.random.default_rng(0).normal(size=(n, n) if axis is not None else n)
    agree(lambda x: x.repeat(repeats, axis), lambda t: t.repeat_interleave(torch.tensor(repeats), axis), x)
    agree(lambda x: x.repeat(2, axis), lambda t: t.repeat_interleave(2, axis), x)


@few
@given(st.lists(st.integers(0, 6), max_size=4).map(sorted), st.sampled_from([0, 1, -1]))
def test_pieces(torch, agree, indices, axis):
    x, weights = np.random.default_rng(0).normal(size=(6, 6)), [1.0, -2.0, 3.0, 5.0, 7.0]
    weighted = lambda m, pieces: m.concatenate([w * p for w, p in zip(weights, pieces, strict=False)], axis)
    theirs = lambda t: weighted(torch, torch.tensor_split(t, indices, dim=axis))
    agree(lambda x: weighted(F, F.split(x, indices, axis)), theirs, x)
    [shapes, numpys] = ([p.shape for p in m.split(y, indices, axis)] for m, y in ((F, tn.Tensor(x)), (np, x)))
    assert shapes == numpys


@few
@given(st.permutations(range(3)), st.permutations(range(-3, 0)), st.integers(1, 3))
def test_axes_that_move(torch, agree, source, destination, n):
    x, source, destination = np.random.default_rng(0).normal(size=(2, 3, 4)), source[:n], destination[:n]
    agree(lambda x: F.moveaxis(x, source, destination), lambda t: torch.movedim(t, source, destination), x)


REDUCTIONS = ["sum", "mean", "max", "min", "var", "std", "prod"]


@pytest.mark.parametrize("name", REDUCTIONS)
def test_axes_may_be_a_list_which_may_change_afterwards(name):
    values = np.random.default_rng(0).normal(size=(3, 3, 3))
    x, y, axis = tn.Tensor(values, requires_grad=True), tn.Tensor(values, requires_grad=True), [0, -1]
    g = np.random.default_rng(1).normal(size=3)
    reduced = getattr(F, name)(x, axis=axis)
    axis[0] = 1
    reduced.backward(g)
    getattr(y, name)(axis=(0, -1)).backward(g)
    np.testing.assert_array_equal(x.grad, y.grad)
    np.testing.assert_allclose(reduced.numpy(), getattr(np, name)(values, axis=(0, -1)), rtol=1e-12)
    tn.check_gradients(lambda x: getattr(x, name)(axis=[0, 2], keepdims=True), x)


def test_what_says_where_entries_go_may_change_afterwards():
    values = np.random.default_rng(0).normal(size=(2, 2, 2))
    for f, where, change in [
        (F.transpose, [1, 2, 0], list.reverse),
        (lambda x, axes: F.moveaxis(x, axes, [0, 1]), [2, 0], list.reverse),
        (lambda x, widths: F.pad(x, widths), [[1, 0], [0, 2], [3, 0]], list.reverse),
        (lambda x, repeats: F.repeat(x, repeats, 0), np.array([1, 3]), lambda repeats: repeats.fill(1)),
    ]:
        x = tn.Tensor(values, requires_grad=True)
        tn.check_gradients(lambda x, f=f, where=where: f(x, where), x)
        y, z = f(x, where), f(tn.Tensor(values), where)
        g = np.random.default_rng(1).normal(size=y.shape)
        expected = tn.Tensor(values, requires_grad=True)
        f(expected, where).backward(g)
        change(where)
        y.backward(g)
        np.testing.assert_array_equal(x.grad, expected.grad)
        assert y.shape == z.shape


@pytest.mark.parametrize("bound", [0.5, np.full(3, 0.5), tn.Tensor(0.5)])
def test_a_bound_that_requires_a_gradient_is_refused_and_a_constant_is_not(bound):
    x = tn.Tensor([0.0, 1.0, 2.0], requires_grad=True)
    for clip in (F.clip, np.clip):
        np.testing.assert_array_equal(clip(x, bound, 1.5).numpy(), [0.5, 1, 1.5])
        with pytest.raises(TypeError, match=r"clip: a bound requires a gradient.*F.maximum and F.minimum, or pass"):
            clip(np.zeros(3), tn.Tensor(0.5, requires_grad=True), x.detach())
    with pytest.raises(TypeError, match=r"pad: the border requires a gradient.*F.concatenate, or pass x.detach"):
        F.pad(x, 1, constant_values=x[0])

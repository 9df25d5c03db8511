"""check_gradients: two evaluations find any wrong VJP, and nothing else is changed by them."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.engine.tape import primitive

F = tn.functional


def leaf(*shape, seed=0):
    return tn.Tensor(np.random.default_rng(seed).normal(size=shape), requires_grad=True)


# ---------------------------------------------------------------------------------------- planted bugs

square = lambda x: x * x
# fmt: off
BUGS = {  # y = f(x) with a VJP that is wrong
    "wrong factor":         primitive("bug", square,               lambda g, y, x: g * x),
    "wrong sign":           primitive("bug", square,               lambda g, y, x: -2 * g * x),
    "ignores g":            primitive("bug", square,               lambda g, y, x: 2 * x),
    "only the mean of g":   primitive("bug", square,               lambda g, y, x: np.mean(g) * 2 * x),
    "zero":                 primitive("bug", square,               lambda g, y, x: 0 * g),
    "one entry missing":    primitive("bug", square,               lambda g, y, x: 2 * g * x * (x < x.max())),
    "one entry off by 1%":  primitive("bug", square,               lambda g, y, x: g * x * (2 + 0.02 * (x == x.max()))),
    "shifted":              primitive("bug", square,               lambda g, y, x: np.roll(2 * g * x, 1)),
    "not finite":           primitive("bug", square,               lambda g, y, x: g * np.nan),
    "g in another order":   primitive("bug", square,               lambda g, y, x: 2 * g[::-1] * x),
    "transposed":           primitive("bug", lambda x: x @ x,      lambda g, y, x: g @ x + x @ g),
    "mean for sum":         primitive("bug", lambda x: x.sum(),    lambda g, y, x: np.full(x.shape, g / x.size)),
}
# fmt: on


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_wrong_vjp_is_found(bug):
    with pytest.raises(AssertionError, match="argument 0"):
        tn.check_gradients(bug, leaf(3, 3))


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_wrong_vjp_is_found_inside_an_expression(bug):
    x, w = leaf(3, 3), leaf(3, 2, seed=1)
    with pytest.raises(AssertionError, match="argument 0"):
        tn.check_gradients(lambda x, w: (bug(x.tanh()) @ w if bug(x).ndim else bug(x) * w).exp(), x, w)


def test_cotangents_that_are_not_summed_over_broadcast_axes_are_found():
    unsummed = primitive("bug", np.add, lambda g, y, a, b: g, lambda g, y, a, b: np.broadcast_to(g[0], b.shape))
    with pytest.raises(AssertionError, match="argument 1"):
        tn.check_gradients(unsummed, leaf(3, 4), leaf(4))


def test_an_input_lost_from_the_tape_is_found():
    with pytest.raises(AssertionError, match=r"argument 0.*= 0,"):
        tn.check_gradients(lambda a, b: a.detach() * b, leaf(3), leaf(3, seed=1))


@pytest.mark.parametrize("k", [0, 1, 2])
def test_the_message_names_the_argument_its_shape_and_both_numbers(k):
    right = [
        lambda g, y, a, b, c: g * b * c,
        lambda g, y, a, b, c: g * a * c,
        lambda g, y, a, b, c: g * a * b,
    ]
    doubled = [*right[:k], lambda g, *rest: 2 * right[k](g, *rest), *right[k + 1 :]]
    product = primitive("product", lambda a, b, c: a * b * c, *doubled)
    with pytest.raises(AssertionError) as caught:
        tn.check_gradients(product, leaf(2, 1, 1), leaf(3, 1, seed=1), leaf(4, seed=2))
    message = str(caught.value)
    assert message.startswith(f"argument {k}, of shape {[(2, 1, 1), (3, 1), (4,)][k]}")
    ours, theirs = (float(part.split(",")[0].split(":")[0]) for part in message.split("> = ")[1:])
    assert ours == pytest.approx(2 * theirs, rel=1e-6)


# ----------------------------------------------------------------------------------------- what passes


def test_a_closure_over_parameters_is_checked():
    net = tn.MLP([5, 4, 3], seed=0)
    for p in net.parameters():
        p.data = p.data.astype(np.float64)
    x = np.random.default_rng(0).normal(size=(6, 5))
    loss = lambda *_: F.softmax_cross_entropy(net(x), np.arange(6) % 3)
    tn.check_gradients(loss, *net.parameters())
    with pytest.raises(AssertionError, match="argument 2"):
        tn.check_gradients(lambda *_: loss() + F.sum(BUGS["wrong factor"](net.parameters()[2])), *net.parameters())


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x,
        lambda x: x.sum(),
        lambda x: x * 0.0,
        lambda x: tn.Tensor(1.0),
        lambda x: x.reshape(6)[1:1],
    ],
    ids=["identity", "scalar", "zero", "constant", "empty"],
)
def test_results_of_any_shape_and_constants_pass(f):
    tn.check_gradients(f, leaf(2, 3))


def test_the_same_tensor_may_be_given_twice():
    x = leaf(3)
    tn.check_gradients(lambda a, b: a * b, x, x)


@pytest.mark.parametrize("fails", [False, True])
def test_values_and_gradients_are_kept(fails):
    x, w = leaf(2, 3), leaf(3, 2, seed=1)
    x.grad = before = np.full((2, 3), 7.0)
    values, copies = (x.data, w.data), (x.numpy(), w.numpy())

    def f(x, w):
        if fails:
            raise KeyError("f failed")
        return x @ w

    if fails:
        with pytest.raises(KeyError, match="f failed"):
            tn.check_gradients(f, x, w)
    else:
        tn.check_gradients(f, x, w)
    assert x.grad is before
    assert w.grad is None
    np.testing.assert_array_equal(before, 7.0)
    for tensor, value, copy in zip((x, w), values, copies, strict=True):
        assert tensor.data is value
        np.testing.assert_array_equal(value, copy)


def test_values_are_kept_when_the_second_evaluation_fails():
    x, calls = leaf(3), []

    def f(x):
        calls.append(x.numpy())
        if len(calls) == 2:
            raise KeyError("f failed")
        return x * x

    with pytest.raises(KeyError, match="f failed"):
        tn.check_gradients(f, x)
    np.testing.assert_array_equal(x.data, calls[0])
    assert not np.array_equal(calls[0], calls[1])


def test_a_tape_made_before_the_check_can_still_be_walked():
    def f(x):
        y = F.where(x.data > 0, x, 2 * x)
        assert np.isfinite(x.data).all()  # f looks at .data, as f may
        return y

    x = leaf(3)
    y = (x * x).sum()
    tn.check_gradients(f, x)
    y.backward()
    np.testing.assert_allclose(x.grad, 2 * x.data)


def test_the_random_numbers_are_fixed_by_the_seed():
    drawn = []
    for seed in (0, 0, 1):
        with pytest.raises(AssertionError) as caught:
            tn.check_gradients(BUGS["wrong factor"], leaf(3, 3), seed=seed)
        drawn.append(str(caught.value))
    assert drawn[0] == drawn[1] != drawn[2]


# ------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_less_than_double_precision_is_refused(dtype):
    single = tn.Tensor(np.ones(3, dtype), requires_grad=True)
    with pytest.raises(TypeError, match=f"argument 1 is {np.dtype(dtype)}.*float64"):
        tn.check_gradients(lambda a, b: a * b, leaf(3), single)


def test_constants_and_intermediate_tensors_are_refused():
    with pytest.raises(ValueError, match=r"argument 0.*requires_grad=True"):
        tn.check_gradients(lambda x: x * x, tn.Tensor(np.ones(3)))
    with pytest.raises(ValueError, match=r"argument 1.*leaf"):
        tn.check_gradients(lambda a, b: a * b, leaf(3), leaf(3) * 2)

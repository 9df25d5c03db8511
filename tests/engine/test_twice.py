"""Gradients of gradients: known derivatives, PyTorch, differences, and what is refused."""

import numpy as np
import pytest

import tinynet as tn

F = tn.functional


def test_derivatives_of_the_sine_go_round():
    x = tn.Tensor(np.linspace(-3, 3, 7), requires_grad=True)
    y = x.sin()
    for right in (np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin, np.cos):
        [y] = tn.grad(y, [x], np.ones(7))
        np.testing.assert_allclose(y.numpy(), right(x.numpy()), rtol=1e-12, atol=1e-15)


SECOND = {  # f, its second derivative
    "cube": (lambda x: x**3, lambda x: 6 * x),
    "tanh": (lambda x: x.tanh(), lambda x: -2 * np.tanh(x) * (1 - np.tanh(x) ** 2)),
    "exp": (lambda x: x.exp(), np.exp),
    "log": (lambda x: x.log(), lambda x: -1 / x**2),
    "root": (lambda x: x.sqrt(), lambda x: -0.25 * x**-1.5),
    "quotient": (lambda x: 1 / x, lambda x: 2 / x**3),
    "power": (lambda x: 2.0**x, lambda x: np.log(2) ** 2 * 2**x),
    "relu": (lambda x: x.relu() * x, lambda x: 2 + 0 * x),
    "abs": (abs, lambda x: 0 * x),
    "remainder": (lambda x: x % 0.7 + 2 % x, lambda x: 0 * x),
    "log1p": (lambda x: x.log1p(), lambda x: -1 / (1 + x) ** 2),
}


@pytest.mark.parametrize("f, second", SECOND.values(), ids=SECOND)
def test_second_derivative_is_the_one_in_tables(f, second):
    x = tn.Tensor(np.linspace(0.31, 3, 7), requires_grad=True)
    [slope] = tn.grad(f(x), [x], np.ones(7))
    slope = slope + 0 * x  # on the tape even where it is constant
    slope.backward(np.ones(7))
    np.testing.assert_allclose(x.grad, second(x.numpy()), rtol=1e-10, atol=1e-12)


def losses(scores, labels):
    one_hot = np.eye(3)[labels]
    yield F.softmax_cross_entropy(scores, labels), lambda t, s: t.nn.functional.cross_entropy(s, t.tensor(labels))
    yield F.mean_squared_error(scores, one_hot), lambda t, s: ((s - t.tensor(one_hot)) ** 2).mean()
    yield (
        F.squared_hinge(scores, labels),
        lambda t, s: (t.relu(1 - t.tensor(2 * one_hot - 1) * s) ** 2).mean(),
    )
    yield (F.softmax(scores) ** 2).sum(), lambda t, s: (t.softmax(s, -1) ** 2).sum()
    yield (F.log_softmax(scores) ** 2).sum(), lambda t, s: (t.log_softmax(s, -1) ** 2).sum()


@pytest.mark.parametrize("k", range(5))
def test_hessian_times_a_vector_is_that_of_pytorch(torch, k):
    rng = np.random.default_rng(0)
    x, W, V, b = (rng.normal(size=shape) for shape in [(6, 4), (4, 5), (5, 3), (3,)])
    labels, directions = rng.integers(0, 3, 6), [rng.normal(size=shape) for shape in [(4, 5), (5, 3), (3,)]]
    ours = [tn.Tensor(w, requires_grad=True) for w in (W, V, b)]
    theirs = [torch.tensor(w, requires_grad=True) for w in (W, V, b)]
    loss = list(losses((x @ ours[0]).tanh() @ ours[1] + ours[2], labels))[k][0]
    scores = torch.tanh(torch.tensor(x) @ theirs[0]) @ theirs[1] + theirs[2]
    other = list(losses(tn.Tensor(scores.detach().numpy()), labels))[k][1](torch, scores)
    first = tn.grad(loss, ours)
    right = torch.autograd.grad(other, theirs, create_graph=True)
    slope = sum((g * v).sum() for g, v in zip(first, directions, strict=True))
    slope.backward()
    sum((g * torch.tensor(v)).sum() for g, v in zip(right, directions, strict=True)).backward()
    for w, g, s, r in zip(ours, first, theirs, right, strict=True):
        np.testing.assert_allclose(g.numpy(), r.detach().numpy(), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(w.grad, s.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_a_network_of_layers_agrees_with_differences_of_gradients():
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(20, 6)), rng.integers(0, 3, 20)
    net = tn.MLP([6, 5, 3])
    for p in net.parameters():
        p.data = p.data.astype(np.float64)
    directions = [rng.normal(size=p.shape) for p in net.parameters()]

    def gradients(h):
        for p, v in zip(net.parameters(), directions, strict=True):
            p.data = p.data + h * v
            p.grad = None
        F.softmax_cross_entropy(net(x), labels).backward()
        return [p.grad for p in net.parameters()]

    first = tn.grad(F.softmax_cross_entropy(net(x), labels), net.parameters())
    products = tn.grad(sum((g * v).sum() for g, v in zip(first, directions, strict=True)), net.parameters())
    for product, above, below in zip(products, gradients(1e-5), gradients(-2e-5), strict=True):
        np.testing.assert_allclose(product.numpy(), (above - below) / 2e-5, rtol=1e-6, atol=1e-9)


def test_power_has_its_mixed_derivative_also_at_an_exponent_of_zero():
    a, b = np.array([2.0, 0.5, 3.0, 4.0]), np.array([0.0, 0.0, 1.0, -0.5])
    x, y = (tn.Tensor(v, requires_grad=True) for v in (a, b))
    [slope] = tn.grad(x**y, [x], np.ones(4))
    slope.backward(np.ones(4))
    np.testing.assert_allclose(y.grad, a ** (b - 1) * (1 + b * np.log(a)), rtol=1e-12)  # PyTorch says 0 where b = 0


def test_power_with_an_exponent_of_zero_is_flat_next_to_zero_too():
    x = tn.Tensor([1e-310, 0.0, -1e-310], requires_grad=True)
    (x**0).backward(np.ones(3))
    np.testing.assert_array_equal(x.grad, [0, 0, 0])


def test_slopes_along_a_direction_come_from_two_gradients():
    """J v is the gradient of <J^T u, v> with respect to u: forward mode without forward mode."""
    rng = np.random.default_rng(0)
    A, v = rng.normal(size=(3, 4)), rng.normal(size=4)
    x, u = tn.Tensor(rng.normal(size=4), requires_grad=True), tn.Tensor(np.zeros(3), requires_grad=True)
    [transposed] = tn.grad((A @ x).tanh(), [x], u)
    [product] = tn.grad((transposed * v).sum(), [u])
    np.testing.assert_allclose(product.numpy(), (1 - np.tanh(A @ x.numpy()) ** 2) * (A @ v), rtol=1e-12)


def test_the_tape_stays_and_no_grad_is_touched():
    x = tn.Tensor([1.0, 2.0], requires_grad=True)
    y = (x * x * x).sum()
    for _ in range(2):
        [g] = tn.grad(y, [x])
        np.testing.assert_array_equal(g.numpy(), [3, 12])
    assert x.grad is None
    y.backward()
    np.testing.assert_array_equal(x.grad, [3, 12])
    with pytest.raises(RuntimeError, match="its tape was freed"):
        tn.grad(y, [x])


def test_xs_may_come_one_by_one():
    x = tn.Tensor([1.0, 2.0], requires_grad=True)
    [g] = tn.grad((x * x).sum(), (t for t in [x]))
    np.testing.assert_array_equal(g.numpy(), [2, 4])


def test_tensors_on_the_way_and_tensors_that_are_not():
    x, other = (tn.Tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    h = x * x
    y = (h * h).sum()
    to_h, to_y, to_other = tn.grad(y, [h, y, other])
    np.testing.assert_array_equal(to_h.numpy(), 2 * h.numpy())
    np.testing.assert_array_equal(to_y.numpy(), 1)
    np.testing.assert_array_equal(to_other.numpy(), [0, 0])


def test_a_tensor_used_often_gets_the_sum_and_a_deep_graph_needs_no_recursion():
    x = tn.Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(5000):
        y = y + x * x * 1e-3
    [g] = tn.grad(y, [x])
    np.testing.assert_allclose(g.numpy(), 11)
    [h] = tn.grad(g, [x])
    np.testing.assert_allclose(h.numpy(), 10)


def test_two_precisions_keep_their_own():
    a, b = (tn.Tensor(np.array([1.5, 2.0], d), requires_grad=True) for d in (np.float32, np.float64))
    grads = tn.grad((a * b * b).sum(), [a, b])
    assert [g.dtype for g in grads] == [np.float32, np.float64]
    assert [g.dtype for g in tn.grad(grads[0].sum() + grads[1].sum(), [a, b])] == [np.float32, np.float64]


x0 = tn.Tensor([0.0, 0.0, 2.0], requires_grad=True)
REFUSED = {
    "no list": (lambda: tn.grad((x0 * x0).sum(), x0), ValueError, "must be a list of tensors"),
    "nothing": (lambda: tn.grad((x0 * x0).sum(), []), ValueError, "must be a list of tensors"),
    "a constant": (lambda: tn.grad((x0 * x0).sum(), [tn.Tensor(1.0)]), ValueError, "that require a gradient"),
    "no tape": (lambda: tn.grad(tn.Tensor(1.0), [x0]), RuntimeError, "depends on nothing that requires a gradient"),
    "many entries": (lambda: tn.grad(x0 * x0, [x0]), ValueError, "has no single gradient"),
    "another shape": (lambda: tn.grad(x0 * x0, [x0], tn.Tensor(1.0)), ValueError, r"the cotangent has shape \(\)"),
    "two zeros": (
        lambda: tn.grad(x0.prod(), [x0]),
        TypeError,
        "a product with an entry of 0 has first derivatives only",
    ),
    "another's": (lambda: tn.grad(tn.LayerNorm(3)(x0[None]).sum(), [x0]), TypeError, "has first derivatives only; use"),
}


@pytest.mark.parametrize("act, error, words", REFUSED.values(), ids=REFUSED)
def test_what_would_be_wrong_is_refused(act, error, words):
    with pytest.raises(error, match=words):
        act()


def test_a_value_that_was_overwritten_is_noticed():
    x = tn.Tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    x.data[0] = 5
    with pytest.raises(RuntimeError, match="was written in place"):
        tn.grad(y, [x])

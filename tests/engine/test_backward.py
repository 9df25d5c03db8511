"""backward: gradients add up over all uses, deep graphs are walked once, and what it cannot do it refuses."""

import sys

import numpy as np
import pytest

import tinynet as tn
from tinynet.engine.tape import primitive

F = tn.functional

# ------------------------------------------------------------------------------------ gradients add up


def test_a_reused_tensor_receives_the_sum_over_its_uses(leaf):
    x = leaf([2.0, -3.0])
    (x * x + x).backward([1.0, 10.0])
    np.testing.assert_array_equal(x.grad, [2 * 2 + 1, 10 * (2 * -3 + 1)])


@pytest.mark.parametrize("depth", range(1, 6))
def test_diamonds_are_counted_exactly(leaf, depth):
    x = leaf([1.5])
    y = x
    for _ in range(depth):
        y = y * 2 + y * y / (y + 1)  # y is used four times at each level
    slope, value = 1.0, 1.5
    for _ in range(depth):
        slope *= 2 + (2 * value * (value + 1) - value**2) / (value + 1) ** 2
        value = 2 * value + value**2 / (value + 1)
    y.backward()
    np.testing.assert_allclose([y.item(), x.grad.item()], [value, slope], rtol=1e-13)


def test_a_tensor_used_at_different_depths_waits_for_all_its_uses(leaf):
    x = leaf([3.0])
    y = x * x
    long = y
    for _ in range(10):
        long = long + 1
    (y * long + y + x).backward()  # (x^2 + 10) x^2 + x^2 + x
    np.testing.assert_array_equal(x.grad, [4 * 27 + 22 * 3 + 1])


def test_leaves_accumulate_over_two_graphs_until_they_are_reset(leaf):
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    (3 * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [5, 7])
    x.grad = None
    (3 * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [3, 3])


def test_backward_from_a_leaf_is_its_cotangent(leaf):
    x = leaf([1.0, 2.0])
    g = np.array([3.0, 4.0])
    x.backward(g)
    x.backward(g)
    np.testing.assert_array_equal(x.grad, [6, 8])
    np.testing.assert_array_equal(g, [3, 4])


def test_only_leaves_that_require_a_gradient_get_one(leaf):
    x, c = leaf([1.0, 2.0]), tn.Tensor([3.0, 4.0])
    y = x * c
    z = y.sum()
    z.backward()
    assert (c.grad, y.grad, z.grad) == (None, None, None)
    assert (c.requires_grad, y.requires_grad) == (False, True)
    np.testing.assert_array_equal(x.grad, [3, 4])


def test_a_tensor_that_retains_its_gradient_gets_the_sum_over_its_uses(leaf):
    x = leaf([1.0, 2.0])
    y = x * 3
    y.retains_grad = True
    z = y * y + y  # dz/dy = 2 y + 1
    z.retains_grad = True
    z.backward([10.0, 100.0])
    np.testing.assert_array_equal(z.grad, [10, 100])
    np.testing.assert_array_equal(y.grad, [70, 1300])
    np.testing.assert_array_equal(x.grad, [210, 3900])


def test_a_retained_gradient_shares_no_memory(leaf):
    x = leaf([1.0, 2.0])
    y = x + 0.0
    z = y + 0.0
    y.retains_grad = z.retains_grad = True
    z.backward([1.0, 1.0])
    z.grad += 1
    y.grad += 2
    np.testing.assert_array_equal(z.grad, [2, 2])
    np.testing.assert_array_equal(y.grad, [3, 3])
    np.testing.assert_array_equal(x.grad, [1, 1])


def test_a_frozen_leaf_gets_no_gradient(leaf):
    x, w = leaf([1.0]), leaf([2.0])
    w.requires_grad = False
    (x * w).backward()
    assert w.grad is None
    np.testing.assert_array_equal(x.grad, [2])


# fmt: off
ALIASES = {
    "a + b":         lambda a, b: a + b,
    "a - b":         lambda a, b: a - b,
    "a + b + a":     lambda a, b: a + b + a,
    "views":         lambda a, b: a.reshape(2, 1).T.reshape(2) + b[::-1][::-1],
    "stack":         lambda a, b: F.stack([a, b]),
    "concatenate":   lambda a, b: F.concatenate([a, b]),
    "where":         lambda a, b: F.where([True, False], a, b),
    "sums":          lambda a, b: a.sum() + b.sum(),
    "broadcast":     lambda a, b: F.broadcast_to(a, (3, 2)) + b,
    "astype":        lambda a, b: a.astype(np.float64) + b,
    "round":         lambda a, b: F.round(a) + F.round(b),
}
# fmt: on


@pytest.mark.parametrize("f", ALIASES.values(), ids=ALIASES)
def test_gradient_arrays_belong_to_their_leaf_alone(leaf, f):
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    y = f(a, b)
    g = np.ones(y.shape)
    y.backward(g)
    expected = b.grad.copy()
    a.grad[:] = 77
    np.testing.assert_array_equal(b.grad, expected)
    np.testing.assert_array_equal(g, 1)


# ------------------------------------------------------------------------------------- depth and paths


def test_a_deep_chain_needs_no_recursion(leaf):
    x = leaf([1.0, 2.0])
    y = x
    for _ in range(5000):
        y = y + 1
    y.backward([1.0, 2.0])
    np.testing.assert_array_equal(x.grad, [1, 2])


def test_a_deep_chain_can_be_dropped_without_backward(leaf):
    x = y = leaf([1.0])
    for _ in range(50_000):
        y = -y
    assert sys.getrefcount(x) > 3  # the chain holds it
    del y
    assert sys.getrefcount(x) <= 2


def test_2_to_the_40_paths_are_walked_in_40_steps(leaf):
    walked = []
    count = lambda g, *rest: walked.append(1) or g
    add = primitive("add", np.add, lambda g, y, a, b: count(g), lambda g, y, a, b: count(g))
    x = leaf([1.0])
    y = x
    for _ in range(40):
        y = add(y, y)
    y.backward()
    assert len(walked) == 2 * 40  # one VJP for each of an operation's two inputs
    np.testing.assert_array_equal(x.grad, 2.0**40)


# ---------------------------------------------------------------------------------- errors of backward


def test_a_second_backward_names_the_operation_and_the_fix(leaf):
    x = leaf([1.0, 2.0])
    loss = x.tanh().sum()
    loss.backward()
    first = x.grad.copy()
    with pytest.raises(RuntimeError, match=r"^sum: .*\(\).*again.*once"):
        loss.backward()
    np.testing.assert_array_equal(x.grad, first)


def test_a_second_backward_through_a_shared_part_leaves_all_gradients_alone(leaf):
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    shared = x.tanh()
    shared.sum().backward()
    first = x.grad.copy()
    with pytest.raises(RuntimeError, match=r"^tanh: .*\(2,\)"):
        (w * shared).sum().backward()
    assert w.grad is None
    np.testing.assert_array_equal(x.grad, first)


@pytest.mark.parametrize("shape", [(2,), (1, 2), (0,), (2, 2)])
def test_a_tensor_with_many_entries_needs_a_cotangent(shape):
    x = tn.Tensor(np.ones(shape), requires_grad=True)
    y = x * 2
    for t in (x, y):
        with pytest.raises(ValueError, match=r"backward: .*sum\(\)\.backward") as caught:
            t.backward()
        assert str(shape) in str(caught.value)
    assert x.grad is None


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_a_single_entry_needs_none(shape):
    x = tn.Tensor(np.full(shape, 3.0), requires_grad=True)
    (x * x).backward()
    np.testing.assert_array_equal(x.grad, np.full(shape, 6.0))


@pytest.mark.parametrize("g", [np.ones(3), np.ones((2, 1)), np.ones((1, 2)), 1.0])
def test_a_cotangent_of_another_shape_is_refused(leaf, g):
    x = leaf([1.0, 2.0])
    with pytest.raises(ValueError, match=r"cotangent has shape .*\(2,\)"):
        (x * 2).backward(g)
    assert x.grad is None


@pytest.mark.parametrize("g", [[1.0, 10.0], (1, 10), np.float32([1, 10]), tn.Tensor([1.0, 10.0])])
def test_a_cotangent_may_be_a_list_an_array_or_a_tensor(leaf, g):
    x = leaf([1.0, 2.0])
    (x * x).backward(g)
    np.testing.assert_array_equal(x.grad, [2, 40])
    assert x.grad.dtype == np.float64


def test_backward_without_a_tape_says_how_to_make_one(leaf):
    with tn.no_grad():
        recorded_nowhere = leaf([1.0]) * 2
    for y in (tn.Tensor(1.0), tn.Tensor(1.0) * 2, recorded_nowhere, (leaf([1.0]) * 2).detach()):
        with pytest.raises(RuntimeError, match=r"backward: .*requires_grad=True.*no_grad"):
            y.backward()


# ------------------------------------------------------------------------- tensors read piece by piece


def test_pieces_and_whole_uses_add_up_in_any_order_and_leave_other_cotangents_alone():
    rng = np.random.default_rng(0)
    u, v, w = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(2, 4))

    def pieces_last(x, z):
        a, b = x * 1.5, z * 2.0
        return ((a + b) * u).sum() + (a[0] * v).sum() + (a[1:] * w).sum() + (a[0] * a[-1]).sum()

    def pieces_first(x, z):
        a, b = x * 1.5, z * 2.0
        return (a[1:] * w).sum() + (a[0] * v).sum() + ((a + b) * u).sum() + (a * a).sum() + x[1].sum() + x[..., 2].sum()

    def shared(x, z):
        a, b = x * 1.5, z * 2.0
        return (b[0] * v).sum() + (a[0] * v).sum() + ((a + b) * u).sum()  # a + b gives both one array, walked first

    for f in (pieces_last, pieces_first, shared):
        x, z = (tn.Tensor(rng.normal(size=(3, 4)), requires_grad=True) for _ in range(2))
        tn.check_gradients(f, x, z)


def test_a_number_may_be_read_as_a_whole_and_as_its_only_piece():
    x = tn.Tensor(0.7, requires_grad=True)
    tn.check_gradients(lambda x: (a := x * 3.0)[()] * 2.0 + a * a + a[...] * 5.0 + a[()] * a[...], x)


def test_a_piece_makes_no_array_of_the_whole(monkeypatch):
    made = []
    zeros = np.zeros_like
    monkeypatch.setattr(np, "zeros_like", lambda a, *args, **named: made.append(a.shape) or zeros(a, *args, **named))
    x = tn.Tensor(np.ones((50, 3)), requires_grad=True)
    y = x * 2.0
    tn.functional.stack([y[t] * y[t] for t in range(50)]).sum().backward()
    assert made == [(50, 3)]
    np.testing.assert_array_equal(x.grad, np.full((50, 3), 8.0))


# ------------------------------------------------------------------------------------ against PyTorch


def test_gradients_of_a_composed_expression_equal_pytorchs(leaf, drawn, torch):
    x, w, b, v = drawn(6, 4), drawn(4, 7, seed=1), drawn(7, seed=2), drawn(7, 5, seed=3)
    picks, labels = np.array([0, 3, 3, 5]), np.array([2, 0, 4, 4, 1, 3])

    def network(m, x, w, b, v):
        """m has the few functions that the two libraries name differently."""
        h = m.tanh(x @ w + b)
        h = (h - m.mean(h, 0)) / m.sqrt(m.mean((h - m.mean(h, 0)) ** 2, 0) + 0.1)  # batch normalization
        h = m.concatenate([h[:, :3] * m.sigmoid(h[:, -3:]), m.exp(-abs(h[:, 1:5]))], 1)
        h = m.maximum(h, 0.2 * h) + m.stack([x[picks[1], :1], x[0, :1]], 0).sum()
        scores = h @ v / (1 + (v * v).sum()) ** 0.5
        picked = m.clip(scores[picks], -0.3, 0.3).T.reshape(-1) ** 2
        return m.cross_entropy(scores - m.max(scores, 1)) + picked.sum() + m.where(scores[0])

    class Ours:
        tanh, sigmoid, exp, sqrt, maximum, clip = F.tanh, F.sigmoid, F.exp, F.sqrt, F.maximum, F.clip
        mean = staticmethod(lambda h, axis: F.mean(h, axis=axis, keepdims=True))
        max = staticmethod(lambda h, axis: F.max(h, axis=axis, keepdims=True))
        concatenate, stack = staticmethod(F.concatenate), staticmethod(F.stack)
        cross_entropy = staticmethod(lambda s: F.softmax_cross_entropy(s, labels))
        where = staticmethod(lambda s: F.where(s > 0, s, s * s).mean())

    class Theirs:
        tanh, sigmoid, exp, sqrt = torch.tanh, torch.sigmoid, torch.exp, torch.sqrt
        maximum, clip = torch.maximum, torch.clip
        mean = staticmethod(lambda h, axis: h.mean(axis, keepdim=True))
        max = staticmethod(lambda h, axis: h.max(axis, keepdim=True).values)
        concatenate, stack = torch.cat, torch.stack
        cross_entropy = staticmethod(lambda s: torch.nn.functional.cross_entropy(s, torch.tensor(labels)))
        where = staticmethod(lambda s: torch.where(s > 0, s, s * s).mean())

    ours = [leaf(a) for a in (x, w, b, v)]
    theirs = [torch.tensor(a, requires_grad=True) for a in (x, w, b, v)]
    y, z = network(Ours, *ours), network(Theirs, *theirs)
    y.backward()
    z.backward()
    np.testing.assert_allclose(y.item(), z.item(), rtol=1e-13)
    for s, t in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(s.grad, t.grad.numpy(), rtol=1e-10, atol=1e-13)

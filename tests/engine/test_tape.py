"""The tape: what backward leaves behind, what it frees, what it refuses; and Tensors where arrays were."""

# ruff: noqa: E501  (tables)

import copy
import gc
import operator
import pickle
import sys
import threading
import time
import tracemalloc
import weakref

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import tinynet as tn
from tinynet.engine import tensor
from tinynet.engine.tape import primitive

F = tn.functional


def leaf(*values, dtype=np.float64):
    return tn.Tensor(np.array(values, dtype), requires_grad=True)


def right_or_refused(loss, x, gradient):
    """Expect the gradient of the values that were used, or the error that says they were overwritten."""
    try:
        loss.backward()
    except RuntimeError as error:
        assert "written in place" in str(error)
    else:
        np.testing.assert_array_equal(x.grad, gradient)


# ------------------------------------------------------------------------------------ gradients add up


def test_a_reused_tensor_receives_the_sum_over_its_uses():
    x = leaf(2.0, -3.0)
    (x * x + x).backward([1.0, 10.0])
    np.testing.assert_array_equal(x.grad, [2 * 2 + 1, 10 * (2 * -3 + 1)])


@pytest.mark.parametrize("depth", range(1, 6))
def test_diamonds_are_counted_exactly(depth):
    x = leaf(1.5)
    y = x
    for _ in range(depth):
        y = y * 2 + y * y / (y + 1)  # y is used four times at each level
    slope, value = 1.0, 1.5
    for _ in range(depth):
        slope *= 2 + (2 * value * (value + 1) - value**2) / (value + 1) ** 2
        value = 2 * value + value**2 / (value + 1)
    y.backward()
    np.testing.assert_allclose([y.item(), x.grad.item()], [value, slope], rtol=1e-13)


def test_a_tensor_used_at_different_depths_waits_for_all_its_uses():
    x = leaf(3.0)
    y = x * x
    long = y
    for _ in range(10):
        long = long + 1
    (y * long + y + x).backward()  # (x^2 + 10) x^2 + x^2 + x
    np.testing.assert_array_equal(x.grad, [4 * 27 + 22 * 3 + 1])


def test_leaves_accumulate_over_two_graphs_until_they_are_reset():
    x = leaf(1.0, 2.0)
    (x * x).sum().backward()
    (3 * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [5, 7])
    x.grad = None
    (3 * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [3, 3])


def test_backward_from_a_leaf_is_its_cotangent():
    x = leaf(1.0, 2.0)
    g = np.array([3.0, 4.0])
    x.backward(g)
    x.backward(g)
    np.testing.assert_array_equal(x.grad, [6, 8])
    np.testing.assert_array_equal(g, [3, 4])


def test_only_leaves_that_require_a_gradient_get_one():
    x, c = leaf(1.0, 2.0), tn.Tensor([3.0, 4.0])
    y = x * c
    z = y.sum()
    z.backward()
    assert (c.grad, y.grad, z.grad) == (None, None, None)
    assert (c.requires_grad, y.requires_grad) == (False, True)
    np.testing.assert_array_equal(x.grad, [3, 4])


def test_a_tensor_that_retains_its_gradient_gets_the_sum_over_its_uses():
    x = leaf(1.0, 2.0)
    y = x * 3
    y.retains_grad = True
    z = y * y + y  # dz/dy = 2 y + 1
    z.retains_grad = True
    z.backward([10.0, 100.0])
    np.testing.assert_array_equal(z.grad, [10, 100])
    np.testing.assert_array_equal(y.grad, [70, 1300])
    np.testing.assert_array_equal(x.grad, [210, 3900])


def test_a_retained_gradient_shares_no_memory():
    x = leaf(1.0, 2.0)
    y = x + 0.0
    z = y + 0.0
    y.retains_grad = z.retains_grad = True
    z.backward([1.0, 1.0])
    z.grad += 1
    y.grad += 2
    np.testing.assert_array_equal(z.grad, [2, 2])
    np.testing.assert_array_equal(y.grad, [3, 3])
    np.testing.assert_array_equal(x.grad, [1, 1])


def test_a_frozen_leaf_gets_no_gradient():
    x, w = leaf(1.0), leaf(2.0)
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
def test_gradient_arrays_belong_to_their_leaf_alone(f):
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    y = f(a, b)
    g = np.ones(y.shape)
    y.backward(g)
    expected = b.grad.copy()
    a.grad[:] = 77
    np.testing.assert_array_equal(b.grad, expected)
    np.testing.assert_array_equal(g, 1)


# ------------------------------------------------------------------------------------- depth and paths


def test_a_deep_chain_needs_no_recursion():
    x = leaf(1.0, 2.0)
    y = x
    for _ in range(5000):
        y = y + 1
    y.backward([1.0, 2.0])
    np.testing.assert_array_equal(x.grad, [1, 2])


def test_a_deep_chain_can_be_dropped_without_backward():
    x = y = leaf(1.0)
    for _ in range(50_000):
        y = -y
    assert sys.getrefcount(x) > 3  # the chain holds it
    del y
    assert sys.getrefcount(x) <= 2


def test_2_to_the_40_paths_are_walked_in_40_steps():
    x = leaf(1.0)
    y = x
    for _ in range(40):
        y = y + y
    start = time.perf_counter()
    y.backward()
    assert time.perf_counter() - start < 1
    np.testing.assert_array_equal(x.grad, 2.0**40)


# ---------------------------------------------------------------------------------------------- memory


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def network(x, w):
    """Return a scalar made by many kinds of operations, with tensors that are used twice."""
    h = (x @ w).tanh()
    h = F.concatenate([h, h[:, ::-1]], axis=1) + F.stack([h, h]).sum(axis=0).max(axis=1, keepdims=True)
    return F.softmax_cross_entropy(h.reshape(-1, 6) * F.where(h > 0, h, 0.1 * h), np.arange(len(x)) % 6)


def operands():
    rng = np.random.default_rng(0)
    return [tn.Tensor(rng.normal(size=s), requires_grad=True) for s in [(400, 5), (5, 3)]]


@pytest.mark.parametrize("walk", [False, True])
def test_no_reference_cycle_keeps_a_graph_alive(no_collector, walk):
    x, w = operands()
    h = x @ w
    y = h.tanh()
    z = y * y
    loss = network(x, w) + z.sum()
    watched = [weakref.ref(t) for t in (h, y, z, loss)]
    if walk:
        loss.backward()
    del h, y, z, loss
    assert [r() for r in watched] == [None] * 4


@pytest.mark.parametrize("walk", [False, True])
def test_memory_does_not_grow_without_the_collector(no_collector, walk):
    x, w = operands()

    def rounds(n):
        for _ in range(n):
            loss = network(x, w)
            if walk:
                loss.backward()
            with tn.no_grad():
                network(x, w)

    rounds(10)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        rounds(50)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 20_000  # bytes; a single graph holds more than ten times as many


def test_memory_does_not_grow_when_backward_fails(no_collector):
    x, w = operands()
    watched = []
    for _ in range(3):
        y = x @ w
        watched.append(weakref.ref(y))
        loss = (y * y).sum()
        y.data[0] = 1
        with pytest.raises(RuntimeError):
            loss.backward()
        del y, loss
    gc.collect()  # the traceback that pytest keeps is a cycle, not the tape
    assert [r() for r in watched] == [None] * 3


def test_the_tape_is_freed_by_backward_though_its_end_is_kept():
    x = leaf(1.0, 2.0)
    y = x.exp()
    z = y.tanh()
    loss = z.sum()
    watched = [weakref.ref(y), weakref.ref(z)]
    del y, z
    assert all(r() is not None for r in watched)
    loss.backward()
    assert [r() for r in watched] == [None, None]


def test_the_tape_is_freed_while_backward_walks():
    alive = []
    watched = []

    def look(g, y, x):
        alive.append([r() is not None for r in watched])
        return g

    probe = primitive("probe", lambda x: x.copy(), look)
    y = leaf(1.0)
    for _ in range(3):
        y = probe(y * 2)
        watched.append(weakref.ref(y))
    y = y * 1  # so that nobody but the tape holds the last probe's result
    y.backward()
    assert len(alive) == 3
    assert [sum(a) for a in alive] == [3, 2, 1]  # the one whose VJP runs, and those before it


def test_nothing_is_recorded_of_constants():
    x = tn.Tensor([1.0, 2.0])
    watched = weakref.ref(x)
    y = x.exp()
    del x
    assert watched() is None
    assert not y.requires_grad


# ---------------------------------------------------------------------------------- errors of backward


def test_a_second_backward_names_the_operation_and_the_fix():
    x = leaf(1.0, 2.0)
    loss = x.tanh().sum()
    loss.backward()
    first = x.grad.copy()
    with pytest.raises(RuntimeError, match=r"^sum: .*\(\).*again.*once"):
        loss.backward()
    np.testing.assert_array_equal(x.grad, first)


def test_a_second_backward_through_a_shared_part_leaves_all_gradients_alone():
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
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
def test_a_cotangent_of_another_shape_is_refused(g):
    x = leaf(1.0, 2.0)
    with pytest.raises(ValueError, match=r"cotangent has shape .*\(2,\)"):
        (x * 2).backward(g)
    assert x.grad is None


@pytest.mark.parametrize("g", [[1.0, 10.0], (1, 10), np.float32([1, 10]), tn.Tensor([1.0, 10.0])])
def test_a_cotangent_may_be_a_list_an_array_or_a_tensor(g):
    x = leaf(1.0, 2.0)
    (x * x).backward(g)
    np.testing.assert_array_equal(x.grad, [2, 40])
    assert x.grad.dtype == np.float64


def test_backward_without_a_tape_says_how_to_make_one():
    with tn.no_grad():
        recorded_nowhere = leaf(1.0) * 2
    for y in (tn.Tensor(1.0), tn.Tensor(1.0) * 2, recorded_nowhere, (leaf(1.0) * 2).detach()):
        with pytest.raises(RuntimeError, match=r"backward: .*requires_grad=True.*no_grad"):
            y.backward()


@pytest.mark.parametrize("data", [1, [1, 2], np.zeros((2, 3), np.int32), [True], np.array([1j])])
def test_only_floating_point_can_require_a_gradient(data):
    with pytest.raises(TypeError, match=r"Tensor: .*cannot require a gradient.*astype"):
        tn.Tensor(data, requires_grad=True)
    tn.Tensor(data)  # as a constant it may be


# --------------------------------------------------------------------------------------------- no_grad


def test_no_grad_records_nothing_and_ends():
    x = leaf(1.0, 2.0)
    with tn.no_grad():
        y = x * 2
        with tn.no_grad():
            pass
        z = x * 2
    assert not y.requires_grad
    assert not z.requires_grad
    assert (x * 2).requires_grad


def test_no_grad_ends_with_an_error_too():
    with pytest.raises(KeyError), tn.no_grad():
        raise KeyError
    assert (leaf(1.0) * 2).requires_grad


def test_no_grad_is_a_decorator_too():
    assert not tn.no_grad()(lambda: leaf(1.0) * 2)().requires_grad
    assert (leaf(1.0) * 2).requires_grad


def test_no_grad_in_one_thread_leaves_another_recording():
    entered, looked, seen = threading.Event(), threading.Event(), {}

    def evaluate():
        with tn.no_grad():
            entered.set()
            looked.wait(10)
            seen["evaluating"] = (leaf(1.0) * 2).requires_grad

    thread = threading.Thread(target=evaluate)
    thread.start()
    assert entered.wait(10)
    seen["training"] = (leaf(1.0) * 2).requires_grad
    looked.set()
    thread.join()
    assert seen == {"training": True, "evaluating": False}


def test_a_new_thread_records_though_its_parent_does_not():
    seen = []
    with tn.no_grad():
        thread = threading.Thread(target=lambda: seen.append((leaf(1.0) * 2).requires_grad))
        thread.start()
        thread.join()
    assert seen == [True]


# ------------------------------------------------------------------------------------- in-place writes


def assign_one(d):
    d[0] = 5


def assign_all(d):
    d[...] = 5


def add_to(d):
    d += 1


def sort(d):
    d[:] = np.sort(-d)


WRITES = [assign_one, assign_all, add_to, sort]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("held", [False, True])
def test_writing_to_a_leaf_after_its_use_is_noticed(write, held):
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    before = x.data if held else None
    loss = (x * x * w).sum()
    write(before if held else x.data)
    with pytest.raises(RuntimeError, match=r"^mul: .*\(2,\) and \(2,\).*written in place.*copy.*after backward"):
        loss.backward()
    assert x.grad is None
    assert w.grad is None


def test_augmented_assignment_to_data_is_a_write():
    x = leaf(1.0, 2.0)
    held = x.data
    loss = (x * x).sum()
    x.data += 1
    assert x.data is held
    np.testing.assert_array_equal(held, [2, 3])
    with pytest.raises(RuntimeError, match=r"mul: .*written in place"):
        loss.backward()
    assert x.grad is None


@pytest.mark.parametrize("write", WRITES)
def test_writing_to_an_intermediate_value_is_noticed(write):
    x = leaf(1.0, 2.0)
    y = x.exp()
    loss = (y * y).sum()
    write(y.data)
    with pytest.raises(RuntimeError, match=r"written in place"):
        loss.backward()
    assert x.grad is None


def test_writing_to_a_result_before_it_is_used_is_noticed():
    x = leaf(1.0, 2.0)
    y = x.exp()  # its VJP multiplies by y
    y.data[0] = 100
    with pytest.raises(RuntimeError, match=r"^exp: .*written in place"):
        y.sum().backward()
    assert x.grad is None


@pytest.mark.parametrize("held", [False, True])
def test_writing_to_a_constant_after_its_use_is_noticed(held):
    x, c = leaf(1.0, 2.0), tn.Tensor([3.0, 4.0])
    before = c.data if held else None
    loss = (x * c).sum()
    (before if held else c.data)[0] = 100
    with pytest.raises(RuntimeError, match=r"^mul: .*written in place"):
        loss.backward()
    assert x.grad is None


# fmt: off
VIEWS = {
    "reshape":       lambda x: x.reshape(1, 2),
    "transpose":     lambda x: x.T,
    "slice":         lambda x: x[::-1],
    "squeeze":       lambda x: x.squeeze(),
    "flatten":       lambda x: x.flatten(),
}
# fmt: on


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_writing_to_a_view_does_not_reach_the_gradient_of_its_owner_unnoticed(view):
    x = leaf(1.0, 2.0)
    loss = (x * x).sum()
    view(x).data[...] = 100
    right_or_refused(loss, x, [2, 4])


def test_writing_to_the_owner_of_a_view_is_noticed():
    x = leaf(1.0, 2.0)
    y = x.reshape(1, 2)
    loss = (y * y).sum()
    x.data[0] = 100
    with pytest.raises(RuntimeError, match="written in place"):
        loss.backward()
    assert x.grad is None


def test_writing_between_two_uses_spoils_the_first_only():
    x = leaf(1.0, 2.0)
    first = (x * x).sum()
    x.data[0] = 5
    second = (x * x).sum()
    second.backward()
    np.testing.assert_array_equal(x.grad, [10, 4])
    with pytest.raises(RuntimeError, match="written in place"):
        first.backward()
    np.testing.assert_array_equal(x.grad, [10, 4])


def test_an_optimizers_step_before_backward_is_noticed():
    w = tn.Parameter(np.array([1.0, 2.0]))
    loss = (w * w).sum()
    w.move(np.array([0.5, 0.5]))
    with pytest.raises(RuntimeError, match=r"^mul: .*written in place"):
        loss.backward()
    assert w.grad is None


def test_a_training_loop_that_looks_at_data_and_moves_parameters_is_fine():
    w, looked = tn.Parameter(np.array([1.0, 2.0])), []
    for _ in range(3):
        looked.append(w.data.sum())
        loss = (w * w).sum()
        loss.backward()
        looked.append(w.data)
        w.move(-0.25 * w.grad)
        w.grad = None
    np.testing.assert_array_equal(w.data, [0.125, 0.25])


def test_writing_before_use_or_after_backward_is_fine():
    x = leaf(1.0, 2.0)
    held = x.data
    held[0] = 3
    x.data[1] = 4
    loss = (x * x).sum()
    loss.backward()
    np.testing.assert_array_equal(x.grad, [6, 8])
    held += 1
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [6 + 8, 8 + 10])


def test_looking_is_fine():
    x = leaf(1.0, 2.0)
    y = x * x
    z = y.sum()
    seen = [t.data.sum() for t in (x, y, z)], x.data[0], str(y), np.asarray(x), x.numpy()
    z.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])
    assert len(seen) == 5


def test_copies_may_be_written():
    x = leaf(1.0, 2.0)
    loss = (x * x).sum()
    for array in (
        x.numpy(),
        np.asarray(x),
        np.array(x),
        x.detach().data,
        tn.Tensor(x).data,
        copy.deepcopy(x).data,
    ):
        array[:] = 100
    loss.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])


def test_the_array_a_tensor_was_made_from_may_be_written():
    array, g = np.array([1.0, 2.0]), np.array([1.0, 1.0])
    x = tn.Tensor(array, requires_grad=True)
    loss = x * x * array
    array[:] = 100
    loss.backward(g)
    g[:] = 100
    np.testing.assert_array_equal(x.grad, [2, 8])
    np.testing.assert_array_equal(x.data, [1, 2])


def test_an_index_written_after_its_use_does_not_move_the_gradient():
    x = leaf(1.0, 2.0, 3.0)
    order, mask, listed = np.array([0, 1]), np.array([True, False, False]), [0, 0]
    loss = x[order].sum() + 10 * x[mask].sum() + 100 * x[listed].sum() + 1000 * x[(order,)].sum()
    order[:], mask[:], listed[:] = 2, True, [2, 2]
    loss.backward()
    np.testing.assert_array_equal(x.grad, [1211, 1001, 0])


@pytest.mark.parametrize("looked_at", [False, True])
@pytest.mark.parametrize("new", [[5.0, 6.0], [7.0]])
def test_rebinding_data_gives_the_gradient_of_the_old_values(looked_at, new):
    x = leaf(1.0, 2.0)
    held = x.data if looked_at else None
    loss = (x * x).sum()
    x.data = np.array(new)
    loss.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])
    assert held is None or held.tolist() == [1, 2]
    x.grad = None
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, 2 * np.array(new))


def test_rebinding_the_data_of_an_intermediate_gives_the_gradient_of_the_old_values():
    x = leaf(0.0, 1.0)
    y = x.exp()
    loss = y.sum()
    y.data = np.zeros(2)
    loss.backward()
    np.testing.assert_allclose(x.grad, np.exp([0, 1]))


def test_the_array_that_data_was_bound_to_may_be_written():
    x, array = leaf(1.0, 2.0), np.array([3.0, 4.0])
    x.data = array
    loss = (x * x).sum()
    array[:] = 100
    right_or_refused(loss, x, [6, 8])


def test_a_write_is_not_hidden_by_rebinding():
    x = leaf(1.0, 2.0)
    loss = (x * x).sum()
    x.data[0] = 100
    x.data = np.zeros(2)
    right_or_refused(loss, x, [2, 4])


def test_a_condition_written_after_its_use_does_not_move_the_gradient():
    x, condition = leaf(1.0, 2.0), np.array([True, False])
    loss = F.where(condition, x, 0.0).sum()
    condition[:] = [False, True]
    loss.backward()
    np.testing.assert_array_equal(x.grad, [1, 0])


def test_values_that_nobody_holds_any_more_are_no_longer_watched(monkeypatch):
    summed = []
    checksum = tensor._crc
    monkeypatch.setattr(tensor, "_crc", lambda a: summed.append(a.shape) or checksum(a))
    x = leaf(1.0, 2.0)
    assert x.data[0] == 1  # looked at once, let go
    for _ in range(5):
        (x * x).sum().backward()
    assert len(summed) <= 4


# --------------------------------------------------------------------------------------- like an array


def test_a_tensor_copies_its_data_and_keeps_its_dtype():
    for dtype in (np.float16, np.float32, np.float64, np.int64, bool):
        array = np.ones((2, 3), dtype)
        x = tn.Tensor(array)
        array[0] = 0
        assert (x.dtype, x.shape, x.ndim, x.size, len(x)) == (dtype, (2, 3), 2, 6, 2)
        assert x.data.all()
    assert tn.Tensor(3.0).dtype == np.float64


def test_conversions():
    x = leaf(1.5, 2.5)
    assert [float(v) for v in x] == [1.5, 2.5]
    assert float(leaf(3.0)) == leaf(3.0).item() == 3.0
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


def test_tensors_can_be_keys_by_identity():
    x, y = leaf(1.0, 2.0), leaf(1.0, 2.0)
    assert {id(x): 1, id(y): 2}[id(x)] == 1
    assert len({x, y}) == 2


def test_repr_shows_values_dtype_and_origin():
    x = leaf(1.0, 2.0, dtype=np.float32)
    assert repr(x) == "Tensor([1., 2.], float32, requires_grad=True)"
    assert repr(x * 2) == "Tensor([2., 4.], float32, made by mul)"
    assert repr(tn.Tensor([1, 2])) == "Tensor([1, 2], int64)"


def test_augmented_assignment_makes_a_new_tensor():
    x = leaf(1.0, 2.0)
    y = x
    y += 1
    y *= x
    np.testing.assert_array_equal(x.data, [1, 2])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [3, 5])


@pytest.mark.parametrize("f", [np.exp, np.add, np.matmul])
def test_numpys_own_functions_do_not_silently_leave_the_tape(f):
    x = leaf(1.0, 2.0)
    with pytest.raises(TypeError):
        f(*[x] * f.nin)


@pytest.mark.parametrize("values", [3.0, [1.0, 2.0]])
def test_leaves_survive_copy_and_pickle(values):
    x = tn.Tensor(values, requires_grad=True)
    for y in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert y.requires_grad
        (y * y).sum().backward()
        np.testing.assert_array_equal(y.grad, 2 * x.data)
        assert x.grad is None


def test_detach_cuts_the_tape():
    x = leaf(2.0, 3.0)
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


def test_half_precision():
    x = leaf(0.5, 2.0, dtype=np.float16)
    y = (x * x + x / 2 - 1).sum()
    y.backward()
    assert (y.dtype, x.grad.dtype) == (np.float16, np.float16)
    np.testing.assert_array_equal(x.grad, [1.5, 4.5])


# --------------------------------------------------------------------------------------- random graphs


class Dual:
    """Forward mode, to compare with: a value and its slope in one direction: (u + v e)^2 = u^2 + 2 u v e."""

    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    def map(self, value, slope):
        return Dual(value, slope * self.slope)


# fmt: off
BINARY = {  # on Tensors, on Duals
    "add":      (lambda a, b: a + b,                lambda a, b: Dual(a.value + b.value, a.slope + b.slope)),
    "sub":      (lambda a, b: a - b,                lambda a, b: Dual(a.value - b.value, a.slope - b.slope)),
    "mul":      (lambda a, b: a * b,                lambda a, b: Dual(a.value * b.value, a.slope * b.value + a.value * b.slope)),
    "div":      (lambda a, b: a / (b * b + 1),      lambda a, b: Dual(a.value / (b.value**2 + 1), a.slope / (b.value**2 + 1) - 2 * a.value * b.value * b.slope / (b.value**2 + 1) ** 2)),
    "maximum":  (lambda a, b: F.maximum(a, b),      lambda a, b: Dual(np.maximum(a.value, b.value), (a.slope * ((a.value > b.value) + (a.value == b.value) / 2)) + (b.slope * ((b.value > a.value) + (a.value == b.value) / 2)))),
    "where":    (lambda a, b: F.where(a > b, b, a), lambda a, b: Dual(np.where(a.value > b.value, b.value, a.value), np.where(a.value > b.value, b.slope, a.slope))),
}
UNARY = {
    "neg":      (lambda a: -a,                        lambda a: a.map(-a.value, -1)),
    "tanh":     (lambda a: a.tanh(),                  lambda a: a.map(np.tanh(a.value), 1 / np.cosh(np.clip(a.value, -300, 300)) ** 2)),
    "exp":      (lambda a: a.clip(-2, 2).exp(),       lambda a: a.map(np.exp(np.clip(a.value, -2, 2)), np.exp(a.value.clip(-2, 2)) * (abs(a.value) <= 2))),
    "square":   (lambda a: a ** 2,                    lambda a: a.map(a.value**2, 2 * a.value)),
    "root":     (lambda a: (a * a + 1).sqrt(),        lambda a: a.map(np.sqrt(a.value**2 + 1), a.value / np.sqrt(a.value**2 + 1))),
    "rows":     (lambda a: a[[0, 0]] if a.ndim > 1 else a,  lambda a: Dual(a.value[[0, 0]], a.slope[[0, 0]]) if np.ndim(a.value) > 1 else a),
    "sum":      (lambda a: a.sum(),                   lambda a: Dual(np.sum(a.value), np.sum(a.slope))),
    "mean":     (lambda a: a.mean(axis=-1, keepdims=True) if a.ndim else a,  lambda a: Dual(a.value.mean(axis=-1, keepdims=True), a.slope.mean(axis=-1, keepdims=True)) if np.ndim(a.value) else a),
}
# fmt: on
SHAPES = [(), (3,), (1, 3), (2, 1), (2, 3)]  # any two broadcast
place = st.integers(0, 30)
program = st.lists(
    st.one_of(st.tuples(st.sampled_from(sorted(BINARY)), place, place), st.tuples(st.sampled_from(sorted(UNARY)), place)),
    min_size=1, max_size=9,
)  # fmt: skip


def run(program, inputs, column):
    """Return the last value of a program: each instruction takes earlier values, often the same one again."""
    values = list(inputs)
    for name, *places in program:
        values.append((BINARY | UNARY)[name][column](*[values[-1 - p % len(values)] for p in places]))
    return values[-1]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(program, st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3), st.integers(0, 2**32 - 1))
def test_a_random_graph_agrees_with_forward_mode(program, shapes, seed):
    rng = np.random.default_rng(seed)
    draw = lambda shape: np.asarray(rng.normal(size=shape))
    leaves = [tn.Tensor(draw(s), requires_grad=True) for s in shapes]
    directions = [draw(s) for s in shapes]
    dual = run(program, [Dual(x.numpy(), v) for x, v in zip(leaves, directions, strict=True)], 1)
    y = run(program, leaves, 0)
    np.testing.assert_allclose(y.data, dual.value, rtol=1e-10)
    assume(np.abs(dual.value).max() < 1e30)
    u = draw(y.shape)
    if y.requires_grad:
        y.backward(u)
    products = [v * (0 if x.grad is None else x.grad) for x, v in zip(leaves, directions, strict=True)]
    forward, backward = np.sum(u * dual.slope), sum(p.sum() for p in products)
    scale = 1 + sum(np.abs(p).sum() for p in products) + np.abs(u * dual.slope).sum()
    assert abs(forward - backward) <= 1e-10 * scale


# ---- tensors read piece by piece


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
        return (
            (b[0] * v).sum() + (a[0] * v).sum() + ((a + b) * u).sum()
        )  # the sum gives a and b one array, walked first

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

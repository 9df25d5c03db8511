"""What the tape holds, and when it lets go of it."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import tinynet as tn
from tinynet.engine.tape import primitive

F = tn.functional


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

    rounds(1000)  # until the interpreter's own lists of free tuples are full
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
        with pytest.raises(RuntimeError, match="written in place"):
            loss.backward()
        del y, loss
    gc.collect()  # the traceback that pytest keeps is a cycle, not the tape
    assert [r() for r in watched] == [None] * 3


def test_the_tape_is_freed_by_backward_though_its_end_is_kept(leaf):
    x = leaf([1.0, 2.0])
    y = x.exp()
    z = y.tanh()
    loss = z.sum()
    watched = [weakref.ref(y), weakref.ref(z)]
    del y, z
    assert all(r() is not None for r in watched)
    loss.backward()
    assert [r() for r in watched] == [None, None]


def test_the_tape_is_freed_while_backward_walks(leaf):
    alive = []
    watched = []

    def look(g, y, x):
        alive.append([r() is not None for r in watched])
        return g

    probe = primitive("probe", lambda x: x.copy(), look)
    y = leaf([1.0])
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

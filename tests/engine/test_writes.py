"""Writing in place: whatever is overwritten between forward and backward, a gradient is right or refused."""

import copy
from contextlib import nullcontext

import numpy as np
import pytest

import tinynet as tn
from tinynet.engine import watch

F = tn.functional


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
def test_writing_to_a_leaf_after_its_use_is_noticed(leaf, write, held):
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    before = x.data if held else None
    loss = (x * x * w).sum()
    write(before if held else x.data)
    with pytest.raises(RuntimeError, match=r"^mul: .*\(2,\) and \(2,\).*written in place.*copy.*after backward"):
        loss.backward()
    assert x.grad is None
    assert w.grad is None


def test_augmented_assignment_to_data_is_a_write(leaf):
    x = leaf([1.0, 2.0])
    held = x.data
    loss = (x * x).sum()
    x.data += 1
    assert x.data is held
    np.testing.assert_array_equal(held, [2, 3])
    with pytest.raises(RuntimeError, match=r"mul: .*written in place"):
        loss.backward()
    assert x.grad is None


@pytest.mark.parametrize("write", WRITES)
def test_writing_to_an_intermediate_value_is_noticed(leaf, write):
    x = leaf([1.0, 2.0])
    y = x.exp()
    loss = (y * y).sum()
    write(y.data)
    with pytest.raises(RuntimeError, match=r"written in place"):
        loss.backward()
    assert x.grad is None


def test_writing_to_a_result_before_it_is_used_is_noticed(leaf):
    x = leaf([1.0, 2.0])
    y = x.exp()  # its VJP multiplies by y
    y.data[0] = 100
    with pytest.raises(RuntimeError, match=r"^exp: .*written in place"):
        y.sum().backward()
    assert x.grad is None


@pytest.mark.parametrize("held", [False, True])
def test_writing_to_a_constant_after_its_use_is_noticed(leaf, held):
    x, c = leaf([1.0, 2.0]), tn.Tensor([3.0, 4.0])
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
def test_writing_to_a_view_does_not_reach_its_owner(leaf, view):
    x = leaf([1.0, 2.0])
    loss = (x * x).sum()
    view(x).data[...] = 100
    loss.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])
    np.testing.assert_array_equal(x.data, [1, 2])


def test_writing_to_the_owner_of_a_view_is_noticed(leaf):
    x = leaf([1.0, 2.0])
    y = x.reshape(1, 2)
    loss = (y * y).sum()
    x.data[0] = 100
    with pytest.raises(RuntimeError, match="written in place"):
        loss.backward()
    assert x.grad is None


def test_writing_between_two_uses_spoils_the_first_only(leaf):
    x = leaf([1.0, 2.0])
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


def test_writing_before_use_or_after_backward_is_fine(leaf):
    x = leaf([1.0, 2.0])
    held = x.data
    held[0] = 3
    x.data[1] = 4
    loss = (x * x).sum()
    loss.backward()
    np.testing.assert_array_equal(x.grad, [6, 8])
    held += 1
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [6 + 8, 8 + 10])


def test_looking_is_fine(leaf):
    x = leaf([1.0, 2.0])
    y = x * x
    z = y.sum()
    assert [t.data.sum() for t in (x, y, z)] == [3, 5, 5]
    assert x.data[0] == np.asarray(x)[0] == x.numpy()[0] == 1
    assert "mul" in str(y)
    z.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])


def test_copies_may_be_written(leaf):
    x = leaf([1.0, 2.0])
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


def test_an_index_written_after_its_use_does_not_move_the_gradient(leaf):
    x = leaf([1.0, 2.0, 3.0])
    order, mask, listed = np.array([0, 1]), np.array([True, False, False]), [0, 0]
    loss = x[order].sum() + 10 * x[mask].sum() + 100 * x[listed].sum() + 1000 * x[(order,)].sum()
    order[:], mask[:], listed[:] = 2, True, [2, 2]
    loss.backward()
    np.testing.assert_array_equal(x.grad, [1211, 1001, 0])


@pytest.mark.parametrize("looked_at", [False, True])
@pytest.mark.parametrize("new", [[5.0, 6.0], [7.0]])
def test_rebinding_data_gives_the_gradient_of_the_old_values(leaf, looked_at, new):
    x = leaf([1.0, 2.0])
    held = x.data if looked_at else None
    loss = (x * x).sum()
    x.data = np.array(new)
    loss.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])
    assert held is None or held.tolist() == [1, 2]
    x.grad = None
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, 2 * np.array(new))


def test_rebinding_the_data_of_an_intermediate_gives_the_gradient_of_the_old_values(leaf):
    x = leaf([0.0, 1.0])
    y = x.exp()
    loss = y.sum()
    y.data = np.zeros(2)
    loss.backward()
    np.testing.assert_allclose(x.grad, np.exp([0, 1]))


def test_the_array_that_data_was_bound_to_may_be_written(leaf):
    x, array = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    x.data = array
    loss = (x * x).sum()
    array[:] = 100
    loss.backward()
    np.testing.assert_array_equal(x.grad, [6, 8])


def test_a_write_is_not_hidden_by_rebinding(leaf):
    x = leaf([1.0, 2.0])
    loss = (x * x).sum()
    x.data[0] = 100
    x.data = np.zeros(2)
    with pytest.raises(RuntimeError, match="written in place"):
        loss.backward()
    assert x.grad is None


def test_a_condition_written_after_its_use_does_not_move_the_gradient(leaf):
    x, condition = leaf([1.0, 2.0]), np.array([True, False])
    loss = F.where(condition, x, 0.0).sum()
    condition[:] = [False, True]
    loss.backward()
    np.testing.assert_array_equal(x.grad, [1, 0])


def test_values_that_nobody_holds_any_more_are_no_longer_watched(leaf, monkeypatch):
    summed = []
    checksum = watch._crc
    monkeypatch.setattr(watch, "_crc", lambda a: summed.append(a.shape) or checksum(a))
    x = leaf([1.0, 2.0])
    assert x.data[0] == 1  # looked at once, let go
    for _ in range(5):
        (x * x).sum().backward()
    assert len(summed) <= 4


@pytest.mark.parametrize("view", [lambda c: c.T, lambda c: c[::-1], lambda c: F.broadcast_to(c, (3, 2))])
def test_writing_to_a_constant_after_the_use_of_its_view(leaf, view):
    x, c = leaf([1.0, 2.0]), tn.Tensor([3.0, 4.0])
    loss = (x * view(c)).sum()
    c.data[:] = 100
    with pytest.raises(RuntimeError, match="written in place"):
        loss.backward()
    assert x.grad is None


@pytest.mark.parametrize("meanwhile", [lambda x: None, lambda x: x.data[0], lambda x: x * x], ids=["", "look", "use"])
def test_writing_to_what_was_handed_out_before_data_was_bound_anew(leaf, meanwhile):
    x = leaf([1.0, 2.0])
    held = x.data
    loss = (x * x).sum()
    x.data = np.zeros(2)
    meanwhile(x)
    held[:] = 100
    with pytest.raises(RuntimeError, match="written in place"):
        loss.backward()


# --------------------------------------------------------------------- any order of uses, looks and writes

OPERATIONS = [
    lambda a, b: a * b,
    lambda a, b: (a - b).tanh(),
    lambda a, b: a @ b,
    lambda a, b: a.T,
    lambda a, b: a.reshape(2, 2),
    lambda a, b: b[::-1],
    lambda a, b: F.concatenate([a[:1], b[1:]]),
]


class Session:
    """What somebody might do to two leaves, a constant and all that is computed from them; and the same on copies.

    Every use copies its operands, so that nothing written later can reach them: the gradients of these are right.
    """

    def __init__(self, rng):
        self.rng = rng
        self.tensors = [tn.Parameter(self.draw()), tn.Parameter(self.draw()), tn.Tensor(self.draw())]
        self.copies = [None, None, None]  # of the results that are on the tape
        self.uses = [], []  # of the leaves: their copies, one for each use
        self.held = []  # arrays

    def draw(self):
        return self.rng.normal(size=(2, 2))

    def copy(self, i):
        if self.copies[i] is not None:
            return self.copies[i]
        copied = tn.Tensor(self.tensors[i].numpy(), requires_grad=i < 2)
        if i < 2:
            self.uses[i].append(copied)
        return copied

    def compute(self, i, j):
        f = OPERATIONS[self.rng.integers(len(OPERATIONS))]
        with tn.no_grad() if self.rng.random() < 0.2 else nullcontext():
            y = f(self.tensors[i], self.tensors[j])
        self.tensors.append(y)
        self.copies.append(f(self.copy(i), self.copy(j)) if y.requires_grad else None)

    def look(self, i, _):
        assert self.tensors[i].data.shape == (2, 2)

    def hold(self, i, _):
        self.held.append(self.tensors[i].data)

    def write(self, i, _):
        self.tensors[i].data[0, 0] += 1

    def write_what_is_held(self, i, _):
        if self.held:
            self.held[i % len(self.held)][1] *= 2

    def move(self, i, _):
        self.tensors[i % 2].move(self.draw())

    def bind_anew(self, i, _):
        array = self.draw()
        self.tensors[i % 3].data = array
        self.held.append(array)

    def step(self):
        does = [self.compute] * 5 + [
            self.look, self.hold, self.write, self.write_what_is_held, self.move, self.bind_anew,
        ]  # fmt: skip
        does[self.rng.integers(len(does))](*self.rng.integers(len(self.tensors), size=2))

    def outcome(self):
        """Walk back from one of the results, and say whether that is refused; AssertionError for a wrong gradient."""
        on_tape = [k for k, copied in enumerate(self.copies) if copied is not None]
        if not on_tape:
            return "nothing on the tape"
        last = self.rng.choice(on_tape)
        try:
            self.tensors[last].sum().backward()
        except RuntimeError as error:
            assert "written in place" in str(error)
            return "refused"
        self.copies[last].sum().backward()
        for leaf, uses in zip(self.tensors[:2], self.uses, strict=True):
            right = sum(use.grad for use in uses if use.grad is not None)
            np.testing.assert_allclose(0 if leaf.grad is None else leaf.grad, right, rtol=1e-12, atol=1e-12)
        return "right"


def test_after_any_session_the_gradient_is_right_or_refused():
    outcomes = []
    for seed in range(2000):
        session = Session(np.random.default_rng(seed))
        for _ in range(3 + seed % 10):
            session.step()
        outcomes.append(session.outcome())
    assert outcomes.count("right") > 500 and outcomes.count("refused") > 500

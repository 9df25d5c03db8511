"""Training: it learns, the same seed gives the same bits, and what goes wrong says so at once."""

import os

import numpy as np
import pytest

import tinynet as tn
from tinynet.training import fit as training
from tinynet.training import optim
from tinynet.training.fit import Training, run_epochs

F = tn.functional


def blobs(n=120, seed=0):
    """Return two clouds of points in the plane that a line separates, far apart."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    return (rng.normal(size=(n, 2)) + 6 * labels[:, None] - 3).astype(np.float32), labels


def line(n=40):
    """Return inputs and real targets of a linear function, for regression."""
    x = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
    return x, x @ np.array([[1, 0], [2, -1], [0, 3]], np.float32)


def bits(net):
    """Return all values of a net, parameters and running statistics, as one string of bytes."""
    return b"".join(a.tobytes() for a in [*(p.numpy() for p in net.parameters()), *net.buffers()])


def interrupt_at(step, loss=F.softmax_cross_entropy, error=KeyboardInterrupt):
    """Return a loss that raises at the given call, counted from 1."""
    calls = 0

    def interrupted(scores, labels):
        nonlocal calls
        calls += 1
        if calls == step:
            raise error
        return loss(scores, labels)

    return interrupted


# ---- it learns


@pytest.mark.parametrize("loss", [None, F.softmax_cross_entropy, F.squared_hinge])
def test_a_separable_set_is_learned_without_error(loss):
    net = tn.MLP([2, 8, 2])
    history = tn.fit(net, blobs(), epochs=10, batch_size=10, lr=0.05, loss=loss)

    assert tn.evaluate(net, blobs(seed=1)) == 0
    assert history.loss[-1] < 0.1 < history.loss[0] or loss is not None
    assert len(history) == 10


@pytest.mark.parametrize(
    "make, lr, bound",
    [
        (lambda: tn.MLP([64, 50, 10]), 0.05, 0.10),
        (lambda: tn.MLP([64, 50, 10], tn.Hashed(1 / 4)), 0.02, 0.15),
        (lambda: tn.MLP([64, 50, 10], tn.Quantized(bits=2)), 0.05, 0.15),
        (lambda: tn.BinaryMLP([64, 200, 10]), 0.01, 0.15),
    ],
    ids=["dense", "hashed", "quantized", "binary"],
)
def test_digits_are_learned_by_a_small_network(make, lr, bound):
    train, valid, test = tn.datasets.load("digits")
    net = make()
    assert tn.evaluate(net, test) > 0.7  # ten classes: nine in ten are wrong before training
    tn.fit(net, train, valid, epochs=15, batch_size=20, lr=lr)

    assert tn.evaluate(net, test) < bound


def test_regression_uses_the_squared_error_throughout():
    x, y = line()
    net = tn.Sequential(tn.Linear(3, 2))
    assert tn.evaluate(net, (x, y)) == pytest.approx(float(((net(x).numpy() - y) ** 2).mean()), rel=1e-5)
    history = tn.fit(net, (x, y), (x, y), epochs=40, batch_size=8, lr=0.1)

    assert tn.evaluate(net, (x, y)) == min(history.valid_error) < 1e-6
    np.testing.assert_allclose(net.layers[0].weight.weight().numpy(), [[1, 0], [2, -1], [0, 3]], atol=1e-3)
    assert history.train_error == pytest.approx(history.loss, rel=1e-4, abs=1e-9)


def test_one_step_of_fit_is_one_step_of_the_optimizer():
    x, labels = blobs(6)
    net, by_hand = tn.MLP([2, 2]), tn.MLP([2, 2])
    history = tn.fit(net, (x, labels), epochs=1, batch_size=6, lr=0.5, momentum=0.0)

    order = np.random.default_rng([0, 0]).permutation(6)  # float sums depend on the order
    loss = F.softmax_cross_entropy(by_hand(x[order]), labels[order])
    wrong = (by_hand(x).numpy().argmax(1) != labels).mean()
    loss.backward()
    gradients = [p.grad for p in by_hand.parameters()]
    for ours, theirs, g in zip(net.parameters(), by_hand.parameters(), gradients, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy() - np.float32(0.5) * g)

    def length(arrays):
        return np.sqrt(sum((a.astype(float) ** 2).sum() for a in arrays))

    assert history.loss == [loss.item()] and history.train_error == [wrong]
    assert history.grad_norm == pytest.approx([length(gradients)], rel=1e-6)
    assert history.weight_norm == pytest.approx([length([p.numpy() for p in net.parameters()])], rel=1e-6)
    assert history.valid_error == [] and history.best_epoch == 0 and not history.interrupted


@pytest.mark.parametrize("batch_size, sizes", [(4, {3, 4}), (5, {5}), (7, {5}), (9, {5}), (10, {10}), (1, {1})])
def test_every_epoch_visits_every_example_once_in_batches_of_nearly_equal_size(batch_size, sizes):
    x = np.arange(10, dtype=np.float32)[:, None]
    seen = []

    def recording(scores, rows):
        seen.append(rows.ravel().tolist())
        return F.mean_squared_error(scores, rows)

    tn.fit(tn.MLP([1, 1]), (x, x), epochs=2, batch_size=batch_size, lr=1e-3, loss=recording)

    half = len(seen) // 2
    epochs = [np.concatenate(seen[:half]).tolist(), np.concatenate(seen[half:]).tolist()]
    assert {len(batch) for batch in seen} == sizes
    assert all(sorted(rows) == list(range(10)) for rows in epochs)
    assert epochs[0] != epochs[1]  # another order


def test_the_loss_of_an_epoch_weighs_examples_alike_though_batches_differ():
    x = np.arange(5, dtype=np.float32)[:, None]
    history = tn.fit(tn.MLP([1, 1]), (x, x), epochs=1, batch_size=3, lr=1e-30, seed=1)  # nothing moves

    assert history.loss == pytest.approx([tn.evaluate(tn.MLP([1, 1]), (x, x))], rel=1e-6)


def test_a_schedule_sees_the_progress_from_0_towards_1():
    seen = []
    tn.fit(tn.MLP([2, 2]), blobs(6), epochs=2, batch_size=3, schedule=lambda t: seen.append(t) or 1.0)

    assert seen == [0, 0.25, 0.5, 0.75]


def test_weight_decay_and_momentum_reach_the_optimizer():
    nets = [tn.MLP([2, 2]) for _ in range(3)]
    for net, options in zip(nets, [{}, {"weight_decay": 0.1}, {"momentum": 0.5}], strict=True):
        tn.fit(net, blobs(12), epochs=2, batch_size=4, **options)

    assert len({bits(net) for net in nets}) == 3


# ---- determinism


@pytest.mark.parametrize(
    "make", [lambda s: tn.MLP([2, 5, 2], dropout=0.3, seed=s), lambda s: tn.BinaryMLP([2, 5, 2], s)]
)
def test_the_same_seeds_give_the_same_bits_and_others_do_not(make):
    def run(net_seed, seed):
        net = make(net_seed)
        history = tn.fit(net, blobs(), blobs(seed=1), epochs=3, batch_size=10, seed=seed)
        return bits(net), history

    assert run(0, 0) == run(0, 0)
    assert run(0, 0) != run(0, 1)
    assert run(0, 0) != run(1, 0)


# ---- the best epoch


def epochs_with_errors(monkeypatch, errors, **options):
    """Train while validation returns these errors; return the net, its state by epoch, the history."""
    net, states, remaining = tn.MLP([2, 4, 2], batch_norm=True), [], iter(errors)

    def evaluate(net, data):
        states.append(bits(net))
        return next(remaining)

    monkeypatch.setattr(training, "evaluate", evaluate)
    history = tn.fit(net, blobs(), blobs(seed=1), epochs=len(errors), batch_size=10, **options)
    return net, states, history


@pytest.mark.parametrize(
    "errors, best",
    [([0.3, 0.1, 0.2], 1), ([0.1, 0.2, 0.3], 0), ([0.3, 0.2, 0.1], 2), ([0.2, 0.1, 0.1, 0.3], 2)],
)
def test_the_net_ends_at_the_epoch_of_lowest_validation_error(monkeypatch, errors, best):
    net, states, history = epochs_with_errors(monkeypatch, errors)

    assert history.best_epoch == best and history.valid_error == errors
    assert len(set(states)) == len(errors)  # so that the next line can tell
    assert bits(net) == states[best]  # running statistics too
    assert not net.training


def test_without_validation_the_net_ends_at_the_last_epoch():
    net, history = tn.MLP([2, 4, 2]), []
    history = tn.fit(net, blobs(), epochs=3)

    assert history.best_epoch == 2 and history.valid_error == []
    assert history.weight_norm[-1] == pytest.approx(np.linalg.norm(np.frombuffer(bits(net), np.float32)), rel=1e-6)


# ---- Ctrl-C


def test_ctrl_c_keeps_the_best_epoch_so_far(monkeypatch):
    loss = interrupt_at(3 * 12 + 5)  # in the fourth epoch of 12 steps
    net, states, history = epochs_with_errors(monkeypatch, [0.3, 0.1, 0.2, 0.0], loss=loss)

    assert history.interrupted and len(history) == 3 and history.best_epoch == 1
    assert bits(net) == states[1] and not net.training


def test_ctrl_c_in_the_first_epoch_keeps_the_steps_that_were_made():
    net = tn.MLP([2, 4, 2])
    before = bits(net)
    history = tn.fit(net, blobs(), epochs=5, batch_size=10, loss=interrupt_at(5))

    assert history.interrupted and len(history) == 0 and history.best_epoch is None
    assert bits(net) != before


def test_ctrl_c_during_validation_leaves_a_history_of_whole_epochs(monkeypatch):
    def evaluate(net, data):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "evaluate", evaluate)
    net = tn.MLP([2, 4, 2])
    before = bits(net)
    history = tn.fit(net, blobs(), blobs(), epochs=2)

    assert history.interrupted and bits(net) != before
    assert len(history.loss) == len(history.train_error) == len(history.valid_error)


def test_other_exceptions_pass_through():
    with pytest.raises(ZeroDivisionError):
        tn.fit(tn.MLP([2, 2]), blobs(), loss=interrupt_at(3, error=ZeroDivisionError))


# ---- checkpoint and resume

RUNS = {
    "momentum": (lambda: tn.MLP([2, 6, 2]), {}),
    "dropout": (lambda: tn.MLP([2, 6, 6, 2], dropout=0.4), {}),
    "batch norm": (lambda: tn.MLP([2, 6, 2], batch_norm=True), {"weight_decay": 1e-3}),
    "Adam": (lambda: tn.MLP([2, 6, 2]), {"optimizer": tn.Adam, "lr": 0.01}),
    "schedule": (lambda: tn.MLP([2, 6, 2]), {"schedule": optim.cosine}),
    "hashed": (lambda: tn.MLP([2, 6, 2], tn.Hashed(1 / 2)), {}),
    "latent weights": (lambda: tn.MLP([2, 6, 2], tn.Quantized(bits=2)), {}),
    "low rank of bits": (lambda: tn.MLP([2, 6, 2], tn.LowRank(rank=2, inner=tn.Binary())), {}),
    "binary": (lambda: tn.BinaryMLP([2, 6, 6, 2], dropout=(0.1, 0.2)), {"lr": 0.01}),
}


@pytest.mark.parametrize("make, options", RUNS.values(), ids=RUNS.keys())
@pytest.mark.parametrize("valid", [None, blobs(30, seed=1)], ids=["no validation", "validation"])
def test_a_resumed_run_ends_with_the_same_bits_as_one_that_was_not_interrupted(tmp_path, make, options, valid):
    # every other label is wrong, so that the best epoch is not just the last
    x, labels = blobs(60)
    train = x, np.where(np.arange(60) % 3 == 0, 1 - labels, labels)
    options = {"epochs": 6, "batch_size": 10, "seed": 5} | options
    whole = make()
    expected = tn.fit(whole, train, valid, **options)

    path = tmp_path / "run"
    for epoch, step in [(0, 4), (2, 1), (3, 6)]:  # interrupted three times, counted from where it goes on
        cut = make()  # as in a new process
        history = tn.fit(cut, train, valid, **options, checkpoint=path, loss=interrupt_at(6 * epoch + step))
        assert history.interrupted
    resumed = make()
    history = tn.fit(resumed, train, valid, **options, checkpoint=path)

    assert bits(resumed) == bits(whole)
    assert history == expected and not history.interrupted


def test_a_net_of_another_seed_takes_all_its_values_from_the_checkpoint(tmp_path):
    options = {"epochs": 4, "batch_size": 10, "checkpoint": tmp_path / "run"}
    tn.fit(tn.MLP([2, 4, 2]), blobs(), **options, loss=interrupt_at(30))
    net, whole = tn.MLP([2, 4, 2], seed=9), tn.MLP([2, 4, 2])
    tn.fit(net, blobs(), **options)
    tn.fit(whole, blobs(), epochs=4, batch_size=10)

    assert bits(net) == bits(whole)


def test_a_resumed_run_goes_back_to_a_best_epoch_from_before_the_interruption(tmp_path, monkeypatch):
    options = {"checkpoint": tmp_path / "run"}
    loss = interrupt_at(3 * 12 + 5)
    _, states, _ = epochs_with_errors(monkeypatch, [0.3, 0.1, 0.2, 0.4, 0.5], loss=loss, **options)
    remaining = iter([0.4, 0.5])
    monkeypatch.setattr(training, "evaluate", lambda net, data: next(remaining))
    net = tn.MLP([2, 4, 2], batch_norm=True)
    history = tn.fit(net, blobs(), blobs(seed=1), epochs=5, batch_size=10, **options)

    assert history.best_epoch == 1 and history.valid_error == [0.3, 0.1, 0.2, 0.4, 0.5]
    assert bits(net) == states[1]


def test_a_finished_run_is_not_run_again(tmp_path):
    options = {"epochs": 2, "checkpoint": tmp_path / "run"}
    net, again = tn.MLP([2, 4, 2]), tn.MLP([2, 4, 2])
    history = tn.fit(net, blobs(), **options)

    assert tn.fit(again, blobs(), **options, loss=interrupt_at(1)) == history
    assert bits(again) == bits(net)


def a_checkpoint(path, **options):
    tn.fit(tn.MLP([2, 4, 2]), blobs(), epochs=2, checkpoint=path, **options)


@pytest.mark.parametrize(
    "net, train, options, message",
    [
        (tn.MLP([2, 4, 2]), blobs(), {"lr": 0.2}, r"lr=0\.1, now it is 0\.2"),
        (tn.MLP([2, 4, 2]), blobs(), {"momentum": 0.5}, r"momentum=0\.9, now it is 0\.5"),
        (tn.MLP([2, 4, 2]), blobs(), {"batch_size": 7}, r"batch_size=50, now it is 7"),
        (tn.MLP([2, 4, 2]), blobs(), {"seed": 1}, r"seed=0, now it is 1"),
        (tn.MLP([2, 4, 2]), blobs(), {"weight_decay": 0.5}, r"weight_decay=0\.0, now it is 0\.5"),
        (tn.MLP([2, 4, 2]), blobs(), {"optimizer": tn.Adam}, r"optimizer=SGD, now it is Adam"),
        (tn.MLP([2, 5, 2]), blobs(), {}, r"net="),
        (tn.MLP([2, 4, 2], dropout=0.5), blobs(), {}, r"net="),
        (tn.MLP([2, 4, 2], tn.Binary()), blobs(), {}, r"net="),
        (tn.MLP([2, 4, 2]), blobs(seed=3), {}, r"data="),
    ],
)
def test_the_checkpoint_of_another_run_is_refused_and_nothing_is_touched(tmp_path, net, train, options, message):
    path = tmp_path / "run"
    a_checkpoint(path)
    content, before = path.read_bytes(), bits(net)

    with pytest.raises(ValueError, match=message):
        tn.fit(net, train, epochs=4, checkpoint=path, **options)
    assert path.read_bytes() == content and bits(net) == before


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: b"",
        lambda c: c[:-1],
        lambda c: c[:100],
        lambda c: c + b"\0",
        lambda c: b"no checkpoint at all",
        lambda c: flipped(c, 3),
        lambda c: flipped(c, 40),
        lambda c: flipped(c, len(c) - 1),  # in the values
        lambda c: c.replace(b"now.3", b"now.9"),  # an array of another name
        lambda c: c.replace(b'\\"steps\\"', b'\\"stops\\"'),
        lambda c: c.replace(b'\\"history\\"', b'\\"mystery\\"'),
    ],
    ids=["empty", "short", "cut", "long", "text", "length", "header", "value", "name", "steps", "history"],
)
def test_a_damaged_checkpoint_is_refused_and_nothing_is_touched(tmp_path, damage):
    path = tmp_path / "run"
    a_checkpoint(path)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert path.read_bytes() != whole
    net = tn.MLP([2, 4, 2], seed=1)
    before = bits(net)

    with pytest.raises(ValueError, match=r"no readable checkpoint.*delete it"):
        tn.fit(net, blobs(), epochs=4, checkpoint=path)
    assert bits(net) == before


@pytest.mark.parametrize("function", ["replace", "fsync"])
def test_a_checkpoint_is_written_whole_or_not_at_all(tmp_path, monkeypatch, function):
    path = tmp_path / "run"
    a_checkpoint(path)
    content = path.read_bytes()

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(OSError, match="No space"):
        tn.fit(tn.MLP([2, 4, 2]), blobs(), epochs=4, checkpoint=path)
    assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["run"]


def test_a_checkpoint_that_cannot_be_written_fails_before_any_step(tmp_path):
    net = tn.MLP([2, 4, 2])
    before = bits(net)

    with pytest.raises(OSError):
        tn.fit(net, blobs(), epochs=2, checkpoint=tmp_path / "missing" / "run")
    assert bits(net) == before


# ---- a loss that is not finite


def test_a_loss_that_is_not_finite_stops_at_once_and_says_what_to_try():
    x, y = line()
    with pytest.raises(
        tn.TrainingError, match=r"epoch 1, step \d+: .*(inf|nan).*lower learning rate \(now 10000000000"
    ):
        tn.fit(tn.MLP([3, 5, 2]), (x, y), epochs=20, batch_size=4, lr=1e10)


def test_the_step_is_counted_and_not_made():
    net = tn.MLP([2, 2])
    states = []

    def loss(scores, labels):
        states.append(bits(net))
        return F.softmax_cross_entropy(scores, labels) * (np.nan if len(states) == 15 else 1.0)

    with pytest.raises(tn.TrainingError, match=r"epoch 2, step 3: the loss is nan"):
        tn.fit(net, blobs(), batch_size=10, loss=loss)
    assert bits(net) == states[-1] and len(states) == 15


def test_a_last_step_that_leaves_values_that_are_not_finite_is_an_error_too():
    with pytest.raises(tn.TrainingError, match="learning rate"):
        tn.fit(tn.MLP([2, 2]), blobs(), epochs=1, batch_size=120, lr=1e39)


# ---- unusable data and settings


def with_label(value, dtype=None):
    x, labels = blobs(20)
    labels = labels.astype(dtype or labels.dtype)
    labels[7] = value
    return x, labels


def with_input(value):
    x, labels = blobs(20)
    x[13, 1] = value
    return x, labels


X, LABELS = blobs(20)
UNUSABLE = {
    "label above": (with_label(2), {}, r"labels .* from 0 to 2.*0 \.\. 1"),
    "label below": (with_label(-1), {}, r"labels .* from -1 to 1.*0 \.\. 1"),
    "float labels": (with_label(1, np.float64), {}, "class labels must be integers"),
    "labels as a column": ((X, LABELS[:, None]), {}, r"labels of shape \(20, 1\)"),
    "boolean labels": ((X, LABELS > 0), {}, "class labels must be integers"),
    "words as labels": ((X, LABELS.astype(str)), {}, "class labels must be integers"),
    "input nan": (with_input(np.nan), {}, "inputs are not finite, first in row 13"),
    "input inf": (with_input(-np.inf), {}, "inputs are not finite, first in row 13"),
    "target nan": ((X, np.full((20, 2), np.nan)), {}, "labels are not finite, first in row 0"),
    "targets of another width": ((X, np.ones((20, 3))), {}, r"targets of shape \(20, 3\).*must be \(20, 2\)"),
    "targets of one axis": ((X, np.ones(20)), {}, r"targets of shape \(20,\)"),
    "empty": ((X[:0], LABELS[:0]), {}, "N at least 1"),
    "fewer labels": ((X, LABELS[:-1]), {}, "one label a row"),
    "one axis": ((X[:, 0], LABELS), {}, r"inputs of shape \(20,\)"),
    "wrong width": ((np.ones((20, 3), np.float32), LABELS), {}, r"rows of 2"),
    "integer inputs": ((np.ones((20, 2), int), LABELS), {}, "float32"),
    "no pair": (X, {}, "a pair"),
    "batch above the set": ((X, LABELS), {"batch_size": 21}, "batch_size=21, 20 examples"),
    "batch of none": ((X, LABELS), {"batch_size": 0}, "batch_size=0"),
    "negative batch": ((X, LABELS), {"batch_size": -5}, "batch_size=-5"),
    "batch of a half": ((X, LABELS), {"batch_size": 2.5}, r"batch_size=2\.5"),
    "no epochs": ((X, LABELS), {"epochs": 0}, "epochs=0"),
    "epochs and a half": ((X, LABELS), {"epochs": 1.5}, r"epochs=1\.5"),
    "lr 0": ((X, LABELS), {"lr": 0.0}, "lr > 0"),
    "momentum 1": ((X, LABELS), {"momentum": 1.0}, "momentum=1"),
    "negative seed": ((X, LABELS), {"seed": -1}, "non-negative"),
    "validation with a label above": ((X, LABELS), {"valid": with_label(2)}, "valid: .*from 0 to 2"),
    "validation of another width": (
        (X, LABELS),
        {"valid": (np.ones((3, 5), np.float32), LABELS[:3])},
        "rows of 2",
    ),
    "classes with a regression's validation": ((X, LABELS), {"valid": (X, np.ones((20, 2)))}, "valid"),
}


@pytest.mark.parametrize("train, options, message", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_data_and_settings_are_refused_before_any_step(train, options, message):
    net = tn.MLP([2, 4, 2], batch_norm=True)
    before = bits(net)

    with pytest.raises((ValueError, TypeError), match=message):
        tn.fit(net, train, **{"batch_size": 5, "epochs": 2} | options)
    assert bits(net) == before
    assert net.training and net.layers[1].training


# ---- sequences: a label a step


def sequences(n=24, time=7, seed=0):
    """Return symbols 0 .. 3, and at each step whether more 0 than 1 came so far; -1 behind the end of a sequence."""
    rng = np.random.default_rng(seed)
    x, lengths = rng.integers(0, 4, (n, time)), rng.integers(1, time + 1, n)
    labels = (np.cumsum(x == 0, axis=1) > np.cumsum(x == 1, axis=1)).astype(int)
    return x, np.where(np.arange(time) < lengths[:, None], labels, -1)


def plain_error(net, x, labels):
    """Return the error rate, counted step by step, sequence by sequence."""
    wrong = [
        float(net(row[None]).numpy()[0, t].argmax() != label)
        for row, ends in zip(x, labels, strict=True)
        for t, label in enumerate(ends)
        if label != -1
    ]
    return sum(wrong) / len(wrong)


def test_the_error_over_sequences_counts_the_steps_that_have_a_label():
    net, (x, labels) = tn.RecurrentNet([4, 5, 2]).eval(), sequences()
    expected = plain_error(net, x, labels)

    assert 0 < expected < 1
    for batch_size in (1, 7, 1000):
        assert tn.evaluate(net, (x, labels), batch_size) == pytest.approx(expected, rel=1e-12)


def test_with_the_last_step_alone_there_is_a_label_a_sequence():
    net, (x, labels) = tn.RecurrentNet([4, 5, 2], last=True), sequences()
    data = x, np.abs(labels[:, -1])
    assert tn.evaluate(net, data) == (net(x).numpy().argmax(axis=1) != data[1]).mean()
    assert tn.fit(net, data, epochs=40, batch_size=4, lr=0.3, clip=1.0).loss[-1] < 0.1


@pytest.mark.parametrize("options", [{}, {"layer": tn.RNN}], ids=["LSTM", "RNN"])
def test_a_count_over_sequences_is_learned(options):
    net, data = tn.RecurrentNet([4, 8, 2], **options), sequences(60)
    history = tn.fit(net, data, sequences(40, seed=1), epochs=20, batch_size=6, lr=0.3, clip=1.0)

    assert history.train_error[-1] < 0.05 < history.train_error[0]
    assert tn.evaluate(net, data) == pytest.approx(plain_error(net, *data), rel=1e-12)
    assert min(history.valid_error) == plain_error(net, *sequences(40, seed=1))


def test_the_history_of_sequences_is_that_of_their_loss_and_of_their_labels():
    net, (x, labels) = tn.RecurrentNet([4, 5, 2]), sequences()
    history = tn.fit(net, (x, labels), epochs=1, batch_size=24, lr=1e-30)  # nothing moves

    assert history.train_error == [pytest.approx(plain_error(net, x, labels), rel=1e-12)]
    assert history.loss == [pytest.approx(F.sequence_cross_entropy(net(x), labels).item(), rel=1e-6)]


def test_what_stands_behind_the_labels_of_a_sequence_does_not_change_what_is_learned():
    x, labels = sequences()
    nets = [tn.RecurrentNet([4, 5, 2], seed=3) for _ in range(2)]
    histories = [
        tn.fit(net, (np.where(labels == -1, padding, x), labels), epochs=2, batch_size=8)
        for net, padding in zip(nets, (0, 3), strict=True)
    ]

    np.testing.assert_allclose(nets[0](x).numpy(), nets[1](x).numpy(), atol=1e-5)
    assert histories[0].loss == pytest.approx(histories[1].loss, rel=1e-5)


def test_a_resumed_run_over_sequences_ends_with_the_same_bits(tmp_path):
    data, options = sequences(), {"epochs": 4, "batch_size": 8, "clip": 0.5}

    def make():
        return tn.RecurrentNet([4, 5, 5, 2], tn.Quantized(bits=3), dropout=0.4, norm=True)

    whole, resumed, path = make(), make(), tmp_path / "run"
    expected = tn.fit(whole, data, sequences(seed=1), **options)
    cut = interrupt_at(8, F.sequence_cross_entropy)  # in the third epoch of three steps
    assert tn.fit(make(), data, sequences(seed=1), **options, checkpoint=path, loss=cut).interrupted
    history = tn.fit(resumed, data, sequences(seed=1), **options, checkpoint=path)

    assert bits(resumed) == bits(whole) and history == expected
    with pytest.raises(ValueError, match=r"clip=0\.5, now it is 2\.0"):
        tn.fit(make(), data, sequences(seed=1), **options | {"clip": 2.0}, checkpoint=path)


SYMBOLS, STEPS = sequences(6)
NO_THIRD = np.arange(6)[:, None] != 2
UNUSABLE_SEQUENCES = {
    "a label a sequence": ((SYMBOLS, STEPS[:, 0]), {}, r"labels of shape \(6,\) .*must be \(6, 7\) in -1 \.\. 1"),
    "fewer steps": ((SYMBOLS, STEPS[:, :5]), {}, r"labels of shape \(6, 5\) .*must be \(6, 7\)"),
    "label above": ((SYMBOLS, np.where(STEPS == 1, 2, STEPS)), {}, r"from -1 to 2.*in -1 \.\. 1"),
    "label below": ((SYMBOLS, STEPS - 1), {}, r"from -2 to 0.*in -1 \.\. 1"),
    "no label at all": ((SYMBOLS, np.full_like(STEPS, -1)), {}, "train: 6 sequences have labels of -1 alone"),
    "no label in a row": ((SYMBOLS, np.where(NO_THIRD, STEPS, -1)), {}, "train: 1 sequences .* the first in row 2"),
    "nothing to validate": ((SYMBOLS, STEPS), {"valid": (SYMBOLS, np.full_like(STEPS, -1))}, "valid: 6 sequences have"),
    "an unknown symbol": ((SYMBOLS + 4, STEPS), {}, r"this network knows 0 \.\. 3"),
    "one unknown symbol, in a later row": (
        (SYMBOLS + np.where(NO_THIRD, 0, 4), STEPS),
        {},
        r"this network knows 0 \.\. 3",
    ),
    "targets at every step": ((SYMBOLS, np.ones((6, 7, 2))), {}, r"targets of shape \(6, 7, 2\)"),
    "numbers of another width": ((np.ones((6, 7, 3)), STEPS), {}, r"\(3, 7, 3\).*numbers \(batch, time, 4\)"),
    "clip 0": ((SYMBOLS, STEPS), {"clip": 0}, "clip=0; the longest gradient must be positive"),
    "clip negative": ((SYMBOLS, STEPS), {"clip": -1.0}, r"clip=-1\.0"),
    "clip nan": ((SYMBOLS, STEPS), {"clip": np.nan}, "clip=nan"),
}


@pytest.mark.parametrize("train, options, message", UNUSABLE_SEQUENCES.values(), ids=UNUSABLE_SEQUENCES.keys())
def test_unusable_sequences_are_refused_before_any_step(train, options, message):
    net = tn.RecurrentNet([4, 5, 2], dropout=0.5)
    before = bits(net)
    with pytest.raises(ValueError, match=message):
        tn.fit(net, train, batch_size=3, epochs=2, **options)

    assert bits(net) == before and net.training


# ---- clipping


@pytest.mark.parametrize("clip", [1e-3, 0.05])
def test_a_clipped_step_has_the_length_given_and_the_direction_of_the_gradient(clip):
    nets = [tn.MLP([2, 4, 2]) for _ in range(2)]
    start = nets[0].parameters()[0].numpy()
    histories = [
        tn.fit(net, blobs(12), epochs=1, batch_size=12, lr=1.0, momentum=0.0, clip=c)
        for net, c in zip(nets, (clip, None), strict=True)
    ]
    clipped, free = (net.parameters()[0].numpy() - start for net in nets)

    assert histories[0].grad_norm == [pytest.approx(clip, rel=1e-6)] and histories[1].grad_norm[0] > clip
    np.testing.assert_allclose(clipped, free * (clip / histories[1].grad_norm[0]), atol=1e-6)


def test_a_clip_that_no_gradient_reaches_changes_no_bit():
    nets = [tn.MLP([2, 4, 2]) for _ in range(2)]
    for net, clip in zip(nets, (None, 1e6), strict=True):
        tn.fit(net, blobs(), epochs=2, batch_size=10, clip=clip)

    assert bits(nets[0]) == bits(nets[1])


# ---- a loop of one's own: a step, and epochs


def test_a_step_returns_the_loss_before_it_and_moves_by_a_gradient_of_the_length_given():
    net, (x, labels) = tn.MLP([2, 2]), blobs(6)
    training = Training(net, net, F.softmax_cross_entropy, tn.SGD(net.parameters(), lr=1.0), clip=0.01)
    before = [p.numpy() for p in net.parameters()]
    expected = F.softmax_cross_entropy(net(x), labels).item()
    figures = training.one_epoch(0, [(1, x, labels)])

    assert figures["loss"] == expected
    assert optim.norm([p.numpy() - a for p, a in zip(net.parameters(), before, strict=True)]) == pytest.approx(
        0.01, 1e-4
    )
    assert figures["grad_norm"] == pytest.approx(0.01, 1e-5)
    assert figures["weight_norm"] == optim.norm([p.numpy() for p in net.parameters()])


def test_a_step_without_a_finite_loss_says_where_and_what_else_to_try_and_moves_nothing():
    net, (x, labels) = tn.MLP([2, 2]), blobs(6)
    before = bits(net)
    training = Training(net, net, lambda s, _: s.sum() * np.inf, tn.SGD(net.parameters(), lr=0.5), advice="and go home")
    with pytest.raises(
        tn.TrainingError, match=r"epoch 7, step 1: the loss is .*learning rate \(now 0\.5\), and go home"
    ):
        training.one_epoch(6, [(6, x, labels)])

    assert bits(net) == before


def test_epochs_of_one_s_own_end_at_the_one_that_the_judge_finds_best():
    net, errors, seen = tn.MLP([2, 2]), [0.5, 0.2, 0.2, 0.9], []

    def one_epoch(epoch):
        net.layers[-1].bias.data = np.full(2, epoch, np.float32)
        seen.append(epoch)
        return {"loss": float(epoch), "train_error": 0.0}

    history = run_epochs(net, one_epoch, lambda: errors[len(seen) - 1], epochs=4)

    assert seen == [0, 1, 2, 3] and history.loss == seen and history.valid_error == errors
    assert history.best_epoch == 2 and net.layers[-1].bias.numpy().tolist() == [2, 2]  # the latest of equal ones
    assert not net.training and not history.interrupted


def test_epochs_of_one_s_own_without_a_judge_end_at_the_last_or_before_ctrl_c():
    def one_epoch(epoch):
        if epoch == 2:
            raise KeyboardInterrupt
        return {"loss": float(epoch)}

    history = run_epochs(tn.MLP([2, 2]), one_epoch, None, epochs=5)

    assert history.interrupted and history.loss == [0, 1] and history.best_epoch == 1 and history.valid_error == []


# ---- evaluate


def test_evaluate_counts_the_wrong_ones():
    net = tn.Sequential(tn.Scale(1.0), tn.Linear(2, 2))
    net.layers[1].weight.W.data = np.eye(2, dtype=np.float32)  # the scores are the inputs
    scores = np.array([[1, 0], [0, 1], [2, 3], [5, 4], [0, 9]], np.float32)

    assert tn.evaluate(net, (scores, np.array([0, 1, 1, 0, 1]))) == 0
    assert tn.evaluate(net, (scores, np.array([0, 1, 0, 0, 0]))) == 0.4
    assert tn.evaluate(net, (scores, scores + np.array([1, 3], np.float32))) == 5  # (1 + 9) / 2


@pytest.mark.parametrize("mode", [True, False])
def test_evaluate_works_in_evaluation_mode_and_puts_the_mode_back(mode):
    net = tn.MLP([2, 8, 2], batch_norm=True, dropout=0.5).train(mode)
    before = bits(net), net.generators()[0].bit_generator.state
    a, b = (tn.evaluate(net, blobs()) for _ in range(2))

    assert a == b
    assert (bits(net), net.generators()[0].bit_generator.state) == before
    assert all(layer.training == mode for layer in [net, *net.layers])


@pytest.mark.parametrize("mode", [True, False])
def test_evaluate_puts_the_mode_back_after_an_error_too(mode):
    net = tn.MLP([2, 8, 2], batch_norm=True).train(mode)
    with pytest.raises(ValueError):
        tn.evaluate(net, (np.ones((4, 3), np.float32), np.zeros(4, int)))

    assert net.training == mode


@pytest.mark.parametrize("data", [blobs(50), line(50)], ids=["classes", "regression"])
def test_evaluate_gives_the_same_whatever_the_batch_size(data):
    net = tn.MLP([data[0].shape[1], 8, 2], batch_norm=True, dropout=0.5)
    tn.fit(net, data, epochs=1, batch_size=10)
    results = [tn.evaluate(net, data, batch_size=size) for size in (1, 7, 50, 1000)]

    assert results == pytest.approx([results[0]] * 4, rel=1e-6)


@pytest.mark.parametrize("batch_size", [0, -1, 2.5])
def test_evaluate_refuses_a_batch_size_that_is_no_count(batch_size):
    with pytest.raises(ValueError, match="batch_size"):
        tn.evaluate(tn.MLP([2, 2]), blobs(), batch_size=batch_size)


def test_evaluate_records_nothing():
    net = tn.MLP([2, 2])
    tn.evaluate(net, blobs())

    assert all(p.grad is None for p in net.parameters())


# ---- the progress bar


def test_there_is_no_bar_where_there_is_no_terminal(capfd):
    tn.fit(tn.MLP([2, 2]), blobs(), epochs=2)

    assert capfd.readouterr() == ("", "")


def test_a_bar_that_is_asked_for_shows_the_latest_figures_on_stderr(capfd):
    history = tn.fit(tn.MLP([2, 2]), blobs(), blobs(), epochs=3, progress=True)
    out, err = capfd.readouterr()

    assert out == "" and "training" in err and "100%" in err
    assert f"{history.loss[-1]:.4f}" in err.replace("\n", "")


@pytest.mark.parametrize("name", ["optimizer", "loss", "schedule"])
def test_the_name_of_a_function_in_place_of_the_function_is_refused(name):
    net = tn.MLP([4, 3, 2])
    data = (np.zeros((6, 4), np.float32), np.zeros(6, np.int64))
    with pytest.raises(TypeError, match=f"{name}='adam'; pass the function itself"):
        tn.fit(net, data, batch_size=2, **{name: "adam"})

"""Training: it learns, the same seed gives the same bits, and what goes wrong says so at once."""

import sys

import numpy as np
import pytest

import tinynet as tn
from tinynet.training import optim
from tinynet.training.fit import Training, run_epochs

training = sys.modules["tinynet.training.fit"]  # the module: the package's name for it is the function

F = tn.functional


# ---- it learns


@pytest.mark.parametrize("loss", [None, F.softmax_cross_entropy, F.squared_hinge])
def test_a_separable_set_is_learned_without_error(blobs, loss):
    net = tn.MLP([2, 8, 2])
    history = tn.fit(net, blobs(), epochs=10, batch_size=10, lr=0.05, loss=loss)

    assert tn.evaluate(net, blobs(seed=1)) == 0
    assert history.loss[-1] < 1e-3 < 0.2 < history.loss[0]
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


def test_regression_uses_the_squared_error_throughout(line):
    x, y = line()
    net = tn.Sequential(tn.Linear(3, 2))
    assert tn.evaluate(net, (x, y)) == pytest.approx(float(((net(x).numpy() - y) ** 2).mean()), rel=1e-5)
    history = tn.fit(net, (x, y), (x, y), epochs=40, batch_size=8, lr=0.1)

    assert tn.evaluate(net, (x, y)) == min(history.valid_error) < 1e-6
    np.testing.assert_allclose(net.layers[0].weight.weight().numpy(), [[1, 0], [2, -1], [0, 3]], atol=1e-3)
    assert history.train_error == pytest.approx(history.loss, rel=1e-4, abs=1e-9)


def test_one_step_of_fit_is_one_step_of_the_optimizer(blobs):
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


def test_each_batch_is_augmented_by_draws_of_its_own_and_the_examples_stay_as_they_were(blobs):
    (x, labels), seen, drawn = blobs(20), [], []
    before = x.copy()

    def augment(inputs, rng):
        drawn.append(rng.normal(size=inputs.shape).astype(np.float32))
        inputs += drawn[-1]  # even in place
        return inputs

    class Watched(tn.MLP):
        def __call__(self, inputs):
            seen.append(np.array(inputs)) if self.training else None
            return super().__call__(inputs)

    tn.fit(Watched([2, 2]), (x, labels), epochs=2, batch_size=10, seed=3, augment=augment)
    assert np.array_equal(x, before) and len({a.tobytes() for a in drawn}) == 5
    drawn.pop(0)  # at the gate, before any step
    for k, (inputs, noise) in enumerate(zip(seen, drawn, strict=True)):
        epoch, batch = divmod(k, 2)
        order = np.random.default_rng([3, epoch]).permutation(20)
        np.testing.assert_array_equal(inputs, x[order[10 * batch :][:10]] + noise)
        expected = np.random.default_rng([3, epoch, batch + 1]).normal(size=(10, 2))
        np.testing.assert_array_equal(noise, expected.astype(np.float32))


def test_the_loss_of_an_epoch_weighs_examples_alike_though_batches_differ():
    x = np.arange(5, dtype=np.float32)[:, None]
    history = tn.fit(tn.MLP([1, 1]), (x, x), epochs=1, batch_size=3, lr=1e-30, seed=1)  # nothing moves

    assert history.loss == pytest.approx([tn.evaluate(tn.MLP([1, 1]), (x, x))], rel=1e-6)


def test_a_schedule_sees_the_progress_from_0_towards_1(blobs):
    seen = []
    tn.fit(tn.MLP([2, 2]), blobs(6), epochs=2, batch_size=3, schedule=lambda t: seen.append(t) or 1.0)

    assert seen == [0, 0.25, 0.5, 0.75]


def test_weight_decay_and_momentum_reach_the_optimizer(blobs, bits):
    nets = [tn.MLP([2, 2]) for _ in range(3)]
    for net, options in zip(nets, [{}, {"weight_decay": 0.1}, {"momentum": 0.5}], strict=True):
        tn.fit(net, blobs(12), epochs=2, batch_size=4, **options)

    assert len({bits(net) for net in nets}) == 3


def test_a_network_in_evaluation_mode_is_trained_as_any_other(blobs, bits):
    nets = [tn.MLP([2, 6, 2], batch_norm=True, dropout=0.5).train(mode) for mode in (True, False)]
    for net in nets:
        tn.fit(net, blobs(), blobs(seed=1), epochs=2, batch_size=10)

    assert bits(nets[0]) == bits(nets[1])


def test_report_is_called_with_the_history_after_each_epoch(blobs):
    seen = []
    report = lambda history: seen.append((len(history), history.loss[-1], history.valid_error[-1]))
    history = tn.fit(tn.MLP([2, 4, 2]), blobs(), blobs(seed=1), epochs=3, report=report)

    assert seen == [(k + 1, history.loss[k], history.valid_error[k]) for k in range(3)]


# ---- determinism


@pytest.mark.parametrize(
    "make", [lambda s: tn.MLP([2, 5, 2], dropout=0.3, seed=s), lambda s: tn.BinaryMLP([2, 5, 2], s)]
)
def test_the_same_seeds_give_the_same_bits_and_others_do_not(blobs, bits, make):
    def run(net_seed, seed):
        net = make(net_seed)
        history = tn.fit(net, blobs(), blobs(seed=1), epochs=3, batch_size=10, seed=seed)
        return bits(net), history

    assert run(0, 0) == run(0, 0)
    assert run(0, 0) != run(0, 1)
    assert run(0, 0) != run(1, 0)


# ---- the best epoch


@pytest.mark.parametrize(
    "errors, best",
    [([0.3, 0.1, 0.2], 1), ([0.1, 0.2, 0.3], 0), ([0.3, 0.2, 0.1], 2), ([0.2, 0.1, 0.1, 0.3], 2)],
)
def test_the_net_ends_at_the_epoch_of_lowest_validation_error(bits, epochs_with_errors, errors, best):
    net, states, history = epochs_with_errors(errors)

    assert history.best_epoch == best and history.valid_error == errors
    assert len(set(states)) == len(errors)  # so that the next line can tell
    assert bits(net) == states[best]  # running statistics too
    assert not net.training


def test_without_validation_the_net_ends_at_the_last_epoch(blobs, bits):
    net, history = tn.MLP([2, 4, 2]), []
    history = tn.fit(net, blobs(), epochs=3)

    assert history.best_epoch == 2 and history.valid_error == []
    assert history.weight_norm[-1] == pytest.approx(np.linalg.norm(np.frombuffer(bits(net), np.float32)), rel=1e-6)


# ---- Ctrl-C


def test_ctrl_c_keeps_the_best_epoch_so_far(bits, interrupt_at, epochs_with_errors):
    loss = interrupt_at(3 * 12 + 5)  # in the fourth epoch of 12 steps
    net, states, history = epochs_with_errors([0.3, 0.1, 0.2, 0.0], loss=loss)

    assert history.interrupted and len(history) == 3 and history.best_epoch == 1
    assert bits(net) == states[1] and not net.training


def test_ctrl_c_in_the_first_epoch_keeps_the_steps_that_were_made(blobs, bits, interrupt_at):
    net = tn.MLP([2, 4, 2])
    before = bits(net)
    history = tn.fit(net, blobs(), epochs=5, batch_size=10, loss=interrupt_at(5))

    assert history.interrupted and len(history) == 0 and history.best_epoch is None
    assert bits(net) != before


def test_ctrl_c_during_validation_leaves_a_history_of_whole_epochs(blobs, bits, monkeypatch):
    def evaluate(net, data, name):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "evaluate", evaluate)
    net = tn.MLP([2, 4, 2])
    before = bits(net)
    history = tn.fit(net, blobs(), blobs(), epochs=2)

    assert history.interrupted and bits(net) != before
    assert len(history.loss) == len(history.train_error) == len(history.valid_error)


def test_other_exceptions_pass_through(blobs, interrupt_at):
    with pytest.raises(ZeroDivisionError):
        tn.fit(tn.MLP([2, 2]), blobs(), loss=interrupt_at(3, error=ZeroDivisionError))


# ---- a loss that is not finite


def test_a_loss_that_is_not_finite_stops_at_once_and_says_what_to_try(line):
    x, y = line()
    with pytest.raises(
        tn.TrainingError, match=r"epoch 1, step \d+: .*(inf|nan).*lower learning rate \(now 10000000000"
    ):
        tn.fit(tn.MLP([3, 5, 2]), (x, y), epochs=20, batch_size=4, lr=1e10)


def test_the_step_is_counted_and_not_made(blobs, bits):
    net = tn.MLP([2, 2])
    states = []

    def loss(scores, labels):
        states.append(bits(net))
        return F.softmax_cross_entropy(scores, labels) * (np.nan if len(states) == 15 else 1.0)

    with pytest.raises(tn.TrainingError, match=r"epoch 2, step 3: the loss is nan"):
        tn.fit(net, blobs(), batch_size=10, loss=loss)
    assert bits(net) == states[-1] and len(states) == 15


def test_a_last_step_that_leaves_values_that_are_not_finite_is_an_error_too(blobs):
    with pytest.raises(tn.TrainingError, match="learning rate"):
        tn.fit(tn.MLP([2, 2]), blobs(), epochs=1, batch_size=120, lr=1e39)


# ---- clipping


@pytest.mark.parametrize("clip", [1e-3, 0.05])
def test_a_clipped_step_has_the_length_given_and_the_direction_of_the_gradient(blobs, clip):
    nets = [tn.MLP([2, 4, 2]) for _ in range(2)]
    start = nets[0].parameters()[0].numpy()
    histories = [
        tn.fit(net, blobs(12), epochs=1, batch_size=12, lr=1.0, momentum=0.0, clip=c)
        for net, c in zip(nets, (clip, None), strict=True)
    ]
    clipped, free = (net.parameters()[0].numpy() - start for net in nets)

    assert histories[0].grad_norm == [pytest.approx(clip, rel=1e-6)] and histories[1].grad_norm[0] > clip
    np.testing.assert_allclose(clipped, free * (clip / histories[1].grad_norm[0]), atol=1e-6)


def test_a_clip_that_no_gradient_reaches_changes_no_bit(blobs, bits):
    nets = [tn.MLP([2, 4, 2]) for _ in range(2)]
    for net, clip in zip(nets, (None, 1e6), strict=True):
        tn.fit(net, blobs(), epochs=2, batch_size=10, clip=clip)

    assert bits(nets[0]) == bits(nets[1])


# ---- a loop of one's own: a step, and epochs


def test_a_step_returns_the_loss_before_it_and_moves_by_a_gradient_of_the_length_given(blobs):
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


def test_a_step_without_a_finite_loss_says_where_and_what_else_to_try_and_moves_nothing(blobs, bits):
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


def test_validation_that_becomes_nan_ends_training_with_an_error(blobs):
    class Breaks(tn.Layer):
        """Passes rows on, until it has seen an epoch of training; then its scores in evaluation are NaN."""

        seen = 0

        def __call__(self, x):
            self.seen += self.training
            return x * np.nan if self.seen > 3 and not self.training else x * 1

    net = tn.Sequential(tn.Linear(2, 2), Breaks())
    with pytest.raises(ValueError, match="valid: the scores of row 0 are NaN"):
        tn.fit(net, blobs(), blobs(seed=1), epochs=2, batch_size=30, progress=False)


def test_a_judge_that_returns_nan_is_not_taken_for_a_bad_epoch(blobs):
    net = tn.Sequential(tn.Linear(2, 2))
    epoch = {"loss": 1.0, "train_error": 0.5, "grad_norm": 1.0, "weight_norm": 1.0}
    with pytest.raises(tn.TrainingError, match="epoch 1: the validation error is NaN; try a lower lr"):
        training.run_epochs(net, lambda epoch_number: dict(epoch), lambda: float("nan"), 3, progress=False)

"""Training over sequences, with a label at each step."""

import numpy as np
import pytest

import tinynet as tn

F = tn.functional


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


def test_a_resumed_run_over_sequences_ends_with_the_same_bits(bits, interrupt_at, tmp_path):
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
    "no label at all": ((SYMBOLS, np.full_like(STEPS, -1)), {}, "train: 6 sequences have no label but -1"),
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
def test_unusable_sequences_are_refused_before_any_step(bits, train, options, message):
    net = tn.RecurrentNet([4, 5, 2], dropout=0.5)
    before = bits(net)
    with pytest.raises(ValueError, match=message):
        tn.fit(net, train, batch_size=3, epochs=2, **options)

    assert bits(net) == before and net.training

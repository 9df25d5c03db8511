"""Text: training by windows that carry a state, the loss in nats, and drawing characters."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.datasets.text import encode
from tinynet.sequences.language import ANEW, fit_text, sample, text_loss

ALPHABET = "abcd"
CYCLE = encode("abcd" * 100, ALPHABET)


def net_of(seed=0, **options):
    return tn.RecurrentNet([4, 8, 4], seed=seed, alphabet=ALPHABET, **options)


def fitted(**options):
    net = net_of()
    history = fit_text(net, CYCLE, **dict(epochs=6, batch_size=4, steps=8, lr=0.03) | options)
    return net, history


def values(net):
    return [p.numpy().tobytes() for p in net.parameters()]


# ---- the loss


def test_the_loss_is_the_mean_of_minus_log_p_over_all_characters_but_each_streams_first():
    net, ids = net_of(), np.random.default_rng(0).integers(0, 4, 50).astype(np.uint8)
    nats = []
    for stream in ids[:48].reshape(3, 16):  # three streams, read apart and whole
        s = net(stream[None, :-1]).numpy()[0].astype(np.float64)
        p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
        nats += list(-np.log(p[np.arange(15), stream[1:]]))
    for steps in (1, 4, 7, 100):  # however it is cut into windows
        assert text_loss(net, ids, batch_size=3, steps=steps) == pytest.approx(np.mean(nats), rel=1e-5)


@pytest.mark.parametrize("n", [2, 3, 20, 33])
def test_a_short_text_is_read_in_as_many_streams_as_it_has_pairs(n):
    net, ids = net_of(), np.random.default_rng(0).integers(0, 4, n).astype(np.uint8)
    count = min(16, n // 2)
    rows = ids[: n // count * count].reshape(count, -1)
    s = net(rows[:, :-1]).numpy().astype(np.float64)
    nats = np.log(np.exp(s).sum(axis=2)) - np.take_along_axis(s, rows[:, 1:, None].astype(int), axis=2)[..., 0]
    assert text_loss(net, ids) == pytest.approx(nats.mean(), rel=1e-5)


def test_a_single_character_has_no_loss():
    with pytest.raises(ValueError, match="1 characters in 1 streams leave 1 for each"):
        text_loss(net_of(), CYCLE[:1])


def test_measuring_leaves_the_mode_and_records_nothing():
    net = net_of(dropout=0.5).train()
    assert text_loss(net, CYCLE) == text_loss(net, CYCLE) and net.training


# ---- training


def test_it_learns_what_follows_what():
    net, history = fitted(valid=CYCLE[:100])
    assert history.loss[0] > 0.5 and min(history.valid_error) < 0.05  # log(4) = 1.39 at the start
    assert history.valid_error[-1] == text_loss(net, CYCLE[:100], batch_size=4)
    assert "".join(sample(net, 9, prompt="ab", temperature=0.1)) == "cdabcdabc"


def test_the_first_loss_is_that_of_the_untrained_net_and_chance_is_log_classes():
    ids = np.random.default_rng(1).integers(0, 4, 4000).astype(np.uint8)
    net = net_of()
    history = fit_text(net, ids, epochs=1, batch_size=4, steps=50, lr=1e-9)
    assert history.loss[0] == pytest.approx(text_loss(net_of(), ids, batch_size=4), abs=0.02)
    assert abs(history.loss[0] - np.log(4)) < 0.15


def test_memory_reaches_across_the_border_of_windows():
    """Random letters come in threes, so only what was carried from window to window says how far a three has come."""
    rng, letters = np.random.default_rng(0), []
    for _ in range(1500):
        letters += [int(rng.integers(0, 2))] * 3  # a window of 1 sees one letter alone
    ids = np.array(letters, np.uint8)
    net = tn.RecurrentNet([2, 12, 2], seed=0)
    fit_text(net, ids, epochs=6, batch_size=4, steps=12, lr=0.02)
    carried = text_loss(net, ids, batch_size=1, steps=1)
    assert carried < 0.30  # log(2) / 3 = 0.231 is the best there is
    assert carried == pytest.approx(text_loss(net, ids, batch_size=1, steps=4499), rel=1e-4)


def test_an_interrupted_run_ends_with_the_bits_of_one_that_was_not(tmp_path):
    whole, history = fitted(valid=CYCLE[:60])
    path = tmp_path / "checkpoint"
    fitted(valid=CYCLE[:60], epochs=3, checkpoint=path)
    resumed, again = fitted(valid=CYCLE[:60], checkpoint=path)
    assert values(whole) == values(resumed) and again == history


def test_the_seed_moves_the_windows_and_fixes_all_bits():
    assert values(fitted(seed=1)[0]) == values(fitted(seed=1)[0]) != values(fitted(seed=2)[0])


def test_a_report_is_given_after_each_epoch():
    seen = []
    fitted(epochs=3, report=lambda history: seen.append(len(history)))
    assert seen == [1, 2, 3]


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(epochs=0), "epochs=0; it must be an integer, at least 1"),
        (dict(batch_size=300), "400 characters in 300 streams leave 1 for each"),
        (dict(steps=0), "steps=0; it must be an integer, at least 1"),
        (dict(valid=CYCLE[:3]), "3 characters in 4 streams"),
        (dict(valid=np.full(100, 9)), r"valid has symbols up to 9; the network knows 0 \.\. 3"),
    ],
)
def test_what_cannot_be_trained_on_is_said_before_any_step(options, message):
    with pytest.raises(ValueError, match=message):
        fitted(**options)


# ---- drawing


def test_characters_are_drawn_with_the_probabilities_of_their_scores():
    net = net_of()
    s = net(encode("a", ALPHABET)[None]).numpy()[0, -1].astype(np.float64)
    for temperature in (0.5, 1.0, 2.0):
        p = np.exp(s / temperature) / np.exp(s / temperature).sum()
        drawn = [next(sample(net, 1, "a", temperature, seed)) for seed in range(800)]
        seen = np.array([drawn.count(c) for c in ALPHABET]) / 800
        assert np.abs(seen - p).max() < 5 * 0.5 / np.sqrt(800)


def test_drawing_is_reading_what_was_drawn():
    """The carried state is the same as after reading the prompt and the text from the start."""
    net = fitted(epochs=1)[0]
    text = "".join(sample(net, 30, "abc", seed=3))
    longer = "".join(sample(net, 20, "abc" + text[:10], temperature=1e-3))
    scores = net(encode("abc" + text[:10] + longer, ALPHABET)[None]).numpy()[0, 12:-1]
    assert longer == "".join(ALPHABET[k] for k in scores.argmax(axis=1))


@pytest.mark.parametrize("temperature", [1e-3, 1e-310, 5e-324])
def test_near_zero_the_likeliest_character_is_always_drawn(temperature):
    net = fitted(epochs=1)[0]
    text = "".join(sample(net, 20, "a", temperature))
    scores = net(encode("a" + text, ALPHABET)[None]).numpy()[0, :-1]
    assert text == "".join(ALPHABET[k] for k in scores.argmax(axis=1))


@pytest.mark.parametrize("alphabet, begins", [("\nabc", "\n"), ("ab\nc", "\n"), ("abcd", "a"), ("\u65e5bcd", "\u65e5")])
def test_without_a_prompt_it_begins_a_line_where_the_alphabet_has_lines(alphabet, begins):
    net = tn.RecurrentNet([4, 8, 4], alphabet=alphabet)
    assert list(sample(net, 20)) == list(sample(net, 20, begins))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(prompt=""), "prompt=''.*at least one character"),
        (dict(prompt="axe"), "'x' at position 1 is not in the alphabet 'abcd'"),
        (dict(temperature=0), "temperature=0.*above 0"),
        (dict(temperature=np.nan), "temperature=nan.*above 0"),
        (dict(length=-1), "length=-1.*at least 0"),
    ],
)
def test_what_cannot_be_drawn_is_said_at_once(arguments, message):
    with pytest.raises(ValueError, match=message):
        sample(net_of(), **dict(length=5, prompt="a") | arguments)


def test_only_a_network_of_characters_writes_text():
    with pytest.raises(ValueError, match="has no alphabet, so its symbols are no characters"):
        sample(tn.RecurrentNet([4, 8, 4]), 5)
    with pytest.raises(ValueError, match="scores after the last step only; train one with last=False"):
        sample(tn.RecurrentNet([4, 8, 4], last=True, alphabet="abcd"), 5)
    with pytest.raises(ValueError, match="alphabet='abca'; it must be 4 different characters"):
        tn.RecurrentNet([4, 8, 4], alphabet="abca")


def test_the_alphabet_is_kept_with_the_network_frozen_or_not(tmp_path):
    net = fitted(epochs=1)[0]
    tn.save(net, tmp_path / "net")
    tn.save(tn.freeze(net), tmp_path / "frozen")
    texts = {"".join(sample(n, 40, "ab")) for n in (net, tn.load(tmp_path / "net"), tn.load(tmp_path / "frozen"))}
    assert len(texts) == 1


def test_some_streams_start_anew_at_the_border_of_a_window_and_the_others_go_on():
    """A network that never began from zeros would be lost wherever a text starts."""
    started = []

    class Listening(tn.RecurrentNet):
        def run(self, x, state=None, lengths=None):
            if state is not None and self.training:
                started.append((state[0][0].numpy() == 0).all(axis=1))
            return super().run(x, state, lengths)

    fit_text(Listening([4, 8, 4]), np.tile(CYCLE, 20), epochs=1, batch_size=20, steps=4)
    share = np.mean(started)
    assert len(started) == 99 and abs(share - ANEW) < 5 * np.sqrt(ANEW / (20 * 99))

"""Characters as ids, tiny Shakespeare against published counts, and windows that put the text together again."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinynet.datasets import load, streams, text, windows


@given(st.text(min_size=1, max_size=60))
def test_there_and_back(characters):
    alphabet = text.alphabet_of(characters)
    ids = text.encode(characters, alphabet)
    assert ids.dtype == np.uint8 and ids.tolist() == [alphabet.index(c) for c in characters]
    assert text.decode(ids, alphabet) == characters
    assert list(alphabet) == sorted(set(characters))


def test_any_order_of_the_alphabet_and_every_byte():
    assert text.encode("BET", "BTPSXVE").tolist() == [0, 6, 1]
    alphabet = "".join(chr(0x1F600 + k) for k in range(256))[::-1]
    assert text.encode(alphabet, alphabet).tolist() == list(range(256))
    assert text.encode("", "ab").tolist() == [] and text.decode([], "ab") == ""


@pytest.mark.parametrize("unknown", ["z", "A", "é", "\U0001f600", "\n", "\ud800"])
def test_an_unknown_character(unknown):
    message = re.escape(f"{unknown!r} at position 2 is not in the alphabet 'abc'")
    with pytest.raises(ValueError, match=message):
        text.encode(f"ab{unknown}c{unknown}", "abc")


def test_ids_and_alphabets_that_are_none():
    with pytest.raises(ValueError, match=r"id 3 at position 1 is no character: the alphabet 'abc' has 0 \.\. 2"):
        text.decode(np.array([0, 3, 4], np.uint8), "abc")
    with pytest.raises(ValueError, match="id -1 at position 0"):
        text.decode(np.array([-1, 0]), "abc")
    for wrong in (np.zeros((2, 2), int), np.zeros(2)):
        with pytest.raises(ValueError, match=r"decode: ids of shape .* give one row of integers"):
            text.decode(wrong, "abc")
    for alphabet in ("", "aba", "".join(map(chr, range(257)))):
        with pytest.raises(ValueError, match=f"an alphabet of {len(alphabet)} characters, {len(set(alphabet))} of"):
            text.encode("a", alphabet)


def test_a_text_of_ones_own():
    words = "to be or not to be " * 10  # 190 characters
    data = text.from_text(words, "hamlet")
    assert data.alphabet == " benort" and data.name == "hamlet" and data.per_step
    assert [split.inputs.shape for split in data] == [(1, 171), (1, 9), (1, 10)]
    assert "".join(text.decode(split.inputs[0], data.alphabet) for split in data) == words
    for inputs, labels in data:
        assert labels.dtype == np.int64 and labels[0].tolist() == [*inputs[0, 1:].tolist(), -1]
    assert repr(data) == "SequenceDataset hamlet: 1 x 171 train, 1 x 9 valid, 1 x 10 test; 7 symbols, 7 classes a step"


def test_texts_that_cannot_be_cut():
    for n in (0, 1, 30):
        with pytest.raises(ValueError, match=f"toy: a text of {n} characters leaves . for .*give at least 40"):
            text.from_text("a" * n, "toy")
    assert len(text.from_text("a" * 40).test.labels) == 1
    assert text.from_text("a" * 98 + "bb", "toy").alphabet == "ab"  # also what training never shows
    with pytest.raises(ValueError, match="an alphabet of 300 characters"):
        text.from_text("".join(map(chr, range(100, 400))), "toy")


def test_shakespeare_is_shakespeare(needs_files):
    needs_files("shakespeare")
    data = load("shakespeare")
    assert [split.inputs.shape[1] for split in data] == [1_003_854, 55_770, 55_770]
    assert data.alphabet == "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    first = "First Citizen:\nBefore we proceed any further, hear me speak.\n"
    assert text.decode(data.train.inputs[0, : len(first)], data.alphabet) == first
    whole = "".join(text.decode(split.inputs[0], data.alphabet) for split in data)
    assert len(whole) == 1_115_394 and whole.count("\n") == 40_000
    share = np.bincount(data.train.inputs[0]) / 1_003_854
    assert share.min() > 0  # training shows all 65
    bits = -np.log2(share[data.test.inputs[0]]).mean()
    assert round(bits, 2) == 4.85 and round(np.log2(65), 2) == 6.02  # as the docstring says


@given(st.integers(2, 80), st.integers(1, 9), st.integers(1, 12))
def test_windows_put_the_text_together_again(n, batch, steps):
    ids = np.arange(n) % 256
    T = n // batch
    if T < 2:
        with pytest.raises(ValueError, match=f"{n} characters in {batch} streams leave {T} for each"):
            windows(ids, batch, steps)
        return
    pairs = list(windows(ids.astype(np.uint8), batch, steps))
    assert [len(inputs) for inputs, _ in pairs[:-1]] == [steps] * (len(pairs) - 1)
    assert 1 <= len(pairs[-1][0]) <= steps
    inputs, targets = (np.concatenate(parts) for parts in zip(*pairs, strict=True))  # (T - 1, batch)
    assert inputs.dtype == np.uint8 and targets.dtype == np.int64
    for b in range(batch):
        stream = ids[b * T : (b + 1) * T].tolist()
        assert inputs[:, b].tolist() == stream[:-1] and targets[:, b].tolist() == stream[1:]


def test_one_stream_loses_nothing():
    ids = text.encode("to be or not", " benort")
    assert streams(ids, 1)[:, 0].tolist() == ids.tolist()
    assert sum(len(targets) for _, targets in windows(ids, 1, 5)) == len(ids) - 1
    side_by_side = streams(ids, 3)
    assert side_by_side.shape == (4, 3) and side_by_side.T.ravel().tolist() == ids.tolist()


def test_windows_of_a_split_stay_in_it(needs_files):
    needs_files("shakespeare")
    data = load("shakespeare")
    for split in data:
        seen = [np.concatenate(parts) for parts in zip(*windows(split.inputs[0], 32, 64), strict=True)]
        n = split.inputs.shape[1] // 32
        assert np.array_equal(seen[0].T, split.inputs[0, : 32 * n].reshape(32, n)[:, :-1])
        assert np.array_equal(seen[1].T, split.labels[0, : 32 * n].reshape(32, n)[:, :-1])


@pytest.mark.parametrize("count", [0, -1, 2.5])
def test_counts_that_are_none(count):
    ids = np.zeros(50, np.uint8)
    with pytest.raises(ValueError, match=f"batch={count}; it must be an integer, at least 1"):
        windows(ids, count, 5)
    with pytest.raises(ValueError, match=f"steps={count}; it must be an integer, at least 1"):
        windows(ids, 5, count)


@pytest.mark.parametrize("ids", [np.zeros((1, 50), np.uint8), np.zeros(50), np.array("to be")])
def test_ids_that_are_none(ids):
    with pytest.raises(ValueError, match=r"ids of shape .* give one row of integers: encode"):
        streams(ids, 2)


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("ab" * 40, encoding="utf-8-sig")
    assert text.from_file(path).alphabet == "ab"

"""What every set of sequences promises; the adding problem and the rows of digits against plain loops."""

import numpy as np
import pytest

from tinynet.datasets import SequenceDataset, Split, lengths, load, pad
from tinynet.datasets.sequences import next_symbols

SMALL = {"train": 30, "valid": 20, "test": 10}
GENERATED = ["reber", "adding"]
SHAPES = {  # inputs of one example, labels of one; None is as long as the longest
    "digits_rows": ((8, 8), ()),
    "reber": ((None,), (None,)),
    "adding": ((200, 2), (1,)),
    "shakespeare": ((None,), (None,)),
}
SIZES = {"digits_rows": (800, 200, 797), "reber": (30, 20, 10), "adding": (30, 20, 10), "shakespeare": (1, 1, 1)}
WIDTHS = {"digits_rows": (8, 10), "reber": (7, 7), "adding": (2, 1), "shakespeare": (65, 65)}


def small(name, seed=0, **sizes):
    return load(name, seed, **{**SMALL, **sizes}) if name in GENERATED else load(name)


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("name", SHAPES)
def test_every_set_of_sequences_keeps_the_promises(name, needs_files):
    if name == "shakespeare":
        needs_files(name)
    data = small(name)
    assert isinstance(data, SequenceDataset) and data.name == name and data.source
    assert tuple(len(split.inputs) for split in data) == SIZES[name]
    assert (data.n_features, data.n_classes) == WIDTHS[name]
    for inputs, labels in data:
        assert inputs.flags.c_contiguous and inputs.flags.writeable and len(labels) == len(inputs)
        for shape, expected in zip((inputs.shape[1:], labels.shape[1:]), SHAPES[name], strict=True):
            assert shape == tuple(inputs.shape[1] if n is None else n for n in expected)
        assert inputs.dtype == (np.uint8 if data.alphabet else np.float32)
        assert labels.dtype == (np.float32 if name == "adding" else np.int64)
        if labels.dtype == np.int64:
            assert labels.min() >= (-1 if data.per_step else 0) and labels.max() < data.n_classes
        if data.per_step:  # labels, then padding; the labels are the inputs moved by one
            assert inputs.max() < len(data.alphabet)
            assert np.array_equal(labels >= 0, np.arange(labels.shape[1]) < lengths(labels)[:, None])
            known = labels[:, :-1] >= 0
            known[:, :-1] &= labels[:, 1:-1] >= 0  # the last label of a string is no input
            known[:, -1] = False
            assert np.array_equal(inputs[:, 1:][known], labels[:, :-1][known])


@pytest.mark.parametrize("name", ["digits_rows", "reber", "adding"])
def test_two_loads_are_equal_and_independent(name):
    first, second = small(name), small(name)
    assert all(same(a, b) for a, b in zip(first, second, strict=True))
    for split in first:
        split.inputs[:] = 7
        split.labels[:] = 7
    assert all(same(a, b) for a, b in zip(second, small(name), strict=True))


@pytest.mark.parametrize("name", GENERATED)
def test_the_seed_and_nothing_else_decides(name):
    data, larger, other = small(name), small(name, train=300, test=200), small(name, seed=1)
    T, longest = data.train.inputs.shape[1], larger.train.inputs.shape[1]
    assert same(data.valid, larger.valid)
    assert np.array_equal(larger.train.inputs[:30, :T], data.train.inputs)  # the first examples stay
    assert not larger.train.inputs[:30, T:longest].any()
    assert not np.array_equal(larger.train.inputs[:10], larger.test.inputs[:10, :longest])
    assert not np.array_equal(data.train.inputs[:5, :8], other.train.inputs[:5, :8])


@pytest.mark.parametrize("name", GENERATED)
@pytest.mark.parametrize("size", [0, -3, 2.5])
def test_a_size_that_is_none(name, size):
    with pytest.raises(ValueError, match=f"valid={size}: a split needs at least one example"):
        load(name, valid=size)


def test_unknown_options():
    with pytest.raises(TypeError, match="reber takes the options seed, train, valid, test; got length"):
        load("reber", length=5)
    with pytest.raises(TypeError, match="digits_rows takes no options"):
        load("digits_rows", train=5)


def test_unpacks_and_prints():
    data = small("reber")
    train, _valid, test = data
    assert train is data.train and test is data.test
    T = [split.inputs.shape[1] for split in data]
    sizes = f"30 x {T[0]} train, 20 x {T[1]} valid, 10 x {T[2]} test"
    assert repr(data) == f"SequenceDataset reber: {sizes}; 7 symbols, 7 classes a step"
    sizes = "1,000 x 200 train, 20 x 200 valid, 10 x 200 test"
    assert repr(small("adding", train=1_000)) == f"SequenceDataset adding: {sizes}; 2 features a step, 1 targets"
    sizes = "800 x 8 train, 200 x 8 valid, 797 x 8 test"
    assert repr(load("digits_rows")) == f"SequenceDataset digits_rows: {sizes}; 8 features a step, 10 classes"


def test_strings_are_padded_at_the_end():
    inputs, labels = next_symbols([np.array([3, 0, 2], np.uint8), np.array([1, 0], np.uint8)])
    assert inputs.tolist() == [[3, 0], [1, 0]] and inputs.dtype == np.uint8
    assert labels.tolist() == [[0, 2], [0, -1]] and labels.dtype == np.int64
    assert lengths(labels).tolist() == [2, 1]


def test_rows_of_digits_are_the_rows():
    for rows, pictures in zip(load("digits_rows"), load("digits"), strict=True):
        assert np.array_equal(rows.labels, pictures.labels)
        for t in range(8):
            assert np.array_equal(rows.inputs[:, t], pictures.inputs[:, 8 * t : 8 * t + 8])


@pytest.mark.parametrize("length", [2, 3, 7, 200])
def test_the_sums_by_hand(length):
    for inputs, labels in load("adding", length=length, **SMALL):
        assert inputs.shape[1:] == (length, 2)
        for row, (target,) in zip(inputs.tolist(), labels.tolist(), strict=True):
            marked = [t for t, (_, marker) in enumerate(row) if marker == 1]
            assert len(marked) == 2 and marked[0] < length // 2 <= marked[1]
            assert all(marker in (0, 1) for _, marker in row) and all(0 <= value < 1 for value, _ in row)
            assert target == np.float32(sum(value for t, (value, _) in enumerate(row) if t in marked))


def test_the_mean_errs_by_a_sixth():
    inputs, labels = load("adding", length=6, train=20_000).train
    assert abs(np.mean((labels - 1) ** 2) - 1 / 6) < 0.005
    assert np.abs(inputs[..., 1].mean(axis=0) - 1 / 3).max() < 0.02  # every place is marked alike
    assert abs(inputs[..., 0].mean() - 1 / 2) < 0.005
    unmarked = np.where(inputs[..., 1] == 0, inputs[..., 0], 0).sum(axis=1)
    assert abs(np.corrcoef(unmarked, labels[:, 0])[0, 1]) < 0.02  # nothing else helps


@pytest.mark.parametrize("length", [1, 0, -4, 2.5])
def test_a_row_too_short_to_add(length):
    with pytest.raises(ValueError, match=f"length={length}: .*at least 2"):
        load("adding", length=length)


def test_targets_make_no_classes():
    split = Split(np.zeros((5, 4, 2), np.float32), np.zeros((5, 3), np.float32))
    data = SequenceDataset(split, split, split, "toy")
    assert data.n_classes == 3 and not data.per_step


# ---- padding


def test_padded_sequences_keep_their_steps_and_have_zeros_behind():
    rows = [[3, 1, 2], [5], [4, 4]]
    array, lengths = pad(rows)
    np.testing.assert_array_equal(array, [[3, 1, 2], [5, 0, 0], [4, 4, 0]])
    np.testing.assert_array_equal(lengths, [3, 1, 2])
    vectors, _ = pad([np.ones((2, 3), np.float32), np.ones((4, 3), np.float32)])
    assert vectors.shape == (2, 4, 3) and vectors.dtype == np.float32 and vectors.sum() == 18


@pytest.mark.parametrize("rows", [[], [[1], []], [np.ones((2, 3)), np.ones((2, 4))], [3]])
def test_padding_says_what_does_not_fit(rows):
    with pytest.raises(ValueError, match=r"pad: sequences of shapes .*at least one step long, all of the same width"):
        pad(rows)


def test_labels_are_padded_with_nothing():
    labels, _ = pad([[1, 0], [1]], value=-1)
    np.testing.assert_array_equal(labels, [[1, 0], [1, -1]])

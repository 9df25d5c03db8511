"""What every set of sequences promises; the adding problem and the rows of digits against plain loops."""

import numpy as np
import pytest

from tinynet.datasets import SequenceDataset, Split, lengths, load

GENERATED = ["reber", "adding"]
SHAPES = {  # inputs of one example, labels of one; None is as long as the longest
    "digits_rows": ((8, 8), ()),
    "reber": ((None,), (None,)),
    "adding": ((200, 2), (1,)),
    "shakespeare": ((None,), (None,)),
}
SIZES = {"digits_rows": (800, 200, 797), "reber": (30, 20, 10), "adding": (30, 20, 10), "shakespeare": (1, 1, 1)}
WIDTHS = {"digits_rows": (8, 10), "reber": (7, 7), "adding": (2, 1), "shakespeare": (65, 65)}


@pytest.mark.parametrize("name", SHAPES)
def test_every_set_of_sequences_keeps_the_promises(name, small, needs_files):
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


@pytest.mark.parametrize("name", GENERATED)
def test_the_seed_and_nothing_else_decides(name, small):
    data, larger, other = small(name), small(name, train=300, test=200), small(name, seed=1)
    T, longest = data.train.inputs.shape[1], larger.train.inputs.shape[1]
    assert all(map(np.array_equal, data.valid, larger.valid))
    assert np.array_equal(larger.train.inputs[:30, :T], data.train.inputs)  # the first examples stay
    assert not larger.train.inputs[:30, T:longest].any()
    assert not np.array_equal(larger.train.inputs[:10], larger.test.inputs[:10, :longest])
    assert not np.array_equal(data.train.inputs[:5, :8], other.train.inputs[:5, :8])


def test_unpacks_and_prints(small):
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


def test_rows_of_digits_are_the_rows():
    for rows, pictures in zip(load("digits_rows"), load("digits"), strict=True):
        assert np.array_equal(rows.labels, pictures.labels)
        for t in range(8):
            assert np.array_equal(rows.inputs[:, t], pictures.inputs[:, 8 * t : 8 * t + 8])


@pytest.mark.parametrize("length", [2, 3, 7, 200])
def test_the_sums_by_hand(length, small):
    for inputs, labels in small("adding", length=length):
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

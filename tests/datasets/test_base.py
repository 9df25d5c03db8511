"""What every data set promises, checked over all names; and the grid of 256 levels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinynet.datasets import Dataset, Split, from_pixels, load, names

SIZES = {  # as the issue and the papers give them
    "digits": (800, 200, 797),
    "breast_cancer": (300, 69, 200),
    "mnist": (50_000, 10_000, 10_000),
    "fashion": (50_000, 10_000, 10_000),
    "rectangles": (1_000, 200, 50_000),
    "convex": (30, 20, 10),
    "rot": (30, 20, 10),
    "bg_rand": (30, 20, 10),
    "teacher": (30, 20, 10),
    "spirals": (30, 20, 10),
    "checkerboard": (30, 20, 10),
}
NEEDS = {
    "mnist": "mnist",
    "fashion": "fashion",
    "rectangles": "rectangles",
    "rot": "mnist",
    "bg_rand": "mnist",
}
SEQUENCES = ["digits_rows", "reber", "adding", "shakespeare"]  # their other promises are in test_sequences.py
OFFLINE = ["digits", "breast_cancer", "convex", "teacher", "spirals", "checkerboard"]
GENERATED = ["convex", "rot", "bg_rand", "teacher", "spirals", "checkerboard"]


def same(a, b):
    return np.array_equal(a.inputs, b.inputs) and np.array_equal(a.labels, b.labels)


def test_the_names_are_those_tested_here():
    assert names() == [*SIZES, *SEQUENCES]


@pytest.mark.parametrize("name", SIZES)
def test_every_set_keeps_the_promises(name, small, needs_files):
    if name in NEEDS:
        needs_files(NEEDS[name])
    data = small(name)
    assert data.name == name and data.source
    assert tuple(len(split.inputs) for split in data) == SIZES[name]
    assert data.shape == () or np.prod(data.shape) == data.n_features
    for inputs, labels in data:
        assert inputs.dtype == np.float32 and inputs.flags.c_contiguous and inputs.flags.writeable
        assert inputs.shape == (len(labels), data.n_features)
        assert labels.dtype == np.int64 and labels.shape == (len(labels),)
        assert labels.min() >= 0 and labels.max() < data.n_classes
        assert np.array_equal(from_pixels(data.to_pixels(inputs[:100])), inputs[:100])


@pytest.mark.parametrize("name", [*OFFLINE, *SEQUENCES[:-1]])
def test_two_loads_are_equal_and_independent(name, small):
    first, second = small(name), small(name)
    assert all(same(a, b) for a, b in zip(first, second, strict=True))
    for split in first:
        split.inputs[:] = 7
        split.labels[:] = 7
    third = small(name)
    assert all(same(a, b) for a, b in zip(second, third, strict=True))


@pytest.mark.parametrize("name", GENERATED)
def test_the_seed_and_nothing_else_decides(name, small, needs_files):
    if name in NEEDS:
        needs_files(NEEDS[name])
    data = small(name)
    larger = small(name, train=700, test=400)
    other = small(name, seed=1)
    assert same(data.valid, larger.valid)
    assert same(data.train, Split(*(part[:30] for part in larger.train)))  # the first examples stay
    assert same(data.test, Split(*(part[:10] for part in larger.test)))
    assert not np.array_equal(data.train.inputs, other.train.inputs)
    assert not np.array_equal(data.train.inputs[:10], data.test.inputs)


def test_unpacks_and_prints():
    data = load("digits")
    train, _valid, test = data
    assert train is data.train and test is data.test
    assert repr(data) == "Dataset digits: 800 train, 200 valid, 797 test; 64 inputs (8 x 8), 10 classes"


def test_regression_targets():
    split = Split(np.zeros((5, 2), np.float32), np.zeros((5, 3), np.float32))
    data = Dataset(split, split, split, "toy")
    assert data.n_classes == 3
    assert repr(data) == "Dataset toy: 5 train, 5 valid, 5 test; 2 inputs, 3 targets"


@given(scale=st.floats(1e-3, 1e3), offset=st.floats(-3, 3), sign=st.sampled_from([-1, 1]))
def test_all_256_levels_come_back(scale, offset, sign):
    pixels = np.arange(256, dtype=np.uint8)
    split = Split(np.zeros((1, 1), np.float32), np.zeros(1, np.int64))
    data = Dataset(split, split, split, "toy", sign * scale, offset)
    inputs = from_pixels(pixels, data.scale, data.offset)
    assert inputs.dtype == np.float32
    assert np.array_equal(data.to_pixels(inputs), pixels)


def test_the_default_grid_spans_minus_one_to_one():
    inputs = from_pixels(np.arange(256, dtype=np.uint8))
    assert inputs[0] == -1 and inputs[255] == 1
    assert np.allclose(inputs, np.linspace(-1, 1, 256), atol=1e-7)
    assert np.array_equal(load("digits").to_pixels(inputs + 0.003), np.arange(256))  # rounded: 0.0039 is half


@pytest.mark.parametrize("bad", [1.01, -1.01, np.nan, np.inf])
def test_no_pixel_outside_the_grid(bad):
    data = load("digits")
    inputs = data.test.inputs.copy()
    inputs[3, 5] = bad
    with pytest.raises(ValueError, match=rf"1 of 51008 inputs .* {bad}, and digits spans -1 to 1"):
        data.to_pixels(inputs)


def test_an_unknown_name_lists_the_names():
    with pytest.raises(
        ValueError, match=r"'mnst', and no file; there are digits, breast_cancer, mnist, .*checkerboard"
    ):
        load("mnst")


def test_an_unknown_option_lists_the_options():
    with pytest.raises(TypeError, match="convex takes the options seed, train, valid, test; got trian"):
        load("convex", trian=5)
    with pytest.raises(TypeError, match="reber takes the options seed, train, valid, test; got length"):
        load("reber", length=5)
    for fixed in ("digits", "digits_rows"):
        with pytest.raises(TypeError, match=f"{fixed} takes no options, for its split is fixed; got train"):
            load(fixed, train=5)


@pytest.mark.parametrize("name", [*GENERATED, "reber", "adding"])
@pytest.mark.parametrize("size", [0, -3, 2.5])
def test_a_size_that_is_none(name, size):
    with pytest.raises(ValueError, match=f"valid={size}: a split needs at least one example"):
        load(name, valid=size)

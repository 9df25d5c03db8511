"""The two tables in the package, against facts that their authors and scikit-learn's documentation give."""

from pathlib import Path

import numpy as np

import tinynet
from tinynet.datasets import load

EMBEDDED = Path(tinynet.__file__).parent / "datasets" / "embedded"


def all_of(data):
    return np.concatenate([s.inputs for s in data]), np.concatenate([s.labels for s in data])


def nearest_neighbour_error(data):
    x, y = data.train
    distance = (x**2).sum(1) - 2 * data.test.inputs @ x.T
    return np.mean(y[distance.argmin(axis=1)] != data.test.labels)


def test_digits_are_the_uci_digits():
    inputs, labels = all_of(load("digits"))
    counts = np.rint(load("digits").to_pixels(inputs) * (16 / 255))
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert counts.sum() == 561_718 and counts.max() == 16
    # The first picture of the original file, a zero, is among them under its label.
    zero = "0 0 5 13 9 1 0 0 0 0 13 15 10 15 5 0 0 3 15 2 0 11 8 0 0 4 12 0 0 8 8 0"
    zero += " 0 5 8 0 0 9 8 0 0 4 11 0 1 12 7 0 0 2 14 5 10 12 0 0 0 0 6 13 10 0 0 0"
    (found,) = np.flatnonzero((counts == np.array(zero.split(), float)).all(axis=1))
    assert labels[found] == 0


def test_the_split_of_digits_is_mixed_and_learnable():
    data = load("digits")
    for split in data:
        assert np.bincount(split.labels).min() >= 14 * len(split.labels) / 200
        assert np.mean(split.labels[1:] == split.labels[:-1]) < 0.15  # not sorted by class
    assert nearest_neighbour_error(data) == 15 / 797  # the 1.9 % of its docstring


def test_no_picture_is_in_two_splits():
    inputs, _ = all_of(load("digits"))
    assert len(np.unique(inputs, axis=0)) == len(inputs) == 1797


def test_breast_cancer_is_the_uci_table():
    with np.load(EMBEDDED / "breast_cancer.npz") as file:
        values = file["values"]
    assert np.isclose(values[:, 0].mean(), 14.127, atol=1e-3)  # mean radius, as published
    assert np.isclose(values[:, 3].max(), 2501.0) and np.isclose(values[:, 3].min(), 143.5)  # mean area
    _, labels = all_of(load("breast_cancer"))
    assert np.bincount(labels).tolist() == [212, 357]


def test_breast_cancer_is_scaled_by_its_training_rows():
    data = load("breast_cancer")
    assert (data.train.inputs.min(axis=0) == -1).all() and (data.train.inputs.max(axis=0) == 1).all()
    with np.load(EMBEDDED / "breast_cancer.npz") as file:
        values = file["values"]
    low, high = values[:300].min(axis=0), values[:300].max(axis=0)
    exact = np.clip(2 * (values[369:] - low) / (high - low) - 1, -1, 1)
    assert np.abs(data.test.inputs - exact).max() <= 1 / 255 + 1e-6  # half a level
    assert ((values[369:] > high) | (values[369:] < low)).any()  # so that clipping was put to use
    assert nearest_neighbour_error(data) < 0.08


def test_they_are_small_and_attributed():
    text = (EMBEDDED / "README.md").read_text()
    for name, author in (("digits", "Alpaydin"), ("breast_cancer", "Wolberg")):
        assert (EMBEDDED / f"{name}.npz").stat().st_size < 100_000
        assert name in text and author in text and "CC BY 4.0" in load(name).source

"""Sequences of different lengths in one array, and strings that ask for their next symbol."""

import numpy as np
import pytest

from tinynet.datasets import lengths, pad
from tinynet.datasets.padding import next_symbols


def test_padded_sequences_keep_their_steps_and_have_zeros_behind():
    rows = [[3, 1, 2], [5], [4, 4]]
    array, n = pad(rows)
    np.testing.assert_array_equal(array, [[3, 1, 2], [5, 0, 0], [4, 4, 0]])
    np.testing.assert_array_equal(n, [3, 1, 2])
    vectors, _ = pad([np.ones((2, 3), np.float32), np.ones((4, 3), np.float32)])
    assert vectors.shape == (2, 4, 3) and vectors.dtype == np.float32 and vectors.sum() == 18


@pytest.mark.parametrize("rows", [[], [[1], []], [np.ones((2, 3)), np.ones((2, 4))], [3]])
def test_padding_says_what_does_not_fit(rows):
    with pytest.raises(ValueError, match=r"pad: sequences of shapes .*at least one step long, all of the same width"):
        pad(rows)


def test_labels_are_padded_with_nothing():
    labels, _ = pad([[1, 0], [1]], value=-1)
    np.testing.assert_array_equal(labels, [[1, 0], [1, -1]])


def test_strings_are_padded_at_the_end():
    inputs, labels = next_symbols([np.array([3, 0, 2], np.uint8), np.array([1, 0], np.uint8)])
    assert inputs.tolist() == [[3, 0], [1, 0]] and inputs.dtype == np.uint8
    assert labels.tolist() == [[0, 2], [0, -1]] and labels.dtype == np.int64
    assert lengths(labels).tolist() == [2, 1]

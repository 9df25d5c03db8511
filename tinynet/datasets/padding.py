"""Sequences of different lengths in one array: they are padded at their end.

An array of ids is padded with 0, which is a symbol too. The labels say where padding begins: they are -1 there, and
nowhere else but at the very end of a text. So

    length of string i = number of labels >= 0 in row i

and a loss that skips the labels -1 is the loss of the strings, whatever they were padded with.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinynet.datasets.base import Split

NOTHING = -1  # the label where there is nothing to predict


def pad(sequences: Sequence[Any], value: float = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return sequences of different lengths as one array, and their lengths, int64 (N,).

    Args:
        sequences: N of them, ids (T_i,) or vectors (T_i, d). The array is (N, T) or (N, T, d), T the longest.
        value: what is put behind their ends: 0 for inputs, NOTHING (-1) for the labels of steps, so that no network
            learns to predict padding.

    Raises ValueError for no sequences, for one of length 0, or for different widths.
    """
    rows = [np.asarray(sequence) for sequence in sequences]
    if not rows or any(not row.ndim or not len(row) or row.shape[1:] != rows[0].shape[1:] for row in rows):
        raise ValueError(
            f"pad: sequences of shapes {[row.shape for row in rows]}; there must be at least one, each at least one"
            " step long, all of the same width"
        )
    n = np.array([len(row) for row in rows])
    out = np.full((len(rows), n.max(), *rows[0].shape[1:]), value, np.result_type(*rows))
    for padded, row in zip(out, rows, strict=True):
        padded[: len(row)] = row
    return out, n


def lengths(labels: np.ndarray) -> np.ndarray:
    """Return how many steps (N,) have something to predict in each row of labels (N, T); the rest is padding."""
    return np.count_nonzero(labels != NOTHING, axis=1)


def next_symbols(strings: Sequence[np.ndarray]) -> Split:
    """Return the split that asks for the next symbol of each string of ids (at least two of them).

    The inputs are a string without its last symbol, the labels are the string without its first.
    """
    inputs, _ = pad([string[:-1] for string in strings])
    labels, _ = pad([string[1:].astype(np.int64) for string in strings], NOTHING)
    return Split(inputs, labels)

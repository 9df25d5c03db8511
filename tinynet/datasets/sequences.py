"""What a sequence data set is: three splits whose examples are T steps long.

    examples are             inputs                    labels
    symbols                  uint8 (N, T) ids          int64 (N, T), the next symbol, -1 where there is none
    vectors, to classify     float32 (N, T, d)         int64 (N,) classes
    vectors, to measure      float32 (N, T, d)         float32 (N, d') targets, for regression

Symbol k is `alphabet[k]`. Strings of different lengths are padded at their end with the id 0, which is a symbol
too: what is padding is told by the labels, -1 there, and nowhere else but at the very end of a text. So

    length of string i = number of labels >= 0 in row i

and a loss that skips the labels -1 is the loss of the strings, whatever they were padded with.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .base import Split

NOTHING = -1  # the label where there is nothing to predict


@dataclass(frozen=True, repr=False, eq=False)
class SequenceDataset:
    """Three splits of sequences and what they are. Unpacks as `train, valid, test = load("reber")`.

    alphabet: of symbols, in the order of their ids; None where the steps are vectors.
    source: where the data come from, and their licence.
    """

    train: Split
    valid: Split
    test: Split
    name: str
    alphabet: str | None = None
    source: str = ""

    def __iter__(self) -> Iterator[Split]:
        return iter((self.train, self.valid, self.test))

    @property
    def per_step(self) -> bool:
        """Whether every step has a label (the next symbol), or only the sequence as a whole."""
        return self.alphabet is not None

    @property
    def n_features(self) -> int:
        """Inputs of one step: the width of its vector, or the number of symbols, of which one is on."""
        return self.train.inputs.shape[2] if self.alphabet is None else len(self.alphabet)

    @property
    def n_classes(self) -> int:
        """Outputs that a network for this set needs: symbols, classes, or for regression the targets' width."""
        if self.alphabet is not None:
            return len(self.alphabet)
        if self.train.labels.ndim == 2:
            return self.train.labels.shape[1]
        return 1 + max(int(split.labels.max()) for split in self)

    def __repr__(self) -> str:
        parts = zip(("train", "valid", "test"), self, strict=True)
        sizes = ", ".join("{:,} x {:,} {}".format(*split.inputs.shape[:2], part) for part, split in parts)
        inputs = "features a step" if self.alphabet is None else "symbols"
        kind = "classes a step" if self.per_step else "classes" if self.train.labels.ndim == 1 else "targets"
        return f"SequenceDataset {self.name}: {sizes}; {self.n_features} {inputs}, {self.n_classes} {kind}"


def next_symbols(strings: Sequence[np.ndarray]) -> Split:
    """The split that asks for the next symbol of each string of ids (at least two of them).

    The inputs are a string without its last symbol, the labels the string without its first; T is the longest.
    """
    T = max(len(string) for string in strings) - 1
    inputs = np.zeros((len(strings), T), np.uint8)
    labels = np.full((len(strings), T), NOTHING, np.int64)
    for i, string in enumerate(strings):
        inputs[i, : len(string) - 1] = string[:-1]
        labels[i, : len(string) - 1] = string[1:]
    return Split(inputs, labels)


def pad(sequences: Sequence[Any], value: float = 0) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of several lengths as one array, `value` behind their ends, and the lengths, int64 (N,).

    sequences: N of them, ids (T_i,) or vectors (T_i, d); the array is (N, T) or (N, T, d), T the longest.
    value: 0 for inputs; NOTHING, -1, for the labels of steps, so that the padding is not learned.
    Raises ValueError for none, for one of length 0, or for several widths.
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
    """The number of steps (N,) that each row of per-step labels (N, T) predicts; the rest is padding."""
    return np.count_nonzero(labels != NOTHING, axis=1)

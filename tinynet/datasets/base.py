"""What a data set is: three splits of inputs and labels, to train, to validate and to test.

    N examples of            inputs                   labels
    n features               float32 (N, n)           int64 (N,) classes, or float32 (N, d) targets for regression
    T steps of n features    float32 (N, T, n)        the same
    T symbols                uint8 (N, T) ids         int64 (N, T) the next symbol, -1 where there is none

Row i of `labels` belongs to row i of `inputs`. The first kind is a Dataset, the other two a SequenceDataset.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tinynet.datasets.description import Description
from tinynet.datasets.levels import Levels
from tinynet.datasets.pixels import OFFSET, SCALE, from_pixels


class DataError(RuntimeError):
    """A data file is missing, damaged, or cannot be downloaded or stored; the message says what to do."""


class Split(NamedTuple):
    """One part of a data set."""

    inputs: np.ndarray
    labels: np.ndarray

    @classmethod
    def from_pixels(cls, pixels: np.ndarray, labels: np.ndarray) -> "Split":
        """Return the split of uint8 pixels (N, ...) and integer labels (N,); it shares no memory with either."""
        return cls(from_pixels(pixels).reshape(len(pixels), -1), np.array(labels, np.int64))


@dataclass(frozen=True, repr=False, eq=False)
class Splits:
    """Three splits under one name. They unpack as `train, valid, test = load("digits")`."""

    train: Split
    valid: Split
    test: Split
    name: str

    def __iter__(self) -> Iterator[Split]:
        return iter((self.train, self.valid, self.test))

    @property
    def n_features(self) -> int:
        """How many inputs an example has, or one step of it."""
        return self.train.inputs.shape[-1]

    @property
    def n_classes(self) -> int:
        """How many outputs a network needs for this set: its classes, or for regression the d targets."""
        if self.train.labels.ndim == 2:
            return self.train.labels.shape[1]
        return 1 + max(int(split.labels.max()) for split in self)

    def _line(self, axes: int, inputs: str, labels: str) -> str:
        """Return the data set in one line, with the first `axes` lengths of each split's inputs."""
        parts = zip(("train", "valid", "test"), self, strict=True)
        sizes = ", ".join(" x ".join(f"{n:,}" for n in split.inputs.shape[:axes]) + f" {part}" for part, split in parts)
        return f"{type(self).__name__} {self.name}: {sizes}; {self.n_features} {inputs}, {self.n_classes} {labels}"

    @property
    def _kind(self) -> str:
        return "classes" if self.train.labels.ndim == 1 else "targets"


@dataclass(frozen=True, repr=False, eq=False)
class Dataset(Splits):
    """Three splits of rows on the grid of 256 levels.

    Args:
        train, valid, test, name: as above.
        scale, offset: of the grid, see pixels.py.
        shape: of one example, (8, 8) for a picture, () where the features have no order in space.
        source: where the data come from, and their licence.
        classes: their names, in the order of the labels 0, 1, ..; of regression, the names of the d targets.
        columns: the names of the inputs.
        levels: how the values of a table became inputs.
        unit: of regression, the mean and the standard deviation of each target, float64 (2, d): labels are
            (target - mean) / deviation.
    """

    scale: float = SCALE
    offset: float = OFFSET
    shape: tuple[int, ...] = ()
    source: str = ""
    classes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    levels: Levels | None = None
    unit: np.ndarray | None = None

    @property
    def description(self) -> Description:
        """What a network must know about this data set."""
        return Description(self.name, self.n_features, self.classes, self.columns, self.levels, self.unit)

    def prepare(self, values: Any) -> np.ndarray:
        """Return what a network sees, float32 (N, n), for values (N, n) as they came: see `Description.prepare`."""
        return self.description.prepare(values)

    def to_pixels(self, inputs: np.ndarray) -> np.ndarray:
        """Return p = round((x - offset) / scale): uint8 pixels for inputs of any shape.

        Raises ValueError where a pixel would fall outside 0..255, naming the first such input.
        """
        pixels = np.rint((np.asarray(inputs, np.float64) - self.offset) / self.scale)
        outside = ~((pixels >= 0) & (pixels <= 255))  # so that NaN counts as outside
        if outside.any():
            low, high = sorted((self.offset, self.offset + 255 * self.scale))
            raise ValueError(
                f"{outside.sum()} of {outside.size} inputs are not pixels: the first is"
                f" {np.asarray(inputs)[outside][0]:g}, and {self.name} spans {low:g} to {high:g}."
                " Clip the inputs to that range, or map them to it before training."
            )
        return pixels.astype(np.uint8)

    def __repr__(self) -> str:
        shape = f" ({' x '.join(map(str, self.shape))})" if self.shape else ""
        return self._line(1, f"inputs{shape}", self._kind)


@dataclass(frozen=True, repr=False, eq=False)
class SequenceDataset(Splits):
    """Three splits of sequences. They unpack as `train, valid, test = load("reber")`.

    Args:
        train, valid, test, name: as above.
        alphabet: the characters that the ids 0, 1, .. stand for; None where the steps are vectors.
        source: where the data come from, and their licence.
    """

    alphabet: str | None = None
    source: str = ""

    @property
    def per_step(self) -> bool:
        """Whether every step has a label, the next symbol, or only the sequence as a whole."""
        return self.alphabet is not None

    @property
    def n_features(self) -> int:
        """How many inputs a step has: the width of its vector, or the number of symbols, of which one is on."""
        return super().n_features if self.alphabet is None else len(self.alphabet)

    @property
    def n_classes(self) -> int:
        """How many outputs a network needs for this set: its symbols, its classes, or for regression the d targets."""
        return super().n_classes if self.alphabet is None else len(self.alphabet)

    def __repr__(self) -> str:
        if self.alphabet is not None:
            return self._line(2, "symbols", "classes a step")
        return self._line(2, "features a step", self._kind)

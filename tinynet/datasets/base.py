"""What a data set is: three splits of (inputs, labels), and a grid of 256 levels.

Every input in this package is one byte p in 0..255, shown to the network as a number x in [-1, 1]:

    x = scale * p + offset,    scale = 2/255,  offset = -1,    and back:    p = round((x - offset) / scale)

For a picture p is the grey level; a table or a point in the plane is rounded to the same 256 levels. So a
trained network can be frozen to integers whatever it was trained on: its first layer multiplies p itself.

Notation: N examples of n features; row i of `inputs` (N, n) has the label `labels[i]`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

SCALE, OFFSET = 2 / 255, -1.0


class DataError(RuntimeError):
    """A data file is missing, damaged, or cannot be downloaded or stored; the message says what to do."""


def from_pixels(pixels: np.ndarray, scale: float = SCALE, offset: float = OFFSET) -> np.ndarray:
    """x = scale * p + offset: uint8 pixels of any shape to float32 inputs of the same shape (a new array)."""
    levels = (scale * np.arange(256) + offset).astype(np.float32)  # all the inputs there are
    return levels[pixels]


def nearest_pixels(x: np.ndarray) -> np.ndarray:
    """The levels nearest to real x in [-1, 1], as uint8; what lies outside is clipped to 0 or 255."""
    return np.clip(np.rint((x - OFFSET) / SCALE), 0, 255).astype(np.uint8)


class Split(NamedTuple):
    """One part of a data set."""

    inputs: np.ndarray  # float32 (N, n)
    labels: np.ndarray  # int64 (N,) classes 0, 1, ..; or float32 (N, d) targets, for regression

    @classmethod
    def from_pixels(cls, pixels: np.ndarray, labels: np.ndarray) -> "Split":
        """A split from uint8 pixels (N, ...) and integer labels (N,); shares no memory with either."""
        return cls(from_pixels(pixels).reshape(len(pixels), -1), np.array(labels, np.int64))


@dataclass(frozen=True, repr=False, eq=False)
class Dataset:
    """Three splits and what they are. Unpacks as `train, valid, test = load("digits")`.

    shape: of one example, (8, 8) for a picture, () where the features have no order in space.
    source: where the data come from, and their licence.
    """

    train: Split
    valid: Split
    test: Split
    name: str
    scale: float = SCALE
    offset: float = OFFSET
    shape: tuple[int, ...] = ()
    source: str = ""

    def __iter__(self) -> Iterator[Split]:
        return iter((self.train, self.valid, self.test))

    @property
    def n_features(self) -> int:
        """Inputs of one example."""
        return self.train.inputs.shape[1]

    @property
    def n_classes(self) -> int:
        """Outputs that a network for this set needs: its classes, or for regression the targets' width d."""
        if self.train.labels.ndim == 2:
            return self.train.labels.shape[1]
        return 1 + max(int(split.labels.max()) for split in self)

    def to_pixels(self, inputs: np.ndarray) -> np.ndarray:
        """p = round((x - offset) / scale): inputs of any shape to uint8 pixels of the same shape.

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
        parts = zip(("train", "valid", "test"), self, strict=True)
        sizes = ", ".join(f"{len(split.labels):,} {part}" for part, split in parts)
        shape = f" ({' x '.join(map(str, self.shape))})" if self.shape else ""
        kind = "classes" if self.train.labels.ndim == 1 else "targets"
        return f"Dataset {self.name}: {sizes}; {self.n_features} inputs{shape}, {self.n_classes} {kind}"


def streams(seed: int, count: int) -> Iterator[np.random.Generator]:
    """`count` independent random generators, the same for the same seed.

    Each split draws from its own, so asking for more test examples leaves the training set as it was.
    """
    return (np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(count))


def check_sizes(**sizes: int) -> None:
    """Raise ValueError unless every size is an integer of at least 1."""
    for part, size in sizes.items():
        if not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(f"{part}={size!r}: a split needs at least one example; pass a positive integer")

"""Levels: numbers of any size, stretched to the 256 levels of pixels.py, column by column.

A table may have years in one column and euros in another. Each column j is stretched by two numbers of its own,

    p_ij = round(255 (v_ij - low_j) / (high_j - low_j)),    clipped to 0 .. 255

and these come from the training rows alone, because a test row must not decide what the training rows look like:

    range       the column's least and greatest value (min-max scaling)
    standard    mean - 3 s and mean + 3 s, where s is its standard deviation; better if a few values lie far outside
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinynet.datasets.pixels import from_pixels


class Levels(NamedTuple):
    """The stretch of each column. low, high: float64 (n,), of which high is the larger."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, scale: str = "range") -> Levels:
        """Return the stretch that training rows ask for, (N, n); of a constant column, one that gives level 0."""
        if scale not in ("range", "standard"):
            raise ValueError(f"scale={scale!r}; it must be 'range' or 'standard'")
        low, high = values.min(axis=0), values.max(axis=0)
        if scale == "standard":
            mean, s = values.mean(axis=0), values.std(axis=0)
            low, high = np.where(s > 0, mean - 3 * s, low), np.where(s > 0, mean + 3 * s, high)
        varies = high / 2 - low / 2 > np.finfo(np.float64).tiny
        return cls(low, np.where(varies, high, low + np.maximum(1, np.abs(low) / 2**20)))

    def pixels(self, values: np.ndarray) -> np.ndarray:
        """Return the levels of values (N, n), uint8."""
        half = values / 2 - self.low / 2  # halves, so that no difference overflows
        return np.clip(np.rint(255 * (half / (self.high / 2 - self.low / 2))), 0, 255).astype(np.uint8)

    def inputs(self, values: np.ndarray) -> np.ndarray:
        """Return what a network sees for values (N, n): float32 in [-1, 1]."""
        return from_pixels(self.pixels(values))

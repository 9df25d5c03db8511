"""Shares: how likely each code is to come next, as encoder and decoder know it from the codes so far.

Both count the codes that they have seen, so they agree, and no table is stored. A row of W belongs to one input, and
neighbouring inputs often have similar weights. So there is a count for each pair of a code and the code one row up.
These counts are small at first. So TRUST * base codes are added to those seen below each code, in the shares that codes
have among all:

    share of k  =  (count of k below this code  +  TRUST * base * share of k among all) / (the same, summed over k)

Integers alone are used, because they are the same on every machine.
"""

from __future__ import annotations

import numpy as np

PLACES = 14  # bits: the shares are parts of 2^14
TRUST = 4


class Shares:
    """The shares of codes below `base`, at most 256; see the head of this file."""

    def __init__(self, base: int) -> None:
        self.base, self.least = base, np.arange(base + 1)  # each code keeps one place, even if it was never seen
        self.counts = np.zeros((base + 1, base), np.int64)  # by the code above; the last row: there is none

    def borders(self, above: np.ndarray) -> np.ndarray:
        """Return where the places of each code begin, and the end, int64 (lanes, base + 1)."""
        of_all = self._spread(2 * self.counts.sum(axis=0) + 1, 16 * TRUST * self.base)
        return self._spread(16 * self.counts[above] + np.diff(of_all), 1 << PLACES)  # both in sixteenths of a code

    def _spread(self, weights: np.ndarray, places: int) -> np.ndarray:
        sums = np.zeros((*weights.shape[:-1], self.base + 1), np.int64)
        np.cumsum(weights, axis=-1, out=sums[..., 1:])
        return sums * (places - self.base) // sums[..., -1:] + self.least

    def note(self, above: np.ndarray, codes: np.ndarray) -> None:
        """Count codes that were seen."""
        np.add.at(self.counts, (above, codes), 1)

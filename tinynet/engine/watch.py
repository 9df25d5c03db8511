"""The watch over a tensor's values: a write in place must not spoil a gradient unnoticed.

The tape keeps references to values, not copies. If you overwrite a value between the forward and the backward pass, the
gradient would be silently wrong. So every tensor counts its writes, the tape notes the count, and `backward` compares.
An optimizer's step is counted as it happens (`Parameter.move`). A write through `.data` cannot be seen, so the watch
takes a checksum of each array that it hands out, and compares it later.
"""

from __future__ import annotations

import sys
import zlib

import numpy as np

from tinynet.engine.methods import Methods
from tinynet.engine.operators import Out


class Watched(Methods[Out]):
    """Values that anyone may read and write, and a count of the writes."""

    _writes = 0  # in-place writes seen so far
    _handed_out: tuple[tuple[np.ndarray, int], ...] = ()  # arrays that others may hold, with their checksums
    _owner: Watched | None = None  # the tensor whose values this constant is a view of

    @property
    def data(self) -> np.ndarray:
        """The values. From now on they are watched for writes, for as long as anyone holds them."""
        if not any(array is self._data for array, _ in self._handed_out):
            if self._data.base is not None:  # a view of another tensor's values: a write must not reach those
                self._data = self._data.copy()
            self._handed_out += ((self._data, _crc(self._data)),)
        return self._data

    @data.setter
    def data(self, values: np.ndarray) -> None:
        if values is not self._data:  # x.data += 1 assigns the array it has just written
            self._data = np.array(values)

    def writes(self) -> int:
        """Return a count that grows when the values are written in place between two calls."""
        watched = []
        for array, checksum in self._handed_out:
            now = _crc(array)
            self._writes += now != checksum
            if sys.getrefcount(array) > (4 if array is self._data else 3):  # someone else still holds it
                watched.append((array, now))
        self._handed_out = tuple(watched)
        return self._writes if self._owner is None else self._writes + self._owner.writes()


def _crc(a: np.ndarray) -> int:
    return zlib.crc32(np.ascontiguousarray(a).data)

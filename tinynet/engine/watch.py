"""The watch over a tensor's values.

The tape keeps references to values, not copies. If somebody overwrites one between forward and backward pass, the
gradient would be silently wrong, so `backward` must notice. Therefore every tensor counts its writes, and the tape
notes the count. An optimizer's step counts itself (`Parameter.move`). A write through `.data` cannot be seen; so each
array that was handed out has its checksum taken, and compared later.
"""

from __future__ import annotations

import sys
import zlib

import numpy as np

from tinynet.engine.operators import Operators


class Watched(Operators):
    """Values, which anyone may read and write, and a count of the writes."""

    _writes = 0  # in-place writes seen so far
    _handed_out: tuple[tuple[np.ndarray, int], ...] = ()  # arrays that others may hold, with their checksums
    _owner: Watched | None = None  # whose values a constant is a view of

    @property
    def data(self) -> np.ndarray:
        """The values. Once handed out they are watched for writes, for as long as anyone holds them."""
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
        """Return how often the values have been written in place, as far as anyone can tell."""
        watched = []
        for array, checksum in self._handed_out:
            now = _crc(array)
            self._writes += now != checksum
            if sys.getrefcount(array) > (4 if array is self._data else 3):  # more than know of it here
                watched.append((array, now))
        self._handed_out = tuple(watched)
        return self._writes if self._owner is None else self._writes + self._owner.writes()


def _crc(a: np.ndarray) -> int:
    return zlib.crc32(np.ascontiguousarray(a).data)

"""Windows: what a convolution sees of its input, cut out window by window, and put back.

The fast route through a convolution (toeplitz.py) has two steps: copy every window of a picture into a row of a tall
matrix, which repeats a pixel as often as windows overlap there; then multiply that matrix by the small K. On the way
back the cotangents of all copies of a pixel are added up (Chellapilla, Puri, Simard 2006, "High performance
convolutional neural networks for document processing").

A row of x lists a picture pixel by pixel, all channels of a pixel together: (y, x, channel). Then a line of a window is
one piece of memory, and the products with K come out in the same order.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tinynet.engine.tape import primitive


class Windows(NamedTuple):
    """Windows of `kernel` pixels a side, `stride` pixels apart, in pictures with `padding` zeros around them."""

    side: int  # of the picture
    channels: int
    kernel: int
    stride: int
    padding: int
    dimensions: int

    @property
    def m(self) -> int:
        """The numbers in a picture."""
        return self.channels * self.side**self.dimensions

    @property
    def size(self) -> int:
        """The numbers in a window."""
        return self.channels * self.kernel**self.dimensions

    @property
    def positions(self) -> int:
        """How many windows a picture has."""
        return ((self.side + 2 * self.padding - self.kernel) // self.stride + 1) ** self.dimensions

    def cut(self, x: np.ndarray) -> np.ndarray:
        """Return the windows of x (.., m), one a row: (pictures * positions, size)."""
        inside, padded = self._padded(x.reshape(-1, self.m))
        inside[...] = x.reshape(inside.shape)
        return self._seen(padded).reshape(-1, self.size)

    def put_back(self, g: np.ndarray) -> np.ndarray:
        """Return the sum of all that windows g (pictures * positions, size) hold of each number: (pictures, m)."""
        g = g.reshape(-1, self.positions * self.size)
        inside, padded = self._padded(g)
        seen = self._seen(padded)
        g = g.reshape(seen.shape)
        apart = -(-self.kernel // self.stride)  # windows this far from each other share no pixel: add them at once
        for first in product(range(apart), repeat=self.dimensions):
            some = slice(None), *[slice(one, None, apart) for one in first]
            seen[some] += g[some]
        return inside.reshape(-1, self.m)

    def places(self, features: int) -> np.ndarray:
        """Return the place in K (size, features) of each entry of the matrix W that does both steps at once.

        The places, uint32 (m, positions * features), count K row by row. Where W is zero they are one behind the last.
        """
        seen = self.cut(np.arange(1, self.m + 1)[None])  # the inputs in each window, 0 for the padding
        places = np.full((self.m + 1, self.positions, features), self.size * features, np.uint32)
        places[seen, np.arange(self.positions)[:, None]] = np.arange(self.size * features).reshape(self.size, features)
        return places[1:].reshape(self.m, self.positions * features)

    def _padded(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return pictures of zeros, one for each row, and the same with their padding: views of the same memory."""
        p, d = self.padding, self.dimensions
        padded = np.zeros((len(rows), *[self.side + 2 * p] * d, self.channels), rows.dtype)
        return padded[:, *[slice(p, p + self.side)] * d], padded

    def _seen(self, padded: np.ndarray) -> np.ndarray:
        """Return a view of what the windows see: (pictures, positions .., window .., channels)."""
        d = self.dimensions
        seen = sliding_window_view(padded, [self.kernel] * d, axis=tuple(range(1, d + 1)), writeable=True)
        return np.moveaxis(seen[:, *[slice(None, None, self.stride)] * d], d + 1, -1)


cut = primitive(
    "cut",
    lambda x, windows: windows.cut(x),
    lambda g, y, x, windows: windows.put_back(g).reshape(x.shape),
)

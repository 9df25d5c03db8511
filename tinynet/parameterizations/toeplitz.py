"""Toeplitz: a convolution written as a matrix, with one number along each diagonal (LeCun et al. 1989).

In a picture, an edge is an edge wherever it lies. So all outputs may look for the same things: each sees a small window
of the input, and all windows use the same weights K. The window of output position p starts at input pixel stride * p
- padding; with i the pixel, c its channel and f the feature that is looked for,

    W[(i, c), (p, f)] = K[(i - stride p + padding, c), f]        inside the window, and 0 outside

With one channel and stride 1 this is Toeplitz's matrix, whose diagonals are constant. It is hashing with a designed
hash: positions share a number because of where they stand, not by chance, and no seed is needed to find out which.

K itself is a matrix, (kernel^d channels, features) in d dimensions, which another recipe may make. x W is cheap: cut x
into its windows, and multiply each by K. The gradient of a shared number is the sum over its places, as in Hashed.

A row lists position after position, row by row of the picture, and all channels of a position together: (y, x, c). So
windows times K are the outputs, in this same order. Nearest member: the mean along each diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tinynet.engine.shapes import concatenate
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor
from tinynet.parameterizations.base import MOST_ENTRIES, Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.hashed import gather

# fmt: off
#                    name       y = f(x)                    cotangent of x
windows = primitive("windows", lambda x, W: W.cut(x),      lambda g, y, x, W: W.put_back(g, x.shape))
# fmt: on


@dataclass(repr=False)
class Toeplitz(Parameterization):
    """W of a convolution, (channels side^d, features side_out^d). The number of features follows from the shape.

    Args:
        kernel: the side of a window, in pixels.
        stride: how far apart neighbouring windows are. Pixels behind the last whole window are not seen.
        channels: numbers per pixel of the input.
        padding: how many zeros surround the picture on each side; less than kernel.
        dimensions: d; 2 for square pictures, 1 for rows of pixels.
        inner: the recipe of K.
    """

    kernel: int = 3
    stride: int = 1
    channels: int = 1
    padding: int = 0
    dimensions: int = 2
    inner: Parameterization = field(default_factory=Dense)

    holds = {"K": ("K",)}

    def __post_init__(self) -> None:
        given = {name: getattr(self, name) for name in ("kernel", "stride", "channels", "padding", "dimensions")}
        whole = all(type(n) is int for n in given.values())
        sizes = self.kernel, self.stride, self.channels
        if not whole or min(sizes) < 1 or not 0 <= self.padding < self.kernel or self.dimensions not in (1, 2):
            raise ValueError(
                f"Toeplitz: {', '.join(f'{name}={n!r}' for name, n in given.items())}; all are integers, the first "
                "three at least 1, padding lies in 0 .. kernel - 1, and dimensions is 1 or 2"
            )

    def lay_out(self) -> None:
        if self.fitting(self.shape) != self.shape:
            what = f"m = {self.channels} s^{self.dimensions} and n = features * s_out^{self.dimensions}"
            raise ValueError(f"{self!r} needs {what}; {self.shape} does not fit, {self.fitting(self.shape)} would")
        self.side = self._side(self.m)
        self.side_out = self._side_out(self.side)
        rows, positions = self.channels * self.kernel**self.dimensions, self.side_out**self.dimensions
        self.K = self.inner.shaped((rows, self.n // positions))

    def fitting(self, shape: tuple[int, int]) -> tuple[int, int]:
        """Return the nearest shape (m, n) that fits: pictures, and as many features at every position."""
        side = self._side(shape[0])
        positions = self._side_out(side) ** self.dimensions
        return self.channels * side**self.dimensions, positions * max(1, round(shape[1] / positions))

    def _side(self, m: int) -> int:
        return max(self.kernel, round((m / self.channels) ** (1 / self.dimensions)))

    def _side_out(self, side: int) -> int:
        return (side + 2 * self.padding - self.kernel) // self.stride + 1

    @cached_property
    def places(self) -> np.ndarray:
        """For each entry of W its place in K, uint32 (m, n); where W is zero, the number of K's entries."""
        seen = self.cut(np.arange(1, self.m + 1)[None])  # (positions, rows of K): an input, 0 for padding
        rows, features = self.K.shape
        places = np.full((1 + self.m, len(seen), features), rows * features, np.uint32)
        places[seen, np.arange(len(seen))[:, None]] = np.arange(rows * features).reshape(self.K.shape)
        return places[1:].reshape(self.shape)

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.K.fill(self.seed, max(1, round(fan_in * self.K.m / self.m)))

    def approximate(self, W: np.ndarray) -> None:
        count = self.K.m * self.K.n
        places = self.places.ravel()
        sums = np.bincount(places, W.ravel().astype(np.float64) / MOST_ENTRIES, count + 1)
        means = MOST_ENTRIES * (sums / np.maximum(1, np.bincount(places, minlength=count + 1)))[:count]
        self.K = self.K.from_dense(means.astype(W.dtype).reshape(self.K.shape), self.seed)

    def weight(self) -> Tensor:
        K = self.K.weight()
        return gather(concatenate([K.reshape((1, -1)), np.zeros((1, 1), K.dtype)], axis=1), self.places)

    def matmul(self, x: Any) -> Tensor:
        return self.K.matmul(windows(x, self)).reshape((*x.shape[:-1], self.n))

    # ---- windows

    def cut(self, x: np.ndarray) -> np.ndarray:
        """Return the windows of x (.., m), one a row: (pictures * positions, rows of K)."""
        d, p = self.dimensions, self.padding
        pictures = np.pad(x.reshape(-1, *[self.side] * d, self.channels), [(0, 0), *[(p, p)] * d, (0, 0)])
        seen = sliding_window_view(pictures, [self.kernel] * d, axis=tuple(range(1, d + 1)))
        seen = seen[:, *[slice(None, None, self.stride)] * d]  # (pictures, positions .., channels, window ..)
        return np.moveaxis(seen, d + 1, -1).reshape(-1, self.K.m)

    def put_back(self, g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Return the sum of all that the windows in g hold of each input, for x of this shape: the reverse of `cut`."""
        d, k, s, p = self.dimensions, self.kernel, self.stride, self.padding
        G = g.reshape(-1, *[self.side_out] * d, *[k] * d, self.channels)
        pictures = np.zeros((len(G), *[self.side + 2 * p] * d, self.channels), g.dtype)
        for at in product(range(k), repeat=d):
            pictures[:, *[slice(t, t + s * self.side_out, s) for t in at]] += G[(slice(None),) * (1 + d) + at]
        return pictures[:, *[slice(p, p + self.side)] * d].reshape(shape)

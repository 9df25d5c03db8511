"""Toeplitz: a convolution as a matrix, with one number along each diagonal (LeCun et al. 1989, "Handwritten zip code").

In a picture, an edge is an edge wherever it lies. So let all outputs look for the same things: each sees a small window
of the input, and all windows use the same weights K. Let i be a pixel and c its channel; let p be the place of a window
and f the feature that is looked for. The window begins at pixel stride p - padding, and

    W[(i, c), (p, f)] = K[(i - stride p + padding, c), f]        inside the window, and 0 outside

With one channel and stride 1 this is Toeplitz's matrix, whose diagonals are constant. It is hashing with a designed
hash: entries share a number because of where they stand, not by chance, and no seed is needed to find out which.

K is a matrix itself, which any recipe may make. The gradient of a shared number is the sum over its places, as in
Hashed. x W is cheap: cut x into its windows and multiply each by K (windows.py, which also says how a row is ordered).
Nearest member: the mean along each diagonal; with a rounding inner recipe this is a heuristic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from tinynet.engine.shapes import concatenate
from tinynet.engine.tensor import Tensor
from tinynet.parameterizations import hash_grids
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.hashed import gather
from tinynet.parameterizations.windows import Windows, cut


@dataclass(repr=False)
class Toeplitz(Parameterization):
    """W of a convolution, (channels side^d, features positions); how many features follows from the shape.

    Args:
        kernel: the side of a window in pixels.
        stride: how many pixels apart neighbouring windows are.
        channels: numbers per pixel of the input.
        padding: zeros around the picture, on each side; fewer than kernel.
        dimensions: d, 2 for pictures, 1 for rows of pixels.
        inner: the recipe of K (channels kernel^d, features): with Quantized(scale="column"), one step a feature.
    """

    kernel: int = 3
    stride: int = 1
    channels: int = 1
    padding: int = 0
    dimensions: int = 2
    inner: Parameterization = field(default_factory=Dense)

    holds = {"K": ("K",)}

    def __post_init__(self) -> None:
        k, s, c, p, d = given = self.kernel, self.stride, self.channels, self.padding, self.dimensions
        if any(type(n) is not int for n in given) or min(k, s, c) < 1 or not 0 <= p < k or d not in (1, 2):
            raise ValueError(
                f"Toeplitz: kernel={k!r}, stride={s!r}, channels={c!r}, padding={p!r}, dimensions={d!r}; all are "
                "integers, the first three at least 1, padding lies in 0 .. kernel - 1, dimensions is 1 or 2"
            )

    def fitting(self, shape: tuple[int, int]) -> tuple[int, int]:
        """Return the nearest shape (m, n) that fits: square pictures, and as many features at every position."""
        windows = self._windows(shape[0])
        return windows.m, windows.positions * max(1, round(shape[1] / windows.positions))

    def _windows(self, m: int) -> Windows:
        side = max(self.kernel, round((m / self.channels) ** (1 / self.dimensions)))
        return Windows(side, self.channels, self.kernel, self.stride, self.padding, self.dimensions)

    def lay_out(self) -> None:
        fits = self.fitting(self.shape)
        if fits != self.shape:
            what = f"pictures with {self.channels} numbers a pixel, and as many features at every position"
            raise ValueError(f"{self!r} maps {what}; {self.shape} does not fit, {fits} would")
        self.windows = self._windows(self.m)
        self.K = self.inner.shaped((self.windows.size, self.n // self.windows.positions))

    @cached_property
    def places(self) -> np.ndarray:
        """The place in K of each entry of W, uint32 (m, n); where W is zero, one behind the last."""
        return self.windows.places(self.K.n)

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.K.fill(self.seed, max(1, round(fan_in * self.K.m / self.m)))  # an output sums over a window

    def approximate(self, W: np.ndarray) -> None:
        means = hash_grids.means(W, self.places, self.K.m * self.K.n + 1)  # the last is of the entries outside
        self.K = self.K.from_dense(means[:-1].reshape(self.K.shape), self.seed)

    def weight(self) -> Tensor:
        K = self.K.weight()
        return gather(concatenate([K.reshape((1, -1)), np.zeros((1, 1), K.dtype)], axis=1), self.places)

    def matmul(self, x: Any) -> Tensor:
        return self.K.matmul(cut(x, self.windows)).reshape((*x.shape[:-1], self.n))

"""Augmentation: move every picture a little, so that no epoch shows the same ones.

A digit that slips by two pixels, leans by ten degrees or comes from a shakier hand is still the same digit. A network
that sees such copies cannot learn the training pictures by heart:

    tn.fit(net, data.train, data.valid, augment=augment.compose(augment.shift(2), augment.rotate(10)))

Each move answers one question: where in the old picture does the pixel at p of the new one come from?

    shift      p + d                      d whole pixels, one draw a picture
    rotate     c + R (p - c)              R turns by a small angle about the centre c
    zoom       c + (p - c) / z            z a factor near 1
    elastic    p + a (G u)(p)             u uniform at every pixel, smoothed by a Gaussian G: a trembling hand

`compose` adds up the displacements of several moves and looks every pixel up once, between the four pixels around the
point. Moving a picture twice would blur it twice. Outside the picture is background, -1: black, as in pixels.py.

Source of elastic: P. Simard, D. Steinkraus, J. Platt (2003), Best practices for convolutional neural networks applied
to visual document analysis, ICDAR.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isqrt, pi, prod, sqrt
from typing import Any

import numpy as np

Move = Callable[[np.random.Generator, int, int, int], np.ndarray]  # (rng, N, h, w) to rows and columns, (N, 2, h, w)


@dataclass(frozen=True)
class Augmentation:
    """A function of (inputs, rng): pictures (N, h w), floats, each moved by draws of its own; for `fit(augment=)`.

    moves, shape, background: what is added to a pixel's place; (h, w), by default square; the value outside.
    """

    moves: tuple[Move, ...]
    shape: tuple[int, int] | None = None
    background: float = -1.0

    def __call__(self, inputs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        n, size = len(inputs), prod(inputs.shape[1:])
        h, w = self.shape or (isqrt(size), isqrt(size))
        if inputs.dtype.kind != "f" or h * w != size:
            what = f"augment: inputs of shape {inputs.shape}, dtype {inputs.dtype}, are no pictures of {h} x {w} floats"
            raise ValueError(f"{what}; where they are not square, give shape=(height, width)")
        by: Any = sum(move(rng, n, h, w) for move in self.moves)
        rows, columns = (grid + by[:, i] for i, grid in enumerate(np.indices((h, w), by.dtype, sparse=True)))
        moved = look_up(inputs.reshape(n, h, w), rows, columns, self.background)
        return moved.reshape(inputs.shape).astype(inputs.dtype, copy=False)


def look_up(pictures: np.ndarray, rows: np.ndarray, columns: np.ndarray, background: float) -> np.ndarray:
    """Return the values of pictures (N, h, w) at the points (row, column), (N, h, w), by bilinear interpolation."""
    n, h, w = pictures.shape
    framed = np.pad(pictures, ((0, 0), (1, 2), (1, 2)), constant_values=background)  # the frame shows what is outside
    values, width, start = framed.ravel(), w + 3, np.arange(n).reshape(n, 1, 1) * ((h + 3) * (w + 3))
    rows, columns = np.clip(rows, -1, h) + 1, np.clip(columns, -1, w) + 1
    top, left = np.floor(rows), np.floor(columns)
    place = start + top.astype(np.intp) * width + left.astype(np.intp)
    if rows.dtype.kind == "i":
        return values.take(place)  # whole pixels: nothing to mix
    down, right = rows - top, columns - left
    above, below = (_mix(values[k:].take(place), values[k + 1 :].take(place), right) for k in (0, width))
    return _mix(above, below, down)


def _mix(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> np.ndarray:
    return a + share * (b - a)


def compose(*parts: Augmentation) -> Augmentation:
    """Return the augmentation that makes all these moves at once, on pictures as the first one takes them."""
    return replace(parts[0], moves=tuple(move for part in parts for move in part.moves))


def shift(pixels: int = 2, shape: tuple[int, int] | None = None, background: float = -1.0) -> Augmentation:
    """Return an augmentation that moves each picture by up to so many whole pixels, down or up and to either side."""
    if not isinstance(pixels, int) or pixels < 0:
        raise ValueError(f"shift: pixels={pixels!r}; give whole pixels, such as 2")

    def move(rng: np.random.Generator, n: int, h: int, w: int) -> np.ndarray:
        return rng.integers(-pixels, pixels + 1, (n, 2, 1, 1), np.int16)  # int16 + float32 is float32

    return Augmentation((move,), shape, background)


def rotate(degrees: float = 10, shape: tuple[int, int] | None = None, background: float = -1.0) -> Augmentation:
    """Return an augmentation that turns each picture about its centre, by up to so many degrees either way."""
    _check("rotate", "degrees", degrees, 180)

    def move(rng: np.random.Generator, n: int, h: int, w: int) -> np.ndarray:
        angle = rng.uniform(-degrees, degrees, n).astype(np.float32).reshape(n, 1, 1) * np.float32(pi / 180)
        (y, x), c, s = _from_centre(h, w), np.cos(angle) - 1, np.sin(angle)
        return np.stack([c * y + s * x, c * x - s * y], axis=1)

    return Augmentation((move,), shape, background)


def zoom(share: float = 0.1, shape: tuple[int, int] | None = None, background: float = -1.0) -> Augmentation:
    """Return an augmentation that makes each picture larger or smaller by up to this share."""
    _check("zoom", "share", share, 0.9)

    def move(rng: np.random.Generator, n: int, h: int, w: int) -> np.ndarray:
        z = 1 + rng.uniform(-share, share, n).astype(np.float32).reshape(n, 1, 1, 1)
        return (1 / z - 1) * _from_centre(h, w)

    return Augmentation((move,), shape, background)


def elastic(
    pixels: float = 1.0, sigma: float = 4.0, shape: tuple[int, int] | None = None, background: float = -1.0
) -> Augmentation:
    """Return an augmentation that warps each picture smoothly.

    Args:
        pixels: how far a pixel moves along each axis (root mean square, away from the border).
        sigma: width of the Gaussian in pixels; pixels that are closer together move nearly alike.
        shape, background: of the pictures, as above.
    """
    _check("elastic", "pixels", pixels, 100)
    _check("elastic", "sigma", sigma, 100)

    def move(rng: np.random.Generator, n: int, h: int, w: int) -> np.ndarray:
        u = rng.random((n, 2, h, w), np.float32) * 2 - 1  # of variance 1/3, which G divides by 4 pi sigma^2
        return np.float32(pixels * sqrt(12 * pi) * sigma) * (_gaussian(h, sigma) @ u @ _gaussian(w, sigma))

    return Augmentation((move,), shape, background)


def _gaussian(n: int, sigma: float) -> np.ndarray:
    """Return the matrix that smooths a column of n values."""
    distance = np.subtract.outer(np.arange(n), np.arange(n))
    return (np.exp(-(distance**2) / (2 * sigma**2)) / (sqrt(2 * pi) * sigma)).astype(np.float32)


def _from_centre(h: int, w: int) -> np.ndarray:
    """Return how far each pixel lies from the centre, down and to the right, float32 (2, h, w)."""
    return (np.indices((h, w)) - np.array([h - 1, w - 1]).reshape(2, 1, 1) / 2).astype(np.float32)


def _check(who: str, what: str, value: float, most: float) -> None:
    if not 0 < value <= most:
        raise ValueError(f"{who}: {what}={value!r}; it must lie above 0 and be at most {most:g}")

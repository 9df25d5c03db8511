"""Draw a digit, the Python side: from strokes of a pen to MNIST's kind of picture, and what some networks say of it.

MNIST's digits were scaled into a box of 20 x 20 pixels, their longer side filling it, and then moved so that their
centre of mass lies in the middle of 28 x 28 (LeCun et al. 1998). Strokes are scaled before they are drawn, so that a
small digit has lines as thick as a large one. A pixel's grey follows from its distance d to the nearest stroke:

    ink = clip(pen / 2 + 1/2 - d, 0, 1)        1 inside the line, 0 outside, and a soft border one pixel wide
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import tinynet as tn

SIDE, BOX, PEN = 28, 20, 2.2  # pixels


def picture(strokes: list[list[list[float]]]) -> np.ndarray:
    """Return the picture of some strokes, uint8 (28, 28): lists of points (x, y), y pointing down, in any unit."""
    starts, ends = _segments(strokes)
    corners = np.concatenate([starts, ends])
    low, high = corners.min(axis=0), corners.max(axis=0)
    scale = (BOX - PEN) / max(1e-9, *(high - low))
    if not (high > low).any():
        scale = 1.0  # a dot
    middle = np.full(2, SIDE / 2)
    starts, ends = ((points - (low + high) / 2) * scale + middle for points in (starts, ends))
    off = middle - _centre(_drawn(starts, ends))
    return np.rint(255 * _drawn(starts + off, ends + off)).astype(np.uint8)


def _segments(strokes: list[list[list[float]]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the two ends of all straight pieces, float64 (N, 2) each; a dot is a piece of length 0."""
    pieces = [(stroke[max(0, k - 1)], point) for stroke in strokes for k, point in enumerate(stroke)]
    if not pieces:
        raise ValueError("picture: there is no stroke; draw one first")
    starts, ends = np.array(pieces, np.float64).transpose(1, 0, 2)
    return starts, ends


def _drawn(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the ink of lines between these points, in 0 .. 1, float64 (28, 28)."""
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5  # the middle of each pixel
    pixels = np.stack([x, y], axis=-1)[:, :, None]
    along = ends - starts
    length2 = (along**2).sum(axis=-1)
    t = ((pixels - starts) * along).sum(axis=-1) / np.where(length2 > 0, length2, 1)
    nearest = starts + np.clip(t, 0, 1)[..., None] * along
    d = np.sqrt(((pixels - nearest) ** 2).sum(axis=-1)).min(axis=-1)
    return np.clip(PEN / 2 + 0.5 - d, 0, 1)


def _centre(ink: np.ndarray) -> np.ndarray:
    """Return the centre of mass (x, y), in pixels from the upper left corner."""
    at = np.arange(SIDE) + 0.5
    return np.array([(ink.sum(axis=0) * at).sum(), (ink.sum(axis=1) * at).sum()]) / ink.sum()


class Reader:
    """Some networks in files, by name, and what they say of a picture."""

    def __init__(self, files: dict[str, str]) -> None:
        self.nets = {name: tn.load(path) for name, path in files.items()}

    def read(self, strokes: list[list[list[float]]]) -> dict[str, Any]:
        """Return the picture, and of each network the probabilities (10,) and the microseconds that it takes."""
        pixels = picture(strokes)
        inputs = tn.datasets.from_pixels(pixels.reshape(1, -1))
        answers = {}
        for name, net in self.nets.items():
            scores, seconds = _scores(net, inputs), _seconds(lambda net=net: _scores(net, inputs))
            p = tn.functional.softmax(tn.Tensor(scores)).numpy()[0]
            answers[name] = {"p": [float(each) for each in p], "microseconds": 1e6 * seconds}
        return {"picture": pixels, "answers": answers}


def _scores(net: tn.Layer, inputs: np.ndarray) -> np.ndarray:
    with tn.no_grad():
        return net(inputs).numpy()


def _seconds(call: Callable[[], Any]) -> float:
    """Return the mean seconds of a call. It is repeated for 5 ms or more: a browser's clock ticks every 0.1 ms."""
    calls, passed, start = 0, 0.0, time.perf_counter()
    while passed < 0.005:
        call()
        calls, passed = calls + 1, time.perf_counter() - start
    return passed / calls

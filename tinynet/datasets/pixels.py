"""Pixels: every input is one byte p, one of 256 levels, shown to the network as a number x in [-1, 1].

    x = scale * p + offset,    scale = 2/255,  offset = -1,    and back:    p = round((x - offset) / scale)

For a picture, p is the grey level. A table, or a point in the plane, is rounded to the same 256 levels. So a trained
network can be frozen to integers whatever it was trained on: its first layer multiplies p itself.
"""

import numpy as np

SCALE, OFFSET = 2 / 255, -1.0


def from_pixels(pixels: np.ndarray, scale: float = SCALE, offset: float = OFFSET) -> np.ndarray:
    """Return x = scale * p + offset: float32 inputs for uint8 pixels of any shape, in a new array."""
    levels = (scale * np.arange(256) + offset).astype(np.float32)  # all the inputs there are
    return levels[pixels]


def nearest_pixels(x: np.ndarray) -> np.ndarray:
    """Return the levels nearest to real x, as uint8; whatever lies outside [-1, 1] is clipped to 0 or 255."""
    return np.clip(np.rint((x - OFFSET) / SCALE), 0, 255).astype(np.uint8)

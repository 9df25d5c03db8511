"""Where a frozen network passes from integers to floats.

FromPixels     pixels  ->  floats     x = 2 p / 255 - 1
FromSigns      signs   ->  floats     +1.0 and -1.0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinynet.datasets.pixels import from_pixels
from tinynet.engine.tensor import Tensor
from tinynet.frozen.bits import rows_of
from tinynet.layers.base import Layer
from tinynet.layers.checks import check_width


@dataclass(eq=False, repr=False)
class FromPixels(Layer):
    """x = 2 p / 255 - 1, exactly the inputs that the data sets make of pixels."""

    takes = "pixels"

    n: int

    def __post_init__(self) -> None:
        check_width(self, "n")
        self.n_in = self.n_out = self.n

    def __call__(self, x: Any) -> Tensor:
        return Tensor(from_pixels(rows_of(self, x)))


class FromSigns(FromPixels):
    """+1.0 and -1.0 from packed signs."""

    takes = "signs"

    def __call__(self, x: Any) -> Tensor:
        bits = rows_of(self, x).astype("<u8", copy=False).view(np.uint8)
        on = np.unpackbits(bits, axis=1, count=self.n_in, bitorder="little")
        return Tensor(on.astype(np.float32) * 2 - 1)

"""The layers of bits of a frozen network, one behind the other in memory, so that few rows pass them in one call.

A row on its own computes little: 37 million signs in 4.6 MB take 0.2 ms to arrive from memory. Python between small
kernels would take three times that, for it is out of the caches as well. So the whole network lies in one array, of
which the layers' own weights are views, and kernels/xnor_row.py goes through it once. The integers are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, zip_longest
from typing import Any

import numpy as np
from numpy import empty, int64, ndarray  # not through np: cold code is slow to look up names

from tinynet.frozen.bits import BitLinear
from tinynet.kernels.bits import popcount
from tinynet.kernels.jit import numba_found
from tinynet.layers.activations import Scale
from tinynet.layers.base import Layer

SPARE = 4  # words in the end, which the kernel may read and does not use


def chain(layers: Sequence[Layer]) -> Chain | None:
    """Return the chain that a network begins with, if it begins with BitLinear layers up to one that gives floats."""
    for i, layer in enumerate(layers):
        if not isinstance(layer, BitLinear):
            break
        if layer.gives == "floats":
            return Chain(layers[: i + 1], layers[i + 1 :])  # type: ignore[arg-type]
    return None


class Chain:
    """Layers from pixels to floats, and a Scale behind them. Their weights and thresholds become views of the chain's.

    Args:
        bits: the layers; they must not be given other weights later.
        rest: those behind.

    Attributes:
        net: uint64, all of it in one array; kernels/xnor_row.py says where is what.
        length: how many layers it does the work of.
    """

    def __init__(self, bits: Sequence[BitLinear], rest: Sequence[Layer]) -> None:
        hidden, last, n = bits[:-1], bits[-1], len(bits)
        bias = np.zeros(last.n_out, np.float32) if last.bias is None else last.bias
        scale = [layer.c for layer in rest[:1] if type(layer) is Scale]
        arrays = [layer.weight.words for layer in bits]
        arrays += [layer.thresholds for layer in hidden]
        arrays += [np.packbits(layer.flip, bitorder="little") for layer in hidden]
        arrays += [popcount(arrays[0]), np.append(bias, np.array(scale or [1], np.float32))]
        self.net, places, views = _together(5 + 5 * n, arrays)
        plan = [n, last.n_out, max(layer.n_out for layer in bits), *places[-2:]]
        of_layers = zip_longest(places[:n], places[n : 2 * n - 1], places[2 * n - 1 : -2], fillvalue=0)
        for layer, of_layer in zip(bits, of_layers, strict=True):
            plan += [layer.n_in, layer.n_out, *of_layer]
        self.net[: len(plan)] = plan
        for layer, words in zip(bits, views, strict=False):
            layer.weight.words = words
        for layer, thresholds in zip(hidden, views[n:], strict=False):
            layer.thresholds = thresholds
        self.n_out, self.length = last.n_out, n + len(scale)
        self._scores: Any = None  # kernels, once they are wanted
        self._classes: Any = None

    def scores(self, pixels: Any) -> np.ndarray | None:
        """Return what its last layer gives, float32 (N, n_out), for few rows of uint8 pixels.

        Return None for anything else, and where Numba is missing: that is for the layers themselves.
        """
        if type(pixels) is not ndarray or not (self._scores or self._find_kernels()):
            return None
        try:
            out: np.ndarray = empty((len(pixels), self.n_out), np.float32)
            return out if self._scores(pixels, self.net, out) else None
        except TypeError:  # not uint8, or not row behind row: the kernel found that without a line of cold Python
            return None

    def classes(self, pixels: Any) -> np.ndarray | None:
        """Return the places of the highest scores, int64 (N,), or None likewise; NumPy's argmax would be cold too."""
        if type(pixels) is not ndarray or not (self._classes or self._find_kernels()):
            return None
        try:
            out: np.ndarray = empty(len(pixels), int64)
            return out if self._classes(pixels, self.net, out) else None
        except TypeError:
            return None

    def _find_kernels(self) -> bool:
        if numba_found():
            from tinynet.kernels.xnor.row import classes, scores

            self._scores, self._classes = scores, classes
        return self._scores is not None


def _together(room: int, arrays: Sequence[np.ndarray]) -> tuple[np.ndarray, list[int], list[np.ndarray]]:
    """Return words uint64 that hold `room` free ones and copies of arrays, the places of these, and views of them."""
    *places, end = accumulate((-(-array.nbytes // 8) for array in arrays), initial=room)
    words = np.zeros(end + SPARE, np.uint64)
    views = [words[place:].view(x.dtype)[: x.size].reshape(x.shape) for place, x in zip(places, arrays, strict=True)]
    for view, array in zip(views, arrays, strict=True):
        view[...] = array
    return words, places, views

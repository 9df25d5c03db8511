"""The layers of bits of a frozen network, one behind the other in memory, so that few rows pass them in one call.

A row on its own computes little: 18 million signs in 4.6 MB take 0.2 ms to arrive from memory. Python between small
kernels would take three times that, for it is out of the caches as well. So the weights of all layers lie in one array,
of which each layer's own are a view, and kernels/xnor_row.py goes through it once. The integers are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinynet.activations import Scale
from tinynet.bitwise import BitLinear
from tinynet.kernels.bits import popcount
from tinynet.kernels.jit import numba_found
from tinynet.layers import Layer

SPARE = 4  # words behind the weights, which the kernel may read and does not use


def chain(layers: Sequence[Layer]) -> Chain | None:
    """Return the chain that a network begins with, if it begins with BitLinear layers up to one that gives floats."""
    for i, layer in enumerate(layers):
        if not isinstance(layer, BitLinear):
            break
        if layer.gives == "floats":
            return Chain(layers[: i + 1], layers[i + 1 :])  # type: ignore[arg-type]
    return None


class Chain:
    """Layers from pixels to floats, and a Scale behind them. Their arrays become views of the chain's.

    Args:
        bits: the layers; they must not be given other weights later.
        rest: those behind.

    Attributes:
        length: how many layers it does the work of.
    """

    def __init__(self, bits: Sequence[BitLinear], rest: Sequence[Layer]) -> None:
        hidden, last = bits[:-1], bits[-1]
        self.words = np.zeros(sum(layer.weight.words.size for layer in bits) + SPARE, np.uint64)
        self.limits = np.zeros(sum(layer.n_out for layer in hidden), np.int32)
        self.flips = np.zeros(self.limits.size, bool)
        self.places = np.zeros((len(bits), 4), np.int64)
        word = unit = 0
        for place, layer in zip(self.places, bits, strict=True):
            place[:] = layer.n_in, layer.n_out, word, unit
            layer.weight.words, word = _move(layer.weight.words, self.words, word)
            if layer is not last:
                layer.flip, _ = _move(layer.flip, self.flips, unit)
                layer.thresholds, unit = _move(layer.thresholds, self.limits, unit)
        self.ones = popcount(bits[0].weight.words)
        bias = np.zeros(last.n_out, np.float32) if last.bias is None else last.bias
        scale = [layer.c for layer in rest[:1] if type(layer) is Scale]
        self.tail = np.append(bias, np.array(scale or [1], np.float32))
        self.n_out = last.n_out
        self.length = len(bits) + len(scale)
        self._kernels: dict[str, Any] = {}

    def scores(self, pixels: Any) -> np.ndarray | None:
        """Return what its last layer gives, float32 (N, n_out), for few rows of uint8 pixels.

        Return None for anything else, and where Numba is missing: that is for the layers themselves.
        """
        return self._fill("scores", pixels, (self.n_out,), np.float32)

    def classes(self, pixels: Any) -> np.ndarray | None:
        """Return the places of the highest scores, int64 (N,), or None likewise; NumPy's argmax would be cold too."""
        return self._fill("classes", pixels, (), np.int64)

    def _fill(self, name: str, pixels: Any, shape: tuple[int, ...], dtype: type) -> np.ndarray | None:
        """Return an array (N, *shape) that the kernel of this name has filled; an array of Numba's own takes longer."""
        if type(pixels) is not np.ndarray or not (self._kernels or self._find_kernels()):
            return None
        try:
            out: np.ndarray = np.empty((len(pixels), *shape), dtype)
            fill = self._kernels[name]
            done = fill(pixels, self.words, self.places, self.limits, self.flips, self.ones, self.tail, out)
        except TypeError:  # not uint8, or not row behind row: the kernel found that without a line of cold Python
            return None
        return out if done else None

    def _find_kernels(self) -> bool:
        if numba_found():
            from tinynet.kernels.xnor_row import classes, scores

            self._kernels = {"scores": scores, "classes": classes}
        return bool(self._kernels)


def _move(values: np.ndarray, store: np.ndarray, first: int) -> tuple[np.ndarray, int]:
    """Copy values to store[first], [first + 1], ..; return them as a view of it, and the place behind them."""
    end = first + values.size
    view = store[first:end].reshape(values.shape)
    view[...] = values
    return view, end

"""The frozen network, and the two ways through it.

Many rows go layer by layer. Each layer meets hundreds of rows at once, and what Python does in between hardly counts.

A few rows compute little. In a network of 37 million signs a row waits 0.2 ms for 4.6 MB of weights to arrive from
memory. Python between small kernels would take three times that, because after a pause its own code has to be fetched
from memory too. So all layers of bits lie one after the other in one array, `net`, and one compiled call reads it from
end to end (kernels/xnor/whole.py). The layers' own weights are views of that array. The integers are the same either
way, so the number of rows decides, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, zip_longest
from typing import Any

import numpy as np
from numpy import ascontiguousarray, empty, ndarray  # when cold, looking up np.empty is slow

from tinynet.datasets.pixels import from_pixels, nearest_pixels
from tinynet.engine.recording import no_grad
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.frozen.bits import BitLinear
from tinynet.kernels.bits import popcount
from tinynet.kernels.jit import numba_found
from tinynet.kernels.worth import waits
from tinynet.layers.base import Layer, Sequential
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.folding import Affine
from tinynet.layers.signs import Scale
from tinynet.parameterizations.state import State

FEW = 8  # rows; more are faster layer by layer
BYTE, INTEGER, FLOAT = np.dtype(np.uint8), np.dtype(np.int64), np.dtype(np.float32)
ROWS = 1024  # rows that go layer by layer together, so that memory does not grow with the number of examples
Named = tuple[str, Layer]  # a layer and where it stands: "3", or "1.0" in a nested network
SPARE = 4  # words at the end of `net`, which the compiled call may read and does not use


class Frozen(Sequential):
    """A network of packed weights, from pixels to scores. It cannot be trained; it saves and loads like any other."""

    def __init__(self, *layers: Layer) -> None:
        super().__init__(*layers)
        if not layers:
            raise ValueError("Frozen: there are no layers")
        each = list(flat(layers))
        flow, width = "pixels", getattr(each[0][1], "n_in", None) if each else None
        for i, layer in each:
            takes, (n_in, n_out) = getattr(layer, "takes", "floats"), _widths(layer)
            if takes != flow or n_in not in (None, width):
                name, wanted = type(layer).__name__, f"{n_in or width} {takes}"
                raise ValueError(f"Frozen: layer {i}, {name}, takes {wanted}, but {width} {flow} reach it")
            flow, width = getattr(layer, "gives", "floats"), n_out or width
        if flow != "floats":
            raise ValueError(f"Frozen: the last layer gives {flow}; scores are floats")
        self.n_in: int = each[0][1].n_in  # type: ignore[attr-defined]
        self.n_out = width
        self._row = (self.n_in,)  # the shape of a row of pixels
        self.net: np.ndarray | None = None  # the layers of bits in one array, where the network begins with some
        self.behind: list[Layer] = []  # the layers after those, and after a Scale that follows them
        self._scores: Any = None  # the compiled calls, found when first wanted
        self._classes: Any = None  # only where no layer is behind
        if hasattr(layers[0], "weight"):  # otherwise `restore` brings the weights
            self._join()
        self.eval()

    def restore(self, state: State) -> None:
        super().restore(state)
        self._join()

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_scores": None, "_classes": None}  # compiled code does not travel; it is found again

    def _join(self) -> None:
        bits = _first_bits(self.layers)
        if bits:
            scale = [layer.c for layer in self.layers[len(bits) : len(bits) + 1] if type(layer) is Scale]
            self.net = join(bits, *scale)
            self.behind, self._n_joined = self.layers[len(bits) + len(scale) :], bits[-1].n_out

    def scores(self, pixels: Any) -> np.ndarray:
        """Return the scores, float32 (N, classes).

        Args:
            pixels: integers 0 .. 255, (N, n_in); what the network saw in training were the inputs 2 pixels / 255 - 1.

        Raises TypeError for floats and ValueError for another width or values outside; nothing is computed then.
        """
        pixels = self._check(pixels)
        if len(pixels) > FEW or not (self._scores or self._find_calls()):
            return self._by_layers(pixels)
        out: np.ndarray = empty((len(pixels), self._n_joined), FLOAT)
        self._scores(ascontiguousarray(pixels), self.net, out)
        return self._after(out) if self.behind else out

    def predict(self, pixels: Any) -> np.ndarray:
        """Return the class of the highest score, int64 (N,); see `scores`."""
        pixels = self._check(pixels)
        if len(pixels) > FEW or not self._classes:
            return self.scores(pixels).argmax(axis=1)
        out: np.ndarray = empty(len(pixels), INTEGER)
        self._classes(ascontiguousarray(pixels), self.net, out)
        return out

    def _find_calls(self) -> bool:
        """Return whether there are compiled calls: the network begins with layers of bits, and they are worth Numba."""
        if self.net is None or waits("xnor") or not numba_found():
            return False
        from tinynet.kernels.xnor.whole import classes, scores

        self._scores, self._classes = scores, None if self.behind else classes
        return True

    def _by_layers(self, pixels: np.ndarray) -> np.ndarray:
        """Return the scores, layer by layer."""
        blocks = [pixels[i : i + ROWS] for i in range(0, max(1, len(pixels)), ROWS)]
        with no_grad():
            return np.concatenate([super(Frozen, self).__call__(block)._data for block in blocks])

    def _after(self, floats: np.ndarray) -> np.ndarray:
        """Return the scores from what the compiled call gave."""
        x = Tensor(floats)
        with no_grad():
            for layer in self.behind:
                x = layer(x)
        return x._data

    def _check(self, pixels: Any) -> np.ndarray:
        """Return pixels as uint8 (N, n_in), or say what about them is wrong."""
        if type(pixels) is ndarray and pixels.dtype is BYTE and pixels.shape[1:] == self._row:
            return pixels  # the usual case in few steps: the rest would take 10 us when cold
        pixels = np.asarray(pixels)
        if pixels.dtype.kind not in "iu":
            raise TypeError(
                f"frozen network: pixels of dtype {pixels.dtype}; they must be integers 0 .. 255. "
                "Dataset.to_pixels(inputs) maps a data set's inputs back to them"
            )
        if pixels.shape[1:] != self._row:
            raise ValueError(f"frozen network: pixels of shape {pixels.shape}; (N, {self.n_in}) is expected")
        if pixels.size and not 0 <= pixels.min() <= pixels.max() <= 255:
            raise ValueError(f"frozen network: pixels from {pixels.min()} to {pixels.max()}; they lie in 0 .. 255")
        return pixels.astype(np.uint8, copy=False)

    def __call__(self, x: Any) -> Tensor:
        """Return the scores of inputs x = 2 p / 255 - 1, so that `tn.evaluate` works. ValueError for other values."""
        x = np.asarray(x)
        pixels = nearest_pixels(np.nan_to_num(x))
        if not (np.abs(x - from_pixels(pixels)) < 1e-4).all():
            raise ValueError("frozen network: inputs must be 2 p / 255 - 1 for integers p = 0 .. 255; round them first")
        return Tensor(self.scores(pixels))

    def parameters(self) -> list[Parameter]:
        """Return nothing: a frozen network is not trained."""
        return []

    def to_json(self) -> dict[str, Any]:
        return {"Frozen": self.config()}


def flat(layers: Sequence[Layer], name: str = "") -> Iterator[Named]:
    """Yield the layers one after the other, with their names, and the layers of nested networks in their place."""
    for i, layer in enumerate(layers):
        if type(layer).__call__ is Sequential.__call__:
            yield from flat(layer.layers, f"{name}{i}.")  # type: ignore[attr-defined]
        else:
            yield f"{name}{i}", layer


def _widths(layer: Layer) -> tuple[int | None, int | None]:
    """Return the widths that a layer takes and gives, None where any will do."""
    if isinstance(layer, BatchNorm | Affine):
        return layer.n, layer.n
    return getattr(layer, "n_in", None), getattr(layer, "n_out", None)


# ---- the layers of bits in one array


def _first_bits(layers: Sequence[Layer]) -> list[BitLinear]:
    """Return the layers of bits that a network begins with, up to the one that gives floats; none if there is none."""
    for i, layer in enumerate(layers):
        if not isinstance(layer, BitLinear):
            break
        if layer.gives == "floats":
            return layers[: i + 1]  # type: ignore[return-value]
    return []


def join(bits: Sequence[BitLinear], scale: float = 1.0) -> np.ndarray:
    """Return the layers in one array, uint64; their weights and thresholds become views of it.

    kernels/xnor/whole.py describes the array. The layers must not be given other weights later.
    """
    hidden, last, n = bits[:-1], bits[-1], len(bits)
    bias = np.zeros(last.n_out, FLOAT) if last.bias is None else last.bias
    arrays = [layer.weight.words for layer in bits]
    arrays += [layer.thresholds for layer in hidden]
    arrays += [np.packbits(layer.flip, bitorder="little") for layer in hidden]
    arrays += [popcount(arrays[0]), np.append(bias, np.float32(scale))]

    *places, end = accumulate((-(-array.nbytes // 8) for array in arrays), initial=5 + 5 * n)
    net = np.zeros(end + SPARE, np.uint64)
    views = [net[place:].view(x.dtype)[: x.size].reshape(x.shape) for place, x in zip(places, arrays, strict=True)]
    for view, array in zip(views, arrays, strict=True):
        view[...] = array

    plan = [n, last.n_out, max(layer.n_out for layer in bits), *places[-2:]]
    of_layers = zip_longest(places[:n], places[n : 2 * n - 1], places[2 * n - 1 : -2], fillvalue=0)
    for layer, of_layer in zip(bits, of_layers, strict=True):
        plan += [layer.n_in, layer.n_out, *of_layer]
    net[: len(plan)] = plan
    for layer, words in zip(bits, views, strict=False):
        layer.weight.words = words
    for layer, thresholds in zip(hidden, views[n:], strict=False):
        layer.thresholds = thresholds
    return net

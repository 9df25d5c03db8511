"""The frozen network, and the one layer that it needs beside those of bitwise.py and the ordinary ones.

    StoredLinear   floats  ->  floats     z = x W + b, W of any method, decoded some rows at a time

What a method stores is enough to multiply by W, without building it:

    Quantized, Binary      x W = s (x C)             C the integers that the packed codes stand for, unpacked in blocks
    LowRank                x W = (x U) V             each factor in its own way
    Hashed                 x W = sum_i x_i W_i       W_i hashed some rows at a time (kernels/hashed.py)
    Scaled                 x W = (x V) diag(g)

Sparse, a Bank and methods that are not known here multiply as they do in evaluation, by their whole matrix.
`Frozen` is the network; deploy.py makes one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from tinynet.datasets.grid import from_pixels, nearest_pixels
from tinynet.engine.tape import no_grad
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.frozen.chain import Chain, chain
from tinynet.layers.base import Layer
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.linear import Linear
from tinynet.layers.sequential import Sequential
from tinynet.parameterizations import Binary, Dense, Hashed, LowRank, Parameterization, Quantized, Scaled, hashing
from tinynet.parameterizations.packing import packed_bits, unpack
from tinynet.parameterizations.state import State, unnest

ROWS = 1024  # examples that go through the network together, so that memory does not grow with their number


class StoredLinear(Linear):
    """z = x W + b, where W stays as it is stored; made by restoring a Linear's state."""

    def restore(self, state: State) -> None:
        super().restore(state)  # checks every array
        self.weight: Any = Stored(self.weight)  # and the latent weights are gone


class Stored:
    """A parameterization reduced to what its file holds; it can still multiply, see `product`."""

    def __init__(self, built: Parameterization) -> None:
        self._state, self._bits, self._shape = built.state(), built.stored_bits(), built.shape
        self._recipe = Parameterization.from_json(built.to_json())
        self._product = product(built, self._state)

    def parameters(self) -> list[Parameter]:
        """Return nothing: what SGD would change is gone."""
        return []

    def to_json(self) -> dict[str, Any]:
        """Return the recipe's description."""
        return self._recipe.to_json()

    def matmul(self, x: Tensor) -> Tensor:
        """Return x W."""
        return Tensor(self._product(x._data))

    def weight(self) -> Tensor:
        """Return W, decoded anew."""
        return self._recipe.from_state(self._shape, self._state).weight().detach()

    def state(self) -> State:
        """Return the arrays that a file must hold."""
        return self._state

    def stored_bits(self) -> int:
        """Return how many bits those are."""
        return self._bits

    def __repr__(self) -> str:
        return repr(self._recipe)


def product(built: Parameterization, state: State) -> Callable[[np.ndarray], np.ndarray]:
    """Return x -> x W; it keeps the stored arrays, and `built` itself only where no shorter way is known."""
    shape = built.shape
    match built:
        case Dense():
            return lambda x: x @ state["W"]
        case LowRank():
            first, second = product(built.U, unnest("U", state)), product(built.V, unnest("V", state))
            return lambda x: second(first(x))
        case Hashed():
            w, seed = state.get("w.W", built.buckets.weight()._data).ravel(), built.seed
            return lambda x: hashing.matmul(x, w, seed, shape[1])
        case Quantized() | Binary():
            base, lowest = (2, None) if isinstance(built, Binary) or built.bits == 1 else (built._base, built.Q)
            packed = state["bits" if isinstance(built, Binary) else "codes"]
            scale = state.get("s", np.float32(1))
            return lambda x: _coded_product(x, packed, shape, base, lowest) * scale
        case Scaled():
            inner, lengths = product(built.V, unnest("V", state)), built._column_scale().numpy()
            return lambda x: inner(x) * lengths
    return lambda x: built.matmul(Tensor(x))._data


def _coded_product(
    x: np.ndarray, packed: np.ndarray, shape: tuple[int, int], base: int, lowest: int | None
) -> np.ndarray:
    """Return x C for the packed codes' integers C: code - lowest, or 2 code - 1 where `lowest` is None.

    It unpacks a multiple of 40 rows at a time: they end at the border of a byte, whether codes lie eight in some bytes
    or five to a byte.
    """
    m, n = shape
    step = 40 * max(1, 2**16 // (40 * n))
    z = np.zeros((len(x), n), x.dtype)
    for first in range(0, m, step):
        last = min(m, first + step)
        here = slice(packed_bits(first * n, base) // 8, -(-packed_bits(last * n, base) // 8))
        codes = unpack(packed[here], (last - first, n), base).astype(x.dtype)
        z += x[:, first:last] @ (2 * codes - 1 if lowest is None else codes - x.dtype.type(lowest))
    return z


class Frozen(Sequential):
    """A network of packed weights, from pixels to scores. It cannot be trained; it saves and loads like any other."""

    def __init__(self, *layers: Layer) -> None:
        super().__init__(*layers)
        if not layers:
            raise ValueError("Frozen: there are no layers")
        flow, width = "pixels", getattr(layers[0], "n_in", None)
        for i, layer in enumerate(layers):
            takes, (n_in, n_out) = getattr(layer, "takes", "floats"), _widths(layer)
            if takes != flow or n_in not in (None, width):
                name, wanted = type(layer).__name__, f"{n_in or width} {takes}"
                raise ValueError(f"Frozen: layer {i}, {name}, takes {wanted}, but {width} {flow} reach it")
            flow, width = getattr(layer, "gives", "floats"), n_out or width
        if flow != "floats":
            raise ValueError(f"Frozen: the last layer gives {flow}; scores are floats")
        self.n_in: int = layers[0].n_in  # type: ignore[attr-defined]
        self.n_out = width
        self._chain: Chain | None = None
        self._whole: Chain | None = None  # the same, where no layer is left behind it
        if hasattr(layers[0], "weight"):  # else `restore` brings the weights
            self._find_chain()
        self.eval()

    def restore(self, state: State) -> None:
        super().restore(state)
        self._find_chain()

    def _find_chain(self) -> None:
        self._chain = chain(self.layers)
        self._whole = self._chain if self._chain is not None and self._chain.length == len(self.layers) else None

    def scores(self, pixels: Any) -> np.ndarray:
        """Return the scores, float32 (N, classes).

        Args:
            pixels: integers 0 .. 255, (N, n_in); what the network saw in training were the inputs 2 pixels / 255 - 1.

        Raises TypeError for floats and ValueError for another width or values outside; nothing is computed then.
        """
        scores = self._of_few(pixels)
        if scores is not None:
            return scores
        pixels = self._check(pixels)
        blocks = [pixels[i : i + ROWS] for i in range(0, max(1, len(pixels)), ROWS)]
        with no_grad():
            return np.concatenate([super(Frozen, self).__call__(block)._data for block in blocks])

    def _of_few(self, pixels: Any) -> np.ndarray | None:
        """Return the scores of a few rows of pixels by one compiled call; None for anything else, errors included."""
        if self._chain is None:
            return None
        floats = self._chain.scores(pixels)
        if floats is None or self._whole is not None:
            return floats
        with no_grad():
            return reduce(lambda x, layer: layer(x), self.layers[self._chain.length :], Tensor(floats))._data

    def predict(self, pixels: Any) -> np.ndarray:
        """Return the class of the highest score, int64 (N,); see `scores`."""
        classes = self._whole.classes(pixels) if self._whole is not None else None
        return self.scores(pixels).argmax(axis=1) if classes is None else classes

    def _check(self, pixels: Any) -> np.ndarray:
        """Return pixels as uint8 (N, n_in), or say what about them is wrong."""
        pixels = np.asarray(pixels)
        if pixels.dtype.kind not in "iu":
            raise TypeError(
                f"frozen network: pixels of dtype {pixels.dtype}; they must be integers 0 .. 255. "
                "Dataset.to_pixels(inputs) maps a data set's inputs back to them"
            )
        if pixels.ndim != 2 or pixels.shape[1] != self.n_in:
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


def _widths(layer: Layer) -> tuple[int | None, int | None]:
    """Return the widths that a layer takes and gives, None where any will do."""
    if isinstance(layer, BatchNorm):
        return layer.n, layer.n
    return getattr(layer, "n_in", None), getattr(layer, "n_out", None)

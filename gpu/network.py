"""A whole frozen network of bits on the device: uint8 pixels go in, float32 scores come out.

    pixels uint8 (N, n_in)     pack_planes        -> 8 planes of bits          (N, 8, words)
    first layer                pixels_threshold   -> packed signs              sums of 2 p - 255, against a threshold
    hidden layers              xnor_threshold     -> packed signs              the product never leaves the chip
    last layer                 an XNOR product    -> int32 (N, classes)
                               scores             -> float32                   (z + bias) scale, as tinynet rounds it

All sums are integers, so the scores equal `frozen.scores(pixels)` bit for bit. The layers and their thresholds are
explained in tinynet/frozen/. If the device has tensor cores for bits, xnor_wgmma.cu or xnor_mma.cu takes the place of
the threshold and product kernels.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gpu.arrays import check_device, on_device
from gpu.device import Session, session
from gpu.products import TENSOR_CORES, choose_product, ones
from tinynet.frozen.bits import BitLinear
from tinynet.frozen.network import Frozen
from tinynet.layers.signs import Scale


def run(frozen: Frozen, pixels: Any) -> Any:
    """Return the scores of a frozen binary network, float32 (N, classes), exactly as `frozen.scores(pixels)` does.

    Args:
        frozen: `tn.freeze` of a BinaryMLP. Its weights are copied to the device once and stay there while it lives.
        pixels: integers 0 .. 255, (N, n_in): NumPy, or uint8 on the device. The scores lie where the pixels lie.

    Raises TypeError and ValueError for other pixels, ValueError for a network with other layers, GpuUnavailable, and
    MemoryError.
    """
    parts = bits_and_factors(frozen)
    device = on_device("gpu.run", pixels=pixels)
    if device:
        check_device("gpu.run", "pixels", pixels, np.uint8)
        if pixels.shape[1] != frozen.n_in:
            raise ValueError(f"gpu.run: pixels of shape {tuple(pixels.shape)}; (N, {frozen.n_in}) is expected")
    else:
        pixels = np.ascontiguousarray(frozen._check(pixels))
    with session() as s:
        s.wait_for(pixels)
        if frozen not in s.networks:
            s.networks[frozen] = Network(s, *parts)
        scores = s.networks[frozen].scores(s, pixels if device else s.upload(pixels))
        return scores if device else scores.get()


def bits_and_factors(frozen: Any) -> tuple[list[BitLinear], list[float]]:
    """Return the layers of bits and the two factors behind them. TypeError or ValueError for any other network."""
    if not isinstance(frozen, Frozen):
        raise TypeError(f"gpu.run: frozen is {type(frozen).__name__}; pass tn.freeze(net) of a tn.BinaryMLP")
    layers: list[Any] = frozen.layers
    end = next((i + 1 for i, layer in enumerate(layers) if getattr(layer, "gives", "") == "floats"), 0)
    bits, rest = layers[:end], layers[end:]
    for i, layer in enumerate(layers):
        if not isinstance(layer, BitLinear if i < end else Scale) or i > end + 1:
            raise ValueError(
                f"gpu.run: layer {i} is {layer!r}; only networks of bits run on the device, with at most two scales at "
                "the end, as tn.freeze makes from a tn.BinaryMLP: use frozen.scores"
            )
    return bits, [layer.c for layer in rest] + [1.0] * (2 - len(rest))  # multiplying by 1 is exact


class OnDevice(NamedTuple):
    """A layer's arrays on the device."""

    words: Any  # uint64 (n_out, words)
    ones: Any  # int32 (n_out,), the ones in each row of words
    n_in: int
    limits: tuple[Any, ...]  # thresholds int32 and flip uint8, (n_out,) each; none for the last layer


class Network:
    """A network whose weights lie on the device; batches of the same size reuse the arrays between layers."""

    def __init__(self, s: Session, layers: list[BitLinear], factors: list[float]) -> None:
        self.layers, self.factors = [_on_device(s, layer) for layer in layers], factors
        bias = layers[-1].bias
        self.bias = s.upload(np.zeros(layers[-1].n_out, np.float32) if bias is None else bias)
        self._between: list[tuple[Any, Any]] = []
        self._sums: Any = None

    def scores(self, s: Session, pixels: Any, out: Any = None, kernel: str | None = None) -> Any:
        """Return the scores, float32 (N, classes), of uint8 pixels (N, n_in); both lie on the device.

        out: the array for the scores; None for a new one.
        kernel: one of products.PRODUCTS; None for the best. ValueError if the device cannot run it.
        """
        rows, kernel = pixels.shape[0], choose_product(s, kernel)
        if self._sums is None or len(self._sums) != rows:
            self._allocate(s, rows)
        x, z = self._between[0][0], self._sums
        s.launch("pack_planes", (rows, x.shape[2]), pixels, x, rows, pixels.shape[1], x.shape[2])
        for i, ((words, weight_ones, n_in, limits), (x, counts)) in enumerate(
            zip(self.layers, self._between, strict=True)
        ):
            n, kind, by = len(words), "xnor" if i else "pixels", f"{kernel}_" if kernel in TENSOR_CORES else ""
            shape = (rows, n, words.shape[1], n_in)
            beside = (ones(s, x, counts), weight_ones) if kernel in TENSOR_CORES else ()
            if limits:
                signs = self._between[i + 1][0]
                s.launch(f"{kind}_{by}threshold", (rows, n), x, words, *limits, signs, *shape, *beside)
            elif i:
                s.launch(f"xnor_{kernel}", (rows, n), x, words, z, *shape, *beside)
            else:
                s.launch("pixels_product", (rows, n), x, words, z, *shape)
        scores = s.empty(z.shape, np.float32) if out is None else out
        s.launch("scores", z.shape, z, self.bias, *self.factors, scores, *z.shape)
        return scores

    def _allocate(self, s: Session, rows: int) -> None:
        """Allocate the arrays between the layers: bits, the ones in each of their rows, and the last sums."""
        first, *hidden = (layer.words for layer in self.layers)
        shapes = [(rows, 8, first.shape[1]), *[(rows, words.shape[1]) for words in hidden]]
        self._between, self._sums = [], None  # frees the old arrays before new ones are allocated
        self._between = [(s.empty(shape, np.uint64), s.empty(shape[:-1], np.int32)) for shape in shapes]
        self._sums = s.empty((rows, self.bias.size), np.int32)


def _on_device(s: Session, layer: BitLinear) -> OnDevice:
    """Return a copy of a layer's arrays on the device."""
    words = s.upload(np.ascontiguousarray(layer.weight.words))
    limits: tuple[Any, ...] = ()
    if layer.gives == "signs":
        limits = s.upload(np.ascontiguousarray(layer.thresholds)), s.upload(layer.flip.astype(np.uint8))
    return OnDevice(words, ones(s, words), layer.n_in, limits)

"""A whole frozen network of bits on the device: uint8 pixels in, float32 scores out, nothing else between the two.

    pixels uint8 (N, n_in)     pack_planes        -> 8 planes of bits          planes (8, N, words)
    first layer                pixels_threshold   -> packed signs              sums of 2 p - 255, against a threshold
    hidden layers              xnor_threshold     -> packed signs              the product never leaves the chip
    last layer                 xnor product       -> int32 (N, classes)
                               scores             -> float32                   (z + bias) scale, as tinynet rounds it

All sums are integers, so the scores equal `frozen.scores(pixels)` bit for bit. tinynet/bitwise.py describes the layers and
tinynet/deploy.py the thresholds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gpu.arrays import check_device, on_device
from gpu.device import Session, session
from gpu.products import best_product, ones, product
from tinynet.activations import Scale
from tinynet.bitwise import BitLinear
from tinynet.frozen import Frozen
from tinynet.kernels.bits import n_words


def run(frozen: Frozen, pixels: Any) -> Any:
    """Return the scores of a frozen binary network, float32 (N, classes), exactly those of `frozen.scores(pixels)`.

    Args:
        frozen: `tn.freeze` of a BinaryMLP. Its weights go to the device once and stay there as long as it lives.
        pixels: integers 0 .. 255, (N, n_in); NumPy, or uint8 on the device, and then the scores are there too.

    Raises TypeError and ValueError for other pixels, ValueError for a network that has other layers, GpuUnavailable,
    and MemoryError.
    """
    layers = _layers(frozen)
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
            s.networks[frozen] = Network(s, *layers)
        scores = s.networks[frozen](pixels if device else s.upload(pixels))
        return scores if device else scores.get()


def _layers(frozen: Any) -> tuple[list[BitLinear], float]:
    """Return the layers of bits, and the scale behind them. TypeError or ValueError where there is anything else."""
    if not isinstance(frozen, Frozen):
        raise TypeError(f"gpu.run: frozen is {type(frozen).__name__}; pass tn.freeze(net) of a tn.BinaryMLP")
    layers = list(frozen.layers)
    scale = layers.pop().c if type(layers[-1]) is Scale and len(layers) > 1 else 1.0
    for i, layer in enumerate(layers):
        takes, gives = "signs" if i else "pixels", "floats" if i == len(layers) - 1 else "signs"
        if not isinstance(layer, BitLinear) or (layer.takes, layer.gives) != (takes, gives):
            raise ValueError(
                f"gpu.run: layer {i} is {layer!r}; only networks of bits from pixels to scores run on the device, "
                "as tn.freeze makes of a tn.BinaryMLP: use frozen.scores"
            )
    return layers, scale


class Network:
    """The weights of a frozen network on the device, and how its layers follow each other."""

    def __init__(self, s: Session, layers: list[BitLinear], scale: float) -> None:
        self.session, self.scale = s, float(scale)
        self.widths = [(layer.n_in, layer.n_out) for layer in layers]
        self.words = [s.upload(np.ascontiguousarray(layer.weight.words)) for layer in layers]
        self.limits = [
            (s.upload(np.ascontiguousarray(layer.thresholds)), s.upload(layer.flip.astype(np.uint8)))
            for layer in layers[:-1]
        ]
        bias = layers[-1].bias
        self.bias = s.upload(np.zeros(layers[-1].n_out, np.float32) if bias is None else bias)

    def __call__(self, pixels: Any) -> Any:
        """Return the scores float32 (N, classes) of uint8 pixels (N, n_in), both on the device."""
        raise NotImplementedError

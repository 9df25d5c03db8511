"""Small networks of few bits on MNIST, for benchmarks/frontier_best.py: how they are written, trained and packed.

A network is a line of words, from the picture to the scores:

    28 5/2x8 3/2x16 3x16 q4      the picture, 28 x 28; windows of 5 x 5, 2 pixels apart, looking for 8 features;
                                 of 3 x 3, 2 apart, for 16; of 3 x 3 for 16; then ten scores; all weights of 4 bits
    16 64 64 64 t                the picture pooled to 16 x 16; three hidden layers of 64 units; ternary weights

Behind each layer but the last stand batch norm and ReLU. The last word names the weights: q2, q3, q4 for `Quantized` of
so many bits, t for ternary ones, b for `Binary`, f for floats.

All train alike: Adam, a rate that falls as a cosine, batches of 100 from the 50,000 training pictures; the last epoch
counts. Validation data choose among networks, and nothing else sees them. The pictures are

    plain      as they are
    moved      new ones in every epoch: shifted, turned, and made larger or smaller a little
    warped     the same, and warped as by a trembling hand
    taught     as they are, with the scores of a larger network, trained on moved ones, beside the labels
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

import tinynet as tn
from tinynet.datasets.augment import compose, elastic, rotate, shift, zoom
from tinynet.engine.tape import primitive

MOVES = {"moved": compose(shift(2), rotate(10), zoom(0.1))}
MOVES["warped"] = compose(MOVES["moved"], elastic(1.0))
WINDOW = re.compile(r"(\d+)(?:/(\d+))?x(\d+)")  # kernel, stride, features


@dataclass(frozen=True)
class Run:
    """Everything that one training run depends on."""

    net: str
    augment: str = "plain"
    epochs: int = 20
    lr: float = 0.012
    seed: int = 0

    @property
    def file(self) -> str:
        """The name of the trained network's file."""
        words = self.net.replace(" ", "_").replace("/", "s")
        return f"{words}.{self.augment}.{self.epochs}.{self.lr:g}.{self.seed}.safetensors"


TEACHER = Run("28 5/2x10 3x20 3/2x20 3x20 q4", "moved")


def weights(word: str, last: bool) -> tn.Parameterization:
    """Return the recipe that a network's last word names; `last`: of the layer without batch norm."""
    if word == "b":
        return tn.Binary("layer" if last else None)
    if word in ("t", "f"):
        return tn.Quantized(levels=3) if word == "t" else tn.Dense()
    return tn.Quantized(bits=int(word.removeprefix("q")))


def network(text: str, seed: int = 0) -> tn.Sequential:
    """Return the untrained network that a line of words describes."""
    side, *parts, word = text.split()
    side, channels = int(side), 1
    n = side * side
    layers: list[Any] = [] if side == 28 else [tn.Linear(784, n, tn.Bank("pool"), bias=False)]
    for i, part in enumerate(parts):
        m, seeds = n, 1000 * seed + i
        if window := WINDOW.fullmatch(part):
            kernel, stride, features = (int(number or 1) for number in window.groups())
            side = (side - kernel) // stride + 1
            n, W = side * side * features, tn.Toeplitz(kernel, stride, channels, inner=weights(word, False))
            norm, channels = tn.BatchNorm(n, channels=features), features
        else:
            n, W = int(part), weights(word, False)
            norm = tn.BatchNorm(n)
        layers += [tn.Linear(m, n, W, bias=False, seed=seeds), norm, tn.ReLU()]
    return tn.Sequential(*layers, tn.Linear(n, 10, weights(word, True), seed=1000 * seed + len(parts)))


def packed(net: tn.Sequential, coded: bool = True) -> tn.Sequential:
    """Return a copy of a trained network that holds only what evaluation needs, in few bits.

    Batch norm is folded, floats take 16 bits, and codes are entropy-coded.
    """
    small = tn.fold(net)
    for layer in small.layers:
        if coded and isinstance(layer, tn.Linear):
            inside = layer.weight
            layer.weight = tn.Coded(inside).shaped(inside.shape)
            layer.weight.V = inside
    return tn.half(small)


def train(run: Run, folder: Path) -> float:
    """Train a network, write it to the folder, and return the seconds of processor time.

    A checkpoint beside it is written after each epoch, so a run that is stopped goes on from there.
    """
    start, path = process_time(), folder / run.file
    net, checkpoint = network(run.net, run.seed), path.with_suffix(".run")
    for layer in net.layers:
        if isinstance(layer, tn.BatchNorm):
            layer.__class__ = QuickNorm
    history = tn.fit(
        net, data().train, epochs=run.epochs, batch_size=100, lr=run.lr, schedule=tn.optim.cosine, optimizer=tn.Adam,
        augment=MOVES.get(run.augment), seed=run.seed, checkpoint=checkpoint, progress=False,
        teacher=tn.load(folder / TEACHER.file) if run.augment == "taught" else None,
    )  # fmt: skip
    if history.interrupted:
        raise KeyboardInterrupt
    for layer in net.layers:
        if isinstance(layer, QuickNorm):
            layer.__class__ = tn.BatchNorm
    tn.save(net, path)
    checkpoint.unlink()
    return process_time() - start


@lru_cache
def data() -> Any:
    """Return MNIST."""
    return tn.datasets.load("mnist")


# ---- batch norm in one step forward and one back, which takes a third of the time


def _norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, layer: Any) -> np.ndarray:
    times = layer.n // layer.count  # positions of a channel
    mu = x.mean(axis=0).reshape(times, -1).mean(axis=0)
    centred = x - np.tile(mu, times)
    var = (np.einsum("bi,bi->i", centred, centred) / np.float32(len(x))).reshape(times, -1).mean(axis=0)
    layer._follow(mu, var * (len(x) * times / (len(x) * times - 1)))
    inverse = 1 / np.sqrt(var + np.float32(layer.eps))
    centred *= np.tile(inverse, times)
    layer.kept = centred, inverse
    return centred * np.tile(gamma, times) + np.tile(beta, times)


def _norm_to_x(g: np.ndarray, y: np.ndarray, x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, layer: Any) -> Any:
    (u, inverse), times = layer.kept, layer.n // layer.count
    to_beta = g.sum(axis=0).reshape(times, -1).sum(axis=0)
    to_gamma = np.einsum("bi,bi->i", g, u).reshape(times, -1).sum(axis=0)
    layer.gradients = to_gamma, to_beta
    many = np.float32(len(g) * times)
    return (g - np.tile(to_beta / many, times) - u * np.tile(to_gamma / many, times)) * np.tile(gamma * inverse, times)


norm = primitive(
    "norm", _norm, _norm_to_x,
    lambda g, y, x, gamma, beta, layer: layer.gradients[0],
    lambda g, y, x, gamma, beta, layer: layer.gradients[1],
)  # fmt: skip


class QuickNorm(tn.BatchNorm, base=True):
    """BatchNorm with the gradients of both its sums written out (Ioffe, Szegedy 2015, section 3)."""

    def __call__(self, x: Any) -> tn.Tensor:
        return norm(x, self.gamma, self.beta, self) if self.training else super().__call__(x)

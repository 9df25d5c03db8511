"""Teacher: labels given by a hidden random network. Generated from a seed.

    inputs    x uniform over the 256 levels of [-1, 1], independently in each of widths[0] features
    teacher   h_0 = x,   h_l = tanh(h_{l-1} W_l + b_l),   scores = h_{L-1} W_L + b_L
    label     argmax of the scores, one of widths[-1] classes

W_l ~ N(0, 4 / fan-in), large enough that most units bend and small enough that few saturate; b_l ~ N(0, 1/4). The last
layer is rescaled so that each score has mean 0 and variance 1 over 4,096 sample inputs, which keeps every class in
play.

There is no noise and the answer is known. A student of the same widths can be perfect, so whatever a smaller one loses
is the price of its size alone. `network(seed, widths)` returns the teacher, for comparison.

Source: the student-teacher setting of E. Gardner & B. Derrida (1989), Three unfinished works on the optimal storage
capacity of networks, J. Phys. A 22.
"""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import numpy as np

from tinynet.datasets.base import Dataset, Split
from tinynet.datasets.generated import draw_splits, generator
from tinynet.datasets.pixels import from_pixels

WIDTHS = (16, 32, 4)


def load(
    seed: int = 0, widths: Sequence[int] = WIDTHS, train: int = 5_000, valid: int = 1_000, test: int = 5_000
) -> Dataset:
    """Return examples labelled by `network(seed, widths)`: widths[0] inputs, widths[-1] classes."""
    labelled = partial(sample, network(seed, widths))
    splits = draw_splits(labelled, seed, first=1, train=train, valid=valid, test=test)  # generator 0 is the network's
    return Dataset(*splits, name="teacher", source=f"generated, seed {seed}, widths {tuple(widths)}")


def sample(layers: list[tuple[np.ndarray, np.ndarray]], n: int, rng: np.random.Generator) -> Split:
    """Return n uniform examples and the teacher's labels."""
    pixels = rng.integers(256, size=(n, len(layers[0][0])), dtype=np.uint8)
    return Split.from_pixels(pixels, scores(from_pixels(pixels), layers).argmax(axis=1))


def network(seed: int = 0, widths: Sequence[int] = WIDTHS) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the hidden network: (W, b) of each layer, float64 (fan-in, fan-out) and (fan-out,).

    Raises ValueError unless there are at least two widths, all positive, and two classes.
    """
    if len(widths) < 2 or min(widths) < 1 or widths[-1] < 2:
        raise ValueError(f"widths={tuple(widths)}: give inputs, hidden units, classes (2 or more), as (16, 32, 4)")
    rng = generator(seed, 0)
    layers = [(rng.normal(0, 2 / np.sqrt(m), (m, n)), rng.normal(0, 1 / 2, n)) for m, n in pairwise(widths)]
    z = scores(from_pixels(rng.integers(256, size=(4096, widths[0]))), layers)  # (4096, classes)
    W, b = layers[-1]
    layers[-1] = (W / z.std(axis=0), (b - z.mean(axis=0)) / z.std(axis=0))
    return layers


def scores(x: np.ndarray, layers: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return the scores (N, classes), float64, that the network gives to inputs x (N, widths[0])."""
    *hidden, (W, b) = layers
    for W_l, b_l in hidden:
        x = np.tanh(x @ W_l + b_l)
    return x @ W + b

"""Convex: is the white region of a 28 x 28 picture convex? Generated from a seed.

This follows the recipe of Larochelle et al. 2007 for their set of this name. It is a look-alike, not the original
files: compare methods on it with each other, never with published figures.

A convex region is the intersection of K half-planes, K ~ Geometric(rate). We draw a pixel s that the region must
contain, and for each half-plane a point a and an angle t, all uniform. Of the two sides, s lies on the one we keep:

    region = {p : n_k . (p - a_k) >= 0, k = 1..K},    n_k = +-(cos t_k, sin t_k) with n_k . (s - a_k) >= 0

    label 1, convex:        one region with rate 0.195 and at least 19 pixels.
    label 0, not convex:    the union of 2 to 4 regions with rate 0.03 and at least 10 pixels each, kept if
                            two of its white pixels have a black pixel exactly halfway between them.

The paper says 0.07 where we say 0.03. It tuned its rates until both classes had the same mean area, because otherwise
counting white pixels would answer the question. With our half-planes 0.03 does that (35 % is white).

Source: H. Larochelle, D. Erhan, A. Courville, J. Bergstra, Y. Bengio (2007), An empirical evaluation of deep
architectures on problems with many factors of variation, ICML, and the web page of its data.
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from tinynet.datasets.base import Dataset, Split
from tinynet.datasets.generated import draw_splits

SIDE = 28
BATCH = 256  # regions drawn at once; part of the recipe, since another number would change what is drawn
ROW, COLUMN = np.indices((SIDE, SIDE), np.float32).reshape(2, -1)  # (784,) each: the pixels p


def load(seed: int = 0, train: int = 6_500, valid: int = 1_500, test: int = 50_000) -> Dataset:
    """Return pictures of 784 inputs, two classes; the first examples stay the same whatever the sizes."""
    splits = draw_splits(sample, seed, train=train, valid=valid, test=test)
    return Dataset(*splits, name="convex", shape=(SIDE, SIDE), source=f"generated, seed {seed}")


def sample(n: int, rng: np.random.Generator) -> Split:
    """Return n labelled pictures: a fair coin picks each label, then we take the next picture of that class."""
    label_rng, union_rng, region_rng = rng.spawn(3)
    labels = label_rng.integers(2, size=n)
    pictures = unions(union_rng), regions(region_rng)
    white = np.array([next(pictures[label]) for label in labels])  # (n, 784)
    return Split.from_pixels(255 * white.astype(np.uint8), labels)


def regions(rng: np.random.Generator, rate: float = 0.195, least: int = 19) -> Iterator[np.ndarray]:
    """Yield convex regions without end, each a boolean (784,) with at least `least` white pixels."""
    while True:
        counts = rng.geometric(rate, BATCH)  # half-planes of each region
        first = np.cumsum(counts) - counts  # where they start among all half-planes
        total = counts.sum()
        s = rng.uniform(-0.5, SIDE - 0.5, (BATCH, 2)).repeat(counts, axis=0)
        a = rng.uniform(-0.5, SIDE - 0.5, (total, 2))
        t = rng.uniform(0, 2 * np.pi, total)
        normal = np.stack([np.cos(t), np.sin(t)], axis=1)  # (total, 2)
        normal *= np.where(np.sum(normal * (s - a), axis=1) >= 0, 1, -1)[:, None]
        edge = np.sum(normal * a, axis=1)
        # Not a matrix product: its last bit depends on the library, and so would a pixel on the edge.
        n_row, n_column, edge = np.column_stack([normal, edge]).astype(np.float32).T[:, :, None]
        kept = n_row * ROW + n_column * COLUMN >= edge  # (total, 784)
        inside = np.logical_and.reduceat(kept, first)  # (BATCH, 784)
        yield from inside[inside.sum(axis=1) >= least]


def unions(rng: np.random.Generator, rate: float = 0.03, least: int = 10) -> Iterator[np.ndarray]:
    """Yield regions that are not convex, without end, each a boolean (784,)."""
    number_rng, region_rng = rng.spawn(2)
    parts = regions(region_rng, rate, least)
    while True:
        numbers = number_rng.integers(2, 5, BATCH)
        white = np.array([np.logical_or.reduce(list(islice(parts, number))) for number in numbers])
        yield from white[has_gap(white)]


def has_gap(white: np.ndarray) -> np.ndarray:
    """Return for pictures (N, 784) whether two white pixels p, q have a black one at (p + q) / 2: boolean (N,).

    A convolution looks at all pairs at once: the picture convolved with itself counts, at 2m, the white pairs with
    p + q = 2m.
    """
    spectrum = np.fft.rfft2(white.reshape(-1, SIDE, SIDE), s=(2 * SIDE, 2 * SIDE))
    pairs = np.fft.irfft2(spectrum**2, s=(2 * SIDE, 2 * SIDE))[:, ::2, ::2]
    return np.any((pairs.reshape(white.shape) > 0.5) & ~white, axis=1)

"""Variations on MNIST: rot, digits turned by any angle, and bg_rand, digits in front of noise.

Larochelle et al. 2007 made sets of these names to ask what a network does when more than the label varies. These are
look-alikes made from a seed, not the original files: compare methods on them with each other, never with published
figures.

    rot       x'(p) = x(c + R(-a) (p - c)),    a uniform in [0, 2 pi), c the centre, x interpolated bilinearly
    bg_rand   x'(p) = max(x(p), u_p),          u_p uniform in 0..255, independent for every pixel

All 70,000 MNIST pictures are shuffled with the seed. Up to 10,000 train, 2,000 validate and 50,000 test, and no picture
is in two splits. One seed gives both sets the same digits in the same order.

Source: H. Larochelle, D. Erhan, A. Courville, J. Bergstra, Y. Bengio (2007), An empirical evaluation of deep
architectures on problems with many factors of variation, ICML.
"""

from collections.abc import Callable

import numpy as np

from tinynet.datasets import mnist
from tinynet.datasets.base import Dataset, Split
from tinynet.datasets.generated import check_sizes, generator

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]
STARTS = {"train": 0, "valid": 10_000, "test": 12_000}  # of each split in the shuffled pictures
MOST = {"train": 10_000, "valid": 2_000, "test": 50_000}


def load_rot(seed: int = 0, train: int = 10_000, valid: int = 2_000, test: int = 50_000) -> Dataset:
    """Return turned digits, 784 inputs, ten classes. Raises DataError if MNIST cannot be read."""
    return vary("rot", turned, seed, train=train, valid=valid, test=test)


def load_bg_rand(seed: int = 0, train: int = 10_000, valid: int = 2_000, test: int = 50_000) -> Dataset:
    """Return digits in noise, 784 inputs, ten classes. Raises DataError if MNIST cannot be read."""
    return vary("bg_rand", before_noise, seed, train=train, valid=valid, test=test)


def vary(name: str, change: Change, seed: int, **sizes: int) -> Dataset:
    """Return the data set of MNIST pictures that went through `change`, the first `sizes` of each split."""
    check_sizes(**sizes)
    for part, size in sizes.items():
        if size > MOST[part]:
            raise ValueError(f"{part}={size}, but {name} has {MOST[part]:,} pictures for {part}; ask for fewer")
    images, labels, test_images, test_labels = mnist.read("mnist", mnist.MNIST_SHA256, mnist.MNIST_MIRRORS)
    images, labels = np.concatenate([images, test_images]), np.concatenate([labels, test_labels])
    order = generator(seed, 0).permutation(len(images))

    def sample(part: str, rng: np.random.Generator) -> Split:
        chosen = order[STARTS[part] :][: sizes[part]]
        return Split.from_pixels(change(images[chosen], rng), labels[chosen])

    train, valid, test = (sample(part, generator(seed, k)) for k, part in enumerate(STARTS, 1))
    return Dataset(train, valid, test, name=name, shape=(28, 28), source=f"generated from MNIST, seed {seed}")


def turned(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return each picture (N, 28, 28) turned by an angle of its own, uniform."""
    return rotate(images, rng.uniform(0, 2 * np.pi, len(images)))


def before_noise(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return each picture (N, 28, 28) in front of noise of its own: at every pixel the brighter one shows."""
    return np.maximum(images, rng.integers(256, size=images.shape, dtype=np.uint8))


def rotate(images: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Return pictures (N, h, w) uint8, each turned anticlockwise about its centre by its angle (N,) in radians.

    For each pixel of the result we go back to where it came from, a point between four pixels, and mix the four by how
    near they are: weight (1 - dr)(1 - dc) for the one above and to the left, and so on. Outside the picture is black.
    """
    turned = np.empty_like(images)
    for start in range(0, len(images), 1000):  # a thousand at a time, to keep the float arrays small
        block = slice(start, start + 1000)
        turned[block] = rotate_block(images[block], angles[block, None, None])
    return turned


def rotate_block(images: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Do the work of `rotate`, for pictures (N, h, w) and angles (N, 1, 1)."""
    n, h, w = images.shape
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))  # the black frame stands for everything outside
    y, x = np.indices((h, w)) - np.array([h - 1, w - 1]).reshape(2, 1, 1) / 2
    row = np.clip(np.cos(angles) * y + np.sin(angles) * x + (h - 1) / 2, -1, h) + 1  # (N, h, w), in the frame
    col = np.clip(np.cos(angles) * x - np.sin(angles) * y + (w - 1) / 2, -1, w) + 1
    r, c = np.minimum(row.astype(int), h), np.minimum(col.astype(int), w)
    dr, dc = row - r, col - c
    i = np.arange(n).reshape(n, 1, 1)
    above = (1 - dc) * framed[i, r, c] + dc * framed[i, r, c + 1]
    below = (1 - dc) * framed[i, r + 1, c] + dc * framed[i, r + 1, c + 1]
    return np.rint((1 - dr) * above + dr * below).astype(np.uint8)

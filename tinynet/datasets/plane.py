"""Two sets in the plane, easy to look at: two spirals and a checkerboard. Generated from a seed.

    spirals        arm l in {0, 1}:  x = r (cos t, sin t),  t = 2 pi turns r + pi l,  r = sqrt(u),  u uniform
    checkerboard   x uniform in [-1, 1]^2, cut into tiles x tiles squares; label: the colour of its square

`noise` is the standard deviation of a Gaussian that moves each point after it got its label (the plane is 2 wide).
Points that leave the square are put back on its edge. All lie on the levels of pixels.py, 1/128 apart.

An arm's length grows with r^2, so r = sqrt(u) spreads the points nearly evenly along it.

Source: the spirals are after A. Wieland's task in K. Lang & M. Witbrock (1988), Learning to tell two spirals apart,
Connectionist Models Summer School.
"""

from collections.abc import Callable

import numpy as np

from tinynet.datasets.base import Dataset, Split
from tinynet.datasets.generated import check_sizes, draw_splits
from tinynet.datasets.pixels import nearest_pixels

Draw = Callable[[int, np.random.Generator], tuple[np.ndarray, np.ndarray]]  # n, rng -> points (n, 2), labels


def load_spirals(
    seed: int = 0, train: int = 1_000, valid: int = 200, test: int = 2_000, noise: float = 0.02, turns: float = 1.5
) -> Dataset:
    """Return points on two spirals that wind `turns` times from the centre: 2 inputs, two classes."""

    def draw(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        label_rng, radius_rng = rng.spawn(2)
        labels = label_rng.integers(2, size=n)
        r = np.sqrt(radius_rng.uniform(size=n))
        t = 2 * np.pi * turns * r + np.pi * labels
        return r[:, None] * np.stack([np.cos(t), np.sin(t)], axis=1), labels

    return points("spirals", draw, seed, noise, train=train, valid=valid, test=test)


def load_checkerboard(
    seed: int = 0, train: int = 1_000, valid: int = 200, test: int = 2_000, noise: float = 0.0, tiles: int = 4
) -> Dataset:
    """Return points on a board of tiles x tiles squares: 2 inputs, two classes."""
    check_sizes(tiles=tiles)

    def draw(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        x = rng.uniform(-1, 1, (n, 2))
        return x, np.floor((x + 1) / 2 * tiles).astype(int).sum(axis=1) % 2

    return points("checkerboard", draw, seed, noise, train=train, valid=valid, test=test)


def points(name: str, draw: Draw, seed: int, noise: float, **sizes: int) -> Dataset:
    """Return the data set of the points that `draw` gives, moved by the noise."""
    if not noise >= 0:
        raise ValueError(f"noise={noise!r}: it is a standard deviation; pass 0 or more")

    def sample(n: int, rng: np.random.Generator) -> Split:
        draw_rng, noise_rng = rng.spawn(2)
        x, labels = draw(n, draw_rng)
        return Split.from_pixels(nearest_pixels(x + noise * noise_rng.normal(size=(n, 2))), labels)

    return Dataset(*draw_splits(sample, seed, **sizes), name=name, source=f"generated, seed {seed}")

"""Data sets, by name: `train, valid, test = load("digits")`.

    name             examples (default)         inputs   classes   what
    digits              800 /    200 /    797       64        10   handwritten digits, in the package
    breast_cancer       300 /     69 /    200       30         2   a table, in the package
    mnist            50,000 / 10,000 / 10,000      784        10   handwritten digits, downloaded
    fashion          50,000 / 10,000 / 10,000      784        10   clothes, downloaded
    rectangles        1,000 /    200 / 50,000      784         2   taller or wider?, downloaded
    convex            6,500 /  1,500 / 50,000      784         2   convex or not?, generated
    rot              10,000 /  2,000 / 50,000      784        10   MNIST turned by any angle, generated
    bg_rand          10,000 /  2,000 / 50,000      784        10   MNIST in front of noise, generated
    teacher           5,000 /  1,000 /  5,000       16         4   labels from a hidden network, generated
    spirals           1,000 /    200 /  2,000        2         2   two spirals in the plane, generated
    checkerboard      1,000 /    200 /  2,000        2         2   a checkerboard in the plane, generated

Read base.py first (what a data set is), then one of digits.py (a table in the package), files.py, idx.py and
mnist.py (from the internet), or convex.py (from a seed).
"""

import inspect
from collections.abc import Callable
from typing import Any

from . import breast_cancer, convex, digits, mnist, plane, rectangles, teacher, variations
from .base import DataError, Dataset, Split, from_pixels

__all__ = ["DataError", "Dataset", "Split", "from_pixels", "load", "names", "teacher"]

LOADERS: dict[str, Callable[..., Dataset]] = {
    "digits": digits.load,
    "breast_cancer": breast_cancer.load,
    "mnist": mnist.load_mnist,
    "fashion": mnist.load_fashion,
    "rectangles": rectangles.load,
    "convex": convex.load,
    "rot": variations.load_rot,
    "bg_rand": variations.load_bg_rand,
    "teacher": teacher.load,
    "spirals": plane.load_spirals,
    "checkerboard": plane.load_checkerboard,
}


def names() -> list[str]:
    """The names that `load` knows."""
    return list(LOADERS)


def load(name: str, seed: int = 0, **options: Any) -> Dataset:
    """The data set of this name: inputs float32 (N, n) in [-1, 1], labels int64 (N,).

    seed: of a generated set; the same seed gives the same bits. The others have one fixed split.
    options: of a generated set, as in its loader: train=, valid=, test= sizes; noise=; a teacher's widths=.

    Raises ValueError for an unknown name, TypeError for an option that the set does not take, and DataError
    for a file that is missing, damaged or cannot be downloaded.
    """
    if name not in LOADERS:
        raise ValueError(f"no data set is called {name!r}; there are {', '.join(LOADERS)}")
    loader = LOADERS[name]
    accepted = list(inspect.signature(loader).parameters)  # empty for a fixed set
    unknown = [option for option in options if option not in accepted]
    if unknown:
        takes = f"the options {', '.join(accepted)}" if accepted else "no options, for its split is fixed"
        raise TypeError(f"{name} takes {takes}; got {', '.join(unknown)}")
    return loader(seed=seed, **options) if accepted else loader()

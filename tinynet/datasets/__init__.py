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

and sequences, where an example is T steps of so many inputs:

    digits_rows         800 /    200 /    797    8 x 8        10   the digits, row by row
    reber               256 /    256 /    256    T x 7         7   the next symbol of a grammar, generated
    adding           10,000 /  1,000 /  1,000  200 x 2     1 real   the sum of two marked numbers, generated
    shakespeare           1 /      1 /      1   T x 65        65   the next character of the plays, downloaded

Read base.py first (what a data set is), then one of digits.py (a table in the package), files.py, idx.py and
mnist.py (from the internet), or convex.py (from a seed). For sequences: sequences.py (what they are), reber.py and
adding.py, then text.py (characters), shakespeare.py and batches.py (windows that carry a state).
"""

import inspect
from collections.abc import Callable
from typing import Any

from . import (
    adding, breast_cancer, convex, digits, mnist, plane, reber, rectangles, shakespeare, teacher, text, variations,
)  # fmt: skip
from .base import DataError, Dataset, Split, from_pixels
from .batches import streams, windows
from .sequences import SequenceDataset, lengths, pad

__all__ = [
    "DataError", "Dataset", "SequenceDataset", "Split", "from_pixels", "lengths", "load", "names", "pad", "reber",
    "streams", "teacher", "text", "windows",
]  # fmt: skip

LOADERS: dict[str, Callable[..., Dataset | SequenceDataset]] = {
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
    "digits_rows": digits.load_rows,
    "reber": reber.load,
    "adding": adding.load,
    "shakespeare": shakespeare.load,
}


def names() -> list[str]:
    """The names that `load` knows."""
    return list(LOADERS)


def load(name: str, seed: int = 0, **options: Any) -> Dataset | SequenceDataset:
    """The data set of this name: inputs float32 (N, n) in [-1, 1], labels int64 (N,); for sequences see sequences.py.

    seed: of a generated set; the same seed gives the same bits. The others have one fixed split.
    options: of a generated set, as in its loader: train=, valid=, test= sizes; noise=; length=; a teacher's widths=.

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

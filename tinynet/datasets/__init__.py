"""Data sets, by name: `train, valid, test = tn.datasets.load("digits")`. Everything here is embedded, downloaded or
generated; `load` lists the names.

Read how a set is made of splits, then one set of each kind: digits is in the package, mnist comes from the internet,
convex from a seed. For sequences read padding and reber, for text read text and batches.

    pixels           the 256 levels that all inputs lie on, so that a trained network can run on integers
    levels           numbers of any size, stretched to these levels
    description      what a network file says about its data
    base             what a data set is: three splits, of rows or of sequences
    own              your own arrays
    csv_table        your own table, from a CSV file
    kept             a data set in a file of its own
    pictures         your own pictures, in folders
    digits           handwritten digits, in the package; also read row by row, as sequences
    breast_cancer    a table, in the package
    download         files from the internet: found, checked, or downloaded once and kept
    idx              the file format of MNIST
    mnist            handwritten digits and pictures of clothes, downloaded
    rectangles       taller or wider?, downloaded
    generated        one seed for many random draws
    convex           convex or not?
    augment          pictures moved a little, for every epoch anew
    variations       MNIST turned by any angle, or in front of noise
    teacher          labels from a hidden network
    plane            two spirals, and a checkerboard
    adding           the sum of two marked numbers in a long row
    padding          sequences of different lengths in one array
    text             characters as ids
    reber            strings of a grammar: which symbol may come next?
    shakespeare      the plays, character by character, downloaded
    batches          a text cut into windows, for truncated backpropagation
"""

import inspect
from collections.abc import Callable
from typing import Any

from tinynet.datasets import (
    adding, augment, breast_cancer, convex, digits, mnist, plane, reber, rectangles, shakespeare, teacher, text,
    variations,
)  # fmt: skip
from tinynet.datasets.base import DataError, Dataset, SequenceDataset, Split
from tinynet.datasets.batches import streams, windows
from tinynet.datasets.pixels import from_pixels
from tinynet.datasets.kept import from_npz, keep
from tinynet.datasets.own import from_arrays
from tinynet.datasets.padding import lengths, pad
from tinynet.datasets.pictures import from_folder
from tinynet.datasets.csv_table import from_csv

__all__ = [
    "DataError", "Dataset", "SequenceDataset", "Split", "augment", "from_arrays", "from_csv", "from_folder", "from_npz",
    "from_pixels", "keep", "lengths", "load", "names", "pad", "reber", "register", "streams", "teacher", "text",
    "windows",
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
    """Return the names that `load` knows."""
    return list(LOADERS)


def built_in(name: str) -> bool:
    """Return whether a name is that of a data set of tinynet's, which every process can load."""
    return name in LOADERS and LOADERS[name].__module__.startswith(f"{__name__}.")


def register(name: str, loader: Callable[..., Dataset]) -> None:
    """Give a data set of your own a name, which `load`, and so every sweep in this process, knows from then on.

    Args:
        name: any that is not taken by a set of tinynet's.
        loader: called without arguments, or with seed= and other options where it names them; returns a Dataset.
    """
    if built_in(name):
        raise ValueError(f"register: {name!r} is a data set of tinynet; choose another name")
    LOADERS[name] = loader


def load(name: str, seed: int = 0, **options: Any) -> Dataset | SequenceDataset:
    """Return the data set of this name. Rows are float32 (N, n) in [-1, 1], their labels int64 (N,).

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

    and sequences, where an example has T steps; base.py has the shapes and types of their labels:

        digits_rows         800 /    200 /    797    8 x 8        10   the digits, row by row
        reber               256 /    256 /    256    T x 7         7   the next symbol of a grammar, generated
        adding           10,000 /  1,000 /  1,000  200 x 2     1 real   the sum of two marked numbers, generated
        shakespeare           1 /      1 /      1   T x 65        65   the next character of the plays, downloaded

    Args:
        name: one of these.
        seed: of a generated set; the same seed gives the same bits. The other sets have one fixed split.
        options: of a generated set, as its loader takes them: the sizes train=, valid=, test=; noise=, turns=, tiles=;
            length=; a teacher's widths=.

    Raises ValueError for an unknown name, TypeError for an option that the set does not take, and DataError for a file
    that is missing, damaged or cannot be downloaded.
    """
    if name not in LOADERS:
        raise ValueError(
            f"no data set is called {name!r}, and no file; there are {', '.join(LOADERS)}. Your own files are read by "
            "tn.datasets.from_csv and the like"
        )
    loader = LOADERS[name]
    accepted = list(inspect.signature(loader).parameters)  # empty for a fixed set
    unknown = [option for option in options if option not in accepted]
    if unknown:
        takes = f"the options {', '.join(accepted)}" if accepted else "no options, for its split is fixed"
        raise TypeError(f"{name} takes {takes}; got {', '.join(unknown)}")
    return loader(seed=seed, **options) if accepted else loader()

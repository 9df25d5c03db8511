"""Breast cancer, Wisconsin diagnostic: a table, to ask whether compression works on more than pictures.

569 tumours. For each, ten properties of the cell nuclei in one microscope picture (radius, texture, ..) are given as
mean, standard error and worst value: 30 numbers of very different size. Class 0 is malignant (212 tumours), class 1
benign (357), as in scikit-learn.

Feature j is stretched to the 256 levels of pixels.py, by its least and greatest value in the training rows:

    p_ij = round(255 (v_ij - min_j) / (max_j - min_j))

Only the training rows count, because a test row must not decide what the training rows look like. The price: a value
beyond the training range is clipped to 0 or 255 (0.7 % of the entries of the other two splits).

The rows are stored shuffled once and split 300 / 69 / 200. With 200 test rows, one mistake is half a percentage point.

Source: W. Wolberg, O. Mangasarian, N. Street, W. Street (1993), Breast Cancer Wisconsin (Diagnostic), UCI Machine
Learning Repository, doi:10.24432/C5DW2B. Licence CC BY 4.0.
"""

from pathlib import Path

import numpy as np

from tinynet.datasets.base import Dataset, Split
from tinynet.datasets.levels import Levels

FILE = Path(__file__).parent / "embedded" / "breast_cancer.npz"


def load() -> Dataset:
    """Return 300 / 69 / 200 rows of 30 inputs, two classes, read from the package."""
    with np.load(FILE, allow_pickle=False) as file:
        values, labels = file["values"], file["labels"]  # float64 (569, 30), uint8 (569,)
    levels = Levels.of(values[:300])
    pixels = levels.pixels(values)
    return Dataset(
        train=Split.from_pixels(pixels[:300], labels[:300]),
        valid=Split.from_pixels(pixels[300:369], labels[300:369]),
        test=Split.from_pixels(pixels[369:], labels[369:]),
        name="breast_cancer",
        source="W. Wolberg et al. (1993), UCI Breast Cancer Wisconsin (Diagnostic), CC BY 4.0",
        classes=("malignant", "benign"),
        levels=levels,
    )

"""Handwritten digits, 8 x 8: 1,797 pictures of ten classes, small enough to travel with the source.

Thirteen people wrote digits. Each 32 x 32 bitmap was cut into 4 x 4 blocks and the ink in each block counted, so a
pixel is a count v in 0..16. We show it as the grey level p = round(255 v / 16); no two counts share a level.

The split is fixed: 800 to train, 200 to choose the best epoch, 797 to test. In the original file the pictures come
writer by writer, though it does not say where one writer ends. Cutting that order would test on a few people only, and
the error would depend on which ones (the nearest-neighbour rule errs on 3.8 % of the last 797). We store the pictures
shuffled once, so that every split holds every writer. The test error is therefore about new digits in *known hands*
(1.9 %), so say this when you quote it. MNIST tests on strangers, which is harder.

The same pictures are also sequences, to be read row by row from the top: 8 steps of 8 pixels.

Source: E. Alpaydin & C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
doi:10.24432/C50P49 (its test file, as in scikit-learn's load_digits). Licence CC BY 4.0.
"""

from pathlib import Path

import numpy as np

from tinynet.datasets.base import Dataset, SequenceDataset, Split

FILE = Path(__file__).parent / "embedded" / "digits.npz"


def load() -> Dataset:
    """Return 800 / 200 / 797 pictures of 8 x 8 = 64 inputs, ten classes, read from the package."""
    with np.load(FILE, allow_pickle=False) as file:
        counts, labels = file["counts"], file["labels"]  # uint8 (1797, 64), (1797,)
    pixels = np.rint(counts * (255 / 16)).astype(np.uint8)
    return Dataset(
        train=Split.from_pixels(pixels[:800], labels[:800]),
        valid=Split.from_pixels(pixels[800:1000], labels[800:1000]),
        test=Split.from_pixels(pixels[1000:], labels[1000:]),
        name="digits",
        shape=(8, 8),
        source="E. Alpaydin & C. Kaynak (1998), UCI Optical Recognition of Handwritten Digits, CC BY 4.0",
    )


def load_rows() -> SequenceDataset:
    """Return the same 800 / 200 / 797 pictures as 8 steps of 8 inputs, ten classes: step t is row t."""
    data = load()
    train, valid, test = (Split(inputs.reshape(-1, 8, 8), labels) for inputs, labels in data)
    return SequenceDataset(train, valid, test, name="digits_rows", source=data.source)

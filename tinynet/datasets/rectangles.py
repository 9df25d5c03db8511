"""Rectangles: the outline of one rectangle in 28 x 28; is it taller than wide?

The label is 1 where the rectangle spans more rows than columns, as stored, and 0 otherwise; there are no squares. One
pixel says next to nothing about the label, but two lengths decide it: an easy rule in an awkward basis. The training
set is the smallest of its family, 1,000 / 200 / 50,000.

These are the original files. The archive holds text, one picture a line: 784 pixels, each 0 or 1, and the label. That
takes a few seconds to read. A repacked rectangles.npz in $TINYNET_DATA (uint8 arrays x_train (1200, 28, 28), y_train,
x_test, y_test, in the same order) is read at once.

Source: H. Larochelle, D. Erhan, A. Courville, J. Bergstra, Y. Bengio (2007), An empirical evaluation of deep
architectures on problems with many factors of variation, ICML. The authors state no licence.
"""

import zipfile
from pathlib import Path

import numpy as np

from tinynet.datasets.base import Dataset, Split
from tinynet.datasets.download import fetch, local

NPZ_SHA256 = "116d03f79c37269870e16d4180551a7d0ab38eb73e2106229413e9251a45ac26"
ZIP_SHA256 = "72952122784584f7a1aab68f74d8a06047a972596575a3a5a68cf32cc39daf8d"
MIRRORS = (
    "https://github.com/markvdw/convgp/raw/master/datasets/rectangles.zip",
    "http://www.iro.umontreal.ca/~lisa/icml2007data/rectangles.zip",
)


def load() -> Dataset:
    """Return 1,000 / 200 / 50,000 pictures, 784 inputs, two classes. Raises DataError if they cannot be had."""
    npz = local("rectangles", "rectangles.npz", NPZ_SHA256)
    if npz is not None:
        with np.load(npz, allow_pickle=False) as file:
            images, labels = file["x_train"], file["y_train"]  # uint8 (1200, 28, 28), (1200,)
            test_images, test_labels = file["x_test"], file["y_test"]  # uint8 (50000, 28, 28), (50000,)
    else:
        archive = fetch("rectangles", "rectangles.zip", ZIP_SHA256, MIRRORS)
        images, labels = read_amat(archive, "rectangles_train.amat")
        test_images, test_labels = read_amat(archive, "rectangles_test.amat")
    return Dataset(
        train=Split.from_pixels(255 * images[:1000], labels[:1000]),
        valid=Split.from_pixels(255 * images[1000:], labels[1000:]),
        test=Split.from_pixels(255 * test_images, test_labels),
        name="rectangles",
        shape=(28, 28),
        source="H. Larochelle et al. (2007), rectangles, the original files; no licence stated",
    )


def read_amat(archive: Path, member: str) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels (N, 28, 28) and labels (N,), uint8, from one text file in the archive."""
    with zipfile.ZipFile(archive) as files, files.open(member) as text:
        table = np.loadtxt(text, np.float32).astype(np.uint8)  # (N, 785)
    return table[:, :-1].reshape(-1, 28, 28), table[:, -1]

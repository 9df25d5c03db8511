"""Your own pictures: a folder with one folder for each class, as many collections of pictures come.

    cats/1.png  cats/2.png  dogs/1.png  ..        data = tn.datasets.from_folder("animals", size=(16, 16))

Each picture becomes grey, and one row of pixels. Pillow reads the files, in any format that it knows.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from tinynet.datasets.base import DataError, Dataset
from tinynet.datasets.own import from_arrays


def from_folder(path: str | os.PathLike, size: tuple[int, int] | None = None, **options: Any) -> Dataset:
    """Return the data set of the pictures in a folder, whose subfolders are the classes.

    Args:
        path: the folder.
        size: height and width to shrink or stretch all pictures to; by default they must be of one size.
        options: as for `from_arrays`: name, valid, test, seed.

    Raises DataError for no such folder, one without pictures, a file that is none, and pictures of different sizes.
    """
    from PIL import Image

    if not Path(path).is_dir():
        raise DataError(f"{os.fspath(path)!r}: there is no such folder")
    files = sorted(file for file in Path(path).glob("*/*") if file.is_file() and not file.name.startswith("."))
    pictures: list[np.ndarray] = []
    for file in files:
        try:
            with Image.open(file) as picture:
                grey = picture.convert("L")
                pictures.append(np.asarray(grey if size is None else grey.resize(size[::-1], Image.Resampling.BOX)))
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            raise DataError(f"{os.fspath(file)!r} is no picture that can be read: {error}") from error
        if pictures[-1].shape != pictures[0].shape:
            (h, w), (first_h, first_w) = pictures[-1].shape, pictures[0].shape
            what = f"{os.fspath(file)!r} has {h} x {w} pixels, the first picture {first_h} x {first_w}"
            raise DataError(f"{what}; give a size for all, such as size=(28, 28)")
    if not pictures:
        raise DataError(f"{os.fspath(path)!r}: there are no pictures; put those of each class into a folder of its own")
    labels = [file.parent.name for file in files]
    given: dict[str, Any] = {"name": Path(path).name, "source": os.fspath(path)}
    return from_arrays(np.stack(pictures), labels, **given | options)

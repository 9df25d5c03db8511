"""A data set in one file, and files of others.

`keep` writes a whole data set into one file of NumPy's npz format: the levels of all three splits, the labels, and the
names of classes and columns. `from_npz` reads it back, bit for bit; or any npz file with two arrays, inputs and labels,
such as np.savez("mine.npz", inputs=X, labels=y) writes. Nothing in such a file is run: pickled objects are refused.
"""

from __future__ import annotations

import io
import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from tinynet.datasets.base import DataError, Dataset, Split
from tinynet.datasets.levels import Levels
from tinynet.datasets.own import from_arrays
from tinynet.datasets.pixels import from_pixels
from tinynet.storage import gate
from tinynet.storage.atomic import write_atomically

PAIRS = (("inputs", "labels"), ("X", "y"), ("x", "y"), ("data", "target"))  # names that people give them
SPLITS = ("train", "valid", "test")


def arrays_of(data: Dataset) -> tuple[str, dict[str, np.ndarray]]:
    """Return a data set as a text in JSON and arrays. ValueError for inputs that do not lie on its grid."""
    words = {f.name: getattr(data, f.name) for f in fields(data) if f.name not in (*SPLITS, "levels", "unit")}
    arrays = {}
    for part, (inputs, labels) in zip(SPLITS, data, strict=True):
        arrays[f"{part}_pixels"], arrays[f"{part}_labels"] = data.to_pixels(inputs), labels
        if not np.array_equal(from_pixels(arrays[f"{part}_pixels"], data.scale, data.offset), inputs):
            raise ValueError(
                f"{data.name}: inputs of {part} do not lie on the grid of 256 levels; use tn.datasets.from_arrays"
            )
    if data.levels is not None:
        arrays |= {"low": data.levels.low, "high": data.levels.high}
    if data.unit is not None:
        arrays["unit"] = data.unit
    return json.dumps(words), arrays


def checksum(data: Dataset) -> str:
    """Return 16 hexadecimal digits that change when anything about the data set does."""
    return gate.checksum(*arrays_of(data))


def packed(data: Dataset) -> bytes:
    """Return a data set as the content of a file; the same data set always gives the same bytes."""
    text, arrays = arrays_of(data)
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, tinynet=np.array(text), **arrays)
    return content.getvalue()


def keep(data: Dataset, path: str | os.PathLike) -> None:
    """Write a data set to a file, whole or not at all; `from_npz` reads it."""
    write_atomically(path, packed(data))


def from_npz(path: str | os.PathLike, **options: Any) -> Dataset:
    """Return the data set in an npz file: one that `keep` wrote, or any with two arrays, inputs and labels.

    options: as for `from_arrays`, for a file of the second kind. Raises DataError for a file that cannot be read, or
    holds something else.
    """
    name = os.fspath(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
    except (OSError, ValueError, BadZipFile) as error:
        raise DataError(f"{name!r} is no npz file of plain arrays that can be read: {error}") from error
    if "tinynet" in arrays:
        if options:
            raise ValueError(f"{name!r} is a whole data set; {', '.join(options)} cannot be changed any more")
        try:
            return _whole(arrays)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{name!r} is damaged: {error}; write it again") from error
    for inputs, labels in PAIRS:
        if inputs in arrays and labels in arrays:
            given: dict[str, Any] = {"name": Path(path).name, "source": name}
            return from_arrays(arrays[inputs], arrays[labels], **given | options)
    pairs = " or ".join(f"{a!r} and {b!r}" for a, b in PAIRS)
    raise DataError(f"{name!r} holds {', '.join(arrays) or 'nothing'}; two arrays are needed, named {pairs}")


def unpacked(content: bytes) -> Dataset:
    """Return the data set that `packed` made these bytes from."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return _whole(dict(file))


def _whole(arrays: dict[str, np.ndarray]) -> Dataset:
    """Return the data set that `arrays_of` took apart."""
    words: dict[str, Any] = json.loads(str(arrays["tinynet"]))
    scale, offset = words["scale"], words["offset"]
    parts: Any = [Split(from_pixels(arrays[f"{p}_pixels"], scale, offset), arrays[f"{p}_labels"]) for p in SPLITS]
    if len({inputs.shape[1:] for inputs, _ in parts}) > 1 or any(len(x) != len(y) for x, y in parts):
        raise ValueError("its arrays do not fit each other")
    levels = Levels(arrays["low"], arrays["high"]) if "low" in arrays else None
    words |= {key: tuple(words[key]) for key in ("shape", "classes", "columns")}
    words |= dict(levels=levels, unit=arrays.get("unit"))
    return Dataset(*parts, **words)

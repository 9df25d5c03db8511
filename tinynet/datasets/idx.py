"""IDX, the file format of MNIST: a big-endian header, then the numbers, all gzipped.

    00 00 08 d | N_1 .. N_d as uint32 | N_1 x .. x N_d bytes        (08: uint8; d: number of dimensions)

A header promises a length, and anyone can edit it. So we ask the caller for the shape and compare; only then do we read
that many bytes, and one more, which must not exist. A file of another size, or one that unpacks without end, costs no
memory.

Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database, section "file formats".
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from tinynet.datasets.base import DataError


def read_idx(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Return the uint8 array of this shape in a gzipped IDX file. Raises DataError for anything else in it."""
    expected = struct.pack(f">4B{len(shape)}I", 0, 0, 8, len(shape), *shape)
    size = math.prod(shape)
    try:
        with gzip.open(path) as file:
            header = file.read(len(expected))
            if header != expected:
                raise damaged(path, f"its header should be {expected.hex(' ', 4)}, but is {header.hex(' ', 4)}")
            content = file.read(size)
            if len(content) != size or file.read(1):
                raise damaged(path, f"after the header it should hold {size:,} bytes, but holds more or fewer")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise damaged(path, f"it cannot be unpacked ({error})") from error
    return np.frombuffer(content, np.uint8).reshape(shape)


def damaged(path: Path, why: str) -> DataError:
    """Return the error for a file that is not what it should be."""
    return DataError(f"{path} is damaged: {why}. Remove it, so that it can be downloaded again.")

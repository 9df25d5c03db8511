"""The size of a saved network, header and payload, read from the first eight bytes of its file."""

from __future__ import annotations

import os
import struct
from typing import NamedTuple


class FileSize(NamedTuple):
    """The bytes of a saved network."""

    header: int
    payload: int


class ModelFileError(ValueError):
    """A file that is no network or checkpoint of this version, or is damaged; the message says where."""


def file_size(path: str | os.PathLike) -> FileSize:
    """Return the bytes of header and payload of a safetensors file. ModelFileError if it is too short to be one."""
    with open(path, "rb") as file:
        start = file.read(8)
    if len(start) < 8:
        raise ModelFileError(f"{os.fspath(path)!r} has {len(start)} bytes; a network has at least 8")
    header, size = 8 + struct.unpack("<Q", start)[0], os.path.getsize(path)
    if header > size:
        raise ModelFileError(f"{os.fspath(path)!r} has {size} bytes and announces a header of {header}; not a network")
    return FileSize(header, size - header)

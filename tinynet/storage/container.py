"""A description and arrays in one file: what saved networks and checkpoints have in common.

The file is in the safetensors format. Beside the arrays, its header holds three texts: the version under the name of
the kind of file, the description in JSON, and a checksum over the description and all arrays. The same content always
gives the same bytes.

`unpacked` is the gate for whatever comes from a disk: behind it, the arrays are the ones that were written, and the
description is JSON of bounded depth. What the description asks for is checked where it is understood.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tinynet.parameterizations.state import State
from tinynet.quoting import quoted
from tinynet.storage.budget import check_header, parsed
from tinynet.storage.file_size import ModelFileError, file_size


class Kind(NamedTuple):
    """A kind of file: its name and version, and what its description is called."""

    name: str
    version: str
    description: str


def packed(kind: Kind, description: str, arrays: State) -> bytes:
    """Return the content of a file. ValueError where `unpacked` would refuse it."""
    from safetensors.numpy import save

    metadata = {kind.name: kind.version, kind.description: description, "check": checksum(description, arrays)}
    content = save({name: np.ascontiguousarray(a) for name, a in arrays.items()}, metadata)
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header["__metadata__"] = metadata  # in our order; safetensors has a new one each time
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    check_header(8 + len(text), len(content) - start)
    parsed(description, len(content) - start)
    return len(text).to_bytes(8, "little") + text + content[start:]


def unpacked(path: str | os.PathLike, kind: Kind) -> tuple[Any, State]:
    """Return the description, as JSON values, and the arrays. ValueError with the reason for anything else."""
    from safetensors import safe_open

    if not Path(path).is_file():
        raise ValueError("it is a directory, a pipe or a device, not a file")
    size = file_size(path)
    check_header(*size)
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata() or {}
        if kind.name not in metadata:
            raise ValueError("it is a safetensors file, but not one of tinynet")
        if metadata[kind.name] != kind.version:
            found = quoted(metadata[kind.name], 20)
            raise ValueError(f"it has version {found!r}, this tinynet reads version {kind.version!r}")
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (no mapping)
    text = metadata.get(kind.description, "")
    if metadata.get("check") != checksum(text, arrays):
        raise ValueError("its checksum is wrong: it was changed after it was saved")
    return parsed(text, size.payload), arrays


@contextmanager
def refusal(caller: str, path: str | os.PathLike, what: str) -> Iterator[None]:
    """Turn whatever fails within this context, which the content of a file has caused, into a ModelFileError."""
    try:
        yield
    except Exception as error:
        raise ModelFileError(f"{caller}: {os.fspath(path)!r} is not a readable {what}: {quoted(error)}") from error


def checksum(description: str, arrays: State) -> str:
    """Return 16 hexadecimal digits that change when the description or any array does."""
    digest = hashlib.blake2b(description.encode(), digest_size=8)
    for name in sorted(arrays):
        digest.update(f"{name}{arrays[name].dtype}{arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()

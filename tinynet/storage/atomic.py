"""Writing a file so that it is either there whole or not there at all, and telling whether it was changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from uuid import uuid4

import numpy as np


def write_atomically(path: str | os.PathLike, content: bytes) -> None:
    """Write content to a new file beside `path`, then rename it over `path`; nothing half-written is left behind.

    What `path` links to is written, and a device or a pipe, as /dev/stdout, is written into, not replaced.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(path.parent)!r} to write {path.name!r} in; create it first")
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def checksum(description: str, arrays: dict[str, np.ndarray]) -> str:
    """Return 16 hexadecimal digits that change when the description or any array does."""
    digest = hashlib.blake2b(description.encode(), digest_size=8)
    for name in sorted(arrays):
        digest.update(f"{name}{arrays[name].dtype}{arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()

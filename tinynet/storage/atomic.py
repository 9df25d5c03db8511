"""Write a file whole or not at all: to a new file beside it, which then takes its name."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path
from stat import S_IMODE
from uuid import uuid4


def write_atomically(path: str | os.PathLike, content: bytes) -> None:
    """Write content to a new file beside `path`, then rename it over `path`; nothing half-written is left behind.

    A link is followed to its target, and the permissions of a file that is replaced stay. A device or a pipe, such as
    /dev/stdout, is written into, not replaced.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(path.parent)!r} to write {path.name!r} in; create it first")
    temporary = path.with_name(f"{temporary_prefix(path)}{uuid4().hex[:16]}")
    try:
        with open(temporary, "xb") as file:
            if path.exists():
                os.chmod(temporary, S_IMODE(path.stat().st_mode))  # before anything secret is in it
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def temporary_prefix(path: Path) -> str:
    """Return how temporary files for `path` are named: short, since its own name may be as long as is allowed."""
    return f".tinynet-{blake2b(os.fsencode(path.name), digest_size=8).hexdigest()}-"

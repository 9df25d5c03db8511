"""Write a file whole or not at all: to a new file beside it, which then takes its name.

What takes hours is not begun before it is sure that its results can be written.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from stat import S_IMODE
from uuid import uuid4


def check_outputs(outputs: Iterable[Path], read: Iterable[Path] = ()) -> None:
    """Raise ValueError for an output that could not be written, or that is among the files or folders that are read."""
    outputs, inputs = list(outputs), [path for path in read if path.exists()]
    reals = [Path(os.path.realpath(path)) for path in outputs]  # where a link leads
    for path, real in zip(outputs, reals, strict=True):
        if real.is_dir():
            raise ValueError(f"{str(path)!r} would be written, but is a folder; move it or give another name")
        if not real.parent.is_dir():
            raise ValueError(f"there is no folder {str(real.parent)!r} for {path.name!r}; create it first")
        if not os.access(real if real.exists() and not real.is_file() else real.parent, os.W_OK):
            raise ValueError(f"nothing can be written into the folder {str(real.parent)!r}; give another one")
        if real.exists() and any(
            real.samefile(path) or Path(os.path.realpath(path)) in real.parents for path in inputs
        ):
            raise ValueError(f"{str(path)!r} would be overwritten, but is read here; give another name")
        if reals.count(real) > 1:
            raise ValueError(f"{str(path)!r} would be written twice; give each output a name of its own")


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

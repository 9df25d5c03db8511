"""Write a file whole or not at all: to a new file beside it, which then takes its name.

A process that is killed leaves such a file, and the next one that writes into the folder removes it. It must spare what
a living process is writing. The sign of life is a lock, which the system drops when the process ends, however it ends.
Windows has no such locks; there nothing is removed.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE
from uuid import uuid4

try:
    import fcntl
except ImportError:  # Windows
    LOCKS = False
else:
    LOCKS = True

TEMPORARY = re.compile(r"\.tinynet-[0-9a-f]{32}")  # names, short because that of the file may be as long as is allowed


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
    clear(path.parent)
    while True:
        temporary = path.with_name(f".tinynet-{uuid4().hex}")
        try:
            with open(temporary, "xb") as file:
                lock(file.fileno())
                if not temporary.exists():
                    continue  # another process has cleared it away before it was locked
                if path.exists():
                    os.chmod(temporary, S_IMODE(path.stat().st_mode))  # before anything secret is in it
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                if not LOCKS:
                    file.close()  # Windows renames no file that is open
                os.replace(temporary, path)
                return
        finally:
            temporary.unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Remove the temporary files and folders that killed processes have left in a folder."""
    for name in filter(TEMPORARY.fullmatch, os.listdir(folder) if LOCKS else []):
        with suppress(OSError):  # it is gone, or belongs to somebody else
            descriptor = os.open(left := folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if lock(descriptor, fcntl.LOCK_NB):
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            finally:
                os.close(descriptor)


def lock(descriptor: int, how: int = 0) -> bool:
    """Lock an open file or folder; return False where a living process holds it, and where there are no locks."""
    try:
        if LOCKS:
            fcntl.flock(descriptor, fcntl.LOCK_EX | how)
    except OSError:
        return False
    return LOCKS

"""A folder that goes when its process does: at the end, or, if that was killed, when the next one is made."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from tinynet.storage.atomic import LOCKS, clear, lock


@contextmanager
def temporary_folder(place: Path | None = None) -> Iterator[Path]:
    """Yield a new folder, by default where the system has such; it is removed at the end with all that is in it."""
    place = place or Path(tempfile.gettempdir())
    clear(place)
    while True:
        folder, descriptor = place / f".tinynet-{uuid4().hex}", -1
        folder.mkdir(mode=0o700)
        try:
            if LOCKS:
                with suppress(FileNotFoundError):
                    descriptor = os.open(folder, os.O_RDONLY)
                    lock(descriptor)
            if folder.exists():  # no other process has cleared it away before it was locked
                yield folder
                return
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            if descriptor >= 0:
                os.close(descriptor)

"""What takes hours is not begun before it is sure that its results can be written."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


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

"""A lesson's file holds text and code in turn: `# %% [markdown]` begins a cell of text, `# %%` a cell of code.

The same file runs with plain `python`, opens as a notebook in editors, is shown and run by `tinynet lesson`, and
becomes a page of the site.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from tinynet.storage.atomic import write_atomically

MARK = re.compile(r"^# %%(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """One cell: its kind, its text (Markdown without comment signs, or code), and the number of lines above it."""

    kind: str
    text: str
    line: int


def split(script: str) -> list[Cell]:
    """Return the cells of a script; anything before the first mark is code."""
    places = [0, *(match.start() for match in MARK.finditer(script)), len(script)]
    cells = []
    for start, end in pairwise(places):
        head, _, body = script[start:end].partition("\n")
        mark = MARK.match(head)
        if mark and "[markdown]" in mark[1]:
            text = re.sub(r"^# ?", "", body, flags=re.MULTILINE).strip()
            cells.append(Cell("markdown", text, script[:start].count("\n")))
        elif script[start:end].strip():
            cells.append(Cell("code", script[start:end], script[:start].count("\n")))
    return cells


def run(path: Path, show: Callable[[Cell], None]) -> None:
    """Run a lesson's code cells in order.

    Args:
        path: the path of lesson.py.
        show: called with each cell, before it runs if it is code.
    """
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(path)}
    for cell in split(path.read_text("utf-8")):
        show(cell)
        if cell.kind == "code":
            exec(compile("\n" * cell.line + cell.text, str(path), "exec"), names)


def write_ipynb(path: Path) -> Path:
    """Write a lesson as a notebook beside it, and return its path. ImportError without jupytext."""
    import jupytext

    cells = jupytext.reads(path.read_text("utf-8"), fmt="py:percent")
    cells.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    target = path.with_suffix(".ipynb")
    write_atomically(target, jupytext.writes(cells, fmt="ipynb").encode())
    return target

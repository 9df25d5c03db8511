"""A lesson script is text and code in turn: `# %% [markdown]` begins a cell of text, `# %%` one of code.

The same file runs with plain `python`, opens as a notebook in editors, is read and run by `tinynet lesson`, and becomes
a page of the site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

MARK = re.compile(r"^# %%(.*)$", re.MULTILINE)
SAVED = re.compile(r'lesson\.(?:figure|animation)\([^"]*"([\w-]+)"')  # the name of a figure, where it is saved


@dataclass(frozen=True)
class Cell:
    """One cell: its kind, its text (Markdown without the comment signs, or code), how many lines stand before it."""

    kind: str
    text: str
    line: int


def split(script: str) -> list[Cell]:
    """Return the cells of a script; what stands before the first mark is code."""
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


def run(path: Path, show_text: Any = print) -> None:
    """Run a lesson's code cells in order, and show its text between them.

    Args:
        path: of lesson.py.
        show_text: called with each cell of Markdown.
    """
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(path)}
    for cell in split(path.read_text("utf-8")):
        if cell.kind == "markdown":
            show_text(cell.text)
        else:
            exec(compile("\n" * cell.line + cell.text, str(path), "exec"), names)


def page(path: Path) -> str:
    """Return a lesson as a page of Markdown: its text, its code, and below the code the figures that it saved."""
    parts = []
    for cell in split(path.read_text("utf-8")):
        if cell.kind == "markdown":
            parts.append(cell.text)
            continue
        parts.append(f"```python\n{MARK.sub('', cell.text).strip()}\n```")
        for name in SAVED.findall(cell.text):
            parts += [f"![{name}](figures/{file.name})" for file in sorted(path.parent.glob(f"figures/{name}.*"))]
    return "\n\n".join(parts) + "\n"

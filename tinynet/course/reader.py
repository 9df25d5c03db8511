"""A lesson read in a terminal: text, code and results in turn, with a pause where an exercise is due.

Where nobody sits at the terminal, the lesson runs through: its output goes to a file, or someone asked for all of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.syntax import Syntax

from tinynet.course import formulas, notebook
from tinynet.course.notebook import Cell

DUE = re.compile(r'lesson\.exercise\("(\w+)"\)')
KEYS = "[dim]Enter: go on, with the solution if yours does not pass   g: grade   h: hint   q: stop here[/dim]"


def read_lesson(
    path: Path, console: Console, pause: bool, grade: Callable[[str], bool], hint: Callable[[str], None]
) -> None:
    """Show and run a lesson.

    Args:
        path: the path of lesson.py.
        pause: whether to stop at each exercise until a key is pressed, and to show long texts in a pager.
        grade: grades the exercise of a name, says what it found, and returns whether it passed.
        hint: shows the next hint for the exercise of a name.
    """
    os.environ.setdefault("LESS", "-RFXE")  # less: keep colours, end after the last page, and leave the text there

    def show(cell: Cell) -> None:
        if cell.kind == "code" and pause:
            for name in DUE.findall(cell.text):
                _wait(name, path.with_name("exercise.py"), console, grade, hint)
        if pause:
            with console.pager(styles=True):
                console.print(_formatted(cell), soft_wrap=False)
        else:
            console.print(_formatted(cell), soft_wrap=False)

    notebook.run(path, show)


def _formatted(cell: Cell) -> Markdown | Syntax:
    if cell.kind == "markdown":
        return Markdown(f"\n{formulas.readable(cell.text)}\n")
    return Syntax(
        notebook.MARK.sub("", cell.text).strip(), "python", background_color="default", padding=(1, 2), word_wrap=True
    )


def _wait(name: str, file: Path, console: Console, grade: Callable[[str], bool], hint: Callable[[str], None]) -> None:
    """Wait at an exercise until it passes, or the learner goes on without."""
    console.rule(f"now write {name} in {file.name}")
    console.print(KEYS)
    while True:
        key = typer.getchar().lower()
        if key in ("\r", "\n", " "):
            return
        if key == "g" and grade(name):
            return
        if key == "h":
            hint(name)
        if key in ("q", "\x03", "\x04"):
            raise typer.Exit

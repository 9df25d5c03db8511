"""A lesson read in a terminal: text, code and results in turn, with a pause at each section and at each exercise.

Where nobody sits at the terminal, the lesson runs through: its output goes to a file, or someone asked for all of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.syntax import Syntax

from tinynet.course import formulas, notebook
from tinynet.course.notebook import Cell

SETS = re.compile(r"\*\*Exercise `(\w+)`\.\*\*")
HEADING = "## "
GO_ON = "[dim]Enter: go on   q: stop here[/dim]"
KEYS = "[dim]Enter: go on, with the solution if yours does not pass   g: grade   h: hint   q: stop here[/dim]"


@dataclass(frozen=True)
class Learner:
    """What the reader asks about the learner's work; each function takes the name of an exercise.

    Attributes:
        passes: returns whether the learner's function passes, and says nothing.
        grade: grades it, says what it found, and returns whether it passes.
        hint: shows the next hint.
    """

    passes: Callable[[str], bool]
    grade: Callable[[str], bool]
    hint: Callable[[str], None]


def read_lesson(path: Path, console: Console, learner: Learner | None) -> None:
    """Show and run a lesson.

    Args:
        path: the path of lesson.py.
        console: where it is shown.
        learner: who reads it. Then the lesson stops before each section and where it sets an exercise, until a key is
            pressed, and long texts are shown in a pager. None runs through.
    """
    os.environ.setdefault("LESS", "-RFXE")  # less: keep colours, end after the last page, and leave the text there
    formulas.readable("$x$")  # a missing package is missed before anything is shown
    paused = True  # whether nothing was shown since the last pause

    def show(cell: Cell) -> None:
        nonlocal paused
        text = cell.kind == "markdown"
        for piece in pieces(cell.text) if text else [cell.text]:
            if learner and text and piece.startswith(HEADING) and not paused:
                console.print(GO_ON)
                _key("")
            with console.pager(styles=True) if learner else nullcontext():
                console.print(_text(piece) if text else _code(piece), soft_wrap=False)
            exercise = SETS.search(piece) if text else None
            if learner and exercise:
                _wait(exercise[1], path.with_name("exercise.py"), console, learner)
            paused = bool(exercise)

    notebook.run(path, show)


def pieces(text: str) -> Iterator[str]:
    """Yield the text of a cell in pieces, each of which begins at a section or ends with the task of an exercise."""
    piece: list[str] = []
    for paragraph in text.split("\n\n"):
        if piece and paragraph.startswith(HEADING):
            yield "\n\n".join(piece)
            piece = []
        piece.append(paragraph)
        if SETS.search(paragraph):
            yield "\n\n".join(piece)
            piece = []
    if piece:
        yield "\n\n".join(piece)


def _text(markdown: str) -> Markdown:
    return Markdown(f"\n{formulas.readable(markdown)}\n")


def _code(code: str) -> Syntax:
    return Syntax(
        notebook.MARK.sub("", code).strip(), "python", background_color="default", padding=(1, 2), word_wrap=True
    )


def _key(others: str) -> str:
    """Return the next key that means something: one of the others, or "" for going on; q ends the lesson."""
    while True:
        key = typer.getchar().lower()
        if key in ("q", "\x03", "\x04"):
            raise typer.Exit
        if key in ("\r", "\n", " "):
            return ""
        if key in others:
            return key


def _wait(name: str, file: Path, console: Console, learner: Learner) -> None:
    """Wait at an exercise until the learner goes on; a grade that passes goes on at once."""
    if learner.passes(name):
        console.rule(f"{name} in {file.name}: yours passes")
        console.print(GO_ON)
        _key("")
        return
    console.rule(f"now write {name} in {file.name}")
    console.print(KEYS)
    while key := _key("gh"):
        if key == "h":
            learner.hint(name)
        elif learner.grade(name):
            return

"""The lessons as pages: text, code, and below each cell what it gave when the site was built (`runs.py`).

A page needs no JavaScript to be read. docs/web/course.js finds its way by the attributes of each element: data-lesson,
data-cell and data-kind (code, predict or exercise), and by lesson.json beside the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from docs.site.runs import Result
from tinynet.course import reader
from tinynet.course.shown import shown


def page(lesson: Result) -> str:
    """Return the page of a lesson: Markdown, in which cells and their results are HTML."""
    return "\n\n".join(_parts(lesson)) + "\n"


def _parts(lesson: Result) -> Iterator[str]:
    exercises = {exercise["name"]: exercise for exercise in lesson["exercises"]}
    for number, cell in enumerate(lesson["cells"]):
        if cell["kind"] != "text":
            yield _code(lesson, number, cell)
            yield f'<div class="results" data-cell="{number}">{shown(cell["results"])}</div>'
            continue
        for piece in reader.pieces(cell["text"]):
            title, _, rest = piece.partition("\n")
            yield f"{title}\n\n{_head(lesson)}\n\n{rest}" if title.startswith("# ") else piece
            if found := reader.SETS.search(piece):
                yield _exercise(lesson, exercises[found[1]])
    yield '<link rel="stylesheet" href="../../app/course.css">'
    yield '<script type="module" src="../../app/course.js"></script>'


def _head(lesson: Result) -> str:
    """Return what one wants to know before a lesson: its time, its claims, and, folded, what the run said of them."""
    points = sum(exercise["points"] for exercise in lesson["exercises"])
    verdicts = [each for cell in lesson["cells"] for each in cell["results"] if each["kind"] == "verdict"]
    said = [held for verdict in verdicts for held, _ in verdict["statements"].values()]
    claims = "".join(f"<li><b>{claim}</b> {escape(text)}</li>" for claim, text in lesson["claims"].items())
    return (
        f'<div class="lesson-head" data-lesson="{lesson["number"]}" data-folder="{lesson["folder"]}">\n'
        f"<p>About {lesson['minutes']} minutes · {len(lesson['exercises'])} exercises, {points} points · its script "
        f"ran in {lesson['seconds']:.0f} s of processor time</p>\n"
        f"<p>{'Claims' if len(lesson['claims']) > 1 else 'Claim'} put to the test:</p>\n<ul>{claims}</ul>\n"
        f"<details><summary>What the run said: {sum(said)} times yes, {len(said) - sum(said)} times no "
        f"(read the lesson first if you like to guess)</summary>\n{shown(verdicts)}</details>\n</div>"
    )


def _code(lesson: Result, number: int, cell: Result) -> str:
    place = f'data-lesson="{lesson["number"]}" data-cell="{number}" data-kind="{cell["kind"]}"'
    return f'<div class="cell" {place}>{highlighted(cell["text"])}</div>'


def highlighted(code: str) -> str:
    """Return Python source as HTML, in the classes that Material for MkDocs gives colours."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return highlight(code, PythonLexer(), HtmlFormatter(cssclass="highlight", wrapcode=True)).strip()


def _exercise(lesson: Result, exercise: Result) -> str:
    name, hints = exercise["name"], exercise["hints"]
    [stub] = [text for piece, text in lesson["file"] if piece == name]
    folded = "".join(
        f'<details class="hint" data-hint="{number}"><summary>Hint {number} of {len(hints)}</summary>'
        f"<p>{_inline(hint)}</p></details>"
        for number, hint in enumerate(hints, 1)
    )
    points = f"{exercise['points']} point{'s' * (exercise['points'] > 1)}"
    return (
        f'<div class="exercise" data-lesson="{lesson["number"]}" data-exercise="{name}" data-kind="exercise">'
        f'<p class="exercise-head"><code>{name}</code> <span>{points}</span></p>{highlighted(stub)}{folded}</div>'
    )


def _inline(text: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))

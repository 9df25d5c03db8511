"""The claims of the course, each with what the lessons' runs said about it when the site was built.

The verdicts are those of runs.py, the same runs whose results the lesson pages show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tinynet.course.claims import CLAIMS


class Said(NamedTuple):
    """One statement about a claim, and what the run of a lesson found."""

    lesson: dict[str, Any]  # as runs.py keeps it
    statement: str
    held: bool
    numbers: str


def verdicts(lessons: Sequence[dict[str, Any]]) -> dict[str, list[Said]]:
    """Return what the lessons' runs said about each claim, in the order of the syllabus."""
    found: dict[str, list[Said]] = {claim: [] for claim in CLAIMS}
    for lesson in lessons:
        for cell in lesson["cells"]:
            for each in cell["results"]:
                claim = each.get("claim", "").rstrip("ab")  # C7b is a half of C7
                if each["kind"] == "verdict" and claim in found:
                    found[claim] += [Said(lesson, text, *result) for text, result in each["statements"].items()]
    return found


def page(lessons: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the page's place on the site, and its Markdown."""
    every = verdicts(lessons)
    held = [each.held for said in every.values() for each in said]
    out = [
        "# The claims, and what became of them",
        "The course began as a list of claims about neural networks, from lectures and papers, some of them bold. Each "
        "lesson splits its claims into statements that a program can decide, and runs the program. Below is what the "
        f"runs said when this site was built: {sum(held)} statements held, and {len(held) - sum(held)} did not. If you "
        "want to guess first, [take the lessons](course.md) before you read on.",
    ]
    for claim, said in every.items():
        out.append(f"## {claim}. {CLAIMS[claim]}")
        rows = [f"| {'yes' if each.held else '**no**'} | {_cell(each)} | {_link(each.lesson)} |" for each in said]
        out.append("\n".join(["| | statement | lesson |", "| --- | --- | --- |", *rows]) if rows else "Not run.")
    yield "claims.md", "\n\n".join(out) + "\n"


def _cell(each: Said) -> str:
    numbers = f" <small>({_plain(each.numbers)})</small>" if each.numbers else ""
    return _plain(each.statement) + numbers


def _plain(text: str) -> str:
    """Return a text in which Markdown and the table see no marks."""
    return "".join(f"&#{ord(sign)};" if sign in "|*_`<>[]$\\" else sign for sign in text)


def _link(lesson: dict[str, Any]) -> str:
    return f"[{lesson['number']}](lessons/{lesson['folder']}/index.md)"

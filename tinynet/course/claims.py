"""What the learner's own runs said about every claim: a table for the terminal, and a page to show.

Each lesson writes its verdicts down (`Script.verdict`). Here they are put together, claim by claim, with the lessons
that have not been run yet.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from tinynet.course import manifest
from tinynet.course.workspace import Workspace

CLAIMS = {
    "C1": "A layer is xW + b and tanh, and the next layer takes what comes out.",
    "C2": "A weight matrix rotates, stretches, and rotates again.",
    "C3": "Columns are features, and two layers are enough.",
    "C4": "The last layer turns features into class scores. Are they probabilities?",
    "C5": "tanh squashes: beyond a threshold it says which side, not how far.",
    "C6": "Saturated units are planes, and planes combine into regions.",
    "C7": "After the fit, further epochs harden the borders.",
    "C8": "There are many ways to constrain a network, and all work surprisingly well.",
    "C9": "A binary network matches the reference with a few more nodes.",
    "C10": "XNOR makes it much faster.",
    "C11": "It needs special hardware, and is untested outside images.",
    "C12": "It is a hybrid: real inputs, a binary middle, integer scores.",
    "C13": "Binary columns have few angles and one length, and yet they succeed.",
    "C14": "XNOR gates span the whole space of functions.",
    "C15": "Hashing: K free parameters a layer, far fewer than entries.",
    "C16": "Hashing is simple, adjustable, and beats the other methods.",
    "C17": "Hashing connections equals hashing features.",
    "C18": "Factorization: W from two thin matrices.",
    "C19": "The two factors cannot be trained together; a bank of features helps.",
    "C20": "Factorization did worst.",
    "C21": "Batch normalization is faster. Is it a weaker factorization?",
    "C22": "The approaches overlap; small networks disguise themselves as large ones.",
    "C23": "Compression is an efficient frontier.",
    "Q1": "Can a trained network be read?",
    "Q2": "Which solutions can SGD reach?",
    "Q3": "Can a distance be estimated without the whole test set?",
    "Q4": "How does training an LSTM relate to training a deep MLP?",
}
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<link rel="icon" href="data:,">
<style>body {{ font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }}
img {{ max-width: 100% }} table {{ border-collapse: collapse }} td {{ border-top: 1px solid #ddd; padding: .3em .6em;
vertical-align: top }} .claim td {{ font-weight: bold; background: #f4f4f4 }} .todo {{ color: #888 }}
figure {{ margin: 2em 0 }}</style>
<h1>{title}</h1>
<p><small>{day}, made with tinynet's course on making neural networks small</small></p>
{about}
{pictures}
{own}<h2>What my own runs said about the claims of the course</h2>
<p>{counts}</p>
<table>
{rows}
</table>
<p class="todo">{missing}</p>
</html>
"""


class Said(NamedTuple):
    """One statement about a claim, and what a lesson's last run found."""

    lesson: int
    statement: str
    held: bool
    numbers: str


def verdicts(space: Workspace) -> dict[str, tuple[list[Said], list[int]]]:
    """Return for every claim what the lessons said, and the numbers of those that were not run to the end yet."""
    found: dict[str, tuple[list[Said], list[int]]] = {claim: ([], []) for claim in CLAIMS}
    for lesson in manifest.read():
        ran = set()
        for name, statements in space.verdicts(lesson).items():
            claim = name.rstrip("ab")  # C7b is a half of C7
            ran.add(claim)
            if claim in found:
                found[claim][0].extend(Said(lesson.number, text, *result) for text, result in statements.items())
        for claim in set(lesson.claims) - ran:
            found[claim][1].append(lesson.number)
    return found


def table(space: Workspace, whole: bool = False) -> Any:
    """Return a rich table: how many statements held about each claim, or with `whole` every statement."""
    from rich.markup import escape as plain
    from rich.table import Column, Table

    counted = Column("yes", justify="right"), Column("no", justify="right")
    out = Table("claim", "", *counted, "lessons", "not run yet", box=None, pad_edge=False)
    for claim, (said, missing) in verdicts(space).items():
        held = sum(each.held for each in said)
        ran = dict.fromkeys(str(each.lesson) for each in said)
        counts = (str(held), str(len(said) - held)) if said else ("", "")
        out.add_row(claim, plain(CLAIMS[claim]), *counts, ", ".join(ran), ", ".join(map(str, missing)))
        for each in said if whole else ():
            out.add_row("", f"  {'yes' if each.held else 'no '}  {plain(each.statement)}", "", "", str(each.lesson), "")
    return out


def page(
    space: Workspace, title: str, pictures: Mapping[Path, str], about: Sequence[str] = (), own: Mapping[str, Any] = {}
) -> str:
    """Return a page in HTML, which needs no other file, for readers who do not know the course.

    Args:
        space: whose verdicts are shown, with every statement about every claim.
        title: its headline.
        pictures: {a PNG: the caption below it}.
        about: paragraphs before the pictures, in plain text.
        own: {statement about the learner's own method: (whether it held, the numbers behind that)}.
    """
    every = verdicts(space)
    ran = {each.lesson for said, _ in every.values() for each in said}
    held = [each.held for said, _ in every.values() for each in said]
    where = f"in {len(ran)} of the course's {len(manifest.read())} lessons"
    counts = f"{sum(held)} statements held and {len(held) - sum(held)} did not, {where}."
    rows, unseen = [], []
    for claim, (said, missing) in every.items():
        listed = f"lesson {', '.join(map(str, missing))}"
        if not said:
            unseen.append(f"{claim} ({listed})")
            continue
        rows.append(f'<tr class="claim"><td>{claim}</td><td colspan="3">{escape(CLAIMS[claim])}</td></tr>')
        rows += [_row(each.statement, each.held, each.numbers, f"lesson {each.lesson}") for each in said]
        if missing:
            rows.append(f'<tr class="todo"><td></td><td colspan="3">not run yet: {listed}</td></tr>')
    shown = [_figure(path, caption) for path, caption in pictures.items()]
    mine = "\n".join(_row(statement, *found) for statement, found in own.items())
    return PAGE.format(
        title=escape(title), day=date.today().isoformat(), counts=counts if held else "",
        about="\n".join(f"<p>{escape(text)}</p>" for text in about), pictures="\n".join(shown), rows="\n".join(rows),
        own=f"<h2>What the race said about my own method</h2>\n<table>\n{mine}\n</table>\n" if own else "",
        missing=f"Not run yet: {', '.join(unseen)}." if unseen else "",
    )  # fmt: skip


def _row(statement: str, held: bool, numbers: str, lesson: str = "") -> str:
    small = f"<br><small>{escape(numbers)}</small>" if numbers else ""
    return f"<tr><td></td><td>{'yes' if held else 'no'}</td><td>{escape(statement)}{small}</td><td>{lesson}</td></tr>"


def _figure(path: Path, caption: str) -> str:
    image = b64encode(path.read_bytes()).decode()
    shown = f'<img alt="{escape(caption)}" src="data:image/png;base64,{image}">'
    return f"<figure>{shown}<figcaption>{escape(caption)}</figcaption></figure>"

"""The lessons as pages: each is run once, in a fresh workspace, and shows below each cell what the cell gave.

    python docs/site/lessons.py          # run the lessons whose results are not kept, and print their times

What a run gave is kept in `.cache/lessons/`, under a checksum of the lesson and the library, so that the next build
runs only what has changed. A lesson has a process of its own, and LIMIT seconds of processor time; two run at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".cache" / "lessons"
LIMIT = 60  # seconds of processor time for a lesson
CLOCK = 10 * LIMIT  # seconds on the clock, for a lesson that waits and does not work
AT_ONCE = 2

Result = dict[str, Any]


def result(folder: str) -> Result:
    """Return what a lesson's run gave, of this lesson and this library; it runs unless a run of them is kept.

    Args:
        folder: the lesson's folder, such as "01_layer".

    Returns:
        {"number", "folder", "title", "minutes", "seconds", "claims": {number: text}, "exercises", "file", "cells"}

        An exercise has name, points and hints. `file` is exercise.py in pieces, [the exercise's name or "", text]. A
        cell has kind ("text", "code" or "predict"), text and results, which `tinynet/course/recording.py` lists; a cell
        of code also has its seconds of processor time.

    Raises:
        RuntimeError: the lesson failed, or took too long; the message has its output.
    """
    place = kept(folder)
    if not place.is_dir():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as made:
            _run(folder, Path(made))
            for old in KEPT.glob(f"{folder}-*"):
                shutil.rmtree(old)
            shutil.copytree(made, place)
    return json.loads((place / "lesson.json").read_text("utf-8"))


def results() -> list[Result]:
    """Return what every lesson's run gave, in order."""
    from tinynet.course import manifest

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(result, [lesson.folder for lesson in manifest.read()]))


def kept(folder: str) -> Path:
    """Return where the results of a lesson are kept: lesson.json, and its figures."""
    own = hashlib.sha256(_library().encode())
    for path in sorted((ROOT / "lessons" / folder).rglob("*")):
        if path.is_file() and not {"figures", "__pycache__"} & set(path.parts) and path.stem != "exercise":
            own.update(path.name.encode() + path.read_bytes())
    return KEPT / f"{folder}-{own.hexdigest()[:16]}"


@cache
def _library() -> str:
    """Return the checksum of all that the lessons use but their own files."""
    import numpy

    whole = hashlib.sha256(f"{sys.version_info} {numpy.__version__}".encode())
    sources = [*(ROOT / "tinynet").rglob("*.py"), *(ROOT / "gpu").rglob("*.*"), ROOT / "lessons/course.toml"]
    for path in [*sorted(sources), Path(__file__)]:
        if "__pycache__" not in path.parts and path.is_file():
            whole.update(path.as_posix().encode() + path.read_bytes())
    return whole.hexdigest()


def _run(folder: str, out: Path) -> None:
    command = [sys.executable, __file__, folder, str(out)]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=CLOCK, cwd=ROOT, stdin=subprocess.DEVNULL,
            env=os.environ | threads | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"lesson {folder} did not end within {CLOCK} s") from None
    if ended.returncode < 0:
        raise RuntimeError(f"lesson {folder} was ended: it may take {LIMIT} s of processor time\n{ended.stderr}")
    if ended.returncode:
        raise RuntimeError(f"lesson {folder} failed\n{ended.stdout}{ended.stderr}")


def record(folder: str, out: Path) -> None:
    """Run a lesson in a fresh workspace and write lesson.json and its figures into `out`. For a process of its own."""
    with_limit()
    from tinynet.course import claims, manifest, notebook, stubs, workspace
    from tinynet.course.recording import Recording

    [lesson] = [lesson for lesson in manifest.read() if lesson.folder == folder]
    start, cells = time.process_time(), []
    with tempfile.TemporaryDirectory() as made:
        own = workspace.start(Path(made) / "course").folder(lesson)
        recording = Recording(own / "lesson.py")
        for number, cell in enumerate(notebook.split((own / "lesson.py").read_text("utf-8"))):
            if cell.kind == "markdown":
                cells.append({"kind": "text", "text": cell.text, "results": []})
                continue
            before = time.process_time()
            found = recording.run(cell.text, f"cell {number}")
            seconds = round(time.process_time() - before, 2)
            if broken := [each["text"] for each in found if each["kind"] == "error"]:
                sys.exit(f"cell {number}: {broken[0]}")
            asks = any(each["kind"] == "question" for each in found)
            code = notebook.MARK.sub("", cell.text).strip("\n")
            kind = "predict" if asks else "code"
            cells.append({"kind": kind, "text": code, "seconds": seconds, "results": found})
        if (own / "figures").is_dir():
            shutil.copytree(own / "figures", out / "figures")
        text = json.dumps(
            {
                "number": lesson.number, "folder": folder, "title": lesson.title, "minutes": lesson.minutes,
                "seconds": round(time.process_time() - start, 1),
                "claims": {claim: claims.CLAIMS.get(claim, "") for claim in lesson.claims},
                "exercises": [vars(exercise) for exercise in lesson.exercises],
                "file": stubs.pieces(lesson, stubs.exercise_of(lesson)),
                "cells": cells,
            },
            ensure_ascii=False,
        )  # fmt: skip
        (out / "lesson.json").write_text(text.replace(f"{Path(made).resolve()}/course/", ""), "utf-8")


def with_limit() -> None:
    """End this process after LIMIT seconds of processor time, where the system can."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))


def page(lesson: Result) -> str:
    """Return the page of a lesson: Markdown, in which cells and their results are HTML. It needs no JavaScript."""
    return "\n\n".join(_parts(lesson)) + "\n"


def _parts(lesson: Result) -> Iterator[str]:
    from tinynet.course import reader
    from tinynet.course.shown import shown

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
    from tinynet.course.shown import shown

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


def main() -> None:
    """Run the lessons that are not kept, or, called with a folder and a place, one of them."""
    sys.path.insert(0, str(ROOT))
    if len(sys.argv) == 3:
        record(sys.argv[1], Path(sys.argv[2]))
        return
    for lesson in results():
        print(f"{lesson['folder']}: {lesson['seconds']} s")


if __name__ == "__main__":
    main()

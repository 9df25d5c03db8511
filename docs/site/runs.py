"""The lessons, each run once, in a fresh workspace, and what each of its cells gave.

    python docs/site/runs.py          # run the lessons whose results are not kept, and print their times

What a run gave is kept in `.cache/lessons/`, under a checksum of the lesson and the library, so that the next build
runs only what has changed. A lesson has a process of its own, and LIMIT seconds of processor time; two run at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
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
        made = Path(tempfile.mkdtemp(dir=KEPT))
        try:
            _run(folder, made)
            for old in KEPT.glob(f"{folder}-*"):
                shutil.rmtree(old)
            made.rename(place)
        finally:
            shutil.rmtree(made, ignore_errors=True)
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
            whole.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
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
    if ended.returncode:
        raise RuntimeError(f"lesson {folder} failed\n{ended.stdout}{ended.stderr}")


def record(folder: str, out: Path) -> None:
    """Run a lesson in a fresh workspace and write lesson.json and its figures into `out`. For a process of its own."""
    end_in_time()
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


def end_in_time() -> None:
    """End this process once it has used LIMIT seconds of processor time.

    RLIMIT_CPU would do so too. But where it is set, Linux counts processor time in steps of some milliseconds, and a
    lesson that times a short call would see none.
    """

    def watch() -> None:
        while time.process_time() < LIMIT:
            time.sleep(1)
        print(f"it may take {LIMIT} s of processor time", file=sys.stderr, flush=True)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


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

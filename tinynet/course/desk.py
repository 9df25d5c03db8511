"""One lesson at work in a page: its cells run, its exercises graded, and all of the learner's work in one zip.

A browser tab keeps nothing in its file system, so a desk is laid out anew from what the page has kept. Grades come from
the same graders as those of `tinynet grade`, in the same words. Nothing is isolated here: the browser does that.

    desk = Desk(1, {"progress": {}, "exercises": {"01_layer": "def affine(x, W, b): .."}}, Path("/home/course"))
    desk.run("print(2 + 2)", "cell 1")["html"]
    desk.grade("affine")["said"]             # passed  affine  (1 of 1 points)
"""

from __future__ import annotations

import functools
import io
import textwrap
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tinynet.course import formats, grading, manifest, workspace
from tinynet.course.recording import Recording
from tinynet.course.shown import shown
from tinynet.storage.atomic import write_atomically

KEPT = ("passed", "hints", "guesses", "verdicts")  # of a workspace's progress
BINCOUNT = np.bincount
SEED = 0  # while one works, the input that failed comes again until it is mended


class Desk:
    """A lesson in a workspace of its own.

    Args:
        number: the lesson's number.
        kept: what the page has kept: {"progress": as `progress()` returns it, "exercises": {folder: exercise.py}}.
        root: where the workspace is, or is to be made.
    """

    def __init__(self, number: int, kept: Mapping[str, Any], root: Path) -> None:
        self.lesson = manifest.lesson(number)
        self.space = workspace.Workspace(root) if workspace.is_one(root) else workspace.start(root)
        self.take(kept)
        if np.intp(0).itemsize < 8:  # in a tab
            counts_any_integers()
        self.recording = Recording(self.space.folder(self.lesson) / "lesson.py")

    def take(self, kept: Mapping[str, Any]) -> None:
        """Lay out what the page has kept."""
        with self.space._alone():
            for name, value in kept["progress"].items():
                setattr(self.space.progress, name, value)
        for folder, text in kept["exercises"].items():
            write_atomically(self.space.root / "lessons" / folder / "exercise.py", text.encode())

    def progress(self) -> dict[str, Any]:
        """Return what is to be kept of the progress, as JSON can hold it."""
        self.space = workspace.Workspace(self.space.root)  # the lesson has written there too
        return {name: getattr(self.space.progress, name) for name in KEPT}

    def run(self, code: str, name: str) -> dict[str, Any]:
        """Run a cell; return its results as HTML, its pictures, {file: bytes}, and the progress."""
        found = self.recording.run(code, name)
        figures = self.space.folder(self.lesson) / "figures"
        pictures = {each["file"]: (figures / each["file"]).read_bytes() for each in found if "file" in each}
        failed = any(each["kind"] == "error" for each in found)
        return {"html": shown(found), "pictures": pictures, "failed": failed, "progress": self.progress()}

    def grade(self, name: str) -> dict[str, Any]:
        """Grade one exercise as `tinynet grade --seed 0` does; return whether it passed, what is said, the progress."""
        exercise = self.lesson.exercise(name)
        [result] = grading.grade_file(self.lesson, self.space.exercise(self.lesson), SEED, grading.DRAWS, [exercise])
        others = [each for each in self.space.passed(self.lesson) if each != name]
        self.space.record(self.lesson, [*others, *([name] if result.passed else [])])
        sign, what = formats.line(result)
        said = f"{sign}  {what}\n{textwrap.indent(result.message, formats.INDENT)}".rstrip()
        return {"passed": result.passed, "said": said, "progress": self.progress()}

    def archive(self) -> bytes:
        """Return the workspace as a zip with one folder in it, `course`, where every command of the course works."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
            for path in sorted(self.space.root.rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    bundle.write(path, Path("course") / path.relative_to(self.space.root))
        return packed.getvalue()


def counts_any_integers() -> None:
    """Let `np.bincount` take 64-bit integers where NumPy counts in 32 bits: right answers must pass there too."""

    @functools.wraps(BINCOUNT)
    def bincount(x: Any, *arguments: Any, **named: Any) -> Any:
        x = np.asarray(x)
        return BINCOUNT(x.astype(np.intp) if x.dtype.kind in "iu" else x, *arguments, **named)

    np.bincount = bincount

"""A folder of submissions, graded into one CSV with a row for each student.

    DIR/student.py                                as Canvas and Moodle unpack submissions
    DIR/student/exercise.py                       as Gradescope does
    DIR/student/lessons/NN_name/exercise.py       a whole workspace, which can be graded on all lessons at once

Everything in DIR that could be a submission gets a row, even if it is broken, so that no student is lost unnoticed.
"""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tinynet.course.grading import Result
from tinynet.course.isolation import Limits, clean, encodable, grade_isolated
from tinynet.course.manifest import CourseError, Lesson
from tinynet.storage.save_load import write_atomically

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet would compute a cell that begins like this
MESSAGE = 200  # characters of an exercise's message that go into the table


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Attributes:
        name: the student's name, taken from the file (without .py) or the folder.
        path: that file or folder.
    """

    name: str
    path: Path

    def file(self, lesson: Lesson) -> Path:
        """Return where this student's exercises of a lesson are, or where they should be."""
        if self.path.suffix.lower() == ".py" and not self.path.is_dir():
            return self.path
        places = [self.path / "exercise.py", self.path / "lessons" / lesson.folder / "exercise.py"]
        return next((place for place in places if os.path.lexists(place)), places[0])


def find(folder: Path) -> list[Submission]:
    """Return the submissions in a folder, sorted by name: its folders and its .py files.

    Raises:
        CourseError: there is no such folder, or there are no submissions in it.
    """
    found = []
    for path in _visible(folder):
        if os.path.isdir(path):
            found.append(Submission(path.name, path))
        elif path.suffix.lower() == ".py":
            found.append(Submission(path.stem, path))
    if not found:
        raise CourseError(f"{folder} holds no submissions; name a folder with student.py or student/exercise.py in it")
    return sorted(found, key=lambda submission: (submission.name, str(submission.path)))


def left_out(folder: Path) -> list[str]:
    """Return the names in a folder that are not submissions, except hidden ones."""
    kept = {submission.path for submission in find(folder)}
    return sorted(clean(path.name) for path in _visible(folder) if path not in kept)


def _visible(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise CourseError(f"there is no folder {folder}; name the folder of the submissions")
    return [Path(entry.path) for entry in os.scandir(folder) if not entry.name.startswith((".", "__"))]


def grade_folder(
    lessons: Sequence[Lesson],
    folder: Path,
    path: Path,
    jobs: int | None = None,
    isolated: bool = True,
    seed: int = 0,
    limits: Limits | None = None,
    progress: bool | None = None,
) -> list[tuple[Submission, list[Result]]]:
    """Grade every submission in a folder, write one CSV, and return the grades, in the order of its rows.

    Args:
        lessons: the lessons to grade; several only if the submissions are workspaces.
        folder: the folder of the submissions.
        path: the CSV, which is written whole or not at all.
        jobs: how many submissions to grade at once; by default one per core. The grades do not depend on it.
        isolated: run each exercise in a process that has given up its rights (`isolation/`); False if the files are
            trusted.
        seed: the seed from which inputs are drawn, the same for all students.
        limits: the limits of each exercise.
        progress: whether to show a bar; by default only on a terminal.

    Raises:
        CourseError: there is nothing to grade, or no folder for the CSV, or a lesson itself cannot be graded.
    """
    submissions = find(folder)
    single = [clean(s.path.name) for s in submissions if len({s.file(lesson) for lesson in lessons}) < len(lessons)]
    if single:
        raise CourseError(f"{', '.join(single)}: a single exercise file; name its lesson, as in `tinynet grade 1`")
    if not path.absolute().parent.is_dir():
        raise CourseError(f"there is no folder {path.absolute().parent} for {path.name}; create it first")

    def grade(submission: Submission) -> list[Result]:
        return [result for lesson in lessons for result in _grade(lesson, submission.file(lesson))]

    def _grade(lesson: Lesson, file: Path) -> list[Result]:
        # A link in place of a folder is refused here; a link in place of the file is refused when it is read.
        if file.parent.resolve() != folder.resolve() / file.parent.relative_to(folder):
            message = f"{file.parent.relative_to(folder)} is a link, not a folder"
            return [Result(lesson, exercise, message, 0.0) for exercise in lesson.exercises]
        return grade_isolated(lesson, file, seed, limits, isolated)

    pool = ThreadPoolExecutor(jobs or os.cpu_count() or 1)
    try:
        with _bar(len(submissions), progress) as bar:
            results = list(bar(pool.map(grade, submissions)))
    finally:
        pool.shutdown(cancel_futures=True)
    graded = list(zip(submissions, results, strict=True))
    write_atomically(path, table(lessons, folder, graded).encode("utf-8"))
    return graded


def table(lessons: Sequence[Lesson], folder: Path, graded: Sequence[tuple[Submission, list[Result]]]) -> str:
    """Return the CSV: name, file, the points of each exercise, their sum, and the messages."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    several = len(lessons) > 1
    columns = [f"{lesson.number}.{e.name}" if several else e.name for lesson in lessons for e in lesson.exercises]
    writer.writerow(["name", "file", *columns, "points", "messages"])
    for submission, results in graded:
        points = [result.points for result in results]
        said = [clean(result.message)[:MESSAGE] for result in results if not result.passed]
        file = (submission.path if several else submission.file(lessons[0])).relative_to(folder).as_posix()
        cells = _cell(submission.name), _cell(file), *points, sum(points), _cell(" | ".join(dict.fromkeys(said)))
        writer.writerow(cells)
    return text.getvalue()


def _cell(text: str) -> str:
    """Return a text that any program shows as it stands: encodable in UTF-8, and not a formula."""
    text = encodable(text)
    return f"'{text}" if text.startswith(FORMULA) else text


@contextmanager
def _bar(total: int, show: bool | None) -> Iterator:
    if not (sys.stderr.isatty() if show is None else show):
        yield iter
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        yield lambda results: bar.track(results, total, description="grading")

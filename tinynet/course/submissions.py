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
import stat
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tinynet.course.grading import Result, unknown_seed
from tinynet.course.isolation import Limits, clean, grade_isolated, require_unix, stop
from tinynet.course.manifest import CourseError, Lesson
from tinynet.frontier.report import cell
from tinynet.storage.atomic import write_atomically
from tinynet.storage.outputs import check_outputs

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

    @property
    def single(self) -> Path | None:
        """The one exercise file of this student; None for a workspace and for an empty folder."""
        if self.path.suffix.lower() == ".py" and not os.path.isdir(self.path):
            return self.path
        return path if os.path.lexists(path := self.path / "exercise.py") else None

    def file(self, lesson: Lesson) -> Path:
        """Return where this student's exercises of a lesson are, or where they should be."""
        path = self.path / "lessons" / lesson.folder / "exercise.py"
        return self.single or (path if os.path.lexists(path) else self.path / "exercise.py")


def find(folder: Path) -> list[Submission]:
    """Return the submissions in a folder, sorted by name: its folders, its .py files, and links that lead nowhere.

    Raises:
        CourseError: there is no such folder, or there are no submissions in it.
    """
    found = []
    for path in _entries(folder):
        if _hidden(path):
            continue
        if path.suffix.lower() == ".py" and not os.path.isdir(path):
            found.append(Submission(path.stem, path))
        elif os.path.isdir(path) or not os.path.exists(path):
            found.append(Submission(path.name, path))
    if not found:
        raise CourseError(f"{folder} holds no submissions; name a folder with student.py or student/exercise.py in it")
    return sorted(found, key=lambda submission: (submission.name, str(submission.path)))


def left_out(folder: Path) -> dict[str, list[str]]:
    """Return the names in a folder that are not submissions, by the reason why."""
    kept = {submission.path for submission in find(folder)}
    names = {True: "their names begin with a dot or with __", False: "they are neither folders nor .py files"}
    found: dict[str, list[str]] = {}
    for path in sorted(_entries(folder)):
        if path not in kept:
            found.setdefault(names[_hidden(path)], []).append(clean(path.name))
    return found


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise CourseError(f"there is no folder {folder}; name the folder of the submissions")
    return list(folder.iterdir())


def _hidden(path: Path) -> bool:
    """Return whether a file is one that systems and packers leave behind, such as .DS_Store and __MACOSX."""
    return path.name.startswith((".", "__")) and not path.name.startswith("..")


def grade_folder(
    lessons: Sequence[Lesson],
    folder: Path,
    path: Path,
    jobs: int | None = None,
    isolated: bool = True,
    seed: int | None = None,
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
        seed: the first of the seeds from which inputs are drawn, the same for all students; by default one that nobody
            could know before. The CSV holds it.
        limits: the limits of each exercise.
        progress: whether to show a bar; by default only on a terminal.

    Raises:
        CourseError: there is nothing to grade, or a lesson itself cannot be graded.
        ValueError: the CSV could not be written, or would take the place of a submission.
    """
    require_unix()
    submissions = find(folder)
    if len(lessons) > 1 and (single := [clean(s.path.name) for s in submissions if s.single]):
        raise CourseError(f"{', '.join(single)}: a single exercise file; name its lesson, as in `tinynet grade 1`")
    check_outputs([path], [submission.path for submission in submissions])
    first = unknown_seed() if seed is None else seed
    tried: list[CourseError | None] = []  # what prevented the grading of each file, if anything did

    def grade(submission: Submission) -> list[Result]:
        return [result for lesson in lessons for result in _grade(lesson, submission)]

    def _grade(lesson: Lesson, submission: Submission) -> list[Result]:
        file = submission.file(lesson)
        if not (message := _refusal(folder, file)):
            try:
                results = grade_isolated(lesson, file, first, limits, isolated)
                tried.append(None)
                return results
            except CourseError as error:  # it may be due to this file alone, which must not cost the others
                tried.append(error)
                message = str(error)
        return [Result.failed(lesson, exercise, message, first) for exercise in lesson.exercises]

    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        futures = [pool.submit(grade, submission) for submission in submissions]
        try:
            with _bar(len(submissions), progress) as bar:
                results = [future.result() for future in bar(futures)]
        except BaseException:
            while [future for future in futures if not (future.cancel() or future.done())]:
                stop()  # a thread may be about to start one more judge
                time.sleep(0.05)
            raise
    if tried and (error := tried[0]) and all(tried):  # so it is due to the lesson or the system
        raise error
    graded = list(zip(submissions, results, strict=True))
    write_atomically(path, table(lessons, folder, graded).encode("utf-8"))
    return graded


def _refusal(folder: Path, file: Path) -> str:
    """Return why a file is not opened at all: a pipe would block, and a link could show the work of others."""
    place = file.parent.relative_to(folder)
    try:
        if file.parent.resolve() != folder.resolve() / place:
            return f"{place} is a link, not a folder"
        if not stat.S_ISREG(file.lstat().st_mode):
            return f"{file.name} must be a file, not a link, a folder or a pipe"
        os.close(os.open(file, os.O_RDONLY))
    except FileNotFoundError:
        return f"there is no {file.name} in {place if place.name else folder}"
    except (OSError, RuntimeError) as error:  # before Python 3.13 a link to itself is a RuntimeError
        return f"{file.name} cannot be read ({getattr(error, 'strerror', error)}); make it readable"
    return ""


def table(lessons: Sequence[Lesson], folder: Path, graded: Sequence[tuple[Submission, list[Result]]]) -> str:
    """Return the CSV: name, file, the points of each exercise, their sum, the seed of the inputs, and the messages."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    several = len(lessons) > 1
    columns = [f"{lesson.number}.{e.name}" if several else e.name for lesson in lessons for e in lesson.exercises]
    writer.writerow(["name", "file", *columns, "points", "seed", "messages"])
    count = Counter(clean(submission.name) for submission, _ in graded)
    for submission, results in graded:
        points = [result.points for result in results]
        said = [_short(clean(result.message)) for result in results if not result.passed]
        if (number := count[clean(submission.name)]) > 1:
            said.insert(0, f"{number} submissions have this name; decide which one counts")
        file = (submission.path if several else submission.file(lessons[0])).relative_to(folder).as_posix()
        messages, seed = cell(" | ".join(dict.fromkeys(said))), results[0].seed
        writer.writerow([cell(submission.name), cell(file), *points, sum(points), seed, messages])
    return text.getvalue()


def _short(text: str) -> str:
    """Return the beginning of a message, cut between two words where there are two."""
    if len(text) <= MESSAGE:
        return text
    return (text[: MESSAGE - 2].rpartition(" ")[0] or text[: MESSAGE - 3]) + " .."


@contextmanager
def _bar(total: int, show: bool | None) -> Iterator:
    if not (sys.stderr.isatty() if show is None else show):
        yield iter
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        yield lambda results: bar.track(results, total, description="grading")

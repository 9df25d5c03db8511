"""The one manifest of the course, `lessons/course.toml`: which lessons there are, their exercises, points and hints.

A lesson is a folder `NN_name/` with

    lesson.py          the script to read and run
    solution.py        the exercises solved, each between the marks that `stubs.py` knows
    exercise.py        the same file with the solutions cut out; what a learner edits
    test_exercise.py   the grader: test_NAME grades the function NAME
    mutants.py         known-wrong answers, each with the mistake that it stands for
    alternatives.py    other right answers, which the grader must accept
"""

from __future__ import annotations

import importlib.util
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

KINDS = {"number": int, "folder": str, "title": str, "minutes": int, "claims": list, "teaches": list, "exercise": list}
HERE = Path(__file__).parent
COURSE = HERE / "lessons" if (HERE / "lessons").is_dir() else HERE.parents[1] / "lessons"  # installed, or in a clone


class CourseError(ValueError):
    """Something about the course or the workspace is not as it must be; the message says what to do."""


@dataclass(frozen=True)
class Exercise:
    """One function for the learner to write.

    Attributes:
        name: of the function; `test_<name>` in test_exercise.py grades it.
        points: what it is worth.
        hints: from a nudge to nearly the answer.
    """

    name: str
    points: int
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """One lesson of the manifest; the trusted files of the course are read through it.

    Attributes:
        claims: the numbers of the syllabus that it examines, as "C1".
        teaches: public names of tinynet that it opens; exercises of earlier lessons do without them.
    """

    number: int
    folder: str
    title: str
    minutes: int
    claims: tuple[str, ...]
    teaches: tuple[str, ...]
    exercises: tuple[Exercise, ...]

    @property
    def path(self) -> Path:
        """Return the lesson's folder in the course (not the learner's)."""
        return COURSE / self.folder

    @property
    def points(self) -> int:
        return sum(exercise.points for exercise in self.exercises)

    def exercise(self, name: str) -> Exercise:
        """Return the exercise of that name, or raise a CourseError that lists the names."""
        for exercise in self.exercises:
            if exercise.name == name:
                return exercise
        names = ", ".join(exercise.name for exercise in self.exercises)
        raise CourseError(f"lesson {self.number} has no exercise {name!r}; it has {names}")

    @cached_property
    def solution(self) -> ModuleType:
        return load_module(self.path / "solution.py")

    @cached_property
    def grader(self) -> ModuleType:
        return load_module(self.path / "test_exercise.py")

    @cached_property
    def mutants(self) -> list[Variant]:
        return variants(self.path / "mutants.py")

    @cached_property
    def alternatives(self) -> list[Variant]:
        return variants(self.path / "alternatives.py")


@dataclass(frozen=True)
class Variant:
    """A function to put in place of an exercise's solution: a known-wrong answer, or another right one.

    Attributes:
        exercise: whose place it takes.
        about: the mistake it stands for, as told to a learner; or what is different about it.
    """

    exercise: str
    about: str
    function: Callable[..., Any]


def instead_of(exercise: str, about: str) -> Callable[[Callable], Callable]:
    """Mark a function of mutants.py or alternatives.py as standing in for an exercise."""

    def mark(function: Callable) -> Callable:
        function.instead_of = (exercise, about)  # type: ignore[attr-defined]
        return function

    return mark


def variants(path: Path) -> list[Variant]:
    """Return the marked functions of a file, in its order."""
    found = vars(load_module(path)).values()
    marked = [function for function in found if hasattr(function, "instead_of")]
    return [Variant(exercise, about, function) for function in marked for exercise, about in [function.instead_of]]


def load_module(path: Path) -> ModuleType:
    """Run a Python file of the course and return its module; nothing is cached or registered."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}.{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise CourseError(f"the course has no file {path}; is the installation complete?")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path: Path | None = None) -> list[Lesson]:
    """Return the lessons in order.

    Raises:
        CourseError: the manifest is missing, is not TOML, or lacks an entry.
    """
    path = path or COURSE / "course.toml"
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise CourseError(f"there is no manifest {path}; reinstall tinynet, or restore the file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not valid TOML: {error}; restore the file") from None
    try:
        lessons = [_lesson(entry, path) for entry in document.get("lesson", [])]
    except (TypeError, AttributeError):
        raise CourseError(f"{path}: an entry is of another kind than it was; restore the file") from None
    if [lesson.number for lesson in lessons] != list(range(1, len(lessons) + 1)) or not lessons:
        raise CourseError(f"{path}: lessons must be numbered 1, 2, 3 and so on; restore the file")
    return lessons


def lesson(number: int) -> Lesson:
    """Return one lesson, or raise a CourseError that says which there are."""
    lessons = read()
    if not 1 <= number <= len(lessons):
        raise CourseError(f"there is no lesson {number}; lessons go from 1 to {len(lessons)}")
    return lessons[number - 1]


def _lesson(entry: dict[str, Any], path: Path) -> Lesson:
    where = f"{path}: {entry.get('folder', 'a lesson without a folder')}"
    try:
        for name, kind in KINDS.items():
            if not isinstance(entry[name], kind):
                raise CourseError(f"{where}: {name} is {entry[name]!r}; restore the file")
        if not entry["exercise"]:
            raise CourseError(f"{where} has no exercises; restore the file")
        exercises = tuple(_exercise(each, where) for each in entry["exercise"])
        return Lesson(
            entry["number"], entry["folder"], entry["title"], entry["minutes"],
            tuple(entry["claims"]), tuple(entry["teaches"]), exercises,
        )  # fmt: skip
    except KeyError as error:
        raise CourseError(f"{where} lacks the entry {error}; restore the file") from None


def _exercise(entry: dict[str, Any], where: str) -> Exercise:
    name, points, hints = entry["name"], entry["points"], entry["hints"]
    if type(points) is not int or points < 1:
        raise CourseError(f"{where}: points of {name} must be a whole number above 0, not {points!r}; restore the file")
    if not isinstance(hints, list) or not hints or not all(isinstance(hint, str) for hint in hints):
        raise CourseError(f"{where}: {name} has no hints; restore the file")
    return Exercise(name, points, tuple(hints))

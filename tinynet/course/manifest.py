"""The manifest of the course, `lessons/course.toml`: which lessons there are, with their exercises, points and hints.

A lesson is a folder `NN_name/` that holds

    lesson.py          the script to read and run
    solution.py        the exercises, solved; each solution stands between two marks (`stubs.py`)
    test_exercise.py   the grader: test_NAME grades the function NAME
    mutants.py         wrong answers, each with the mistake that leads to it
    alternatives.py    other right answers, which the grader must accept too

Where a learner works there is also an exercise.py: solution.py without the solutions, for the learner to fill in.
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

from tinynet.parameterizations.state import RECIPES

KINDS = {"number": int, "folder": str, "title": str, "minutes": int, "claims": list, "teaches": list, "exercise": list}
HERE = Path(__file__).parent
COURSE = HERE / "lessons" if (HERE / "lessons").is_dir() else HERE.parents[1] / "lessons"  # installed, or in a clone


class CourseError(ValueError):
    """The course or the workspace is not in order; the message says what to do."""


@dataclass(frozen=True)
class Exercise:
    """One function for the learner to write.

    Attributes:
        name: the function's name; `test_<name>` in test_exercise.py grades it.
        points: how many points it is worth.
        hints: from a nudge to nearly the answer.
    """

    name: str
    points: int
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """One lesson: its entry in the manifest, and the files of its folder, which are trusted.

    Attributes:
        claims: the claims of the syllabus that it examines, such as "C1".
        teaches: the public names of tinynet that it introduces; exercises of earlier lessons do without them.
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
        """Return the lesson's folder in the course (the learner has another)."""
        return COURSE / self.folder

    @property
    def points(self) -> int:
        return sum(exercise.points for exercise in self.exercises)

    def exercise(self, name: str) -> Exercise:
        """Return the exercise of that name; raise a CourseError that lists the names if there is none."""
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

    def mutants_of(self, name: str) -> list[Variant]:
        """Return the known mistakes in one exercise."""
        return [variant for variant in self.mutants if variant.exercise == name]


@dataclass(frozen=True)
class Variant:
    """A function that can take the place of an exercise's solution: a wrong answer, or another right one.

    Attributes:
        exercise: the name of that exercise.
        about: the mistake behind it, in the words a learner will read; or what it does differently.
    """

    exercise: str
    about: str
    function: Callable[..., Any]


def instead_of(exercise: str, about: str) -> Callable[[Callable], Callable]:
    """Mark a function in mutants.py or alternatives.py as one that takes the place of an exercise's solution."""

    def mark(function: Callable) -> Callable:
        function.instead_of = (exercise, about)  # type: ignore[attr-defined]
        return function

    return mark


def variants(path: Path) -> list[Variant]:
    """Return the marked functions of a file, in the order in which they stand there."""
    found = vars(load_module(path)).values()
    marked = [each for each in found if "instead_of" in getattr(each, "__dict__", {})]  # not what a class inherits
    return [Variant(exercise, about, function) for function in marked for exercise, about in [function.instead_of]]


def load_module(path: Path) -> ModuleType:
    """Run a Python file of the course and return its module, without registering it in sys.modules.

    Nor do parameterizations that it defines take the place of others of the same name.
    """
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}.{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise CourseError(f"the course has no file {path}; is the installation complete? Reinstall tinynet")
    module, known = importlib.util.module_from_spec(spec), dict(RECIPES)
    spec.loader.exec_module(module)
    RECIPES.clear()
    RECIPES.update(known)
    return module


def read() -> list[Lesson]:
    """Return all lessons, in order.

    Raises:
        CourseError: the manifest is missing, is not valid TOML, or lacks an entry.
    """
    path = COURSE / "course.toml"
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise CourseError(f"there is no manifest {path}; reinstall tinynet, or restore the file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not valid TOML: {error}; restore the file") from None
    try:
        lessons = [_lesson(entry, path) for entry in document.get("lesson", [])]
    except (TypeError, AttributeError):
        raise CourseError(f"{path}: an entry has the wrong type; restore the file") from None
    numbers = [lesson.number for lesson in lessons]
    if numbers != sorted(set(numbers)) or numbers[:1] != [1]:
        raise CourseError(f"{path}: the numbers of lessons must begin at 1 and grow; restore the file")
    return lessons


def lesson(number: int) -> Lesson:
    """Return one lesson; raise a CourseError that says which there are if there is none of that number."""
    lessons = {lesson.number: lesson for lesson in read()}
    if number not in lessons:
        raise CourseError(f"there is no lesson {number}; there are {', '.join(map(str, lessons))}")
    return lessons[number]


def _lesson(entry: dict[str, Any], path: Path) -> Lesson:
    where = f"{path}: {entry.get('folder', 'a lesson without a folder')}"
    try:
        for name, kind in KINDS.items():
            if not isinstance(entry[name], kind):
                raise CourseError(f"{where}: {name} is {entry[name]!r}, not a {kind.__name__}; restore the file")
        if not entry["exercise"]:
            raise CourseError(f"{where} has no exercises; restore the file")
        exercises = tuple(_exercise(each, where) for each in entry["exercise"])
        number, folder, title, minutes, claims, teaches, _ = (entry[name] for name in KINDS)
        return Lesson(number, folder, title, minutes, tuple(claims), tuple(teaches), exercises)
    except KeyError as error:
        raise CourseError(f"{where} lacks the entry {error}; restore the file") from None


def _exercise(entry: dict[str, Any], where: str) -> Exercise:
    name, points, hints = entry["name"], entry["points"], entry["hints"]
    if type(points) is not int or points < 1:
        raise CourseError(f"{where}: points of {name} must be a whole number above 0, not {points!r}; restore the file")
    if not isinstance(hints, list) or not hints or not all(isinstance(hint, str) for hint in hints):
        raise CourseError(f"{where}: {name} has no hints; restore the file")
    return Exercise(name, points, tuple(hints))

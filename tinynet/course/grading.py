"""Grading: an exercise is graded by its test, run on the learner's functions with inputs drawn from a seed.

While a learner works alone, the seed is 0: the input that failed comes again until it is mended. But whoever knows the
seed can look the answers up in a table. So a submission is graded on several seeds that nobody could know before, and
the first of them is written down with the grade, which anyone can repeat from it.
"""

from __future__ import annotations

import ast
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tinynet.course.answers import Exercises
from tinynet.course.calls import Functions, Source, Wrong, describe_error, from_file
from tinynet.course.manifest import CourseError, Exercise, Lesson
from tinynet.course.patience import TooLong, patience

DRAWS = 3  # seeds on each of which a submission must pass


@dataclass(frozen=True)
class Result:
    """The grade of one exercise: it passed, and the message is empty; or the message says why not.

    Attributes:
        seed: the first of the seeds from which inputs were drawn.
    """

    lesson: Lesson
    exercise: Exercise
    message: str
    seed: int = 0

    @classmethod
    def failed(cls, lesson: Lesson, exercise: Exercise, message: str, seed: int = 0) -> Result:
        """Return the grade of an exercise that failed; it has a message even if nothing was said."""
        message = message if message.strip() else f"{exercise.name}: failed without saying why"
        return cls(lesson, exercise, message, seed)

    @property
    def passed(self) -> bool:
        return not self.message

    @property
    def points(self) -> int:
        return self.exercise.points if self.passed else 0


def unknown_seed() -> int:
    """Return a seed that nobody could know before."""
    return secrets.randbelow(10**9)


def grade_exercise(lesson: Lesson, exercise: Exercise, source: Source, seed: int = 0, draws: int = 1) -> Result:
    """Return the grade of one exercise: it passes if it passes on each of the seeds seed, seed + 1, ..."""
    test = getattr(lesson.grader, f"test_{exercise.name}", None)
    if test is None:
        raise CourseError(f"{lesson.folder}/test_exercise.py has no test_{exercise.name}; restore the file")
    try:
        for each in range(seed, seed + draws):
            test(Exercises(lesson, source, each), np.random.default_rng(each))
        return Result(lesson, exercise, "", seed)  # nothing else passes
    except Wrong as error:
        message = str(error)
    except CourseError:
        raise
    except Exception as error:  # the grader did not think of such an answer
        message = f"{exercise.name}: the grader cannot judge this answer: {describe_error(error)}\n  on seed {each}"
    return Result.failed(lesson, exercise, message, seed)


def grade(lesson: Lesson, source: Source, seed: int = 0, draws: int = 1) -> list[Result]:
    """Return the grades of all exercises of a lesson."""
    results = [grade_exercise(lesson, exercise, source, seed, draws) for exercise in lesson.exercises]
    failed = [result.exercise.name for result in results if not result.passed]
    return [result if result.passed else _with_what_comes_first(result, failed) for result in results]


def _with_what_comes_first(result: Result, failed: list[str]) -> Result:
    """Return a failed exercise's grade, which says so if the solution builds on another exercise that failed."""
    tree = ast.parse((result.lesson.path / "solution.py").read_text("utf-8"))
    [own] = [node for node in tree.body if getattr(node, "name", "") == result.exercise.name]
    called = {node.id for node in ast.walk(own) if isinstance(node, ast.Name)}
    if "is not written yet" in result.message or not (first := [name for name in failed if name in called]):
        return result
    said = f"{result.message}\n  first of all: {first[0]} does not pass; if you call it here, mend it before this one"
    return replace(result, message=said)


def grade_here(lesson: Lesson, exercise: Exercise, source: Source, seed: int = 0, draws: int = 1) -> Result:
    """Return the grade of one exercise of a trusted file, which runs in this process; stop it if it takes too long."""
    try:
        with patience(exercise.name):
            return grade_exercise(lesson, exercise, source, seed, draws)
    except TooLong as error:  # not in the learner's function, or that function has caught it
        return Result.failed(lesson, exercise, f"{exercise.name}: {error}", seed)


def grade_file(
    lesson: Lesson, path: Path, seed: int = 0, draws: int = 1, exercises: Sequence[Exercise] | None = None
) -> list[Result]:
    """Return the grades of a trusted exercise file, which runs in this process; of all exercises, or of some."""
    exercises = lesson.exercises if exercises is None else exercises
    try:
        source = from_file(path)
    except Wrong as error:
        return [Result.failed(lesson, exercise, str(error), seed) for exercise in exercises]
    return [grade_here(lesson, exercise, source, seed, draws) for exercise in exercises]


def solved(lesson: Lesson, **instead: Callable) -> Functions:
    """Return the functions of a lesson's solution, with some of them replaced."""
    return Functions({**vars(lesson.solution), **instead}, "solution.py")

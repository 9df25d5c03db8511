"""Grading: an exercise is graded by its test, run on the learner's functions with inputs drawn from a seed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinynet.course.answers import Exercises
from tinynet.course.calls import Functions, Source, Wrong, describe_error, from_file
from tinynet.course.manifest import CourseError, Exercise, Lesson


@dataclass(frozen=True)
class Result:
    """The grade of one exercise: it passed, and the message is empty; or the message says why not."""

    lesson: Lesson
    exercise: Exercise
    message: str
    seconds: float

    @classmethod
    def failed(cls, lesson: Lesson, exercise: Exercise, message: str, seconds: float = 0.0) -> Result:
        """Return the grade of an exercise that failed; it has a message even if nothing was said."""
        message = message if message.strip() else f"{exercise.name}: failed without saying why"
        return cls(lesson, exercise, message, seconds)

    @property
    def passed(self) -> bool:
        return not self.message

    @property
    def points(self) -> int:
        return self.exercise.points if self.passed else 0


def grade_exercise(lesson: Lesson, exercise: Exercise, source: Source, seed: int = 0) -> Result:
    """Return the grade of one exercise, on inputs drawn from the seed."""
    test = getattr(lesson.grader, f"test_{exercise.name}", None)
    if test is None:
        raise CourseError(f"{lesson.folder}/test_exercise.py has no test_{exercise.name}; restore the file")
    start = time.perf_counter()
    try:
        test(Exercises(lesson, source), np.random.default_rng(seed))
        return Result(lesson, exercise, "", time.perf_counter() - start)  # nothing else passes
    except Wrong as error:
        message = str(error)
    except CourseError:
        raise
    except Exception as error:  # the grader did not think of such an answer
        message = f"{exercise.name}: the grader cannot judge this answer: {describe_error(error)}"
    return Result.failed(lesson, exercise, message, time.perf_counter() - start)


def grade(lesson: Lesson, source: Source, seed: int = 0) -> list[Result]:
    """Return the grades of all exercises of a lesson, on inputs drawn from the seed."""
    return [grade_exercise(lesson, exercise, source, seed) for exercise in lesson.exercises]


def grade_file(lesson: Lesson, path: Path, seed: int = 0) -> list[Result]:
    """Return the grades of a trusted exercise file, which runs in this process."""
    try:
        source = from_file(path)
    except Wrong as error:
        return [Result.failed(lesson, exercise, str(error)) for exercise in lesson.exercises]
    return grade(lesson, source, seed)


def solved(lesson: Lesson, **instead: Callable) -> Functions:
    """Return the functions of a lesson's solution, with some of them replaced."""
    return Functions({**vars(lesson.solution), **instead}, "solution.py")

"""Grading a lesson: each exercise's test, run on one source of functions with one seed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinynet.course.answers import Exercises
from tinynet.course.calls import Functions, Source, Wrong, describe_error, from_file
from tinynet.course.manifest import CourseError, Exercise, Lesson


@dataclass(frozen=True)
class Result:
    """The grade of one exercise: passed, or a message that says why not."""

    lesson: Lesson
    exercise: Exercise
    message: str
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.message

    @property
    def points(self) -> int:
        return self.exercise.points if self.passed else 0


def grade_exercise(lesson: Lesson, exercise: Exercise, source: Source, seed: int = 0) -> Result:
    """Return the grade of one exercise; inputs are drawn from the seed."""
    test = getattr(lesson.grader, f"test_{exercise.name}", None)
    if test is None:
        raise CourseError(f"{lesson.folder} has no grader of {exercise.name}; restore lessons/course.toml")
    start = time.perf_counter()
    message = ""
    try:
        test(Exercises(lesson, source), np.random.default_rng(seed))
    except Wrong as error:
        message = str(error)
    except CourseError:
        raise
    except Exception as error:  # an answer of a kind that the grader did not think of
        message = f"{exercise.name}: the grader cannot judge what came: {describe_error(error)}"
    return Result(lesson, exercise, message, time.perf_counter() - start)


def grade(lesson: Lesson, source: Source, seed: int = 0) -> list[Result]:
    """Return the grades of all exercises of a lesson."""
    return [grade_exercise(lesson, exercise, source, seed) for exercise in lesson.exercises]


def grade_file(lesson: Lesson, path: Path, seed: int = 0) -> list[Result]:
    """Return the grades of an exercise file that is trusted: it runs in this process."""
    try:
        source = from_file(path)
    except Wrong as error:
        return [Result(lesson, exercise, str(error), 0.0) for exercise in lesson.exercises]
    return grade(lesson, source, seed)


def learned(lesson: Lesson, path: Path) -> tuple[Functions, bool]:
    """Return the learner's functions of an earlier lesson and True; if they do not pass, the solution's and False."""
    if all(result.passed for result in grade_file(lesson, path)):
        return from_file(path), True
    return Functions(vars(lesson.solution), "solution.py"), False

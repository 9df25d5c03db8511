"""The proof that the course is sound: `tinynet course check`.

For every exercise, on inputs drawn from several seeds: the stub fails under its own name, the solution passes, every
known mistake is rejected by its own name, and every other right answer passes. There are enough hints, and a solution
uses nothing that a later lesson introduces.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tinynet.course.calls import from_text
from tinynet.course.grading import grade_exercise, solved
from tinynet.course.manifest import CourseError, Exercise, Lesson
from tinynet.course.stubs import exercise_of

MUTANTS, ALTERNATIVES, HINTS = 3, 1, 2  # what each exercise has at least


def problems(lesson: Lesson, lessons: Iterable[Lesson], seeds: Iterable[int]) -> Iterator[str]:
    """Yield what is wrong with a lesson, a line for each problem; nothing if it is sound."""
    try:
        yield from _files(lesson)
        yield from _ahead(lesson, lessons)
        for exercise in lesson.exercises:
            yield from _exercise(lesson, exercise, list(seeds))
    except (CourseError, OSError, SyntaxError, AttributeError) as error:
        yield f"{lesson.folder}: {error}"


def _files(lesson: Lesson) -> Iterator[str]:
    names = {exercise.name for exercise in lesson.exercises}
    tests = {name.removeprefix("test_") for name in vars(lesson.grader) if name.startswith("test_")}
    known = {variant.exercise for variant in lesson.mutants + lesson.alternatives}
    if tests != names:
        yield f"{lesson.folder}: test_exercise.py grades {sorted(tests)}, the manifest names {sorted(names)}"
    if known - names:
        yield f"{lesson.folder}: mutants or alternatives of {sorted(known - names)}, which are not exercises"


def _exercise(lesson: Lesson, exercise: Exercise, seeds: list[int]) -> Iterator[str]:
    where = f"{lesson.folder}, {exercise.name}"
    mutants = lesson.mutants_of(exercise.name)
    alternatives = [variant for variant in lesson.alternatives if variant.exercise == exercise.name]
    for kind, found, least in (
        ("mutants", mutants, MUTANTS), ("alternatives", alternatives, ALTERNATIVES), ("hints", exercise.hints, HINTS),
    ):  # fmt: skip
        if len(found) < least:
            yield f"{where}: {len(found)} {kind}; there must be at least {least}"
    untouched = from_text(exercise_of(lesson), lesson.path / "exercise.py")
    if not grade_exercise(lesson, exercise, untouched).message.startswith(f"{exercise.name} is not written yet"):
        yield f"{where}: the stub does not fail under its own name"
    for seed in seeds:
        if message := grade_exercise(lesson, exercise, solved(lesson), seed).message:
            yield f"{where}: the solution fails on seed {seed}: {message}"
        for variant in mutants:
            mutated = solved(lesson, **{exercise.name: variant.function})
            message = grade_exercise(lesson, exercise, mutated, seed).message
            if variant.about not in message:
                how = f"with another message: {message}" if message else "not at all"
                yield f"{where}: the mutant {variant.function.__name__} is rejected {how}, on seed {seed}"
        for variant in alternatives:
            other = solved(lesson, **{exercise.name: variant.function})
            if message := grade_exercise(lesson, exercise, other, seed).message:
                yield f"{where}: the right answer {variant.function.__name__} fails on seed {seed}: {message}"


def _ahead(lesson: Lesson, lessons: Iterable[Lesson]) -> Iterator[str]:
    """Yield the names that the solution uses although only a later lesson introduces them."""
    used = names_of_tinynet((lesson.path / "solution.py").read_text("utf-8"))
    for later in lessons:
        if later.number <= lesson.number:
            continue
        for taught in later.teaches:
            if any(name == taught or name.startswith(taught + ".") for name in used):
                yield f"{lesson.folder}: the solution uses {taught}, which lesson {later.number} introduces"


def names_of_tinynet(code: str) -> set[str]:
    """Return the dotted names below tinynet that a program imports, or uses through `tn` or `tinynet`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tinynet":
            module = (node.module or "").split(".")[1:]
            names |= {".".join([*module, alias.name]) for alias in node.names}
        elif isinstance(node, ast.Attribute):
            root, _, below = ast.unparse(node).partition(".")
            if root in ("tn", "tinynet"):
                names.add(below)
    return names

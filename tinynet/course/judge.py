"""Grading one learner's file in a process of its own: the grader's, not the learner's.

A grader works on what the learner's functions returned and on what they give to its own functions, so a hostile value
could keep it busy, or fill its memory, without running any code. Here the grader has limits as well:

    tinynet grade        waits, and keeps the grades that are told so far
      python -m tinynet.course.judge        the grader and the lesson; one grade a line
        the sandbox's process               the learner's code; new for each exercise
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

from tinynet.course import manifest
from tinynet.course.calls import Wrong, from_file
from tinynet.course.grading import Result, grade_exercise
from tinynet.course.manifest import CourseError, Lesson
from tinynet.course.sandbox import ENVIRONMENT, WAITING, Limits, Sandbox

OWN_SECONDS = 20.0  # on the clock, that a grader has for each exercise, beside the learner's time
OWN_MEMORY = 2 << 30  # bytes
MESSAGE = 4000  # characters of a message that are kept


def grade_isolated(
    lesson: Lesson, path: Path, seed: int = 0, limits: Limits | None = None, isolated: bool = True
) -> list[Result]:
    """Return the grades of an exercise file that is not trusted.

    Args:
        lesson: what to grade.
        path: the learner's file.
        seed: inputs are drawn from it.
        limits: of each exercise.
        isolated: False runs the learner's code beside the grader, for files that are trusted; the rest is the same.

    Raises:
        CourseError: the lesson itself, or this system, does not allow it.
    """
    limits = limits or Limits()
    results: list[Result] = []
    while rest := lesson.exercises[len(results) :]:
        told = _told(lesson, path, seed, limits, isolated, len(results))
        results += (Result(lesson, e, *one) for e, one in zip(rest, told, strict=False))
        if len(told) < len(rest):
            exercise = rest[len(told)]
            results.append(Result(lesson, exercise, f"{exercise.name}: the grader got stuck on what came", 0.0))
    return results


def _told(lesson: Lesson, path: Path, seed: int, limits: Limits, isolated: bool, first: int) -> list[tuple[str, float]]:
    """Return message and seconds of the exercises from the first on, as far as a new process came."""
    patience = limits.seconds * WAITING + OWN_SECONDS
    job = [str(manifest.COURSE), lesson.number, str(path.absolute()), seed, asdict(limits), isolated, first, patience]
    paths = [str(Path(__file__).parents[2]), *filter(None, sys.path)]
    with tempfile.TemporaryDirectory(prefix="tinynet-", ignore_cleanup_errors=True) as folder:
        environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(paths), "TMPDIR": folder}
        done = subprocess.run(
            [sys.executable, "-P", "-m", "tinynet.course.judge"], input=json.dumps(job).encode(),
            capture_output=True, env=environment,
        )  # fmt: skip
    if done.returncode == -signal.SIGINT:
        raise KeyboardInterrupt
    if done.returncode > 0:
        why = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it does not say why"]
        raise CourseError(f"lesson {lesson.number} could not be graded: {why[-1]}")
    return [tuple(json.loads(line)) for line in done.stdout.splitlines(keepends=True) if line.endswith(b"\n")]


def _grades(
    lesson: Lesson, path: Path, seed: int, limits: Limits, isolated: bool, first: int, patience: float
) -> Iterator[Result]:
    rest = list(lesson.exercises[first:])
    try:
        trusted = None if isolated else from_file(path)
        while rest:
            signal.setitimer(signal.ITIMER_REAL, patience)  # SIGALRM ends this process, whatever it is busy with
            with nullcontext(trusted) if trusted else Sandbox(path, limits) as source:
                result = grade_exercise(lesson, rest[0], source, seed)
            del rest[0]
            yield result
    except Wrong as error:  # of a file that cannot be loaded, whichever exercise it is loaded for
        yield from (Result(lesson, exercise, str(error), 0.0) for exercise in rest)


def main() -> None:
    """Grade what standard input names, and print the grades."""
    course, number, path, seed, limits, isolated, first, patience = json.load(sys.stdin)
    for kind in signal.SIGALRM, signal.SIGINT:  # each ends this process at once
        signal.signal(kind, signal.SIG_DFL)
    output, sys.stdout = sys.stdout, sys.stderr  # a lesson may print
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (OWN_MEMORY, OWN_MEMORY))
    manifest.COURSE = Path(course)
    try:
        for result in _grades(manifest.lesson(number), Path(path), seed, Limits(**limits), isolated, first, patience):
            message = result.message.encode("utf-8", "backslashreplace").decode()[:MESSAGE]
            print(json.dumps([message, result.seconds]), file=output, flush=True)
    except CourseError as error:
        sys.exit(str(error))
    except MemoryError:  # even to say so there was none left: this exercise is lost, but not the rest
        os.abort()


if __name__ == "__main__":
    main()

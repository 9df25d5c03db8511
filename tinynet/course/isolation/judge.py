"""Grading a lesson when the learner's code is not trusted: the grader runs in a process of its own as well.

A grader computes with what the learner's functions returned and with what they passed to its own functions. A hostile
value could keep it busy or fill its memory without running any code. So the grader has limits too, and there are three
processes, each started by the one above:

    tinynet grade      waits, and keeps the grades that it has been told
    the judge          has the lesson and its grader; prints one grade a line
    the sandbox        runs the learner's code; a new one for each exercise
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

from tinynet.course import manifest
from tinynet.course.calls import Wrong, from_file
from tinynet.course.grading import DRAWS, Result, grade_exercise
from tinynet.course.isolation import confinement, wire
from tinynet.course.isolation.sandbox import ENVIRONMENT, TINYNET, WAITING, Limits, Sandbox
from tinynet.course.manifest import CourseError, Lesson
from tinynet.course.patience import NOTICE
from tinynet.storage.temporary import temporary_folder

OWN_SECONDS = 20.0  # that the grader has for each exercise, on the clock, in addition to the learner's time
OWN_MEMORY = 2 << 30  # bytes that the grader has
MESSAGE = 4000  # characters of a message that are kept
PROGRAM = "from tinynet.course.isolation.judge import main; main()"

_judges: set[subprocess.Popen] = set()  # that are grading now


def grade_isolated(
    lesson: Lesson, path: Path, seed: int = 0, limits: Limits | None = None, isolated: bool = True,
    waiting: Callable[[str], None] = lambda said: None,
) -> list[Result]:  # fmt: skip
    """Return the grades of an exercise file that is not trusted.

    Args:
        lesson: the lesson to grade.
        path: the learner's file.
        seed: the first of the seeds from which inputs are drawn.
        limits: the limits of each exercise.
        isolated: False runs the learner's code in the judge's process, for files that are trusted.
        waiting: is told when an exercise takes long: which one, and when it will be stopped.

    Raises:
        CourseError: the lesson itself cannot be graded, or this system cannot start such processes.
    """
    require_unix()
    limits = limits or Limits()
    results: list[Result] = []
    while rest := lesson.exercises[len(results) :]:
        told = _told(lesson, path, seed, limits, isolated, len(results), waiting)
        results += (Result(lesson, e, message, seed) for e, message in zip(rest, told, strict=False))
        if len(told) < len(rest):
            stuck = rest[len(told)]
            results.append(Result.failed(lesson, stuck, f"{stuck.name}: the grader got stuck on this answer", seed))
    return results


def require_unix() -> None:
    """Raise CourseError on a system without the limits that isolation needs."""
    try:
        import resource  # noqa: F401
    except ImportError:
        raise CourseError(
            "grading in a process of its own needs Linux or macOS, and this system has no such limits; on Windows use "
            "WSL, or grade one file that you trust with `tinynet grade N`"
        ) from None


def _told(
    lesson: Lesson, path: Path, seed: int, limits: Limits, isolated: bool, first: int, waiting: Callable[[str], None]
) -> list[str]:
    """Return the message about each exercise from `first` on, for as many as a new judge could grade."""
    patience = limits.seconds * WAITING + OWN_SECONDS
    job = [
        str(manifest.COURSE), lesson.number, str(path.absolute()), seed, asdict(limits), isolated, first, patience,
        os.getpid(),
    ]  # fmt: skip
    paths = [str(TINYNET.parent), *filter(None, sys.path)]
    command, pipe = [sys.executable, "-P", "-c", PROGRAM], subprocess.PIPE
    with temporary_folder() as folder:
        environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(paths), "TMPDIR": str(folder)}
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as judge:
            _judges.add(judge)
            try:
                told, said = _heard(judge, json.dumps(job).encode(), lesson, limits, first, waiting)
            finally:
                judge.kill()
                _judges.remove(judge)
    if judge.returncode == -signal.SIGINT:
        raise KeyboardInterrupt
    if judge.returncode > 0:
        why = said.decode("utf-8", "replace").strip().splitlines() or ["no reason was given"]
        raise CourseError(f"lesson {lesson.number} could not be graded: {why[-1]}")
    return [json.loads(line) for line in told.splitlines(keepends=True) if line.endswith(b"\n")]


def _heard(
    judge: subprocess.Popen, job: bytes, lesson: Lesson, limits: Limits, first: int, waiting: Callable[[str], None]
) -> tuple[bytes, bytes]:
    """Return all that a judge writes. An exercise at which it is found twice, NOTICE seconds apart, is named once."""
    question: bytes | None = job
    found = [first]  # the exercise at which it was at each look
    while True:
        try:
            return judge.communicate(question, timeout=NOTICE)
        except subprocess.TimeoutExpired as late:
            question = None  # it was sent
            found.append(first + (late.output or b"").count(b"\n"))
        if found.count(found[-1]) == 2 and found[-1] < len(lesson.exercises):
            waiting(
                f"{lesson.exercises[found[-1]].name} is still running; it is stopped after {limits.seconds:g} s of "
                f"processor time, or {limits.seconds * WAITING:g} s on the clock"
            )


def stop() -> None:
    """End all judges of this process as Ctrl-C does; the threads that wait for them raise KeyboardInterrupt."""
    for judge in list(_judges):
        judge.send_signal(signal.SIGINT)


def _grades(
    lesson: Lesson, path: Path, seed: int, limits: Limits, isolated: bool, first: int, patience: float
) -> Iterator[Result]:
    rest = list(lesson.exercises[first:])
    try:
        trusted = None if isolated else from_file(path)
        while rest:
            signal.setitimer(signal.ITIMER_REAL, patience)  # SIGALRM ends this process, whatever it is doing
            with nullcontext(trusted) if trusted else Sandbox(path, limits) as source:
                result = grade_exercise(lesson, rest[0], source, seed, DRAWS)
            del rest[0]
            yield result
    except Wrong as error:  # the file cannot be loaded, for any exercise
        yield from (Result.failed(lesson, exercise, str(error), seed) for exercise in rest)


def main() -> None:
    """Grade what standard input asks for, and print the grades."""
    course, number, path, seed, limits, isolated, first, patience, parent = json.load(sys.stdin)
    confinement.end_with_parent(parent)
    for kind in signal.SIGALRM, signal.SIGINT:  # either ends this process at once
        signal.signal(kind, signal.SIG_DFL)
    output, sys.stdout = os.fdopen(os.dup(1), "w"), sys.stderr  # a grader may print, and so may trusted code
    os.dup2(2, 1)
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (OWN_MEMORY, OWN_MEMORY))
    manifest.COURSE = Path(course)
    try:
        for result in _grades(manifest.lesson(number), Path(path), seed, Limits(**limits), isolated, first, patience):
            message = wire.encodable(result.message)[:MESSAGE]
            print(json.dumps(message), file=output, flush=True)
    except CourseError as error:
        sys.exit(str(error))
    except MemoryError:  # too little even to say so: this exercise is lost, but not the rest
        os.abort()

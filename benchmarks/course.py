"""Measure how long the course takes: python -m benchmarks.course [--submissions 30]   (from the root)

For each lesson this times its script in a process of its own, its grader on the solution, in this process and isolated,
and the grading of a folder of submissions on all cores, half of them solved and half untouched. Then it times how long
`tinynet watch` takes to answer a save.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.common import markdown, origin, write
from tinynet.course import manifest, workspace
from tinynet.course.grading import Result, grade, solved
from tinynet.course.isolation import grade_isolated
from tinynet.course.manifest import Lesson
from tinynet.course.stubs import exercise_of
from tinynet.course.submissions import grade_folder

TINYNET = [sys.executable, "-c", "from tinynet.cli import main; main()"]
ROUNDS = 5


def seconds(call: Callable[[], Any], rounds: int = 1) -> float:
    """Return the median seconds of a call."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def run_script(lesson: Lesson) -> None:
    """Run the lesson's script in a process of its own."""
    subprocess.run([sys.executable, lesson.path / "lesson.py"], check=True, stdout=subprocess.DEVNULL)


def must_pass(results: list[Result]) -> None:
    """Raise AssertionError unless all results have passed."""
    assert all(result.passed for result in results), [result.message for result in results]


def grade_submissions(lesson: Lesson, count: int) -> float:
    """Return the seconds that it takes to grade a folder of submissions."""
    with tempfile.TemporaryDirectory() as folder:
        texts = exercise_of(lesson), (lesson.path / "solution.py").read_text("utf-8")
        for i in range(count):
            (Path(folder) / f"student{i:02}.py").write_text(texts[i % 2], "utf-8")
        return seconds(lambda: grade_folder([lesson], Path(folder), Path(folder) / "grades.csv"))


def answer_to_a_save(lesson: Lesson) -> float:
    """Return the median seconds from a save to the grade that `tinynet watch` prints."""
    with tempfile.TemporaryDirectory() as folder:
        space = workspace.start(Path(folder) / "work")
        command = [*TINYNET, "watch", str(lesson.number)]
        pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with subprocess.Popen(command, cwd=space.root, **pipes) as watch:  # type: ignore[call-overload]
            times = []
            for i in range(ROUNDS + 1):
                while "watching for the next save" not in watch.stdout.readline():
                    pass
                times.append(time.perf_counter())
                time.sleep(1)
                times.append(time.perf_counter())
                space.exercise(lesson).write_text(f"x = {i}\n", "utf-8")
            watch.terminate()
    return statistics.median(end - start for start, end in zip(times[1:-1:2], times[2::2], strict=True))


def main() -> None:
    """Measure everything, and write results/course.md and .json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=30)
    count = parser.parse_args().submissions
    figures: dict[str, Any] = {"origin": origin(), "submissions": count, "lessons": {}}
    for lesson in manifest.read():
        functions, path = solved(lesson), lesson.path / "solution.py"
        figures["lessons"][lesson.folder] = {
            "script": seconds(lambda lesson=lesson: run_script(lesson)),
            "grader": seconds(lambda lesson=lesson, source=functions: must_pass(grade(lesson, source)), ROUNDS),
            "isolated": seconds(lambda lesson=lesson, path=path: must_pass(grade_isolated(lesson, path)), ROUNDS),
            "submissions": grade_submissions(lesson, count),
            "exercises": len(lesson.exercises),
            "mutants": len(lesson.mutants),
            "alternatives": len(lesson.alternatives),
        }
    figures["save"] = answer_to_a_save(manifest.lesson(1))
    header = ["lesson", "script", "grader", "isolated", f"{count} submissions", "exercises", "mutants", "alternatives"]
    rows = [
        [name, f"{row['script']:.1f}", *(f"{row[key]:.2f}" for key in ("grader", "isolated", "submissions")),
         *(row[key] for key in header[5:])]
        for name, row in figures["lessons"].items()
    ]  # fmt: skip
    script, exercises = (sum(row[key] for row in figures["lessons"].values()) for key in ("script", "exercises"))
    text = [
        "# How long the course takes",
        "All times are in seconds: the script in a process of its own; the grader on the solution, in the same process "
        f"and isolated (medians of {ROUNDS}); and a folder of submissions, isolated, on all cores.",
        ", ".join(f"{key} {value}" for key, value in figures["origin"].items()),
        markdown(header, rows),
        f"All scripts together take {script:.0f} s. There are {exercises} exercises. "
        f"A save is answered in {figures['save']:.2f} s.",
    ]
    write("course", "\n\n".join(text), figures)


if __name__ == "__main__":
    main()

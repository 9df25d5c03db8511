"""The subcommands of `tinynet` that belong to the course: `lesson`, `grade`, `hint`, `watch` and the others."""

from __future__ import annotations

import ast
import json
import re
import sys
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tinynet.course import calls, check, claims, formats, grading, guesses, manifest, stubs, watching, workspace
from tinynet.course.grading import DRAWS, Result, unknown_seed
from tinynet.course.manifest import CourseError, Lesson
from tinynet.course.notebook import write_ipynb
from tinynet.storage.atomic import write_atomically
from tinynet.storage.outputs import check_outputs

Number = Annotated[int, typer.Argument(help="The lesson's number.", metavar="N")]
console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())  # on a terminal, lines end between words


def lesson(
    number: Annotated[
        int | None, typer.Argument(help="The lesson's number; without it, all lessons are listed.", metavar="N")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Also open a window for each figure.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Run through, without a pause.")] = False,
) -> None:
    """Read and run a lesson, section by section; without a number, list the lessons and what you have solved.

    On a terminal it waits before each section and at each exercise.
    """
    from tinynet.course.reader import Learner, read_lesson

    space = workspace.find()
    if number is None:
        console.print(_overview(space))
        return
    chosen = manifest.lesson(number)
    sys.argv[1:] = ["--show"] if show else []  # as python lesson.py would get it

    def passes(name: str) -> bool:
        with suppress(calls.Wrong):  # the file cannot be read
            source = calls.from_file(space.exercise(chosen))
            return grading.grade_here(chosen, chosen.exercise(name), source).passed
        return False

    def grade_one(name: str) -> bool:
        results = _grade(space, chosen)
        [result] = [result for result in results if result.exercise.name == name]
        _report(results, [result])
        return result.passed

    learner = Learner(passes, grade_one, lambda name: _show_hint(space, chosen, name))
    pause = not all_ and sys.stdin.isatty() and sys.stdout.isatty()
    read_lesson(space.folder(chosen) / "lesson.py", console, learner if pause else None)


def progress(
    verdicts: Annotated[bool, typer.Option("--verdicts", help="Also show every statement of every verdict.")] = False,
) -> None:
    """Show what you have solved and with how many hints, what you guessed, and what your runs said on every claim."""
    space = workspace.find()
    console.print(_overview(space), "")
    table = Table("", "question", "you said", "it is", "", box=None, pad_edge=False)
    table.columns[1].max_width = 50
    for key, entry in space.progress.guesses.items():
        folder, _, question = key.partition("/")
        guess, result, share = entry.get("guess"), entry.get("result"), bool(entry.get("share"))
        table.add_row(
            folder.partition("_")[0].lstrip("0"), escape(entry.get("asked", question)),
            "" if guess is None else escape(guesses.shown(guess, share)), escape(_short(result, share)),
            "" if guess is None or result is None else guesses.distance(guess, result, share),
        )  # fmt: skip
    console.print(
        table
        if table.row_count
        else "No guesses yet: read in a terminal, a lesson asks for one before each experiment."
    )
    console.print("", claims.table(space, verdicts))


def notebook(number: Number) -> None:
    """Write a lesson as a notebook for Jupyter, beside its lesson.py."""
    path = workspace.find().folder(manifest.lesson(number)) / "lesson.py"
    typer.echo(f"wrote {write_ipynb(path)}")


def grade(
    number: Annotated[int | None, typer.Argument(help="The lesson's number.", metavar="N")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Grade every lesson.")] = False,
    isolated: Annotated[
        bool | None,
        typer.Option(help="Run the functions in a process with limits; this is the default for submissions."),
    ] = None,
    json_: Annotated[Path | None, typer.Option("--json", help="Write the results in Gradescope's format.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the results as JUnit XML.")] = None,
    submissions: Annotated[Path | None, typer.Option(help="Grade every file or folder in this folder.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the grades of the submissions to this file.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Submissions graded at once; by default one per core.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Repeat a grade: draw the inputs from its seed, not from a random one.")
    ] = None,
) -> None:
    """Grade your exercise.py, or a folder of submissions.

    The exit code is 1 if an exercise of yours does not pass.
    """
    seed = unknown_seed() if seed is None else seed
    if submissions is not None:
        if json_ or junit:
            raise CourseError("--json and --junit are for one learner's file; grades of submissions go to --csv FILE")
        _grade_submissions(number, submissions, csv, jobs, isolated is not False, seed)
        return
    if csv or jobs:
        raise CourseError("--csv and --jobs are for a folder of submissions; name it with --submissions DIR")
    if (number is None) != all_:
        raise CourseError("name one lesson, as in `tinynet grade 1`, or grade every lesson with `tinynet grade --all`")
    space = workspace.find()
    lessons = manifest.read() if number is None else [manifest.lesson(number)]
    check_outputs(filter(None, [json_, junit]), [space.file, *map(space.exercise, lessons)])
    results: list[Result] = []
    for chosen in lessons:
        results += (graded := _grade(space, chosen, bool(isolated), seed, DRAWS))
        _report(graded, graded)
    typer.echo(formats.repeatable(results))
    if json_ is not None:
        write_atomically(json_, json.dumps(formats.gradescope(results), indent=1).encode())
    if junit is not None:
        write_atomically(junit, formats.junit(results).encode())
    if not all(result.passed for result in results):
        raise typer.Exit(1)


def hint(
    number: Number,
    exercise: Annotated[str | None, typer.Argument(help="By default the first that does not pass yet.")] = None,
) -> None:
    """Show the next hint for an exercise."""
    _show_hint(workspace.find(), manifest.lesson(number), exercise)


def solution(
    number: Number,
    spoil: Annotated[bool, typer.Option("--spoil", help="Show it even if yours does not pass yet.")] = False,
) -> None:
    """Show a lesson's solution, once your own passes."""
    chosen = manifest.lesson(number)
    if not spoil:
        results = _grade(workspace.find(), chosen)
        missing = [result.exercise.name for result in results if not result.passed]
        if missing:
            raise CourseError(f"not solved yet: {', '.join(missing)}; --spoil shows the solution anyway")
    typer.echo((chosen.path / "solution.py").read_text("utf-8"))


def reset(number: Number) -> None:
    """Start a lesson's exercise.py afresh; yours is kept beside it."""
    backup = workspace.find().reset(manifest.lesson(number))
    typer.echo("wrote a new exercise.py" + (f"; yours is kept as {backup.name}" if backup else ""))


def watch(
    number: Number,
    seed: Annotated[int, typer.Option(min=0, help="Draw the inputs from this seed, such as that of a grade.")] = 0,
) -> None:
    """Grade a lesson at every save of your exercise.py; press h for the next hint, q to quit.

    The inputs stay the same from save to save. After the first time you see only what changed.
    """
    space, chosen = workspace.find(), manifest.lesson(number)
    path, before = space.exercise(chosen), dict[str, tuple]()

    def regrade() -> None:
        code, results = _code(path), _grade(space, chosen, seed=seed)
        now = {r.exercise.name: (code.get(r.exercise.name), re.sub(r"\(line \d+", "(line", r.message)) for r in results}
        changed = [r for r in results if now[r.exercise.name] != before.get(r.exercise.name)]
        before.update(now)
        console.rule(f"{path.name} of lesson {chosen.number}")
        _report(results, changed or [r for r in results if not r.passed][:1])
        console.print("[dim]h: hint   q: quit   watching for the next save[/dim]")

    watching.watch(path, regrade, lambda: _show_hint(space, chosen, None))


def start(
    folder: Annotated[Path, typer.Argument(help="A new folder for it, or a workspace to update.", metavar="DIR")],
) -> None:
    """Make a workspace: a folder with the lessons to read and run, and the exercises to fill in; or update one."""
    if not workspace.is_one(folder):
        space = workspace.start(folder)
        typer.echo(f"The course is in {space.root.resolve()}. Go there and begin with `tinynet lesson 1`.")
        return
    done = workspace.renew(folder)
    lessons = [each for each in manifest.read() if f"lessons/{each.folder}/lesson.py" in done.new]
    typer.echo(
        f"{folder} is up to date: {len(lessons)} new lessons, {len(done.updated)} changed files. "
        "Your exercise files were not touched."
    )
    for each in lessons:
        typer.echo(f"new: lesson {each.number}, {each.title}")
    for path in done.kept:
        typer.echo(f"you had edited {path.rpartition('.earlier')[0]}; your version is now {path}")
    space = workspace.Workspace(folder)
    for each in manifest.read():
        missing = stubs.missing(each, space.exercise(each).read_text("utf-8", errors="replace"))
        if missing:
            typer.echo(
                f"lesson {each.number} has new exercises: {', '.join(missing)}; `tinynet reset {each.number}` starts "
                "exercise.py afresh and keeps yours beside it"
            )


course = typer.Typer(no_args_is_help=True, help="For authors of lessons.")


@course.command(name="check")
def check_(
    seeds: Annotated[int, typer.Option(min=1, help="Draw inputs from this many seeds.")] = 5,
) -> None:
    """Prove that every stub fails, every solution passes and every known mistake is found."""
    lessons = manifest.read()
    count = 0
    for each in lessons:
        for problem in check.problems(each, lessons, range(seeds)):
            typer.echo(problem, err=True)
            count += 1
        counts = f"{len(each.exercises)} exercises, {len(each.mutants)} mutants, {len(each.alternatives)} alternatives"
        typer.echo(f"{each.folder}: {counts}, {seeds} seeds")
    if count:
        raise CourseError(f"found {count} problems, listed above")


@course.command(name="stubs")
def stubs_() -> None:
    """Write the missing exercise.py files of a clone; one that exists may hold work, and is left alone."""
    for each in manifest.read():
        path, text = each.path / "exercise.py", stubs.exercise_of(each)
        if not path.exists():
            write_atomically(path, text.encode())
        elif path.read_text("utf-8") != text:
            typer.echo(f"left alone: {path}; to start it afresh and keep a copy, call `tinynet reset {each.number}`")


def _grade(
    space: workspace.Workspace, chosen: Lesson, isolated: bool = False, seed: int = 0, draws: int = 1
) -> list[Result]:
    """Grade the learner's file and write down what passed."""
    path = space.exercise(chosen)
    if isolated:
        from tinynet.course.isolation import grade_isolated

        _warn_of_gaps()
        results = grade_isolated(chosen, path, seed, waiting=lambda said: typer.echo(said, err=True))
    else:
        results = grading.grade_file(chosen, path, seed, draws)
    space.record(chosen, [result.exercise.name for result in results if result.passed])
    return results


def _code(path: Path) -> dict[str, str]:
    """Return each function and class of a file, as when comments and spaces do not count; none if it does not parse."""
    with suppress(Exception):
        found = ast.parse(calls.read(path)).body
        return {node.name: ast.dump(node) for node in found if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return {}


def _report(results: Sequence[Result], shown: Sequence[Result]) -> None:
    """Print some results of a lesson, and the points of all."""
    chosen, said = results[0].lesson, ""
    for result in shown:
        (sign, what), colour = formats.line(result), "green" if result.passed else "red"
        console.print(f"[{colour}]{sign}[/]  {what}")
        if not result.passed and result.message != said:  # what is wrong with the file is wrong with each exercise
            console.print(textwrap.indent(said := result.message, formats.INDENT), markup=False)
    points = sum(result.points for result in results)
    console.print(f"Lesson {chosen.number}: {points} of {chosen.points} points\n")
    if points < chosen.points:
        first = next(result.exercise.name for result in results if not result.passed)
        console.print(f"[dim]tinynet hint {chosen.number} {first} helps with the next exercise[/dim]")


def _show_hint(space: workspace.Workspace, chosen: Lesson, name: str | None) -> None:
    passed = space.passed(chosen)
    name = name or next((e.name for e in chosen.exercises if e.name not in passed), None)
    if name is None:
        typer.echo(f"all exercises of lesson {chosen.number} pass; to see the hints for one, name it")
        return
    number, text = space.next_hint(chosen, name)
    count = len(chosen.exercise(name).hints)
    typer.echo(f"{name}, hint {number} of {count}{' (the last)' * (number == count)}: {text}")


def _overview(space: workspace.Workspace) -> Table:
    table = Table("", "lesson", "claims", "minutes", "solved", "points", "hints", box=None, pad_edge=False)
    total = [0] * 6
    for each in manifest.read():
        passed = space.passed(each)
        points = sum(each.exercise(name).points for name in passed)
        found = [each.minutes, len(passed), len(each.exercises), points, each.points, space.hints(each)]
        table.add_row(str(each.number), each.title, " ".join(each.claims), *_counts(found))
        total = [a + b for a, b in zip(total, found, strict=True)]
    table.add_row("", "in all", "", *_counts(total))
    return table


def _counts(found: Sequence[int]) -> tuple[str, ...]:
    minutes, solved, exercises, points, most, hints = found
    return str(minutes), f"{solved} of {exercises}", f"{points} of {most}", str(hints or "")


def _short(value: Any, share: bool) -> str:
    """Return a result as a table shows it: three digits, or all digits before the point."""
    if value is None or isinstance(value, str):
        return value or ""
    if share:
        return f"{100 * value:.3g}%"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _grade_submissions(
    number: int | None, folder: Path, csv: Path | None, jobs: int | None, isolated: bool, seed: int
) -> None:
    if csv is None:
        raise CourseError("name a file for the grades, as in `tinynet grade 1 --submissions DIR --csv FILE`")
    from tinynet.course.submissions import grade_folder, left_out

    for reason, names in left_out(folder).items():
        typer.echo(f"Note: left out, because {reason}: {', '.join(names)}.", err=True)
    if isolated:
        _warn_of_gaps()
    lessons = manifest.read() if number is None else [manifest.lesson(number)]
    graded = grade_folder(lessons, folder, csv, jobs, isolated, seed)
    typer.echo(f"Graded {len(graded)} submissions and wrote {csv}. {formats.repeatable(graded[0][1])}")


def _warn_of_gaps() -> None:
    """Say what this system cannot guarantee."""
    from tinynet.course.isolation import caveat

    if text := caveat():
        typer.echo(f"Note: {text}.", err=True)

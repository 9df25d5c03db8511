"""The measurements as pages: every benchmarks/results/*.md, and one page that lists them with machine and date."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATE = re.compile(r"\bdate'?:? '?(\d{4}-\d\d-\d\d)")
MACHINE = re.compile(r"\bmachine'?:? '?([^;'\n]+?)(?:[;'\n]|, python)")


def files() -> list[Path]:
    """Return the files with results, by name; they are shown as they are, with their figures."""
    return sorted((ROOT / "benchmarks/results").glob("*.md"))


def navigation() -> list:
    """Return the pages for the navigation."""
    return [{"Measurements": ["measurements.md", *({title(path): place(path)} for path in files())]}]


def pages() -> Iterator[tuple[str, str]]:
    """Yield the list of all measurements: its place on the site, and its Markdown."""
    rows = [f"| [{title(path)}]({place(path)}) | {_found(DATE, path)} | {_found(MACHINE, path)} |" for path in files()]
    about = (
        "Every table below was written by a command, which [benchmarks/](../benchmarks/README.md) names, on the "
        "machine and day that it states. [Speed](speed.md) and [The frontier](frontier.md) say what the numbers mean."
    )
    head = "| table | date | machine |\n| --- | --- | --- |"
    yield "measurements.md", "\n\n".join(["# Measurements", about, "\n".join([head, *rows])]) + "\n"


def title(path: Path) -> str:
    """Return the heading of a file; a second file under the same heading says which one it is."""
    heading = _heading(path)
    earlier = [before for before, after in pairwise(files()) if after == path and _heading(before) == heading]
    return f"{heading} ({path.stem.partition('_')[2]})" if earlier else heading


def place(path: Path) -> str:
    """Return where a file is on the site."""
    return f"source/{path.relative_to(ROOT).as_posix()}"


def _heading(path: Path) -> str:
    return path.read_text("utf-8").split("\n", 1)[0].removeprefix("# ")


def _found(pattern: re.Pattern, path: Path) -> str:
    found = pattern.search(path.read_text("utf-8"))
    return found[1] if found else ""

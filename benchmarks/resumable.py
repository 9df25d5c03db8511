"""Long searches in short sittings: runs whose rows are kept in a committed CSV file.

A search is a sequence of phases, each a list of runs; a later phase may ask what became of the earlier ones. Every run
that ends is a row, written at once. So a search that is stopped goes on where it was, also on another machine.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any, Generic, TypeVar

from tinynet.storage.atomic import write_atomically

R = TypeVar("R")


class Rows(Generic[R]):
    """The rows of a CSV file, by run.

    Args:
        path: the file; it need not exist yet.
        row: a dataclass of text, integers and numbers; its first fields are those of a run. A number that is missing is
            None, and an empty cell.
        run: the dataclass of a run.
    """

    def __init__(self, path: Path, row: type[R], run: type) -> None:
        self.path, self.row, self.run = path, row, run
        self.rows: dict[Any, R] = {}
        if path.exists():
            with open(path, newline="") as file:
                for cells in csv.DictReader(file):
                    self.add(row(**{f.name: _value(str(f.type), cells[f.name]) for f in fields(row)}))

    def add(self, row: R) -> None:
        """Take in a row."""
        self.rows[self.run(*(getattr(row, f.name) for f in fields(self.run)))] = row

    def write(self, order: Callable[[R], Any] | None = None) -> None:
        """Write all rows, sorted by their fields, or in the order of a key."""
        rows = sorted(self.rows.values(), key=order or astuple)
        lines = [",".join(f.name for f in fields(self.row))]
        lines += [",".join(_cell(getattr(row, f.name)) for f in fields(self.row)) for row in rows]
        write_atomically(self.path, ("\n".join(lines) + "\n").encode())


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _value(kind: str, text: str) -> Any:
    if kind == "str":
        return text
    return None if text == "" else int(text) if kind == "int" else float(text)


def wanted(done: dict[Any, Any], phases: Iterable[Sequence[Any]]) -> list[Any]:
    """Return the runs that are missing in the first phase that is not finished."""
    return next((missing for phase in phases if (missing := [run for run in phase if run not in done])), [])


def outcomes(
    runs: Sequence[Any], train: Callable[[Any, float], Any], end: float, executor: Executor | None
) -> Iterator[tuple[Any, Any]]:
    """Yield each run that ends, and what `train(run, end)` returned; once the time is up, no run begins.

    train returns None for a run that could not be finished by the time `end` of `time.monotonic`.
    """
    if executor is None:
        pairs = ((run, _in_time(train, run, end)) for run in runs)
    else:
        futures = {executor.submit(_in_time, train, run, end): run for run in runs}
        pairs = ((futures[future], future.result()) for future in as_completed(futures))
    yield from ((run, outcome) for run, outcome in pairs if outcome is not None)


def _in_time(train: Callable[[Any, float], Any], run: Any, end: float) -> Any:
    return train(run, end) if time.monotonic() < end else None

"""Your own table: a CSV file, as spreadsheets and measuring devices write it.

    data = tn.datasets.from_csv("penguins.csv", target="species", one_hot=["island"], leave_out=["year"])

Files differ in what separates the cells, in how they write 0.5, and in whether they name their columns. What the file
does not say is found out, and said in one line, so that nothing is guessed in silence:

    separator   of , ; tab and |, the one that cuts the first lines into equally many cells, and the most of them
    decimals    a comma, if the separator is another sign and some numbers have a comma but none a point
    names       the first line, if none of its cells is a number

All of this can be given instead. A cell that is empty, NA, NaN, null or ? is missing. It is an error, with its line and
column, unless missing="drop" leaves its row out.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tinynet.datasets.base import DataError, Dataset
from tinynet.datasets.own import from_arrays
from tinynet.quoting import quoted
from tinynet.training.progress import say

SEPARATORS = ",;\t|"
MISSING = ("", "na", "n/a", "nan", "null", "none", "?")  # in lower case
WITH_COMMA, WITH_POINT = re.compile(r"[-+]?\d*,\d+"), re.compile(r"[-+]?\d*\.\d+")
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def from_csv(
    path: str | os.PathLike,
    target: str | int | None = None,
    *,
    one_hot: Sequence[str | int] = (),
    leave_out: Sequence[str | int] = (),
    missing: str = "error",
    header: bool | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    **options: Any,
) -> Dataset:
    """Return the data set of a table in a file; see the head of this file.

    Args:
        path: a CSV file in UTF-8.
        target: the column with the labels, by its name or its number, counted from 0; by default the last one.
        one_hot: columns of texts, or of numbers that are only names; each of their values becomes a column of 0 and 1.
        leave_out: columns that are not used.
        missing: "error", or "drop" to leave out rows in which a cell is missing.
        header, separator, decimal: whether the first line has names, and the two signs, where they are known.
        options: as for `from_arrays`: regression, valid, test, seed, scale, name, source.

    Raises DataError for a file that cannot be read, and ValueError, with line and column, for one that is no table of
    numbers.
    """
    name = options.pop("name", Path(path).name)
    if missing not in ("error", "drop"):
        raise ValueError(f"{name}: missing={missing!r}; it must be 'error' or 'drop'")
    table = read(name, path, header, separator, decimal)
    goal = len(table.names) - 1 if target is None else table.place(target)
    without, coded = ({table.place(column) for column in given} for given in (leave_out, one_hot))
    used = [i for i in range(len(table.names)) if i not in without | {goal}]
    if not used:
        raise ValueError(f"{name}: no column is left to learn from, beside the target {table.names[goal]!r}")
    table, dropped = table.complete([*used, goal], missing)
    parts = [table.one_hot(i) if i in coded else table.numbers(i) for i in used]
    columns = [column for names, _ in parts for column in names]
    say(
        f"{table.summary(goal)}; {len(columns)} inputs"
        + f"; {dropped} row{'s' * (dropped > 1)} with missing values left out" * (dropped > 0)
    )
    given = {"name": name, "source": os.fspath(path)} | options
    return from_arrays(np.concatenate([a for _, a in parts], axis=1), table.labels(goal), columns=columns, **given)


class Table(NamedTuple):
    """The cells of a file: rows of texts, the line that each row ends in, and what was found out about them."""

    name: str
    names: list[str]
    rows: list[list[str]]
    lines: list[int]
    separator: str
    decimal: str
    header: bool

    def place(self, column: str | int) -> int:
        """Return the number of a column, by its name or its number."""
        if column in self.names:
            return self.names.index(str(column))
        if str(column).isdecimal() and int(column) < len(self.names):
            return int(column)
        some = ", ".join(self.names[:20]) + ", .." * (len(self.names) > 20)
        raise ValueError(f"{self.name}: there is no column {column!r}; there are {some}")

    def complete(self, columns: list[int], missing: str) -> tuple[Table, int]:
        """Return the rows without a missing cell in these columns, and how many are left out."""
        holes = [next((i for i in columns if row[i].strip().lower() in MISSING), None) for row in self.rows]
        whole = [k for k, hole in enumerate(holes) if hole is None]
        dropped = len(self.rows) - len(whole)
        if dropped and missing == "error":
            row, column = next((k, hole) for k, hole in enumerate(holes) if hole is not None)
            raise ValueError(
                f"{self.name}: {self._cell(row, column)}: a value is missing, as in {dropped} of {len(self.rows)} "
                "rows. Fill them in, or leave these rows out: missing='drop', or tinynet data --drop-missing"
            )
        if not whole:
            raise ValueError(f"{self.name}: each row has a missing value; leave out the columns that lack most")
        return self._replace(rows=[self.rows[k] for k in whole], lines=[self.lines[k] for k in whole]), dropped

    def numbers(self, i: int) -> tuple[list[str], np.ndarray]:
        """Return the name and the numbers of column i, (N, 1). ValueError for a cell that is none."""
        found = [_number(row[i], self.decimal) for row in self.rows]
        if None in found:
            raise ValueError(
                f"{self.name}: {self._cell(found.index(None), i)}, no number. Leave the column out, or make each of "
                f"its values a column: one_hot=[{self.names[i]!r}]. On the command line, tinynet data has --leave-out "
                "and --one-hot, and writes a file for the other commands"
            )
        return [self.names[i]], np.array(found, np.float64)[:, None]

    def one_hot(self, i: int) -> tuple[list[str], np.ndarray]:
        """Return the one-hot code of column i, a column of 0 and 1 for each of its values, and their names."""
        cells = np.array(self.cells(i))
        values = np.unique(cells)
        return [f"{self.names[i]}={value}" for value in values], (cells[:, None] == values).astype(np.float64)

    def labels(self, i: int) -> np.ndarray:
        """Return column i as numbers, if all of its cells are, else as texts."""
        found = [_number(row[i], self.decimal) for row in self.rows]
        return np.array(self.cells(i) if None in found else found)

    def cells(self, i: int) -> list[str]:
        """Return the texts in column i."""
        return [row[i].strip() for row in self.rows]

    def check(self, i: int, values: list[str]) -> None:
        """Raise ValueError for a text in column i that is none of these values."""
        for row, cell in enumerate(self.cells(i)):
            if cell not in values:
                some = ", ".join(values[:10]) + ", .." * (len(values) > 10)
                raise ValueError(f"{self.name}: {self._cell(row, i)}; in training it was one of {some}")

    def summary(self, goal: int) -> str:
        """Return in a line what the table is taken for."""
        sign = NAMES.get(self.separator, repr(self.separator))
        first = "names" if self.header else "no names"
        return (
            f"{self.name}: {len(self.rows)} rows, cells separated by {sign}, decimal {self.decimal!r}, {first} in the "
            f"first line; target: column {self.names[goal]!r}"
        )

    def _cell(self, row: int, i: int) -> str:
        cell = self.rows[row][i].strip()
        return f"line {self.lines[row]}, column {self.names[i]!r} " + (
            f"is {quoted(cell, 40)!r}" if cell else "is empty"
        )


def read(name: str, path: str | os.PathLike, header: bool | None, separator: str | None, decimal: str | None) -> Table:
    """Return the table in a file; None for what is to be found out."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "save it again as UTF-8, which Excel calls 'CSV UTF-8'"
        raise DataError(f"{os.fspath(path)!r} is no text in UTF-8; if it is a table, {hint}: {error}") from error
    except OSError as error:
        raise DataError(f"{os.fspath(path)!r} cannot be read as a table: {error.strerror}") from error
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    separator = separator or _separator(text)
    rows, lines = _cells(name, text, separator)
    decimal = decimal or ("," if separator != "," and _has_decimal_commas(rows) else ".")
    header = not any(_number(cell, decimal) is not None for cell in rows[0]) if header is None else header
    names = [cell.strip() for cell in rows[0]] if header else [str(i) for i in range(len(rows[0]))]
    if len(set(names)) < len(names):
        twice = next(each for each in names if names.count(each) > 1)
        raise ValueError(f"{name}: two columns are named {twice!r}; rename one, or pass header=False")
    if len(rows) == header:
        raise ValueError(f"{name}: it has no rows below the names of its columns")
    return Table(name, names, rows[header:], lines[header:], separator, decimal, header)


def _separator(text: str) -> str:
    """Return the sign that cuts the first lines into equally many cells, as many as possible; a comma if none does."""
    start = [line for line in text.splitlines()[:100] if line.strip()][:10]
    counts = {sign: {len(row) for row in csv.reader(start, delimiter=sign)} for sign in SEPARATORS}
    alike = {sign: max(found) for sign, found in counts.items() if len(found) == 1 and max(found) > 1}
    return max(alike, key=lambda sign: alike[sign]) if alike else ","


def _cells(name: str, text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """Return the rows of cells, and the line in which each ends. ValueError for rows of different lengths."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    rows, lines = list[list[str]](), list[int]()
    for row in reader:
        if any(cell.strip() for cell in row):
            rows.append(row)
            lines.append(reader.line_num)
            if len(row) != len(rows[0]):
                sign = NAMES.get(separator, repr(separator))
                raise ValueError(
                    f"{name}: line {lines[-1]} has {len(row)} cells, line {lines[0]} has {len(rows[0])}; are cells "
                    f"separated by {sign}?"
                )
    if not rows:
        raise ValueError(f"{name}: the file is empty")
    return rows, lines


def _has_decimal_commas(rows: list[list[str]]) -> bool:
    some = [cell.strip() for row in rows[:1000] for cell in row]
    return any(map(WITH_COMMA.fullmatch, some)) and not any(map(WITH_POINT.fullmatch, some))


def _number(cell: str, decimal: str) -> float | None:
    """Return the finite number in a cell, or None."""
    try:
        number = float(cell if decimal == "." else cell.replace(decimal, "."))
    except ValueError:
        return None
    return number if np.isfinite(number) and "_" not in cell else None

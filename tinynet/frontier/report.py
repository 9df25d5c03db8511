"""A sweep in numbers: a table on the terminal, and a CSV file."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Sequence
from typing import Any

from tinynet.frontier.pareto import Point, summarize
from tinynet.frontier.tasks import Rows, task_of
from tinynet.storage.atomic import write_atomically

FORMULA = re.compile('(^|;)(?=[ "]*[-=+@\uff0d\uff1d\uff0b\uff20])')


def table(rows: Sequence[dict[str, Any]]) -> Any:
    """Return a rich table with one line a point: bytes, test error, its standard deviation over the seeds."""
    from rich.table import Table

    out = Table(title="* marks the efficient frontier", title_justify="left", box=None)
    task = task_of(rows[0]["data"], rows[0].get("own")) if rows else Rows()
    for name in ("method", "stage", "factor", "payload B", "header B", task.measure, "±", ""):
        out.add_column(name, justify="left" if name in ("method", "stage") else "right")
    points = summarize(rows)
    groups = list(dict.fromkeys((p.method, p.stage) for p in points))
    for p in sorted(points, key=lambda p: groups.index((p.method, p.stage))):
        out.add_row(*_cells(p, task.unit), style="bold" if p.efficient else None)
    return out


def _cells(p: Point, unit: float) -> tuple[str, ...]:
    return (
        p.method,
        p.stage,
        p.factor,
        f"{p.bytes:,.0f}",
        f"{p.header:,.0f}",
        f"{unit * p.error:.3g}" if unit == 1 else f"{unit * p.error:.2f}",
        f"{unit * p.spread:.2f}" if p.seeds > 1 else "",
        "*" if p.efficient else "",
    )


def cell(text: str) -> str:
    """Return a text as a cell of a CSV file that any program shows as it stands: in one line, and not a formula.

    A spreadsheet computes what begins with one of these signs, even in full width or after spaces and quotation marks.
    In some countries it takes a semicolon for the end of a cell, so what follows one counts as a beginning too.
    """
    shown = "".join(c if c.isprintable() or "\udc80" <= c <= "\udcff" else " " for c in text)  # those stand for bytes
    return FORMULA.sub(r"\1'", shown.encode("utf-8", "backslashreplace").decode())


def write_csv(rows: Sequence[dict[str, Any]], path: str | os.PathLike) -> None:
    """Write one line a point: the fields of `Point`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Point._fields)
    writer.writerows([cell(v) if isinstance(v, str) else v for v in point] for point in summarize(rows))
    write_atomically(path, text.getvalue().encode())

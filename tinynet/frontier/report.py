"""A sweep in words: a table on the terminal, and a CSV file."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tinynet.files import write_atomically
from tinynet.frontier.pareto import Point, summarize
from tinynet.frontier.plot import STAGE_NAMES


def table(rows: Sequence[dict[str, Any]]) -> Any:
    """Return a rich table: methods down, factors across; payload bytes above test error in percent, mean and spread.

    A star marks the points of the efficient frontier.
    """
    from rich.table import Table

    points = summarize(rows)
    factors = sorted({p.factor for p in points}, key=Fraction, reverse=True)
    out = Table(title="payload bytes, test error % (mean ± standard deviation), * on the frontier", show_lines=True)
    out.add_column("method")
    for factor in factors:
        out.add_column(factor, justify="right")
    for method, stage in dict.fromkeys((p.method, p.stage) for p in points):
        cells = {p.factor: _cell(p) for p in points if (p.method, p.stage) == (method, stage)}
        out.add_row(method + STAGE_NAMES[stage], *(cells.get(factor, "") for factor in factors))
    return out


def _cell(p: Point) -> str:
    return f"{p.bytes:,.0f}\n{100 * p.error:.2f} ± {100 * p.spread:.2f}{' *' if p.efficient else ''}"


def write_csv(rows: Sequence[dict[str, Any]], path: str | os.PathLike) -> None:
    """Write one line a point: method, stage, factor, bytes, header, error, spread, seeds, efficient."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(Point._fields)
    writer.writerows(summarize(rows))
    write_atomically(path, text.getvalue().encode())

"""From runs to points, and the points that matter.

A point is one method at one factor, averaged over the seeds. It is efficient (Pareto-optimal) if no other point beats
it: none has at most its bytes and at most its error, and less of at least one. The efficient points form the frontier.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np


class Point(NamedTuple):
    """One method at one factor."""

    method: str
    stage: str
    factor: str
    bytes: float  # payload: mean over seeds
    header: float
    error: float  # on the test split: mean over seeds
    spread: float  # standard deviation over seeds (N - 1), 0 for a single one
    seeds: int
    efficient: bool = False


def summarize(rows: Sequence[dict[str, Any]]) -> list[Point]:
    """Return a point for each method, stage and factor, in order of first appearance, the efficient ones marked."""
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["method"], row["stage"], row["factor"]), []).append(row)
    points = []
    for (method, stage, factor), group in groups.items():
        size, header, error = (
            np.array([row[name] for row in group]) for name in ("payload_bytes", "header_bytes", "test_error")
        )
        spread = float(error.std(ddof=1)) if len(group) > 1 else 0.0
        means = float(size.mean()), float(header.mean()), float(error.mean())
        points.append(Point(method, stage, factor, *means, spread, len(group)))
    frontier = pareto([(p.bytes, p.error) for p in points])
    return [p._replace(efficient=i in frontier) for i, p in enumerate(points)]


def pareto(points: Sequence[tuple[float, float]]) -> set[int]:
    """Return the indices of the points (cost, error) that no other dominates; equal points stand or fall together."""
    efficient: set[int] = set()
    last = (np.inf, np.inf)
    for i in sorted(range(len(points)), key=lambda i: points[i]):
        if points[i] == last or points[i][1] < last[1]:
            efficient.add(i)
            last = points[i]
    return efficient

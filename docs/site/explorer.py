"""The frontiers as one file for the explorer: every committed point, with the command that makes it.

docs/web/explorer.js draws app/frontiers.json. It comes from docs/frontier*.csv, one data set a file, and from
benchmarks/results/frontier_best.csv, where a row is one seed. Whatever columns and rows these gain, a point is what
summarize() of tinynet.frontier writes: method, factor, bytes, error, spread and seeds.
"""

from __future__ import annotations

import csv
import json
from itertools import groupby
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from benchmarks.frontiers import PARTS
from tinynet import drawing
from tinynet.frontier.tasks import task_of

ROOT = Path(__file__).parents[2]
BEST = ROOT / "benchmarks/results/frontier_best.csv"
TITLES = {
    "digits": "UCI digits", "mnist": "MNIST", "fashion": "Fashion-MNIST", "reber": "Reber grammar",
    "shakespeare": "Shakespeare",
}  # fmt: skip


def write(path: Path) -> None:
    """Write the file of all frontiers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    looks = [{"colour": drawing.colour(i), "marker": drawing.marker(i)} for i in range(40)]
    path.write_text(json.dumps({"looks": looks, "sets": sets()}), "utf-8")


def sets() -> list[dict[str, Any]]:
    """Return the data sets: name, title, measure (what the error is), file, and points."""
    return [*map(frontier, sorted(ROOT.glob("docs/frontier*.csv"), key=_order)), best()]


def _order(path: Path) -> int:
    return [*TITLES, _name(path)].index(_name(path))


def _name(path: Path) -> str:
    return path.stem.removeprefix("frontier").removeprefix("-") or "digits"


def frontier(path: Path) -> dict[str, Any]:
    """Return the data set of a sweep's CSV."""
    name = _name(path)
    task = task_of(name)
    points = []
    for row in _rows(path):
        stage = "" if row.get("stage", "trained") == "trained" else f", {row['stage']}"
        points.append({
            "method": row["method"] + stage, "setting": f"factor {row['factor']}",
            "bytes": float(row["bytes"]), "header": float(row.get("header") or 0),
            "error": task.unit * float(row["error"]), "spread": task.unit * float(row["spread"]),
            "seeds": int(row["seeds"]), "command": command(name, row["method"], row["factor"]),
        })  # fmt: skip
    return {
        "name": name, "title": TITLES.get(name, name), "measure": task.measure,
        "file": path.relative_to(ROOT).as_posix(), "points": points,
    }  # fmt: skip


def command(data: str, method: str, factor: str) -> str:
    """Return the command that trains one point again."""
    words = ["tinynet frontier"]
    if data != "digits":  # whose sweep is the one that `tinynet frontier` runs without any option
        words.append(f"--data {data}")
        for part in PARTS.get(data, ()):
            if method in part.methods and factor in part.factors:
                for option, value in {**part.settings, "seeds": part.seeds}.items():
                    values = value if isinstance(value, tuple | list) else [value]
                    words.append(f"--{option.replace('_', '-')} {' '.join(map(str, values))}")
                break
    return " ".join([*words, f"--methods {method} --factors {factor} --out again"])


def best() -> dict[str, Any]:
    """Return the networks of benchmarks/frontier_best.py whose test error was measured, one point for all seeds."""
    points = []
    kept = [row for row in _rows(BEST) if row["test_error"]]
    for (net, pictures, *_), group in groupby(sorted(kept, key=_network), key=_network):
        rows = list(group)
        errors = [100 * float(row["test_error"]) for row in rows]
        points.append({
            "method": f"{pictures} pictures, {'with' if 'x' in net else 'without'} windows", "setting": net,
            "bytes": max(float(row["bytes"]) for row in rows), "error": fmean(errors),
            "spread": stdev(errors) if len(errors) > 1 else 0.0, "seeds": len(rows),
            "each": {row["seed"]: error for row, error in zip(rows, errors, strict=True)},
            "command": "python -m benchmarks.frontier_best",
        })  # fmt: skip
    return {
        "name": "best", "title": "MNIST, whatever it takes", "measure": "test error (%)",
        "file": BEST.relative_to(ROOT).as_posix(), "points": sorted(points, key=lambda point: point["bytes"]),
    }  # fmt: skip


def _network(row: dict[str, str]) -> tuple[str, ...]:
    return row["net"], row["augment"], row["epochs"], row["lr"]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

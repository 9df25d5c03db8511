"""The frontiers as one file for the explorer: every committed point, with the command that makes it.

docs/web/explorer.js draws app/frontiers.json. It comes from docs/frontier*.csv, one data set a file, and from
benchmarks/results/: members.json, and frontier_best.csv, where a row is one seed. Whatever columns and rows these
gain, a point is what summarize() of tinynet.frontier writes: method, factor, bytes, error, spread and seeds.
"""

from __future__ import annotations

import csv
import json
from itertools import groupby
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from benchmarks.frontiers import PARTS
from benchmarks.members import SETTINGS
from tinynet import drawing
from tinynet.frontier.tasks import task_of

ROOT = Path(__file__).parents[2]
MEMBERS = ROOT / "benchmarks/results/members.json"
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
    return [*map(frontier, sorted(ROOT.glob("docs/frontier*.csv"), key=_order)), *members(), best()]


def _order(path: Path) -> int:
    return [*TITLES, _name(path)].index(_name(path))


def _name(path: Path) -> str:
    return path.stem.removeprefix("frontier").removeprefix("-") or "digits"


def frontier(path: Path) -> dict[str, Any]:
    """Return the data set of a sweep's CSV."""
    name = _name(path)
    rows, task = _rows(path), task_of(name)
    points = [_point(row, task.unit, command(name, row["method"], row["factor"], *_swept(name, row))) for row in rows]
    return {
        "name": name,
        "title": TITLES.get(name, name),
        "measure": task.measure,
        "file": _file(path),
        "points": points,
    }


def members() -> list[dict[str, Any]]:
    """Return the data sets of benchmarks/members.py, with every method of the family on each."""
    found = []
    for name, rows in json.loads(MEMBERS.read_text("utf-8"))["points"].items():
        task, title = task_of(name), f"{TITLES.get(name, name)}, the whole family"
        points = [
            _point(row, task.unit, command(name, row["method"], row["factor"], SETTINGS[name], row["seeds"]))
            for row in rows
        ]
        entry = {"name": f"{name}-family", "title": title, "measure": task.measure, "file": _file(MEMBERS)}
        found.append(entry | {"points": points})
    return found


def _point(row: dict[str, Any], unit: float, made_by: str) -> dict[str, Any]:
    stage = "" if row.get("stage", "trained") == "trained" else f", {row['stage']}"
    recipe = f", {row['recipe']}" if "recipe" in row else ""
    return {
        "method": row["method"] + stage, "setting": f"factor {row['factor']}{recipe}",
        "bytes": float(row["bytes"]), "header": float(row.get("header") or 0),
        "error": unit * float(row["error"]), "spread": unit * float(row["spread"]),
        "seeds": int(row["seeds"]), "command": made_by,
    }  # fmt: skip


def _swept(data: str, row: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Return the settings and the number of seeds with which a sweep trained a row."""
    for part in PARTS.get(data, ()):
        if row["method"] in part.methods and row["factor"] in part.factors:
            return part.settings, part.seeds
    return {}, int(row["seeds"])


def command(data: str, method: str, factor: str, settings: dict[str, Any], seeds: int) -> str:
    """Return the command that trains one point again."""
    words = ["tinynet frontier", f"--data {data}"]
    for option, value in {**settings, "seeds": seeds, "methods": method, "factors": factor}.items():
        values = value if isinstance(value, tuple | list) else [value]
        words.append(f"--{option.replace('_', '-')} {' '.join(map(str, values))}")
    return " ".join([*words, "--out again"])


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
        "file": _file(BEST), "points": sorted(points, key=lambda point: point["bytes"]),
    }  # fmt: skip


def _file(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _network(row: dict[str, str]) -> tuple[str, ...]:
    return row["net"], row["augment"], row["epochs"], row["lr"]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

"""All members of the family, ranked at each budget: python -m benchmarks.members [--seeds 3]   (from the root)

Every method of `tinynet frontier --methods all` is trained on the digits and on MNIST, at 1/8, 1/16, 1/32 and 1/64 of
the dense network's weight bytes, all in the same way. Finished runs are kept in benchmarks/runs/, so the same command
continues where it was stopped; with --seeds 0 nothing is trained, and what is there is ranked. MNIST takes hours. The
ranking is results/members.md and .json, its picture docs/members.png.
"""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import markdown, origin, write
from tinynet import drawing
from tinynet.frontier import MEMBERS, METHODS, Point, Store, summarize, sweep
from tinynet.frontier.methods import recipe
from tinynet.frontier.run import widths_of
from tinynet.frontier.sweep import plan
from tinynet.frontier.tasks import task_of

PICTURE = Path(__file__).parents[1] / "docs" / "members.png"
STORE = Path(__file__).parent / "runs" / "members.sqlite"
FACTORS = ("1/64", "1/32", "1/16", "1/8")
SETTINGS: dict[str, dict[str, Any]] = {
    "digits": {},
    "mnist": dict(hidden=(300,), epochs=8, batch_size=100, rates=(0.03, 0.1)),
}
SEEDS = 3


def main() -> None:
    """Run what is missing, and write results/members.md and .json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", choices=SETTINGS, default=list(SETTINGS))
    parser.add_argument("--methods", nargs="+", default=["all"])
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    STORE.parent.mkdir(exist_ok=True)
    for data in options.data:
        for seed in range(options.seeds):
            for factor in FACTORS:
                how = SETTINGS[data] | dict(store=STORE, jobs=options.jobs)
                sweep(data, options.methods, [factor], [seed], **how)
    points = {data: summarize(finished(data)) for data in SETTINGS}
    found = {data: [p._asdict() | made(data, p) for p in some] for data, some in points.items()}
    write("members", report(points), {"origin": origin(), "points": found})
    draw(points)


def finished(data: str) -> list[dict[str, Any]]:
    """Return the rows that are there."""
    store = Store(STORE)
    rows = map(store.get, plan(data, [*METHODS, *MEMBERS], FACTORS, SEEDS, False, **SETTINGS[data]))
    return [row for row in rows if row is not None]


def made(data: str, p: Point) -> dict[str, Any]:
    """Return the recipe of the first matrix of a point's networks, and how many hidden units they have."""
    task, f = task_of(data), float(Fraction(p.factor))
    widths = widths_of(plan(data, [p.method], [p.factor], 1, False, **SETTINGS[data])[0])
    weight = recipe(p.method, f, task.shapes(widths))
    first = weight[0] if isinstance(weight, list) else weight
    return {"recipe": repr(first), "units": task.narrowed(p.method, f, widths)[1]}


def report(points: dict[str, list[Point]]) -> str:
    """Return the rankings: for each data set, a column for each budget with the methods from the best to the worst."""
    parts = ["# All members of the family, ranked at each budget", ""]
    parts += ["Test error in percent: the mean over the seeds, with its standard deviation where there are several."]
    for data, some in points.items():
        columns = [ranked(some, factor) for factor in FACTORS]
        cells = [[shown(p) for p in column] for column in columns]
        longest = max(map(len, cells))
        rows = [[i + 1, *(c[i] if i < len(c) else "" for c in cells)] for i in range(longest)]
        parts += ["", f"## {data}", "", markdown(["", *map(heading, FACTORS, columns)], rows)]
    about = ", ".join(f"{name} {value}" for name, value in origin().items())
    return "\n".join([*parts, "", about])


def ranked(points: list[Point], factor: str) -> list[Point]:
    """Return the points of a factor from the least error to the largest."""
    return sorted((p for p in points if p.factor == factor), key=lambda p: p.error)


def place(points: dict[str, list[Point]], method: str) -> float:
    """Return how far down a method stands on average, from 0 for the best to 1 for the worst."""
    columns = [[p.method for p in ranked(some, factor)] for some in points.values() for factor in FACTORS]
    return float(np.mean([names.index(method) / len(names) for names in columns if method in names]))


def draw(points: dict[str, list[Point]]) -> None:
    """Draw the errors: a line for each method, the best on top, and a colour for each budget."""
    methods = sorted({p.method for some in points.values() for p in some}, key=lambda name: -place(points, name))
    figure, panels = drawing.panels(11, 0.25 * len(methods) + 1.5, columns=len(points), sharey=True)
    for axes, (data, some) in zip(panels, points.items(), strict=True):
        for i, factor in enumerate(FACTORS):
            column = ranked(some, factor)
            error, spread = (100 * np.array([getattr(p, name) for p in column]) for name in ("error", "spread"))
            heights = [methods.index(p.method) for p in column]
            axes.errorbar(
                error, heights, xerr=spread, fmt=drawing.marker(i), color=drawing.colour(i + 1), label=factor, alpha=0.8
            )
        axes.set(xscale="log", title=data, xlabel="test error (%)", yticks=range(len(methods)), yticklabels=methods)
        drawing.plain_numbers(axes.xaxis)
        drawing.grid(axes)
    drawing.legend(panels[-1])
    figure.savefig(PICTURE, dpi=120)


def shown(p: Point) -> str:
    """Return a point as a cell."""
    spread = f" ± {100 * p.spread:.2f}" if p.seeds > 1 else ""
    return f"{p.method} {100 * p.error:.2f}{spread}"


def heading(factor: str, column: list[Point]) -> str:
    """Return a factor and the bytes that it allows."""
    return f"{factor}: {max((p.bytes for p in column), default=0):,.0f} bytes at most"


if __name__ == "__main__":
    main()

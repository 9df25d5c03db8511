"""Draw the frontiers of docs/: python -m benchmarks.frontiers mnist|fashion|reber|shakespeare [--jobs 2]

Run it from the root. Finished runs are kept in benchmarks/runs/, so the same command continues where it stopped.

    mnist, fashion        784-300-10, every method, three seeds
    reber, shakespeare    LSTMs. Those with layer normalization take ten times as long to train as those without,
                          because no compiled loop runs them. So they get fewer seeds, and a dense one is drawn at its
                          full size alone; the CSV says how many seeds each point has.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tinynet.frontier import plot, sweep, table, write_csv
from tinynet.frontier.methods import FACTORS, METHODS
from tinynet.frontier.settings import NORM
from tinynet.frontier.tasks import task_of

DOCS = Path(__file__).parents[1] / "docs"
RUNS = Path(__file__).parent / "runs"


class Part(NamedTuple):
    """A part of a picture."""

    methods: Sequence[str]
    factors: Sequence[str]
    seeds: int
    settings: dict[str, Any]


def pictures() -> list[Part]:
    """Return what is swept on MNIST and on Fashion-MNIST."""
    settings = dict(hidden=(300,), epochs=8, rates=(0.03, 0.1), batch_size=100)
    methods = [method for method in METHODS if method != "binary-mlp"]
    return [Part(methods, ("1", "1/4", "1/8", "1/16", "1/32", "1/64"), 3, settings)]


def sequences(data: str, plain: int, normed: int) -> list[Part]:
    """Return what is swept on sequences, with so many seeds without and with normalization."""
    methods = task_of(data).methods
    return [
        Part([m for m in methods if not m.endswith(NORM)], FACTORS, plain, {}),
        Part([m for m in methods if m.endswith(NORM) and m != f"dense{NORM}"], FACTORS, normed, {}),
        Part([f"dense{NORM}"], ["1"], normed, {}),
    ]


PARTS = {
    "mnist": pictures(), "fashion": pictures(), "reber": sequences("reber", 8, 2),
    "shakespeare": sequences("shakespeare", 1, 1),
}  # fmt: skip


def main() -> None:
    """Run the sweep, and write docs/frontier-NAME.csv and .png."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", choices=PARTS)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    from rich.console import Console

    RUNS.mkdir(exist_ok=True)
    rows = []
    for methods, factors, seeds, settings in PARTS[options.data]:
        store = RUNS / "frontiers.sqlite"
        rows += sweep(options.data, methods, factors, seeds=seeds, store=store, jobs=options.jobs, **settings)
    Console().print(table(rows))
    write_csv(rows, DOCS / f"frontier-{options.data}.csv")
    plot(rows, DOCS / f"frontier-{options.data}.png")


if __name__ == "__main__":
    main()

"""Draw the frontiers of sequences in docs/: python -m benchmarks.frontiers reber|shakespeare [--jobs 2]

Run it from the root. Networks with layer normalization take ten times as long to train as those without, because no
compiled loop runs them. So they get fewer seeds, and a dense one is drawn at its full size alone; the CSV says how many
seeds each point has. Finished runs are kept in benchmarks/runs/, so the same command continues where it stopped.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tinynet.frontier import plot, sweep, table, write_csv
from tinynet.frontier.methods import FACTORS
from tinynet.frontier.settings import NORM
from tinynet.frontier.tasks import task_of

DOCS = Path(__file__).parents[1] / "docs"
RUNS = Path(__file__).parent / "runs"
SEEDS = {"reber": (8, 2), "shakespeare": (1, 1)}  # without and with normalization


def main() -> None:
    """Run the sweep, and write docs/frontier-NAME.csv and .png."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", choices=SEEDS)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    from rich.console import Console

    RUNS.mkdir(exist_ok=True)
    rows = []
    plain, normed = SEEDS[options.data]
    methods = task_of(options.data).methods
    for chosen, factors, seeds in (
        ([m for m in methods if not m.endswith(NORM)], FACTORS, plain),
        ([m for m in methods if m.endswith(NORM) and m != f"dense{NORM}"], FACTORS, normed),
        ([f"dense{NORM}"], ["1"], normed),
    ):
        store = RUNS / "frontiers.sqlite"
        rows += sweep(options.data, chosen, factors, seeds=seeds, store=store, jobs=options.jobs)
    Console().print(table(rows))
    write_csv(rows, DOCS / f"frontier-{options.data}.csv")
    plot(rows, DOCS / f"frontier-{options.data}.png")


if __name__ == "__main__":
    main()

"""Reproduce a paper's table: python -m benchmarks.reproduce NAME [--hours H] [--jobs 2]   (from the root)

Finished runs are rows of benchmarks/results/reproduce/NAME.csv; the table, and a picture where the paper has one, lie
beside it. What is not finished when the time is up goes on from its last epoch with the same command. With --hours 0
nothing is trained, and the table is written from the rows. --list says what is done and what is left. --quick runs all
of it in a minute, on small networks and the digits, in a folder of its own.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from benchmarks.common import THREAD_VARIABLES, markdown

os.environ |= dict.fromkeys(THREAD_VARIABLES, "1")  # before NumPy loads; with one thread, a seed fixes every bit

from benchmarks.reproduce.batch_norm import BatchNorm
from benchmarks.reproduce.binary import Binary
from benchmarks.reproduce.experiment import Experiment
from benchmarks.reproduce.hashing import Hashing
from benchmarks.reproduce.soft_targets import SoftTargets
from benchmarks.resumable import outcomes, wanted
from tinynet.frontier.workers import processes

EXPERIMENTS: dict[str, type[Experiment]] = {cls.name: cls for cls in (Hashing, Binary, BatchNorm, SoftTargets)}


def quick(cls: type[Experiment], folder: Path) -> Experiment:
    """Return an experiment on the digits, with small networks and few epochs."""
    small = type(cls.__name__, (cls,), dict(
        data="digits", rates=cls.rates[1:2], dropouts=cls.dropouts[:1], short=1, full=2, seeds=range(2), **cls.small,
    ))  # fmt: skip
    return small(folder, folder / "runs")


def reproduce(experiment: Experiment, hours: float, jobs: int = 1) -> None:
    """Train what is left until the time is up, and write the table."""
    end, rows = time.monotonic() + 3600 * hours, experiment.rows
    with processes(jobs) if jobs > 1 else nullcontext() as executor:
        while time.monotonic() < end and (runs := wanted(rows.rows, experiment.phases())):
            for run, row in outcomes(runs, experiment.train, end, executor):
                rows.add(row)
                rows.write()
                print(f"{run}: valid {100 * row.valid_error:.2f} %, {row.seconds:.0f} s", flush=True)
    print(experiment.write())


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", choices=EXPERIMENTS)
    parser.add_argument("--hours", type=float, default=1.0, help="a run that is not finished then goes on next time")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="small networks on the digits, for a minute")
    parser.add_argument("--list", action="store_true", help="say what is done, what is left, and the hours it takes")
    options = parser.parse_args()
    chosen = [EXPERIMENTS[options.name]] if options.name else list(EXPERIMENTS.values())
    if options.list:
        states = [(each.name, *each.left()) for each in (cls() for cls in chosen)]
        print(markdown(["experiment", "runs done", "left", "hours of one core"],
                       [[name, done, left, f"{hours:.1f}"] for name, done, left, hours in states]))  # fmt: skip
    elif options.quick:
        for cls in chosen:
            with tempfile.TemporaryDirectory() as folder:
                reproduce(quick(cls, Path(folder)), hours=1)
    elif options.name:
        reproduce(EXPERIMENTS[options.name](), options.hours, options.jobs)
    else:
        parser.error("name an experiment, or ask for --list or --quick")


if __name__ == "__main__":
    main()

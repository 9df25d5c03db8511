"""Measure statements from many seeds and on a second data set: python -m benchmarks.seeds [automata rates ..]

One training can be lucky. The statements of docs/reading.md that depend on a single one are measured here again: from
at least eight seeds, on a second data set, longer, and beside a rival. A table has one row for each figure, with its
mean, its standard deviation and its range over the seeds. A figure that is 0 or 1 says whether something held, so its
mean is the share of seeds.

If you name some statements, only these are measured anew, and the others keep their figures.
"""

from __future__ import annotations

import inspect
import json
import os
import time
from typing import Any

from benchmarks.common import RESULTS, THREAD_VARIABLES, asked, markdown, origin, write

os.environ |= dict.fromkeys(THREAD_VARIABLES, "1")  # before NumPy loads

import numpy as np

from benchmarks import seeds_networks, seeds_starts, seeds_training
from benchmarks.reading import PICTURES, compact

STATEMENTS: dict[str, Any] = seeds_networks.STATEMENTS | seeds_training.STATEMENTS | seeds_starts.STATEMENTS


def section(name: str, found: dict[str, list[dict[str, float]]]) -> str:
    """Return the Markdown section of one statement, with a table for each data set."""
    parts = [f"## {name}", inspect.cleandoc(STATEMENTS[name][0].__doc__)]
    for data, runs in found.items():
        rows = [[figure, *(f"{value:.3g}" for value in summary(runs, figure))] for figure in runs[0]]
        parts.append(markdown([f"{data}, {len(runs)} seeds", "mean", "sd", "least", "most"], rows))
    return "\n\n".join(parts)


def summary(runs: list[dict[str, float]], figure: str) -> tuple[float, float, float, float]:
    """Return mean, standard deviation, minimum and maximum of a figure over the seeds."""
    values = [run[figure] for run in runs]
    return float(np.mean(values)), float(np.std(values)), min(values), max(values)


def main() -> None:
    """Measure the statements, and write results/seeds.md and .json."""
    names = asked(__doc__, "statement", STATEMENTS)
    path = RESULTS / "seeds.json"
    known = json.loads(path.read_text()) if path.exists() else {"found": {}}
    for name in names:
        measure, sets = STATEMENTS[name]
        start = time.process_time()
        found: dict[str, list[dict[str, float]]] = {}
        for data, count in sets.items():
            found[data] = [{what: float(v) for what, v in measure(data, seed).items()} for seed in range(count)]
            known["found"][name] = found
            known["found"] = {name: known["found"][name] for name in STATEMENTS if name in known["found"]}
            path.write_text(json.dumps(known, indent=1))  # saved now, so that a later failure loses nothing
        print(f"{name}: {time.process_time() - start:.0f} s of processor time", flush=True)
    known |= {"origin": origin("scipy")}
    seeds_starts.picture(known["found"]["solutions"]["independent"]).savefig(PICTURES / "solutions.png", dpi=80)
    compact(PICTURES / "solutions.png")
    parts = ["# Statements from many seeds", __doc__.split("\n\n")[1]]
    parts += [section(name, found) for name, found in known["found"].items()]
    parts.append("; ".join(f"{k}: {v}" for k, v in known["origin"].items()))
    write("seeds", "\n\n".join(parts), known)


if __name__ == "__main__":
    main()

"""Measure what the LSTM learns: python -m benchmarks.sequences [reber adding characters] [--seeds 10] [--jobs 2]

Run it from the root.

reber     the embedded Reber grammar, with 256 strings to train on and 256 to test. Counted are the strings with an
          illegal prediction, and the strings that fail the criterion of 1997: wherever k symbols are legal, they must
          have the k highest scores. The same is counted for strings that are not in the training set, and for strings
          at least twice as long as its longest.
adding    the sum of two marked numbers out of 200: mean squared error of the LSTM and of a plain RNN. Always predicting
          the mean gives 0.167.
characters
          the next character of tiny Shakespeare, by LSTMs of few bits, with and without layer normalization: the loss
          on the test part. Those with normalization take ten times as long, and get a quarter of the seeds.

A seed is one run on one thread, and `jobs` runs work side by side. Seconds are wall-clock time of training alone.
Finished seeds are kept in benchmarks/runs/, so the same command continues where it stopped. Delete them to start anew.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.common import RESULTS, THREAD_VARIABLES, markdown, origin, write

os.environ |= dict.fromkeys(THREAD_VARIABLES, "1")  # before NumPy loads

import tinynet as tn
from tinynet.datasets import reber
from tinynet.sequences.language import fit_text, text_loss

RUNS = Path(__file__).parent / "runs"
HOW = {
    "reber": dict(epochs=60, batch_size=16, lr=0.02, weight_decay=1e-3),
    "adding": dict(epochs=8, batch_size=50, lr=0.01),
    "characters": dict(epochs=4, batch_size=32, steps=64, lr=0.01),
}
NETS: dict[str, dict[str, Any]] = {
    "reber": dict(widths=[7, 20, 7]),
    "adding": dict(widths=[2, 64, 1], last=True),
    "characters": dict(widths=[65, 64, 65]),
}
WEIGHTS = {
    "32 bits": tn.Dense(),
    "8 bits": tn.Quantized(bits=8),
    "2 bits": tn.Quantized(bits=2),
    "1 bit": tn.Quantized(bits=1),
    "binary": tn.Binary(),
}
NORMED = " + norm"
KINDS = {"reber": ("LSTM",), "adding": ("LSTM", "RNN"), "characters": [w + n for n in ("", NORMED) for w in WEIGHTS]}
CHARACTERS = 300_000  # of the training part


def trained(task: str, kind: str, seed: int, data: Any) -> tuple[Any, float]:
    """Return the trained network, and the seconds that training took."""
    net = tn.RecurrentNet(**NETS[task], seed=seed, layer=getattr(tn, kind))
    valid = data.valid if task == "adding" else None  # none for reber: a coin decides which symbol comes next
    start = time.perf_counter()
    history = tn.fit(
        net, data.train, valid, optimizer=tn.Adam, clip=1.0, schedule=tn.optim.cosine, seed=seed, progress=False,
        **HOW[task],
    )  # fmt: skip
    if history.interrupted:
        raise KeyboardInterrupt
    return net, time.perf_counter() - start


def reber_run(kind: str, seed: int) -> dict[str, Any]:
    """Return how many strings of each set one seed gets wrong: [illegal predictions, by the criterion of 1997]."""
    data = tn.datasets.load("reber", seed=seed)
    net, seconds = trained("reber", kind, seed, data)
    sets = {"train": data.train, "test": data.test, "disjoint": reber.disjoint(seed), "longer": reber.longer(seed)}
    wrong = {name: reber.errors(net(split.inputs).numpy(), split.inputs) for name, split in sets.items()}
    counts = {name: [int(kind.sum()) for kind in both] for name, both in wrong.items()}
    return dict(kind=kind, seed=seed, seconds=seconds, longest=int(1 + sets["longer"].inputs.shape[1]), **counts)


def adding_run(kind: str, seed: int) -> dict[str, Any]:
    """Return the mean squared error of one seed."""
    data = tn.datasets.load("adding", seed=seed)
    net, seconds = trained("adding", kind, seed, data)
    return dict(kind=kind, seed=seed, seconds=seconds, error=tn.evaluate(net, data.test))


def characters_run(kind: str, seed: int) -> dict[str, Any]:
    """Return the test loss of one seed, nats a character."""
    train, _, test = (split.inputs[0] for split in tn.datasets.load("shakespeare"))
    net = tn.RecurrentNet(
        **NETS["characters"], weight=WEIGHTS[kind.removesuffix(NORMED)], norm=kind.endswith(NORMED), seed=seed
    )
    start = time.perf_counter()
    fit_text(net, train[:CHARACTERS], schedule=tn.optim.cosine, seed=seed, progress=False, **HOW["characters"])
    return dict(kind=kind, seed=seed, seconds=time.perf_counter() - start, loss=text_loss(net, test))


MEASURES = {"reber": reber_run, "adding": adding_run, "characters": characters_run}


def run(job: tuple[str, str, int]) -> dict[str, Any]:
    """Return the figures of one job (task, kind, seed), measured now or earlier."""
    task, kind, seed = job
    finished = RUNS / f"{task}-{kind}-{seed}.json"
    if not finished.exists():
        finished.write_text(json.dumps(MEASURES[task](kind, seed)))
    row = json.loads(finished.read_text())
    print(task, row, flush=True)
    return row


# ---- the report


def reber_table(runs: list[dict[str, Any]]) -> str:
    """Return the Markdown for the Reber runs."""
    rows = [
        [run["seed"], *(f"{a} / {b}" for a, b in (run[k] for k in ("train", "test", "disjoint", "longer"))),
         run["longest"], f"{run['seconds']:.0f}"]
        for run in runs
    ]  # fmt: skip
    solved = sum(run["train"][1] + run["test"][1] == 0 for run in runs)
    head = ["seed", "train", "test", "disjoint", "longer", "up to symbols", "seconds"]
    return (
        "Wrong strings out of 256 in each set: with illegal predictions / by the criterion of 1997.\n\n"
        f"{markdown(head, rows)}\n\n{solved} of {len(runs)} seeds have all 512 strings right by both criteria. "
        f"The slowest seed took {max(run['seconds'] for run in runs):.0f} s."
    )


def adding_table(runs: list[dict[str, Any]]) -> str:
    """Return the Markdown for the adding runs."""
    lines = []
    for kind in KINDS["adding"]:
        errors = [run["error"] for run in runs if run["kind"] == kind]
        seconds = [run["seconds"] for run in runs if run["kind"] == kind]
        below = sum(error < 0.01 for error in errors)
        shown = ", ".join(f"{error:.4f}" for error in errors)
        lines.append([kind, shown, f"{below} of {len(errors)}", f"{statistics.median(seconds):.0f}"])
    return markdown(["net", "mean squared error on the test rows, by seed", "below 0.01", "seconds, median"], lines)


def characters_table(runs: list[dict[str, Any]]) -> str:
    """Return the Markdown for the runs on characters."""
    lines = []
    for kind in KINDS["characters"]:
        losses = [run["loss"] for run in runs if run["kind"] == kind]
        spread = f"{min(losses):.2f} to {max(losses):.2f}"
        lines.append([kind, f"{statistics.mean(losses):.2f}", spread, len(losses)])
    return f"Trained on {CHARACTERS:,} characters.\n\n" + markdown(
        ["weights", "mean test loss, nats a character", "over the seeds", "seeds"], lines
    )


TABLES: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    "reber": reber_table,
    "adding": adding_table,
    "characters": characters_table,
}


def section(figures: dict[str, Any]) -> str:
    """Return the Markdown section of one task."""
    task = figures["task"]
    net, how = figures["net"], figures["how"]
    text = f"Widths {net['widths']}; Adam, gradients clipped to length 1, lr falling as a cosine; " + ", ".join(
        f"{name} {value}" for name, value in how.items()
    )
    return "\n\n".join([f"## {task}", figures["origin"], text, TABLES[task](figures["runs"])])


def main() -> None:
    """Train the networks, and write results/sequences.md and .json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "tasks", nargs="*", default=list(HOW), metavar="task", help="reber, adding, characters (all by default)"
    )
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    RUNS.mkdir(exist_ok=True)
    spawn = multiprocessing.get_context("spawn")
    for task in options.tasks:
        count = lambda kind, most=options.seeds: -(-most // 4) if kind.endswith(NORMED) else most
        jobs = [(task, kind, seed) for kind in KINDS[task] for seed in range(count(kind))]
        with ProcessPoolExecutor(options.jobs, mp_context=spawn) as pool:
            runs = list(pool.map(run, jobs))
        about = "; ".join(f"{k}: {v}" for k, v in origin().items()) + f"; {options.jobs} runs side by side"
        path = RESULTS / "sequences.json"
        figures = json.loads(path.read_text()) if path.exists() else {}
        figures[task] = dict(task=task, origin=about, net=NETS[task], how=HOW[task], runs=runs)
        write("sequences", "\n\n".join(["# Sequences", *(section(figures[key]) for key in sorted(figures))]), figures)


if __name__ == "__main__":
    main()

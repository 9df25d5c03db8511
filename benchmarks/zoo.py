"""Test estimates of how far apart networks perform: python -m benchmarks.zoo [--data mnist fashion]   (from the root)

A zoo is a set of small networks that differ in method, size, amount of training data and seed. For each pair we compare
the true gap between their errors on the 10,000 test examples with estimates of it. An estimate sees at most 1,000 other
inputs. What it is worth is measured over all pairs, and among the better half of the networks.
tinynet/reading/networks/zoo.py explains the estimates.

mnist, fashion      TINYNET_DATA names the folder that holds them
convex              generated
"""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

from benchmarks.common import THREAD_VARIABLES, markdown, origin, write

os.environ |= dict.fromkeys(
    THREAD_VARIABLES, "1"
)  # before NumPy loads; with one thread for each network, a seed fixes every bit

import numpy as np

from benchmarks.common import RESULTS
from tinynet.reading.networks.distance import plot_estimates
from tinynet.reading.networks.zoo import Zoo, members, open_zoo, rank_correlations

OPTIONS: dict[str, dict[str, Any]] = {"mnist": {}, "fashion": {}, "convex": dict(train=2000, valid=1000, test=10000)}
CLASSES = {"mnist": 10, "fashion": 10, "convex": 2}
EPOCHS = 20


Correlations = dict[str, tuple[float, float, float]]  # of estimate -> Spearman and its interval, means over zoos


def correlations(zoos: list[Zoo], share: float) -> Correlations:
    """Return the mean over zoos of each rank correlation and of its interval."""
    each = [rank_correlations(zoo, share=share) for zoo in zoos]
    return {name: tuple(np.mean([found[name] for found in each], axis=0).tolist()) for name in each[0]}  # type: ignore[misc]


def section(name: str, zoos: list[Zoo], whole: Correlations, half: Correlations, cpu: float) -> str:
    """Return the Markdown section of one data set."""
    labels = {estimate: np.mean([zoo.labels[estimate] for zoo in zoos]) for estimate in whole}
    rows = [
        [estimate, f"{labels[estimate]:.0f}", *cells(whole[estimate]), *cells(half[estimate])]
        for estimate in sorted(whole, key=lambda estimate: -whole[estimate][0])
    ]
    errors, gaps = 100 * np.concatenate([z.errors for z in zoos]), 100 * np.concatenate([z.gaps for z in zoos])
    medians = [100 * np.median(zoo.errors) for zoo in zoos]
    return "\n\n".join([
        f"## {name}",
        f"{len(zoos)} zoos of {len(zoos[0].errors)} networks, test errors {errors.min():.1f} to {errors.max():.1f} %, "
        f"those of the better half at most {max(medians):.1f} %; {len(zoos[0].gaps)} pairs each, true gaps of 0 to "
        f"{gaps.max():.1f} percentage points, median {np.median(gaps):.1f}. This took {cpu:.0f} s of processor time.",
        markdown(
            ["estimate of the gap", "labels per pair", "all pairs", "95 %", "pairs of the better half", "95 %"], rows
        ),
        f"With 95 % bounds from 1,000 inputs, the true gap exceeds the upper bound of the disagreement for "
        f"{100 * np.mean([zoo.above for zoo in zoos]):.1f} % of the pairs, and lies outside the paired bound for "
        f"{100 * np.mean([zoo.outside for zoo in zoos]):.1f} %.",
    ])  # fmt: skip


def cells(found: tuple[float, float, float]) -> tuple[str, str]:
    """Return the cells of one correlation: its value, and its interval."""
    rho, low, high = found
    return f"{rho:.2f}", f"{low:.2f} to {high:.2f}"


def main() -> None:
    """Measure everything, and write results/zoo.md, .json and a picture for each data set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", choices=list(OPTIONS), default=["mnist", "fashion"])
    parser.add_argument("--zoos", type=int, default=4, help="how many zoos, each with two seeds of its own")
    parser.add_argument("--jobs", type=int, default=None)
    arguments = parser.parse_args()
    sections, figures = [], {"origin": origin("scipy"), "epochs": EPOCHS, "data": {}}
    for name in arguments.data:
        start, before = time.perf_counter(), sum(os.times()[:4])
        zoos = [
            open_zoo(
                members(seeds=(k, k + 1), n_out=CLASSES[name]), name, OPTIONS[name], EPOCHS, arguments.jobs
            )
            for k in range(0, 2 * arguments.zoos, 2)
        ]  # fmt: skip
        whole, half = correlations(zoos, 1.0), correlations(zoos, 0.5)
        seconds, cpu = time.perf_counter() - start, sum(os.times()[:4]) - before
        sections.append(section(name, zoos, whole, half, cpu))
        figures["data"][name] = {
            "seconds": seconds, "cpu_seconds": cpu, "errors": [zoo.errors.tolist() for zoo in zoos],
            "above": float(np.mean([zoo.above for zoo in zoos])), "outside": float(np.mean([z.outside for z in zoos])),
            "pairs": sum(len(zoo.gaps) for zoo in zoos),
            "estimates": {
                k: {"labels": float(np.mean([zoo.labels[k] for zoo in zoos]))} | {
                    of: dict(zip(("spearman", "low", "high"), found[k], strict=True))
                    for of, found in (("whole", whole), ("better half", half))
                }
                for k in whole
            },
        }  # fmt: skip
        chosen = ("disagreement, 1000 inputs", "disagreement on noise", "weights, aligned", "1 - CKA",
                  "consensus of the zoo", "labelled gap, 300 inputs")  # fmt: skip
        first = zoos[0]
        plot_estimates({k: first.estimates[k] for k in chosen}, first.gaps).savefig(
            RESULTS / f"zoo-{name}.png", dpi=110
        )
    head = (
        "# Zoos of networks: estimates of the performance distance\n\n"
        "The networks use the methods of the frontier at several budgets, with 16 or 64 hidden units, 500 or 2,000 "
        "training examples, and two seeds, other ones in each zoo. They are trained by SGD with momentum 0.9 and a "
        f"rate of 0.05 that falls as a cosine, for {EPOCHS} epochs. Estimates see only the validation split. The true "
        "gap is measured on the 10,000 test examples. A labelled estimate needs a label only where the two networks "
        "differ. The table gives Spearman's rank correlation with the true gap and its interval over drawn networks, "
        "both averaged over the zoos: first over all pairs, then over the pairs of the half with the lowest errors."
        "\n\n" + ", ".join(f"{k} {v}" for k, v in figures["origin"].items())
    )
    pictures = "\n\n".join(
        f"![each estimate against the true gap in one zoo, {name}](zoo-{name}.png)" for name in arguments.data
    )
    write("zoo", "\n\n".join([head, *sections, pictures]), figures)


if __name__ == "__main__":
    main()

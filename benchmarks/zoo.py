"""Test estimates of how far apart networks perform: python -m benchmarks.zoo [--data mnist fashion]   (from the root)

The zoo is a set of small networks that differ in method, size, amount of training data and seed. For each pair we
compare the true gap between their errors on the 10,000 test examples with estimates of it. An estimate sees at most
1,000 other inputs. tinynet/reading/networks/zoo.py explains the estimates.

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

from benchmarks.common import RESULTS
from tinynet.reading.networks.distance import plot_estimates
from tinynet.reading.networks.zoo import Zoo, members, open_zoo, rank_correlations

OPTIONS: dict[str, dict[str, Any]] = {"mnist": {}, "fashion": {}, "convex": dict(train=2000, valid=1000, test=10000)}
CLASSES = {"mnist": 10, "fashion": 10, "convex": 2}
EPOCHS = 20


def section(name: str, zoo: Zoo, correlations: dict[str, tuple[float, float, float]], cpu: float) -> str:
    """Return the Markdown section of one data set."""
    rows = [
        [estimate, f"{zoo.labels[estimate]:.0f}", f"{rho:.2f}", f"{low:.2f} to {high:.2f}"]
        for estimate, (rho, low, high) in sorted(correlations.items(), key=lambda item: -item[1][0])
    ]
    free = {k: v for k, v in correlations.items() if zoo.labels[k] == 0}
    best = max(free, key=lambda k: free[k][0])
    return "\n\n".join([
        f"## {name}",
        f"{len(zoo.errors)} networks, test errors {100 * zoo.errors.min():.1f} to {100 * zoo.errors.max():.1f} %, "
        f"{len(zoo.gaps)} pairs, true gaps of 0 to {100 * zoo.gaps.max():.1f} percentage points, median "
        f"{100 * sorted(zoo.gaps)[len(zoo.gaps) // 2]:.1f}. This took {cpu:.0f} s of processor time.",
        markdown(["estimate of the gap", "labels per pair", "Spearman", "95 %, over networks"], rows),
        f"The best estimate without labels is: {best}, {free[best][0]:.2f}.",
        f"With 95 % bounds from 1,000 inputs, the true gap exceeds the upper bound of the disagreement for "
        f"{100 * zoo.above:.1f} % of the pairs, and lies outside the paired bound for {100 * zoo.outside:.1f} %.",
    ])  # fmt: skip


def main() -> None:
    """Measure everything, and write results/zoo.md, .json and a picture for each data set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", choices=list(OPTIONS), default=["mnist", "fashion"])
    parser.add_argument("--jobs", type=int, default=None)
    arguments = parser.parse_args()
    sections, figures = [], {"origin": origin("scipy"), "epochs": EPOCHS, "data": {}}
    for name in arguments.data:
        start, before = time.perf_counter(), sum(os.times()[:4])
        zoo = open_zoo(members(n_out=CLASSES[name]), name, OPTIONS[name], EPOCHS, arguments.jobs)
        seconds, cpu = time.perf_counter() - start, sum(os.times()[:4]) - before
        correlations = rank_correlations(zoo)
        sections.append(section(name, zoo, correlations, cpu))
        figures["data"][name] = {
            "seconds": seconds, "cpu_seconds": cpu, "errors": zoo.errors.tolist(), "above": zoo.above,
            "outside": zoo.outside,
            "estimates": {
                k: dict(spearman=rho, low=low, high=high, labels=zoo.labels[k])
                for k, (rho, low, high) in correlations.items()
            },
        }  # fmt: skip
        chosen = ("disagreement, 1000 inputs", "disagreement on noise", "weights, aligned", "1 - CKA",
                  "consensus of the zoo", "labelled gap, 300 inputs")  # fmt: skip
        plot_estimates({k: zoo.estimates[k] for k in chosen}, zoo.gaps).savefig(RESULTS / f"zoo-{name}.png", dpi=110)
    head = (
        "# A zoo of networks: estimates of the performance distance\n\n"
        "The networks use the methods of the frontier at several budgets, with 16 or 64 hidden units, 500 or 2,000 "
        "training examples, and two seeds. They are trained by SGD with momentum 0.9 and a rate of 0.05 that falls as "
        f"a cosine, for {EPOCHS} epochs. Estimates see only the validation split. The true gap is measured on the "
        "10,000 test examples. A labelled estimate needs a label only where the two networks differ.\n\n"
        + ", ".join(f"{k} {v}" for k, v in figures["origin"].items())
    )
    pictures = "\n\n".join(f"![each estimate against the true gap, {name}](zoo-{name}.png)" for name in arguments.data)
    write("zoo", "\n\n".join([head, *sections, pictures]), figures)


if __name__ == "__main__":
    main()

"""What estimates of performance distance are worth: python -m benchmarks.zoo [--data mnist fashion]   (from the root)

A zoo of small networks differs in method, size, amount of training data and seed. For each pair of them this compares
the gap between their errors on the 10,000 test examples with estimates of it from at most 1,000 other inputs.
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
)  # before NumPy loads: one thread a network, so a seed fixes every bit

from benchmarks.common import RESULTS
from tinynet.reading.networks.distance import plot_estimates
from tinynet.reading.networks.zoo import Zoo, members, open_zoo, rank_correlations

OPTIONS: dict[str, dict[str, Any]] = {"mnist": {}, "fashion": {}, "convex": dict(train=2000, valid=1000, test=10000)}
CLASSES = {"mnist": 10, "fashion": 10, "convex": 2}
EPOCHS = 20


def section(name: str, zoo: Zoo, correlations: dict[str, tuple[float, float, float]], cpu: float) -> str:
    """Return the Markdown of one data set."""
    rows = [
        [estimate, f"{zoo.labels[estimate]:.0f}", f"{rho:.2f}", f"{low:.2f} to {high:.2f}"]
        for estimate, (rho, low, high) in sorted(correlations.items(), key=lambda item: -item[1][0])
    ]
    free = {k: v for k, v in correlations.items() if zoo.labels[k] == 0}
    best = max(free, key=lambda k: free[k][0])
    return "\n\n".join([
        f"## {name}",
        f"{len(zoo.errors)} networks, test errors {100 * zoo.errors.min():.1f} to {100 * zoo.errors.max():.1f} %, "
        f"{len(zoo.gaps)} pairs, true gaps of 0 to {100 * zoo.gaps.max():.1f} points, median "
        f"{100 * sorted(zoo.gaps)[len(zoo.gaps) // 2]:.1f}. {cpu:.0f} s of processor time.",
        markdown(["estimate of the gap", "labels a pair", "Spearman", "95 %, over networks"], rows),
        f"Best without a label: {best}, {free[best][0]:.2f}.",
        f"Bounds at 95 % from 1,000 inputs: the true gap exceeds the upper bound of the disagreement for "
        f"{100 * zoo.above:.1f} % of the pairs, and lies outside the paired bound for {100 * zoo.outside:.1f} %.",
    ])  # fmt: skip


def main() -> None:
    """Measure, and write results/zoo.md, .json and a picture for each data set."""
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
        "The methods of the frontier at several budgets, 16 or 64 hidden units, 500 or 2,000 training examples, two "
        f"seeds; SGD, momentum 0.9, rate 0.05 falling as a cosine, {EPOCHS} epochs. Estimates see the validation "
        "split, the true gap is that on the 10,000 test examples. A labelled estimate needs a label only where the two "
        "networks differ.\n\n" + ", ".join(f"{k} {v}" for k, v in figures["origin"].items())
    )
    pictures = "\n\n".join(f"![each estimate against the true gap, {name}](zoo-{name}.png)" for name in arguments.data)
    write("zoo", "\n\n".join([head, *sections, pictures]), figures)


if __name__ == "__main__":
    main()

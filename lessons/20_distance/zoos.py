"""Larger zoos: what each estimate of the gap between two networks is worth on MNIST and on Fashion-MNIST.

    python -m benchmarks.zoo                    trains 576 networks: 3 minutes of processor time
    python lessons/20_distance/zoos.py          copies its figures from benchmarks/results/zoo.json

Both run in a checkout of tinynet; `lesson.py` draws zoos.csv. For each data set there are four zoos of 72 networks with
16 or 64 hidden units, which have learned from 500 or 2,000 pictures. The true gap is measured on 10,000 test pictures,
the estimates on up to 1,000 others. `whole` and `half` are Spearman's rank correlations over all pairs and over the
pairs of the better half, means over the four zoos; `low` and `high` bound the correlation before them at 95 %.
"""

import csv
import json
from pathlib import Path

RESULTS = Path(__file__).with_name("zoos.csv")
SOURCE = Path(__file__).parents[2] / "benchmarks/results/zoo.json"
FIGURES = "labels", "whole", "whole_low", "whole_high", "half", "half_low", "half_high"


def committed():
    """Return {(data, estimate): {figure: number}} as committed."""
    with RESULTS.open(newline="", encoding="utf-8") as file:
        return {(row["data"], row["estimate"]): {name: float(row[name]) for name in FIGURES}
                for row in csv.DictReader(file)}  # fmt: skip


def measured():
    """Return the rows of the table, from the results of the benchmark."""
    for data, found in json.loads(SOURCE.read_text("utf-8"))["data"].items():
        for estimate, of in found["estimates"].items():
            numbers = [of["labels"]] + [
                of[pairs][name] for pairs in ("whole", "better half") for name in ("spearman", "low", "high")
            ]
            yield [data, estimate, *(f"{number:.6g}" for number in numbers)]


def main():
    """Write the table."""
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["data", "estimate", *FIGURES])
        writer.writerows(measured())


if __name__ == "__main__":
    main()

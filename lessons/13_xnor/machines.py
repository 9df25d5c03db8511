"""How many times as fast as BLAS are products of signs on other machines?

    python lessons/13_xnor/machines.py        picks the figures out of benchmarks/results/, where they were measured

The figures are in machines.csv beside this file; `lesson.py` draws yours beside them. `python -m benchmarks.xnor`
measures them, on one thread, and takes minutes.
"""

import csv
from pathlib import Path

RESULTS = Path(__file__).with_name("machines.csv")
SHAPE = "4096 x 4096 x 4096"
MACHINES = {
    "AMD EPYC, family 26, AVX-512": "xnor.md",
    "AMD EPYC, family 25, AVX2": "xnor_avx2.md",
    "Intel Xeon, model 207, AVX-512": "xnor_xeon.md",
}
RUNGS = "words", "tile", "panel", "carry"


def measured(folder):
    """Yield (machine, shape, rung, lower quartile, median, upper quartile) for one thread, from tables in a folder."""
    for machine, name in MACHINES.items():
        text = (folder / name).read_text("utf-8").split("## AVX")[0]  # as the machine was found, not restricted
        for line in text.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if len(cells) == 6 and cells[:2] == [SHAPE, "1"] and cells[2] in RUNGS:
                median, low, _, high = cells[5].replace("(", "").replace(")", "").split()
                yield machine, SHAPE, cells[2], float(low), float(median), float(high)


def committed():
    """Return the rows of machines.csv."""
    with RESULTS.open(newline="", encoding="utf-8") as file:
        return [(*row[:3], *map(float, row[3:])) for row in list(csv.reader(file))[1:]]


def series():
    """Return, for each machine, how many times as fast as BLAS three rungs are: words, tile and the better of two."""
    found = {}
    for machine in MACHINES:
        rungs = {rung: median for name, _, rung, _, median, _ in committed() if name == machine}
        best = max(rungs["panel"], rungs["carry"])
        found[f"{machine} (size {SHAPE.split()[0]})"] = [rungs["words"], rungs["tile"], best]
    return found


if __name__ == "__main__":
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["machine", "shape", "rung", "low", "times as fast as BLAS", "high"])
        rows.writerows(measured(Path(__file__).parents[2] / "benchmarks" / "results"))

"""How wide must a network be to tell two spirals apart, with one hidden layer and with two?

    python lessons/04_regions/widths.py        trains every width from every seed: about six minutes on one core

The results are in widths.csv beside this file. `lesson.py` trains a few of these networks again and draws them over
the results.
"""

import csv
from pathlib import Path

import tinynet as tn

RESULTS = Path(__file__).with_name("widths.csv")
WIDTHS = {1: (4, 6, 8, 12, 16, 24, 32, 48, 64), 2: (2, 3, 4, 6, 8, 12, 16, 24)}  # hidden layers: units in each
SEEDS = range(8)


def error_of(layers, width, seed):
    """Return the test error of a network with `layers` hidden layers of `width` units, after 300 epochs."""
    train, _, test = tn.datasets.load("spirals")
    net = tn.MLP([2, *[width] * layers, 2], seed=seed)
    tn.fit(net, train, epochs=300, lr=0.1, schedule=tn.optim.cosine, seed=seed, progress=False)
    return tn.evaluate(net, test)


def weights_of(layers, width):
    """Return the number of weights and biases of such a network."""
    return 3 * width + (layers - 1) * (width + 1) * width + 2 * (width + 1)


def committed():
    """Return the rows of widths.csv: (layers, width, seed, test error)."""
    with RESULTS.open(newline="") as file:
        return [(int(r["layers"]), int(r["width"]), int(r["seed"]), float(r["error"])) for r in csv.DictReader(file)]


if __name__ == "__main__":
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["layers", "width", "seed", "error"])
        for layers, widths in WIDTHS.items():
            for width in widths:
                for seed in SEEDS:
                    writer.writerow([layers, width, seed, f"{error_of(layers, width, seed):.4f}"])
                file.flush()
                print(f"{layers} hidden layers of {width}: done", flush=True)

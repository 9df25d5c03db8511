"""How wide must a network be to tell two spirals apart, with one hidden layer and with two?

    python lessons/04_regions/widths.py        trains every width from every seed: about two minutes on one core

Each network has two kinds of starts. A "usual" one has zero biases, so that at first every line of the first layer
passes through the middle of the square. In a "spread" one the lines lie all over the square, and the first matrix is 8
times as long, so that they are steep.

The results are in widths.csv beside this file. `lesson.py` trains a few of these networks again and draws them over
the results.
"""

import csv
from itertools import product
from pathlib import Path

import tinynet as tn
from tinynet.course import manifest

RESULTS = Path(__file__).with_name("widths.csv")
WIDTHS = {  # start: {hidden layers: units in each}
    "usual": {1: (4, 6, 8, 12, 16, 24, 32, 48, 64), 2: (2, 3, 4, 6, 8, 12, 16, 24)},
    "spread": {1: (8, 12, 16, 24, 32), 2: (4, 6, 8)},
}
SEEDS = range(8)
fresh = manifest.load_module(manifest.lesson(1).path / "train.py").fresh  # lesson 1 has the same starts


def error_of(layers, width, seed, start="usual"):
    """Return the test error of a network with `layers` hidden layers of `width` units, after 300 epochs."""
    train, _, test = tn.datasets.load("spirals")
    net = fresh([2, *[width] * layers, 2], start, seed)
    tn.fit(net, train, epochs=300, lr=0.1, schedule=tn.optim.cosine, seed=seed, progress=False)
    return tn.evaluate(net, test)


def weights_of(layers, width):
    """Return the number of weights and biases of such a network."""
    return 3 * width + (layers - 1) * (width + 1) * width + 2 * (width + 1)


def committed(start="usual"):
    """Return the rows of widths.csv for one kind of start: (layers, width, seed, test error)."""
    with RESULTS.open(newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["start"] == start]
    return [(int(r["layers"]), int(r["width"]), int(r["seed"]), float(r["error"])) for r in rows]


if __name__ == "__main__":
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["start", "layers", "width", "seed", "error"])
        for start, by_layers in WIDTHS.items():
            for layers, widths in by_layers.items():
                for width, seed in product(widths, SEEDS):
                    writer.writerow([start, layers, width, seed, f"{error_of(layers, width, seed, start):.4f}"])
                print(f"{start} start, {layers} hidden layers: done", flush=True)

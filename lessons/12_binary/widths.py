"""How wide must a network of +1 and -1 be to match a float network? And what costs it: length, angles, or the units?

    python lessons/12_binary/widths.py        trains every network from every seed: about 15 minutes on one core

The results are in widths.csv beside this file. `lesson.py` trains a few of these networks again and draws them over
the results.

All networks have two hidden layers of the same width. They differ in their weights, their units, and batch norm, as
KINDS says; in every other respect they are built alike. For each kind and width, the learning rate with the lowest
validation error over three seeds of its own is used for seeds 1 to 8.
"""

import csv
from itertools import pairwise
from pathlib import Path

import numpy as np

import tinynet as tn
from tinynet.course.results import halved, read_rows

RESULTS = Path(__file__).with_name("widths.csv")
SEEDS, TUNING = range(1, 9), (101, 102, 103)
CLASSES = 10
KINDS = {  # the weights, the units, and whether batch norm stands between them
    "float": ("float", "tanh", True),
    "held": ("held", "tanh", True),  # each column has length sqrt(d), as a binary one has
    "binary weights": ("binary", "tanh", True),
    "sign units": ("float", "sign", True),
    "binary": ("binary", "sign", True),
    "float, no batch norm": ("float", "tanh", False),
    "held, no batch norm": ("held", "tanh", False),
}
EPOCHS = {"digits": 60, "mnist": 25}
WIDTHS = {
    "digits": {
        "float": (4, 6, 8, 12, 16, 24, 32, 64, 128),
        "binary": (8, 16, 24, 32, 48, 64, 96, 128, 256),
        "held": (32,),
        "binary weights": (32, 64),
        **dict.fromkeys(("sign units", "float, no batch norm", "held, no batch norm"), (32,)),
    },
    "mnist": {"float": (8, 16, 32, 64, 128), "binary": (16, 32, 64, 128, 256)},
}
RATES = 0.01, 0.03, 0.1, 0.3, 1.0, 3.0


def data_of(name):
    """Return train, valid and test: all of the digits, or 4,000, 1,000 and 5,000 pictures of MNIST, 14 x 14 pixels."""
    data = tn.datasets.load(name)
    if name == "digits":
        return [(split.inputs, split.labels) for split in data]
    return halved(data, (4000, 1000, 5000))


def build(kind, n_in, width, seed):
    """Return an untrained network of one kind, with two hidden layers."""
    weights, units, batch_norm = KINDS[kind]
    recipe = {"float": tn.Dense(), "held": tn.Scaled(normalize=True), "binary": tn.Binary(scale=None)}[weights]
    layers, widths = [], [n_in, width, width, CLASSES]
    for i, (m, n) in enumerate(pairwise(widths)):
        linear = tn.Linear(m, n, recipe, bias=not batch_norm, seed=3 * seed + i)
        if weights == "held":
            linear.weight.g.data = np.full(n, np.sqrt(m), np.float32)
            linear.weight.g.step_scale = 0.0  # so that training turns the columns, and does not stretch them
        layers.append(linear)
        if n == CLASSES:
            break
        layers += [tn.BatchNorm(n)] if batch_norm else []
        layers.append(tn.SignActivation() if units == "sign" else tn.Tanh())
    if weights != "float":
        layers.append(tn.Scale(width**-0.5))  # scores of an ordinary size from columns of length sqrt(width)
    return tn.Sequential(*layers)


def trained(data, name, kind, width, seed, rate, clip=True):
    """Return a trained network, its validation error and its test error.

    Args:
        clip: whether latent weights are kept in [-1, 1].
    """
    train, valid, test = data
    net = build(kind, train[0].shape[1], width, seed)
    for layer in [] if clip else net.layers:
        if isinstance(layer, tn.Linear):
            layer.weight.V.bounds = None
    history = tn.fit(
        net, train, valid, epochs=EPOCHS[name], lr=rate, schedule=tn.optim.cosine, seed=seed, progress=False
    )
    return net, min(history.valid_error), tn.evaluate(net, test)


def bytes_of(kind, n_in, width):
    """Return the bytes of a network in use: its weights, and one number of 4 bytes for each hidden unit.

    This number is all that is left of a unit's batch norm once it is folded (lesson 7): a bias, or a threshold.
    """
    bits = 1 if KINDS[kind][0] == "binary" else 32
    return (n_in * width + width * width + width * CLASSES) * bits // 8 + 4 * 2 * width


def best_rate(data, name, kind, width):
    """Return the learning rate with the lowest validation error, over seeds that are used for nothing else."""
    found = {}
    for rate in RATES:
        try:
            found[rate] = np.mean([trained(data, name, kind, width, seed, rate)[1] for seed in TUNING])
        except tn.TrainingError:  # the rate is too high for this network
            continue
    return min(found, key=found.get)


def committed():
    """Return the rows of widths.csv as dictionaries with numbers in them."""
    return read_rows(RESULTS, width=int, seed=int, bytes=int, rate=float, error=float)


def main():
    """Write widths.csv."""
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["data", "kind", "width", "rate", "seed", "bytes", "error"])
        for name, by_kind in WIDTHS.items():
            data = data_of(name)
            for kind, widths in by_kind.items():
                for width in widths:
                    rate = best_rate(data, name, kind, width)
                    size = bytes_of(kind, data[0][0].shape[1], width)
                    for seed in SEEDS:
                        error = trained(data, name, kind, width, seed, rate)[2]
                        writer.writerow([name, kind, width, rate, seed, size, f"{error:.4f}"])
                    file.flush()


if __name__ == "__main__":
    main()

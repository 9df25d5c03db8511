"""How small can an LSTM become, on strings of a grammar and on Shakespeare's text?

    python lessons/18_compressed_lstm/gates.py        trains every network from every seed: about 15 minutes on one core

The results are in gates.csv beside this file. `lesson.py` trains a few of these networks again and draws them over the
results.

`reber`: an LSTM of 20 units reads 256 strings of the embedded Reber grammar, 60 times. The error is the share of 256
new strings in which it once names a symbol that may not follow. `text`: an LSTM of 64 units reads the first 300,000
characters of Shakespeare's plays, 4 times. The error is the loss on the test part, in nats a character.

For each row, other seeds try several learning rates, and for strings weight decay or none. The setting with the lowest
error on the validation part (of equal ones, with the lowest training loss) is used for seeds 1 to 8. A dense network is
made narrower until its file is as small.
"""

import csv
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np

import tinynet as tn
from tinynet.course.results import read_rows
from tinynet.frontier.methods import recipe
from tinynet.frontier.tasks import task_of
from tinynet.sequences import language

RESULTS = Path(__file__).with_name("gates.csv")
SEEDS = range(1, 9)
TRIALS = {"reber": (0, 9, 10), "text": (0,)}  # seeds that choose the setting
CHARACTERS = 300_000
WIDTHS = {"reber": [7, 20, 7], "text": [65, 64, 65]}
TASK = {"reber": "reber", "text": "shakespeare"}
SETTINGS = {"reber": list(product((0.01, 0.02), (0.0, 1e-3))), "text": [(0.005, 0.0), (0.01, 0.0), (0.02, 0.0)]}
METHODS = {
    "reber": {
        "dense": ("1", "1/2", "1/4", "1/8", "1/16", "1/32"),
        "hashed": ("1/4", "1/8", "1/16"),
        "lowrank": ("1/2", "1/4"),
        "quantized": ("1/4", "1/8", "1/16", "1/32"),
        "hashed+quantized": ("1/16", "1/20", "1/32"),
        "hashed, each gate alone": ("1/8",),
        "quantized, normed": ("1/32",),  # not on the text: step by step, as normed networks run, it would take hours
    },
    "text": {
        "dense": ("1", "1/4", "1/8", "1/32"),
        "hashed": ("1/8",),
        "lowrank": ("1/4",),
        "quantized": ("1/4", "1/8", "1/16", "1/32"),
        "hashed+quantized": ("1/20",),
        "hashed, each gate alone": ("1/8",),
        "lowrank, 4 gates together": ("8",),
        "lowrank, each gate alone": ("5",),
    },
}


def build(data, method, factor, seed):
    """Return an untrained network: of a method of the frontier at a factor, or one of the four of this lesson."""
    widths, task = WIDTHS[data], task_of(TASK[data])
    share, name = float(Fraction(factor)), method.partition(",")[0]
    ranked = method.startswith("lowrank,")
    one = tn.LowRank(rank=int(factor)) if ranked else recipe(name, share, task.shapes(widths))
    if method.endswith("each gate alone"):
        one = [[one] * 4, [one] * 4, tn.Dense() if ranked else one]
    elif method.endswith("4 gates together"):
        one = [one, one, tn.Dense()]
    return tn.RecurrentNet(task.narrowed(name, share, widths), weight=one, seed=seed, norm=method.endswith("normed"))


def data_of(data):
    """Return train, valid and test."""
    if data == "reber":
        return tuple(tn.datasets.load("reber"))
    plays = [np.asarray(split.inputs).ravel() for split in tn.datasets.load("shakespeare")]
    return plays[0][:CHARACTERS], plays[1], plays[2]


def error(data, net, split):
    """Return the share of wrong strings, or the loss in nats a character."""
    if data == "text":
        return language.text_loss(net, split)
    return float(tn.datasets.reber.errors(net(split.inputs).numpy(), split.inputs)[0].mean())


def trained(parts, data, method, factor, seed, lr, decay):
    """Return a trained network and its last training loss."""
    net, how = build(data, method, factor, seed), dict(schedule=tn.optim.cosine, seed=seed, progress=False)
    if data == "text":
        history = language.fit_text(net, parts[0], epochs=4, batch_size=16, lr=lr, weight_decay=decay, **how)
    else:
        history = tn.fit(
            net, parts[0], epochs=60, batch_size=16, lr=lr, weight_decay=decay, clip=1.0, optimizer=tn.Adam, **how
        )
    return net, history.loss[-1]


def best_setting(parts, data, method, factor):
    """Return the learning rate and the weight decay that do best on the validation part."""

    def judged(setting):
        runs = [trained(parts, data, method, factor, seed, *setting) for seed in TRIALS[data]]
        return sum(error(data, net, parts[1]) for net, _ in runs), sum(loss for _, loss in runs)

    return min(SETTINGS[data], key=judged)


def committed():
    """Return the rows of gates.csv as dictionaries with numbers in them."""
    return read_rows(RESULTS, seed=int, bytes=int, rate=float, decay=float, error=float)


def main():
    """Write gates.csv."""
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["data", "method", "factor", "seed", "bytes", "rate", "decay", "error"])
        for data in WIDTHS:
            parts = data_of(data)
            for method, factors in METHODS[data].items():
                for factor in factors:
                    lr, decay = best_setting(parts, data, method, factor)
                    size = -(-build(data, method, factor, 0).stored_bits() // 8)
                    for seed in SEEDS:
                        net, _ = trained(parts, data, method, factor, seed, lr, decay)
                        found = error(data, net, parts[2])
                        writer.writerow([data, method, factor, seed, size, lr, decay, f"{found:.4f}"])
                        file.flush()


if __name__ == "__main__":
    main()

"""Make the files that come with lesson 1: `python lessons/01_layer/train.py`, about two minutes.

    digits.safetensors   the network that the lesson opens: 64 pixels, 32 hidden units, 10 classes
    depth.json           the errors of networks of one, two and three layers on two data sets, from eight starts each

Lessons 2 and 3 explain how a network is trained.
"""

import json
from pathlib import Path

import numpy as np

import tinynet as tn

HERE = Path(__file__).parent
DATA = {"digits": tn.datasets.load("digits"), "spirals": tn.datasets.load("spirals", turns=2.5)}
EPOCHS = {"digits": 40, "spirals": 300}
KINDS = [
    ("digits", [64, 10], "usual"), ("digits", [64, 32, 10], "usual"), ("digits", [64, 32, 32, 10], "usual"),
    ("spirals", [2, 2], "usual"), ("spirals", [2, 70, 2], "usual"), ("spirals", [2, 400, 2], "usual"),
    ("spirals", [2, 16, 16, 2], "usual"), ("spirals", [2, 70, 2], "spread"), ("spirals", [2, 16, 16, 2], "spread"),
]  # fmt: skip


STARTS = {  # how many times as long as usual the first matrix is, and whether its lines lie all over
    "usual": (1, False), "steep": (8, False), "random biases": (1, True), "spread": (8, True),
}  # fmt: skip


def fresh(widths, start, seed):
    """Return an untrained network with one of the STARTS."""
    net, (steepness, all_over) = tn.MLP(widths, seed=seed), STARTS[start]
    first = net.layers[0]
    W = steepness * first.weight.W.numpy()
    first.weight.W.data = W
    if all_over:
        distance = np.random.default_rng(seed).uniform(-1, 1, len(W.T))  # of each unit's line from the middle
        first.bias.data = (distance * np.linalg.norm(W, axis=0)).astype(np.float32)
    return net


def trained(name, widths, start, seed):
    """Return a network trained on the data of that name, as it was at its lowest error on `valid`."""
    train, valid, _ = DATA[name]
    net = fresh(widths, start, seed)
    tn.fit(net, train, valid, epochs=EPOCHS[name], lr=0.1, schedule=tn.optim.cosine, seed=seed)
    return net


def row(name, widths, start, seed):
    """Return a row of depth.json."""
    net = trained(name, widths, start, seed)
    train, _, test = DATA[name]
    parameters = sum(p.size for p in net.parameters())
    errors = {"train error": tn.evaluate(net, train), "test error": tn.evaluate(net, test)}
    return {"data": name, "widths": widths, "start": start, "parameters": parameters, "seed": seed, **errors}


if __name__ == "__main__":
    tn.save(trained("digits", [64, 32, 10], "usual", seed=0), HERE / "digits.safetensors")
    rows = [row(*kind, seed) for kind in KINDS for seed in range(8)]
    (HERE / "depth.json").write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")

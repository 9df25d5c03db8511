"""Make the files that come with lesson 1: `python lessons/01_layer/train.py`, about a minute.

    digits.safetensors   the network that the lesson opens: 64 pixels, 32 hidden units, 10 classes
    depth.json           the errors of networks of one, two and three layers on two data sets, from five starts each

Lessons 2 and 3 explain how a network is trained.
"""

import json
from pathlib import Path

import tinynet as tn

HERE = Path(__file__).parent
DATA = {"digits": tn.datasets.load("digits"), "spirals": tn.datasets.load("spirals", turns=2.5)}
EPOCHS = {"digits": 40, "spirals": 300}
WIDTHS = {
    "digits": [[64, 10], [64, 32, 10], [64, 32, 32, 10]],
    "spirals": [[2, 2], [2, 70, 2], [2, 400, 2], [2, 16, 16, 2]],
}


def trained(name, widths, seed):
    """Return a network trained on the data of that name, as it was at its lowest error on `valid`."""
    train, valid, _ = DATA[name]
    net = tn.MLP(widths, seed=seed)
    tn.fit(net, train, valid, epochs=EPOCHS[name], lr=0.1, schedule=tn.optim.cosine, seed=seed)
    return net


def row(name, widths, seed):
    """Return a row of depth.json."""
    net = trained(name, widths, seed)
    train, _, test = DATA[name]
    parameters = sum(p.size for p in net.parameters())
    errors = {"train error": tn.evaluate(net, train), "test error": tn.evaluate(net, test)}
    return {"data": name, "widths": widths, "parameters": parameters, "seed": seed, **errors}


if __name__ == "__main__":
    tn.save(trained("digits", [64, 32, 10], seed=0), HERE / "digits.safetensors")
    rows = [row(name, widths, seed) for name in WIDTHS for widths in WIDTHS[name] for seed in range(5)]
    (HERE / "depth.json").write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")

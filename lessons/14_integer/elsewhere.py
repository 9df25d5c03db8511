"""Does a binary network work on data that are not pictures?

    python lessons/14_integer/elsewhere.py        trains every network from every seed: about four minutes on one core

The results are in elsewhere.csv beside this file. `lesson.py` trains a few of these networks again and draws them over
the results.

Four networks learn each data set. The binary one and its float32 twin have two hidden layers of 256 units. `spread` is
the binary one, too, but its first thresholds do not all start in the middle: batch norm's beta starts between -2 and 2.
`narrow` is the widest float32 network whose file is no longer than the binary one's. For each of them, seed 0 tries
several learning rates, and the one with the lowest validation error is used for seeds 1 to 8.
"""

import csv
from pathlib import Path

import numpy as np

import tinynet as tn
from tinynet.course.results import read_rows
from tinynet.datasets import Split, reber
from tinynet.frozen import BitLinear
from tinynet.layers import BatchNorm

RESULTS = Path(__file__).with_name("elsewhere.csv")
HIDDEN = 256
SEEDS = range(1, 9)
WINDOW = 12  # symbols that a network sees of a string
EPOCHS = {"digits": 30, "breast_cancer": 30, "teacher": 30, "spirals": 30, "reber": 15}
NETS = "binary", "spread", "twin", "narrow"
RATES = {"binary": (0.003, 0.01), "spread": (0.003, 0.01), "twin": (0.02, 0.05, 0.1), "narrow": (0.02, 0.05, 0.1)}


def data_of(name):
    """Return three parts, each with pixels (N, n) uint8, labels (N,), and right (N, k): whether class k is right."""
    if name == "reber":
        return [windows(split) for split in tn.datasets.load("reber")]
    data = tn.datasets.load(name, train=2000) if name == "teacher" else tn.datasets.load(name)
    return [(data.to_pixels(x), labels, np.eye(data.n_classes, dtype=bool)[labels]) for x, labels in data]


def windows(split):
    """Return the WINDOW latest symbols at each step of each string, the latest first, seven pixels for each symbol."""
    steps = split.labels >= 0
    ids, (n, t) = split.inputs, split.inputs.shape
    on = np.eye(len(reber.ALPHABET), dtype=np.uint8)[ids] * np.uint8(255)
    padded = np.concatenate([np.zeros((n, WINDOW - 1, on.shape[2]), np.uint8), on], axis=1)
    seen = np.stack([padded[:, WINDOW - 1 - k : WINDOW - 1 - k + t] for k in range(WINDOW)], axis=2)
    return seen[steps].reshape(steps.sum(), -1), split.labels[steps], reber.legal_targets(ids)[steps]


def frozen_bytes(n_in, hidden, classes):
    """Return the bytes of a binary network with two hidden layers: weights of one bit, and packed thresholds."""
    weights = n_in * hidden + hidden * hidden + hidden * classes
    thresholds = hidden * (255 * n_in + 1).bit_length() + hidden * (hidden + 1).bit_length()
    return -(-(weights + thresholds) // 8)


def float_bytes(n_in, hidden, classes):
    """Return the bytes of a float32 network with two hidden layers."""
    return 4 * (n_in * hidden + hidden * hidden + hidden * classes + 2 * hidden + classes)


def build(net, n_in, classes, seed):
    """Return an untrained network, and its bytes."""
    if net in ("binary", "spread"):
        model = tn.BinaryMLP([n_in, HIDDEN, HIDDEN, classes], seed)
        if net == "spread":
            beta = np.random.default_rng(seed).uniform(-2, 2, HIDDEN)
            norms(model)[0].beta.data = beta.astype(np.float32)
        return model, frozen_bytes(n_in, HIDDEN, classes)
    width = HIDDEN
    while net == "narrow" and float_bytes(n_in, width, classes) > frozen_bytes(n_in, HIDDEN, classes):
        width -= 1
    return tn.MLP([n_in, width, width, classes], seed=seed), float_bytes(n_in, width, classes)


def float_network(widths):
    """Return the function pixels -> scores of an untrained float32 network, in NumPy alone."""
    net = tn.MLP(widths, seed=0)
    layers = [(layer.weight.weight().numpy(), layer.bias.numpy()) for layer in net.layers[::2]]

    def scores(pixels):
        a = tn.datasets.from_pixels(pixels)
        for W, b in layers[:-1]:
            a = np.tanh(a @ W + b)
        return a @ layers[-1][0] + layers[-1][1]

    return scores


def error(net, part):
    """Return the share of examples whose highest score belongs to a class that is not right."""
    pixels, _, right = part
    best = net(tn.datasets.from_pixels(pixels)).numpy().argmax(axis=1)
    return float((~right[np.arange(len(best)), best]).mean())


def trained(data, name, net, seed, lr):
    """Return a trained network and its bytes."""
    train, valid, _ = data
    model, size = build(net, train[0].shape[1], train[2].shape[1], seed)
    how = dict(lr=lr, schedule=tn.optim.cosine)
    if net in ("binary", "spread"):
        loss, schedule = tn.functional.squared_hinge, tn.optim.exponential(1e-3)
        how = dict(lr=lr, optimizer=tn.Adam, loss=loss, schedule=schedule)
    rows = [Split.from_pixels(pixels, labels) for pixels, labels, _ in (train, valid)]
    tn.fit(model, *rows, epochs=EPOCHS[name], batch_size=50, seed=seed, progress=False, **how)
    return model.eval(), size


def best_rate(data, name, net):
    """Return the learning rate with the lowest validation error on seed 0."""
    return min(RATES[net], key=lambda lr: error(trained(data, name, net, 0, lr)[0], data[1]))


def exactness(model, part):
    """Return on how many examples the frozen network has the trained one's scores, and how many thresholds move.

    A threshold moves if solving for it gives another integer than asking the trained unit.
    """
    pixels = part[0]
    frozen = tn.freeze(model)
    same = (frozen.scores(pixels) == model(tn.datasets.from_pixels(pixels)).numpy()).all(axis=1)
    asked = [layer.thresholds for layer in frozen.layers if isinstance(layer, BitLinear) and layer.gives == "signs"]
    moved = 0
    for k, (layer, found) in enumerate(zip(norms(model), asked, strict=True)):
        gamma, beta, mean, sigma = parts(layer)
        border = (mean - beta * sigma / gamma) * (255 if k == 0 else 1)
        solved = np.where(gamma > 0, np.ceil(border), np.floor(border) + 1)
        moved += int((solved != found).sum())
    return int(same.sum()), moved


def norms(model):
    """Return the batch norms of a network."""
    return [layer for layer in model.layers if isinstance(layer, BatchNorm)]


def parts(layer):
    """Return gamma, beta, mean and sigma of a batch norm, float64 (n,) each."""
    sigma = np.sqrt(layer.running_var.astype(np.float64) + layer.eps)
    return tuple(a.astype(np.float64) for a in (layer.gamma.numpy(), layer.beta.numpy(), layer.running_mean, sigma))


def committed():
    """Return the rows of elsewhere.csv as dictionaries with numbers in them."""
    return read_rows(RESULTS, seed=int, bytes=int, rate=float, error=float, tests=int, same=int, moved=int)


def main():
    """Write elsewhere.csv."""
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["data", "net", "seed", "bytes", "rate", "error", "tests", "same", "moved"])
        for name in EPOCHS:
            data = data_of(name)
            for net in NETS:
                lr = best_rate(data, name, net)
                for seed in SEEDS:
                    model, size = trained(data, name, net, seed, lr)
                    same, moved = exactness(model, data[2]) if net in ("binary", "spread") else (0, 0)
                    row = [name, net, seed, size, lr, f"{error(model, data[2]):.4f}", len(data[2][0]), same, moved]
                    writer.writerow(row)
                    file.flush()


if __name__ == "__main__":
    main()

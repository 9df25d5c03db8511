"""Which factorization errs least when all files are equally long, and do its rivals err less?

    python lessons/09_factorization/rivals.py        trains every method from every seed: about 15 minutes on one core

The results are in rivals.csv beside this file. `lesson.py` trains a few of these networks again.

The networks have one hidden layer of `width` units, and every method deals with its first matrix W = U V alone; the
last layer and the biases are stored as they are. A method gets the largest rank (or share of the entries) with which
the whole file has at most BUDGET bytes of payload. For each method and width, seed 0 tries the RATES, and the one with
the lowest validation error is used for seeds 1 to 8.

    dense                narrow enough to fit, nothing else
    together             U and V learned together
    random U, random V   one factor drawn from a seed, the other learned
    smooth U             bumps around random pixels, sigma 1, 2 or 3 pixels
    grid U               bumps on a regular grid, as wide as a third of their distance: a smaller picture. A formula,
                         which costs no bytes; it is applied to the pictures before training
    pca U, trained U     the pictures' principal components; the left singular vectors of a trained W. Both are learned
                         from data, so they are charged. "free" means that the bank is not counted when the rank is
                         chosen. The column `bytes` counts it
    hashed, sparse       the rivals of later lessons
"""

import csv
from math import isqrt
from pathlib import Path

import numpy as np

import tinynet as tn
from tinynet.course.results import read_rows

RESULTS = Path(__file__).with_name("rivals.csv")
BUDGET = {"digits": 19_504, "mnist": 36_400}  # 256 units, W hashed to 1/8 and to 1/32
EPOCHS = {"digits": 40, "mnist": 20}
WIDTHS = (256, 128, 64, 32)
RATES = (0.003, 0.00625, 0.0125, 0.025, 0.05, 0.1, 0.2)
SEEDS = range(1, 9)
EVERY_WIDTH = "together", "random U", "random V", "smooth U 2", "grid U", "pca U", "hashed", "sparse"
METHODS = [("dense", 0)] + [(method, width) for method in EVERY_WIDTH for width in WIDTHS]
METHODS += [(m, 256) for m in ("smooth U 1", "smooth U 3", "pca U, free", "trained U", "trained U, free")]


def data_of(name):
    """Return train, valid and test: all of the digits, or 4,000, 1,000 and 5,000 pictures of MNIST."""
    sizes = (None, None, None) if name == "digits" else (4000, 1000, 5000)
    return [(s.inputs[:size], s.labels[:size]) for s, size in zip(tn.datasets.load(name), sizes, strict=True)]


def bumps(side, centres, sigma):
    """Return a bank (side * side, centres) of smooth bumps, each of length 1."""
    at = np.stack(np.divmod(np.arange(side * side), side), axis=1)
    U = np.exp(-((at[:, None] - np.asarray(centres)[None]) ** 2).sum(axis=-1) / (2 * sigma**2))
    return (U / np.linalg.norm(U, axis=0)).astype(np.float32)


def grid(side, k):
    """Return a bank of at most k bumps in the middles of rectangles that tile a picture, as wide as a third of them."""
    rows = isqrt(k)
    columns = k // rows
    along = [(np.arange(count) + 0.5) * side / count - 0.5 for count in (rows, columns)]
    centres = np.stack(np.meshgrid(*along, indexing="ij"), axis=-1).reshape(-1, 2)
    return bumps(side, centres, side / (rows * columns) ** 0.5 / 3)


def components(inputs, k):
    """Return the first k principal components of the inputs, as columns."""
    return np.linalg.eigh(np.cov(inputs.T))[1][:, ::-1][:, :k]


def rank_of(method, width, m, budget):
    """Return the rank with which the network fits the budget, or how many numbers are left for W; 0: not even one."""
    left = budget // 4 - 11 * width - 10
    if method in ("hashed", "sparse"):
        return left - 2  # the seed
    each = {"together": m + width, "pca U": m + width, "trained U": m + width, "random V": m}.get(method, width)
    seeded = method in ("random U", "random V") or method.startswith("smooth")
    return (left - 2 * seeded) // each


def build(name, method, width, data, seed):
    """Return an untrained network, and the data it is to be trained on. ValueError where the method saves nothing."""
    inputs = data[0][0]
    m, budget = inputs.shape[1], BUDGET[name]
    if method == "dense":
        return tn.MLP([m, (budget // 4 - 10) // (m + 11), 10], seed=seed), data
    k = rank_of(method, width, m, budget)
    most = {"hashed": m * width, "sparse": m * width, "random V": min(m, width)}.get(method, m)
    if not 0 < k < most:
        raise ValueError(f"{method}: no gain with {width} units")
    if method == "grid U":
        U = grid(isqrt(m), k)
        return tn.MLP([U.shape[1], width, 10], seed=seed), [(x @ U, y) for x, y in data]
    if method == "random V":
        first = [tn.Linear(m, k, bias=False, seed=3 * seed), tn.Linear(k, width, tn.Bank("random"), seed=3 * seed + 1)]
        return tn.Sequential(*first, tn.Tanh(), tn.Linear(width, 10, seed=3 * seed + 2)), data
    if method.startswith("trained"):
        teacher = tn.MLP([m, width, 10], seed=seed)
        train(teacher, data, name, seed, 0.1 if name == "digits" else 0.05)
        weight = tn.LowRank(k, bank=tn.Bank.of(np.linalg.svd(teacher.layers[0].weight.W.numpy())[0][:, :k]))
    elif method.startswith("pca"):
        weight = tn.LowRank(k, bank=tn.Bank.of(components(inputs, k)))
    elif method.startswith("smooth"):
        weight = tn.LowRank(k, bank=tn.Bank("smooth", float(method[-1])))
    elif method in ("hashed", "sparse"):
        weight = (tn.Hashed if method == "hashed" else tn.Sparse)(k / (m * width))
    else:
        weight = tn.LowRank(k, bank="random" if method == "random U" else None)
    return tn.MLP([m, width, 10], [weight, tn.Dense()], seed=seed), data


def train(net, data, name, seed, lr, report=None):
    """Train a network; return its lowest validation error."""
    history = tn.fit(net, *data[:2], epochs=EPOCHS[name], batch_size=50, lr=lr, schedule=tn.optim.cosine, seed=seed,
                     progress=False, report=report)  # fmt: skip
    return min(history.valid_error)


def trained(name, method, width, data, seed, lr):
    """Return the payload in bytes, the validation error and the test error of a network."""
    net, seen = build(name, method, width, data, seed)
    valid_error = train(net, seen, name, seed, lr)
    return -(-net.stored_bits() // 8), valid_error, tn.evaluate(net, seen[2])


def best_rate(name, method, width, data):
    """Return the learning rate with the lowest validation error on seed 0."""
    found = {}
    for lr in RATES:
        try:
            found[lr] = trained(name, method, width, data, 0, lr)[1]
        except tn.TrainingError:  # the rate is too high for this network
            continue
    return min(found, key=found.get)


def committed():
    """Return the rows of rivals.csv as dictionaries with numbers in them."""
    return read_rows(RESULTS, width=int, seed=int, bytes=int, rate=float, valid=float, error=float)


def main():
    """Write rivals.csv."""
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["data", "method", "width", "seed", "bytes", "rate", "valid", "error"])
        for name in EPOCHS:
            data = data_of(name)
            for method, width in METHODS:
                try:
                    lr = best_rate(name, method, width, data)
                except ValueError:  # nothing is saved at this width
                    continue
                for seed in SEEDS:
                    size, valid, error = trained(name, method, width, data, seed, lr)
                    writer.writerow([name, method, width, seed, size, lr, f"{valid:.4f}", f"{error:.4f}"])
                    file.flush()


if __name__ == "__main__":
    main()

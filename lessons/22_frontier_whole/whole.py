"""The whole frontier: every method and combination, in files of equal size, on five tasks.

    python lessons/22_frontier_whole/whole.py        trains every network from every seed: about 15 minutes on one core

The results are in whole.csv beside this file. `lesson.py` trains a few of these networks again and draws them over the
results. Rows that the file has already are kept, so an interrupted run goes on.

A network n-256-k at a share of 1/8 may keep an eighth of the bytes of the dense matrices, and all biases. Most methods
keep the 256 hidden units. `dense` and the `narrow` ones have as many units as fit into the same file. Only the rate is
chosen: other seeds try several, and the one with the least validation error is used for seeds 1 to 8. (One seed tries,
two for halves, three for digits, which have only 200 validation pictures. Where training fails at the chosen rate, or
ends with twice the validation error of the trials, a seed gets a third of the rate.)

    digits    8 x 8 pixels, 800 pictures to learn from           halves    from the upper half of a digit to the lower
    mnist     14 x 14 pixels, 2,000 pictures                     fashion   the same of Fashion-MNIST
    breast_cancer     a table: 300 patients with 30 numbers each, and two classes

The error is the share of wrong answers. For halves it is the share of the variance that is left unexplained.
"""

import csv
from functools import cache
from pathlib import Path

import numpy as np

import tinynet as tn
from tinynet.course.results import halved, read_rows
from tinynet.frontier.after_training import compress
from tinynet.training.distillation import scores_of

RESULTS = Path(__file__).with_name("whole.csv")
HIDDEN = 256
SEEDS = range(1, 9)
TRIALS = {"digits": (0, 9, 10), "halves": (0, 9)}  # seeds that choose the rate, if not seed 0 alone
RATES = {"halves": (0.03, 0.1, 0.3, 1.0)}  # the usual ones are (0.01, 0.03, 0.1)
EPOCHS = {"digits": 30, "mnist": 20, "halves": 30, "breast_cancer": 30, "fashion": 20}
SHARES = {"1": 1.0, "1/8": 1 / 8, "1/16": 1 / 16, "1/64": 1 / 64, "1/128": 1 / 128}
FEWER = "1", "1/16", "1/64"  # on all tasks but the digits
METHODS = (
    "dense", "hashed", "low rank", "narrow, low rank", "sparse", "few bits", "hashed, 4 bits", "low rank, binary",
    "narrow, 4 bits", "narrow, 2 bits", "hashed, 4 bits, soft", "narrow, 4 bits, soft",
)  # fmt: skip
MADE = "hashed", "low rank", "sparse", "few bits", "hashed, 4 bits"  # that are also made of a trained network
OUTPUTS = {"digits": 10, "halves": 32, "mnist": 10, "fashion": 10, "breast_cancer": 2}


def data_of(name):
    """Return train, valid and test, each a pair of inputs and labels or targets."""
    if name in ("digits", "halves"):
        splits = [(split.inputs, split.labels) for split in tn.datasets.load("digits")]
        return splits if name == "digits" else [(inputs[:, :32], inputs[:, 32:]) for inputs, _ in splits]
    if name == "breast_cancer":
        return [(split.inputs, split.labels) for split in tn.datasets.load(name)]
    return halved(tn.datasets.load(name), (2000, 1000, 5000))


def budget(n, k, share):
    """Return the bytes that a network n-256-k may take at a share."""
    return 4 * (share * HIDDEN * (n + k) + HIDDEN + k)


def narrow(n, k, share, bits):
    """Return how many hidden units fit into the budget, with so many bits a weight; a matrix on a grid has a step."""
    steps = 0 if bits == 32 else 2 * 32
    return int((8 * budget(n, k, share) - steps - 32 * k) // (bits * (n + k) + 32))


def build(method, share, n, k, seed):
    """Return an untrained network; None where the method cannot do with these bytes, or does not need them."""
    method, hidden, f = method.removesuffix(", soft"), HIDDEN, SHARES[share]
    numbers, weight, bits = f * HIDDEN * (n + k), None, 32 * f  # that the matrices may hold; bits for each of all
    if f == 1:
        return tn.MLP([n, HIDDEN, k], seed=seed) if method == "dense" else None
    match method:
        case "dense":
            weight, hidden = tn.Dense(), narrow(n, k, f, 32)
        case "narrow, 4 bits" | "narrow, 2 bits":
            bits = int(method[8])
            weight, hidden = tn.Quantized(bits=bits), narrow(n, k, f, bits)
            if hidden >= HIDDEN - 1:  # the same as few bits
                return None
        case "hashed":
            weight = tn.Hashed(f)
        case "hashed, 4 bits":
            weight = tn.Hashed(8 * f, tn.Quantized(bits=4))
        case "sparse":
            weight = tn.Sparse(f)
        case "low rank":
            rank = int(numbers // (n + k + 2 * HIDDEN))
            weight = tn.LowRank(rank=rank) if rank else None
        case "low rank, binary":  # 32 signs take as many bits as a number, so 32 times the rank
            weight = tn.LowRank(rank=int(32 * numbers // (n + k + 2 * HIDDEN)), inner=tn.Binary())
        case "narrow, low rank":  # the scores keep their full rank
            hidden = 64 if f > 1 / 20 else 32
            rank = int((numbers + HIDDEN - hidden - hidden * k) // (n + hidden))
            weight = [tn.LowRank(rank=rank), tn.Dense()] if rank > 0 else None
        case "few bits":
            weight = tn.Quantized(bits=int(bits)) if bits in (1, 2, 4, 8) else None
    if weight is None or hidden < 1:
        return None
    return tn.MLP([n, hidden, k], weight, seed=seed)


def train(net, data, name, seed, lr, epochs=None, **soft):
    """Train a network and return the least validation error."""
    epochs = epochs or EPOCHS[name]
    history = tn.fit(
        net, *data[:2], epochs=epochs, lr=lr, schedule=tn.optim.cosine, seed=seed, progress=False, **soft
    )  # fmt: skip
    return min(history.valid_error)


def error_of(net, split):
    """Return the share of wrong answers; for real targets, the share of their variance that is left unexplained."""
    error = tn.evaluate(net, split)
    return error if split[1].ndim == 1 else error / np.mean((split[1] - split[1].mean(axis=0)) ** 2)


def bytes_of(net):
    """Return the payload of a network's file."""
    return sum(a.nbytes for a in net.state().values())


class Runs:
    """The runs on one task. name: of the data; data: train, valid and test."""

    def __init__(self, name, data):
        self.name, self.data = name, data
        self.n, self.k = data[0][0].shape[1], OUTPUTS[name]
        self.large, self.scores = {}, {}

    def dense(self, seed):
        """Return the trained dense network of 256 hidden units that a seed starts."""
        if seed not in self.large:
            self.large[seed] = tn.MLP([self.n, HIDDEN, self.k], seed=100 + seed)
            train(self.large[seed], self.data, self.name, seed, 0.03)
        return self.large[seed]

    def trained(self, method, share, seed, lr):
        """Return a network trained under the constraint and its validation error, or None."""
        net, soft = build(method, share, self.n, self.k, seed), {}
        if method.endswith(", soft"):
            if seed not in self.scores:
                self.scores[seed] = scores_of(self.dense(seed), self.data[0][0])
            soft = dict(teacher=self.scores[seed], temperature=4.0, mix=0.5)
        return net and (net, train(net, self.data, self.name, seed, lr, **soft))

    def after(self, method, share, seed):
        """Return a trained dense network whose matrices were replaced by the nearest ones that the method has."""
        pattern = build(method, share, self.n, self.k, seed)
        recipes = pattern and [layer.weight for layer in pattern.layers[::2]]
        return pattern and compress(self.dense(seed), recipes, seed)

    def tuned(self, method, share, seed, lr):
        """Return the same after half as many epochs of training again, and its validation error, or None."""
        net = self.after(method, share, seed)
        return net and (net, train(net, self.data, self.name, seed, lr, EPOCHS[self.name] // 2))

    def best_rate(self, how, rates=None):
        """Return the rate with the least validation error, and this error; None if there is no network.

        how: from a seed and a rate to a network and its validation error, or None.
        """
        found = {}
        for lr in rates or RATES.get(self.name, (0.01, 0.03, 0.1)):
            try:
                made = [how(seed, lr) for seed in TRIALS.get(self.name, (0,))]
            except tn.TrainingError:  # the rate is too high
                continue
            if made[0] is not None:
                found[lr] = np.mean([error for _, error in made])
        return min(found.items(), key=lambda pair: pair[1], default=None)


def sure(how, seed, rate, expected):
    """Return the network that a seed gets, and the rate that made it: a third where training fails."""
    try:
        net, error = how(seed, rate)
        if error <= 2 * expected + 0.02:
            return net, rate
    except tn.TrainingError:
        pass
    return how(seed, rate / 3)[0], rate / 3


@cache
def committed():
    """Return the rows of whole.csv as dictionaries with numbers in them."""
    return read_rows(RESULTS, seed=int, bytes=int, rate=float, error=float)


def found(data, method, share, stage="trained"):
    """Return the rows of a method, one for each of eight seeds; none where it has no such network."""
    wanted = (data, method, share, stage)
    return [r for r in committed() if (r["data"], r["method"], r["share"], r["stage"]) == wanted]


@cache
def errors(data, method, share, stage="trained"):
    """Return the errors of a method, one for each seed."""
    return np.array([row["error"] for row in found(data, method, share, stage)])


@cache
def points_of(data):
    """Return {method: [(bytes, errors), ..]} of the networks that were trained under their constraint."""
    points = {}
    for method in METHODS:
        for share in SHARES:
            if there := found(data, method, share):
                points.setdefault(method, []).append((there[0]["bytes"], errors(data, method, share)))
    return points


def largest(data, share):
    """Return the bytes of the largest file at a share: a budget into which all of them fit."""
    return max(row["bytes"] for row in committed() if (row["data"], row["share"]) == (data, share))


def cells(runs):
    """Yield method, stage, share and how to make a network of them, for one task."""
    for share in SHARES if runs.name == "digits" else FEWER:
        for method in METHODS:
            soft = method.endswith(", soft")
            if not (soft and (runs.name == "halves" or ("narrow" in method and runs.name != "digits"))):
                yield method, "trained", share, lambda seed, lr, of=(method, share): runs.trained(*of, seed, lr)
        for method in MADE if runs.name == "digits" and share == "1/8" else ():
            yield method, "after", share, lambda seed, lr, of=(method, share): (runs.after(*of, seed), 0)
            yield method, "tuned", share, lambda seed, lr, of=(method, share): runs.tuned(*of, seed, lr)


def main():
    """Write whole.csv."""
    names = ["data", "method", "stage", "share", "seed", "bytes", "rate", "error"]
    there = read_rows(RESULTS) if RESULTS.exists() else []
    done = {tuple(row[name] for name in names[:4]) for row in there if row["seed"] == str(SEEDS[-1])}
    kept = [row for row in there if tuple(row[name] for name in names[:4]) in done]
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([names, *([row[name] for name in names] for row in kept)])
        for name in EPOCHS:
            runs = Runs(name, data_of(name))
            for method, stage, share, how in cells(runs):
                if (name, method, stage, share) in done or build(method, share, runs.n, runs.k, 0) is None:
                    continue
                trial = (0.0, 0.0) if stage == "after" else runs.best_rate(how)
                for seed in SEEDS if trial else ():
                    net, used = sure(how, seed, *trial)
                    error = error_of(net, runs.data[2])
                    writer.writerow([name, method, stage, share, seed, bytes_of(net), f"{used:.3g}", f"{error:.4f}"])
                    file.flush()


if __name__ == "__main__":
    main()

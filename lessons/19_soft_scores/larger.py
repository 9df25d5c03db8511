"""Do a teacher's soft scores help on MNIST and on Fashion-MNIST, with few labels and with many?

    python lessons/19_soft_scores/larger.py        trains every student from every seed: about 15 minutes on one core

The results are in larger.csv beside this file; `lesson.py` draws them. The pictures are halved to 14 x 14 pixels, as in
lesson 10. The teacher, 196-256-10, has learned from 5,000 of them. The students are 196-256-10 with both layers hashed;
they learn from 100, 500 or all 5,000 of the teacher's pictures, with the same number of steps for each kind of target:

    hard    the labels
    even    the teacher's doubt, spread evenly over the wrong classes (not with all 5,000 pictures)
    soft    the teacher's probabilities

Seed 0 tries three learning rates for each row, and the one with the lowest error on 1,000 validation pictures is used
for seeds 1 to 8.
"""

import csv
from pathlib import Path

import numpy as np

import tinynet as tn
from tinynet.course.results import halved, read_rows
from tinynet.training.distillation import scores_of

RESULTS = Path(__file__).with_name("larger.csv")
EXAMPLES = 100, 500, 5000
FACTORS = {"1/16": 1 / 16, "1/64": 1 / 64}
KINDS = "hard", "even", "soft"
RATES = 0.0017, 0.005, 0.015
SEEDS = range(1, 9)
TEMPERATURE = 4.0


def data_of(name):
    """Return train, valid and test: 5,000, 1,000 and 5,000 pictures, 14 x 14 pixels."""
    return halved(tn.datasets.load(name), (5000, 1000, 5000))


def train_on(net, examples, valid, epochs, lr, seed, **more):
    """Train a network in mini-batches of 20, and return its validation error at the end of the best epoch."""
    history = tn.fit(
        net, examples, valid, epochs=epochs, batch_size=20, lr=lr, schedule=tn.optim.cosine, seed=seed,
        progress=False, **more,
    )  # fmt: skip
    return min(history.valid_error)


def spread_evenly(scores, labels):
    """Return scores that give the true class as much as the teacher does, at the temperature, and the rest equally."""
    p = np.exp(scores / TEMPERATURE - (scores / TEMPERATURE).max(axis=1, keepdims=True))
    right = (p[np.arange(len(p)), labels] / p.sum(axis=1))[:, None]
    even = np.where(np.arange(10) == labels[:, None], right, (1 - right) / 9)
    return (TEMPERATURE * np.log(np.maximum(even, 1e-12))).astype(np.float32)


def student(data, kind, scores, examples, factor, lr, seed):
    """Train a student and return its validation error and its test error."""
    train, valid, test = data
    order = np.random.default_rng(seed).permutation(len(train[0]))[:examples]
    inputs, labels, scores = train[0][order], train[1][order], scores[order]
    targets = {"hard": None, "even": spread_evenly(scores, labels), "soft": scores}[kind]
    net = tn.MLP([196, 256, 10], tn.Hashed(factor), seed=seed)
    found = train_on(
        net, (inputs, labels), valid, max(20, 20000 // examples), lr, seed,
        teacher=targets, temperature=TEMPERATURE, mix=1.0,
    )  # fmt: skip
    return found, tn.evaluate(net, test)


def committed():
    """Return the rows of larger.csv as dictionaries with numbers in them."""
    return read_rows(RESULTS, examples=int, seed=int, rate=float, error=float)


def main():
    """Write larger.csv."""
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["data", "factor", "examples", "kind", "seed", "rate", "error"])
        for name in "mnist", "fashion":
            data = data_of(name)
            taught = {}
            for seed in (0, *SEEDS):
                teacher = tn.MLP([196, 256, 10], seed=100 + seed)
                train_on(teacher, data[0], data[1], 20, 0.03, seed)
                taught[seed] = scores_of(teacher, data[0][0])
                error = tn.evaluate(teacher, data[2])
                writer.writerow([name, 1, len(data[0][0]), "teacher", seed, 0.03, f"{error:.4f}"])
            for examples in EXAMPLES:
                for factor, share in FACTORS.items():
                    for kind in KINDS if examples < 5000 else ("hard", "soft"):
                        run = lambda lr, seed, rest=(examples, share), kind=kind: student(
                            data, kind, taught[seed], *rest, lr, seed
                        )
                        lr = min(RATES, key=lambda lr, run=run: run(lr, 0)[0])
                        for seed in SEEDS:
                            writer.writerow([name, factor, examples, kind, seed, lr, f"{run(lr, seed)[1]:.4f}"])
                            file.flush()


if __name__ == "__main__":
    main()

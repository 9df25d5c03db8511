"""Students of a known network: how many starts find the teacher, by width, by depth and by time?

    python lessons/05_known_solution/students.py       trains 230 students: a few minutes on one core

The teacher is a network with given weights. A student learns from the teacher's scores on 1,000 inputs. Its error is
measured on 1,000 fresh inputs, and its hidden units are matched with the teacher's by their activations there.

The results are in students.csv beside this file. `lesson.py` trains some of these students again and draws them over
the results.
"""

import csv
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

import tinynet as tn

RESULTS = Path(__file__).with_name("students.csv")
TEACHERS = {name: tn.datasets.teacher.network(1, tuple(map(int, name.split("-")))) for name in ("8-4-3", "8-4-4-3")}
JOBS = [  # teacher, hidden widths of the student, epochs, starts
    *[("8-4-3", [width], 160, 20) for width in (2, 3, 4, 6, 8, 16)],
    *[("8-4-3", [width], 640, 20) for width in (4, 8)],
    *[
        ("8-4-4-3", widths, epochs, 5)
        for epochs in (160, 640)
        for widths in ([4], [8], [16], [32], [64], [4, 4], [8, 8])
    ],
]

rng = np.random.default_rng(0)
x_train, x_test = (rng.uniform(-1, 1, (1000, 8)).astype(np.float32) for _ in range(2))


def answers(layers, x):
    """Return the scores of a network given as [(W, b), ..], with tanh between the layers."""
    for W, b in layers[:-1]:
        x = np.tanh(x @ W + b)
    W, b = layers[-1]
    return x @ W + b


def train(net, teacher, start, epochs=160):
    """Train a network on the teacher's scores, from where it stands; return its layers as [(W, b), ..].

    The squared error falls by SGD with momentum, on batches of 100. The learning rate falls from 0.2 to 0 along half a
    cosine.
    """
    targets = answers(teacher, x_train).astype(np.float32)
    tn.fit(
        net, (x_train, targets), epochs=epochs, batch_size=100, lr=0.2, schedule=tn.optim.cosine, seed=start,
        progress=False,
    )  # fmt: skip
    return opened(net)


def opened(net):
    """Return the layers of a network as [(W, b), ..]."""
    layers = [layer for layer in net.layers if isinstance(layer, tn.Linear)]
    return [(layer.weight.weight().numpy().astype(float), layer.bias.numpy().astype(float)) for layer in layers]


def error(teacher, layers):
    """Return the root mean square error on fresh inputs, divided by the spread of the teacher's scores."""
    targets = answers(teacher, x_test)
    return float(np.sqrt(((answers(layers, x_test) - targets) ** 2).mean() / targets.var(axis=0).mean()))


def hidden(layers):
    """Return the activations of the first hidden layer on the fresh inputs, (examples, units)."""
    return np.tanh(x_test @ layers[0][0] + layers[0][1])


def correlations(A, B):
    """Return the correlations of the units of A with the units of B, (units of A, units of B)."""
    A, B = A - A.mean(axis=0), B - B.mean(axis=0)
    lengths = np.outer(np.linalg.norm(A, axis=0), np.linalg.norm(B, axis=0))
    return A.T @ B / np.maximum(lengths, 1e-12)  # a constant unit gets 0


def found(teacher, layers, threshold=0.99):
    """Return how many units of the teacher are found: |correlation| with their partner is at least 0.99."""
    S = np.abs(correlations(hidden(teacher), hidden(layers)))
    return int((S[linear_sum_assignment(-S)] >= threshold).sum())


def row(name, widths, epochs, start):
    """Train one student and return its row of students.csv."""
    layers = train(tn.MLP([8, *widths, 3], seed=start), TEACHERS[name], start, epochs)
    return {
        "teacher": name, "hidden": "-".join(map(str, widths)), "epochs": epochs, "start": start,
        "error": f"{error(TEACHERS[name], layers):.5f}", "found": found(TEACHERS[name], layers),
    }  # fmt: skip


def committed(name, widths, epochs):
    """Return (error, units found) of each start in students.csv, for a teacher, a width such as "8-8", and epochs."""
    kind = {"teacher": name, "hidden": widths, "epochs": str(epochs)}
    with RESULTS.open(newline="") as file:
        rows = [r for r in csv.DictReader(file) if kind.items() <= r.items()]
    return [(float(r["error"]), int(r["found"])) for r in rows]


if __name__ == "__main__":
    rows = [row(name, widths, epochs, start) for name, widths, epochs, starts in JOBS for start in range(starts)]
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"Wrote {len(rows)} students to {RESULTS.name}")

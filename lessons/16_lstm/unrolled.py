"""Which networks of 10, 20 and 50 layers can remember the first symbol that they read?

    python lessons/16_lstm/unrolled.py        trains every network from every seed: about half an hour on one core

The results are in unrolled.csv beside this file. `lesson.py` trains some of these networks again and draws them beside
the results.

A network is a chain of layers; layer t reads symbol t of a row and hands its state on. The last state names the first
symbol. Each of these can be chosen:

    cell       plain: h = tanh(z)        gated, open: an LSTM, whose forget gates start at 1 or open
    weights    tied: one layer for all steps        fresh: a layer for each step        narrow: fresh, but as many
               numbers in all as the tied network has
    inputs     every: a symbol at each layer, as in a recurrent network        first: at the first layer alone

All cells have about as many numbers a layer. Rows are new in every update, so none is learned by heart. A network has
solved the task when 98 % of its latest answers are right. Each kind tries four learning rates, on seeds 8 to 11 and
for 500 updates. The best one is used for seeds 0 to 7, for 1,000 updates, and these are reported.

The networks of all seeds are trained at once: every array has a first axis for the seed.
"""

import csv
from itertools import product
from pathlib import Path

import numpy as np

import tinynet as tn
from tinynet.course.results import read_rows
from tinynet.engine.losses import softmax_cross_entropy

RESULTS = Path(__file__).with_name("unrolled.csv")
SYMBOLS, BATCH, UPDATES, UNITS = 4, 32, 1000, 16
SEEDS, SPARE = range(8), range(8, 12)
STEPS = 10, 20, 50
COLUMNS = "steps", "cell", "weights", "inputs", "units", "numbers", "rate", "seed", "lost", "solved", "right"
RATES = 0.0003, 0.001, 0.003, 0.01
KINDS = [
    *product(("plain", "open"), ("tied", "fresh"), ("first", "every")),
    *product(("gated",), ("tied", "fresh"), ("every",)),
    *product(("plain", "open"), ("narrow",), ("every",)),
]


def numbers(cell, units):
    """Return how many numbers a layer has."""
    columns = units if cell == "plain" else 4 * units
    return (SYMBOLS + units + 1) * columns


def units_of(cell, weights, steps):
    """Return the widest layer that has no more numbers than the LSTM's; narrow: than its share of these."""
    budget = numbers("gated", UNITS) // (steps if weights == "narrow" else 1)
    units = 1
    while numbers(cell, units + 1) <= budget:
        units += 1
    return units


def forget_bias(cell, steps):
    """Return the first bias of the forget gates: 1, or what leaves half of the memory after all steps."""
    return 1.0 if cell == "gated" else float(-np.log(2 ** (1 / steps) - 1))


class Layer:
    """One layer, or one step, of a network for each generator: (h, c) from x, h and c."""

    def __init__(self, cell, units, bias, generators):
        self.units, self.plain = units, cell == "plain"
        columns = units if self.plain else 4 * units
        draw = lambda m: np.stack([rng.normal(size=(m, columns)) for rng in generators]) / np.sqrt(m)
        b = np.zeros((len(generators), 1, columns))
        if not self.plain:
            b[..., units : 2 * units] = bias
        self.W, self.U, self.b = (tn.Parameter(a.astype(np.float32)) for a in (draw(SYMBOLS), draw(units), b))
        self.parameters = [self.W, self.U, self.b]

    def __call__(self, x, h, c):
        z = h @ self.U + self.b
        if x is not None:
            z = z + x @ self.W
        if self.plain:
            return z.tanh(), c
        i, f, g, o = (z[..., k * self.units : (k + 1) * self.units] for k in range(4))
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


class Unrolled:
    """A chain of layers for each seed, and a linear layer that reads the last state.

    Args:
        cell, weights, inputs: the kind of network; see the head of this file.
        steps: the number of layers.
        seeds: one network for each.
        bias: first bias of the forget gates, if not the usual one.
    """

    def __init__(self, cell, weights, inputs, steps, seeds=SEEDS, bias=None):
        generators = [np.random.default_rng([seed, 0]) for seed in seeds]
        self.units, self.inputs = units_of(cell, weights, steps), inputs
        bias = forget_bias(cell, steps) if bias is None else bias
        new = lambda: Layer(cell, self.units, bias, generators)
        self.layers = [new()] * steps if weights == "tied" else [new() for _ in range(steps)]
        V = np.stack([rng.normal(size=(self.units, SYMBOLS)) for rng in generators]) / np.sqrt(self.units)
        self.V, self.d = (tn.Parameter(a.astype(np.float32)) for a in (V, np.zeros((len(generators), 1, SYMBOLS))))
        self.inside = self.layers[0].parameters[:]
        for layer in self.layers[1:] if weights != "tied" else []:
            self.inside += [layer.U, layer.b] + [layer.W] * (inputs == "every")
        self.parameters = [*self.inside, self.V, self.d]
        self.data = [np.random.default_rng([seed, 1]) for seed in seeds]

    def rows(self):
        """Return new rows, one-hot (steps, seeds, BATCH, SYMBOLS), and their first symbols (seeds, BATCH)."""
        symbols = np.stack([rng.integers(SYMBOLS, size=(len(self.layers), BATCH)) for rng in self.data], axis=1)
        return np.eye(SYMBOLS, dtype=np.float32)[symbols], symbols[0]

    def states(self, x, cut=None):
        """Return the states (h, c) after each layer. cut: the gradient goes back this many steps from the end."""
        h = c = tn.Tensor(np.zeros((*x.shape[1:3], self.units), np.float32))
        states = []
        for t, layer in enumerate(self.layers):
            if t == len(self.layers) - (cut or 0):
                h, c = h.detach(), c.detach()
            h, c = layer(tn.Tensor(x[t]) if t == 0 or self.inputs == "every" else None, h, c)
            states.append((h, c))
        return states

    def scores(self, state):
        return state[0] @ self.V + self.d

    def norms(self):
        """Return the norms of the loss's gradient, (steps, seeds): with respect to c, or to h in a plain network."""
        x, labels = self.rows()
        states = self.states(x)
        kept = [h if self.layers[0].plain else c for h, c in states]
        for tensor in kept:
            tensor.retains_grad = True
        loss(self.scores(states[-1]), labels).backward()
        return np.array([np.linalg.norm(tensor.grad.astype(np.float64), axis=(1, 2)) for tensor in kept])


def loss(scores, labels):
    """Return the sum over all networks of their mean loss: its gradient is each network's own."""
    return softmax_cross_entropy(scores.reshape(-1, SYMBOLS), labels.ravel()) * len(labels)


def shorten(parameters):
    """Shorten each network's gradient to length 1 where it is longer."""
    length = np.sqrt(sum((p.grad**2).sum(axis=(1, 2)) for p in parameters))
    for p in parameters:
        p.grad /= np.maximum(length, 1)[:, None, None]


def trained(net, rate, updates=UPDATES, cut=None):
    """Train the networks of all seeds.

    Returns:
        (solved, right): for each seed the update in which it had solved the task, 0 if it never did; and the share of
        right answers, a running mean, then or at the end
    """
    adam = tn.Adam(net.parameters, lr=rate)
    solved, right = np.zeros(len(net.data), int), np.full(len(net.data), 1 / SYMBOLS)
    for update in range(1, updates + 1):
        x, labels = net.rows()
        scores = net.scores(net.states(x, cut)[-1])
        adam.zero_grad()
        loss(scores, labels).backward()
        shorten(net.parameters)
        adam.step()
        now = 0.9 * right + 0.1 * (scores.numpy().argmax(axis=-1) == labels).mean(axis=1)
        right = np.where(solved > 0, right, now)
        solved[(solved == 0) & (right >= 0.98)] = update
        if solved.all():
            break
    return solved, right


def committed():
    """Return the rows of unrolled.csv as dictionaries with numbers in them."""
    return read_rows(
        RESULTS, steps=int, units=int, numbers=int, rate=float, seed=int, lost=float, solved=int, right=float
    )


def measured(cell, weights, inputs, steps):
    """Yield a row of the table for each seed, with the best of the learning rates."""
    net = Unrolled(cell, weights, inputs, steps)
    total, norms = sum(p[0].size for p in net.inside), net.norms()
    lost = np.log10(norms[-1] / norms[0])

    def merit(rate):
        solved, right = trained(Unrolled(cell, weights, inputs, steps, SPARE), rate, UPDATES // 2)
        return (solved > 0).sum(), round(right.mean(), 2), -solved.sum()

    rate = max(RATES, key=merit)
    solved, right = trained(Unrolled(cell, weights, inputs, steps), rate)
    for seed, orders, at, share in zip(SEEDS, lost, solved, right, strict=True):
        yield [steps, cell, weights, inputs, net.units, total, rate, seed, f"{orders:.2f}", at, f"{share:.3f}"]


def main():
    """Write unrolled.csv."""
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for steps, kind in product(STEPS, KINDS):
            writer.writerows(measured(*kind, steps))
            file.flush()


if __name__ == "__main__":
    main()

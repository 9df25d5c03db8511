"""Statements about trained networks, for benchmarks/seeds.py: a function of data set and seed, and how many seeds.

The docstring of a function says what is compared. It returns figures by what they mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

import tinynet as tn
from benchmarks.seeds_training import Figures
from benchmarks.sequences import HOW
from tinynet.datasets import reber
from tinynet.datasets.padding import next_symbols, pad
from tinynet.datasets.text import encode
from tinynet.reading.automata.automaton import Automaton, read_automaton, shortest_difference
from tinynet.reading.training.gradient_flow import gradient_flow

# ---- automata


CLOSING = {"(": ")", "[": "]"}


def nested(depth: int = 2) -> Automaton:
    """Return the grammar of round and square brackets, nested at most so deep, between a B and an E."""
    states: dict[Any, dict[str, Any]] = {"start": {"B": ""}}
    todo = [""]  # a state is the string of brackets that are open
    for still_open in todo:
        states[still_open] = {CLOSING[still_open[-1]]: still_open[:-1]} if still_open else {"E": "end"}
        if len(still_open) < depth:
            deeper = {bracket: still_open + bracket for bracket in CLOSING}
            states[still_open] |= deeper
            todo += deeper.values()
    return states | {"end": {}}


def draw(grammar: Automaton, rng: np.random.Generator, at_least: int = 0, opens: float = 1 / 2) -> str:
    """Return a string of brackets. Where both are legal, one opens with this probability, else one closes or it ends.

    A string does not end before `at_least` symbols.
    """
    string, state = "", next(iter(grammar))
    while arcs := grammar[state]:
        first, *rest = arcs  # at most one symbol closes a bracket or ends the string, and it is the first
        early = first == "E" and len(string) + 1 < at_least
        symbol = rest[rng.integers(len(rest))] if rest and (early or rng.random() < opens) else first
        string, state = string + symbol, arcs[symbol]
    return string


def wrong(net: tn.SequenceNet, grammar: Automaton, strings: Sequence[str]) -> float:
    """Return the percentage of strings with a step at which the highest score belongs to an illegal symbol."""
    with tn.no_grad():
        best = net(pad([encode(string, net.alphabet) for string in strings])[0]).numpy().argmax(axis=2)
    failed = 0
    for string, row in zip(strings, best, strict=True):
        state, steps = next(iter(grammar)), []
        for symbol, k in zip(string[:-1], row, strict=False):
            state = grammar[state][symbol]
            steps.append(net.alphabet[k] in grammar[state])
        failed += not all(steps)
    return 100 * failed / len(strings)


def automata(data: str, seed: int) -> Figures:
    """Is an LSTM of 20 units read as its grammar's automaton, by the signs of its units or by clusters of h?

    It is read from 2,000 strings. Wrong strings are counted among these, and among 500 that are at least twice as long
    as the longest training string. `reber` trains on 256 strings, the brackets, nested at most two deep, on 1,024. Each
    of the two opening brackets has a probability of 1/4, or in `rare brackets` of 1/6. A symbol counts as legal if the
    LSTM gives it a probability above 0.1 or, where it is said, 0.05.
    """
    grammar, alphabet = (reber.AUTOMATON, reber.ALPHABET) if data == "reber" else (nested(), "BE()[]")
    opens = 1 / 3 if data == "rare brackets" else 1 / 2
    one = reber.generate if data == "reber" else partial(draw, grammar, opens=opens)
    rng, training = np.random.default_rng([seed, 1]), reber.generator(seed, 0)
    train = [one(training) for _ in range(256 if data == "reber" else 1024)]
    strings = [one(np.random.default_rng([1, k])) for k in range(2000)]
    longer = [one(rng, at_least=2 * max(map(len, train))) for _ in range(500)]
    figures: Figures = {}
    for epochs in (60, 240) if data == "reber" else (60,):
        net = tn.RecurrentNet([len(alphabet), 20, len(alphabet)], seed=seed, alphabet=alphabet)
        tn.fit(
            net, next_symbols([encode(string, alphabet) for string in train]), optimizer=tn.Adam, clip=1.0,
            schedule=tn.optim.cosine, seed=seed, progress=False, **HOW["reber"] | dict(epochs=epochs),
        )  # fmt: skip
        for clusters, threshold in ((None, 0.1), (40, 0.1), (80, 0.1), (160, 0.1), (None, 0.05), (40, 0.05)):
            found = read_automaton(net, strings, clusters=clusters, threshold=threshold)
            how = "signs" if clusters is None else f"{clusters} clusters"
            what = f"{epochs} epochs, {how}{', above 0.05' * (threshold < 0.1)}: equivalent"
            figures[what] = shortest_difference(grammar, found.arcs) is None
        figures[f"{epochs} epochs: wrong strings, %"] = wrong(net, grammar, strings)
        figures[f"{epochs} epochs: wrong longer strings, %"] = wrong(net, grammar, longer)
    return figures


# ---- a fresh matrix at each step


class FreshRNN(tn.RNN):
    """An RNN whose U is another matrix at every step, drawn by the same law; it exists to be looked at, not trained."""

    def step(self, x_W: tn.Tensor, state: Any, U: tn.Tensor) -> Any:
        self.steps = getattr(self, "steps", 0) + 1
        U = tn.RNN(self.n_in, self.n_hidden, seed=1000 * self.seed + self.steps).recurrent.weight()
        return super().step(x_W, state, U.detach())


def fresh_matrices(data: str, seed: int) -> Figures:
    """By how many orders of magnitude does a gradient shrink on its way, before training, and is the same U the cause?

    An RNN of 64 units has one U for all steps, its rival a fresh one at each step. Inputs come at every step, or at the
    first step alone. MLPs have 20 layers of 64, or as many as there are steps. `normal` inputs are 50 steps of 64
    normal numbers, `mnist` is 49 steps of 16 pixels.
    """
    rng = np.random.default_rng(seed)
    x, labels = rng.normal(size=(32, 50, 64)).astype(np.float32), rng.integers(10, size=32)
    if data == "mnist":
        inputs, classes = tn.datasets.load("mnist").train
        x, labels = inputs[32 * seed :][:32].reshape(32, 49, 16), classes[32 * seed :][:32]
    first_alone = x * (np.arange(x.shape[1]) == 0)[:, None]
    steps, n = x.shape[1:]
    figures: Figures = {}
    for name, layer in (("the same U", tn.RNN), ("a fresh U at each step", FreshRNN)):
        for when, batch in (("inputs at every step", x), ("an input at the first step alone", first_alone)):
            net = tn.SequenceNet(layer(n, 64, seed=seed), tn.Linear(64, 10, seed=seed), last=True)
            figures[f"RNN, {name}, {when}"] = orders_lost(net, batch, labels)
    for depth, activation in ((steps, tn.Tanh), (20, tn.Tanh), (20, tn.Sigmoid)):
        net = tn.MLP([n, *[64] * depth, 10], activation=activation, seed=seed)
        figures[f"MLP, {activation.__name__.lower()}, {depth} layers"] = orders_lost(net, x[:, 0], labels)
    for bias in (1, 5):
        net = tn.RecurrentNet([n, 64, 10], last=True, forget_bias=bias, seed=seed)
        figures[f"memory of an LSTM, forget bias {bias}"] = orders_lost(net, x, labels)
    return figures


def orders_lost(net: tn.Sequential, x: np.ndarray, labels: np.ndarray) -> float:
    """Return log10 of how much larger the gradient is at the last step, or behind the last tanh, than at the first."""
    flow = gradient_flow(net, (x, labels))
    norms = list(flow.norms.values())[-1]  # of an LSTM, those of its memory c
    near, far = (norms[-1], norms[0]) if flow.along == "step" else (norms[-2], norms[1])
    return float(np.log10(near / far))


STATEMENTS = {
    "automata": (automata, {"reber": 26, "brackets": 8, "rare brackets": 8}),
    "fresh matrices": (fresh_matrices, {"normal": 8, "mnist": 8}),
}

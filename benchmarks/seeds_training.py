"""Statements about training, for benchmarks/seeds.py: a function of data set and seed, and how many seeds.

The docstring of a function says what is compared. It returns figures by what they mean.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

import tinynet as tn
from tinynet.reading import EachEpoch
from tinynet.reading.layers.geometry import hold_lengths
from tinynet.reading.training.comparison import Moment, Record
from tinynet.reading.training.percentiles import input_percentiles, median_drift
from tinynet.reading.units import opened

Figures = dict[str, float]
MOMENTS = (0, 30, 120)  # epochs
FREE, FROM_8 = "free", "free from length 8"
COLUMNS = {"length 1": 1, "length 2": 2, "length 4": 4, "length 8": 8, FROM_8: 8}  # the length they start at
LENGTHS: dict[str, dict[int, tuple[str, ...]]] = {  # columns that are compared after so many epochs
    "digits": {40: (FREE, *COLUMNS), 160: (FREE, "length 1", "length 8")},
    "fashion": {20: (FREE, "length 1", "length 2", "length 8", FROM_8)},
}


@lru_cache
def pictures(name: str) -> Any:
    """Return train, valid and test: all digits, or 2,000, 1,000 and 10,000 pictures of a larger set."""
    data = tn.datasets.load(name)
    if name == "digits":
        return tuple(data)
    return tuple((x[:n], labels[:n]) for (x, labels), n in zip(data, (2000, 1000, 10_000), strict=True))


def rates(data: str, seed: int) -> Figures:
    """Does batch norm make training faster, at each learning rate (SGD, momentum 0.9)?

    Networks n-64-64-10 of tanh units.
    """
    train, valid, test = pictures(data)
    figures: Figures = {}
    for name, batch_norm in (("plain", False), ("batch norm", True)):
        runs = []
        for lr in (0.01, 0.03, 0.1, 0.3):
            net = tn.MLP([train[0].shape[1], 64, 64, 10], batch_norm=batch_norm, seed=seed)
            loss = tn.fit(net, train, epochs=40, lr=lr, seed=seed, progress=False).loss
            runs.append((loss[4], loss[-1], tn.evaluate(net, valid), 100 * tn.evaluate(net, test)))
            figures[f"{name}, rate {lr}: loss after 5 epochs"] = loss[4]
            figures[f"{name}, rate {lr}: loss after 40 epochs"] = loss[-1]
        figures[f"{name}, best rate: loss after 5 epochs"] = min(run[0] for run in runs)
        figures[f"{name}, rate of best validation: test error, %"] = min(runs, key=lambda run: run[2])[3]
    return figures


def drift(data: str, seed: int) -> Figures:
    """How far do the inputs of the last hidden layer wander an epoch, in half widths and in units of z?

    Networks n-100-100-100-10, trained for 40 epochs at a rate of 0.1.
    """
    train, valid, test = pictures(data)
    figures: Figures = {}
    for activation in (tn.Sigmoid, tn.Tanh):
        for name, batch_norm in (("plain", False), ("batch norm", True)):
            net = tn.MLP(
                [train[0].shape[1], 100, 100, 100, 10], activation=activation, batch_norm=batch_norm, seed=seed
            )
            told = EachEpoch(input_percentiles, net, valid[0][:200])
            tn.fit(net, train, epochs=40, lr=0.1, seed=seed, progress=False, report=told)
            width = np.array([(m[-1] - m[0]) / 2 for m in told.seen])
            for when, part in (("first", slice(10)), ("last", slice(-10, None))):
                of = f"{activation.__name__.lower()}, {name}, {when} 10 epochs"
                figures[f"{of}: drift, half widths"] = median_drift(told.seen)[part].mean()
                figures[f"{of}: drift, units of z"] = median_drift(told.seen, relative=False)[part].mean()
                figures[f"{of}: half width"] = width[part].mean()
            figures[f"{activation.__name__.lower()}, {name}: test error, %"] = 100 * tn.evaluate(net, test)
    return figures


def lengths(data: str, seed: int) -> Figures:
    """What does it cost to hold every column of W at one length?

    Networks n-128-10 with a cosine schedule, at the rate of the best validation error among 0.0005, 0.002, 0.01, 0.05
    and 0.2. Columns that are free from length 8 start at this length, and then training may change it. Units are
    saturated where |a| > 0.9, on 400 training examples before the first step.
    """
    train, valid, test = pictures(data)
    probe = train[0][:400], train[1][:400]
    figures: Figures = {}
    for epochs, compared in LENGTHS[data].items():
        for way in compared:
            runs = []
            for lr in (0.0005, 0.002, 0.01, 0.05, 0.2):
                net = _with_columns(way, train[0].shape[1], seed)
                figures[f"{way}: saturated at the start, %"] = 100 * Record(net, probe).moments[0].saturated
                tn.fit(net, train, epochs=epochs, lr=lr, schedule=tn.optim.cosine, seed=seed, progress=False)
                runs.append((tn.evaluate(net, valid), 100 * tn.evaluate(net, test), lr))
            _, error, lr = min(runs, key=lambda run: run[0])
            figures[f"{epochs} epochs, {way}: test error, %"] = error
            figures[f"{epochs} epochs, {way}: rate"] = lr
    return figures


def _with_columns(way: str, inputs: int, seed: int) -> Any:
    """Return a network with free columns, with columns held at a length, or with free ones that start at it."""
    if way == FREE:
        return tn.MLP([inputs, 128, 10], seed=seed)
    net = hold_lengths(tn.MLP([inputs, 128, 10], tn.Scaled(normalize=True), seed=seed), COLUMNS[way])
    if way == FROM_8:
        for layer in net.layers[::2]:  # the two matrices, without the tanh
            layer.weight.g.step_scale = 1.0
    return net


def shared(data: str, seed: int) -> Figures:
    """How large is the gradient of a stored number, how far does W move, and how many units saturate?

    Networks n-128-10 at a rate of 0.03, probed on 400 training examples. A gradient is compared with that of the dense
    network at the same epoch, and with that of an entry of the same W, as if no entries shared a number.
    """
    train, _, _ = pictures(data)
    probe = train[0][:400], train[1][:400]
    ways = {
        "dense": tn.Dense(),
        "hashed 1/8": tn.Hashed(1 / 8),
        "low-rank 8": tn.LowRank(rank=8),
        "binary": tn.Binary(),
    }
    figures: Figures = {}
    of_dense: dict[int, float] = {}
    for name, weight in ways.items():
        net = tn.MLP([train[0].shape[1], 128, 10], weight, seed=seed)
        record = Record(net, probe)
        entries: dict[int, float] = {}

        def look(history: Any, net: Any = net, record: Record = record, entries: dict[int, float] = entries) -> None:
            record(history)
            if len(history) in MOMENTS:
                entries[len(history)] = _size(Record(opened(net), probe).moments[0])

        entries[0] = _size(Record(opened(net), probe).moments[0])
        tn.fit(net, train, epochs=120, lr=0.03, seed=seed, progress=False, report=look)
        for k, moment in ((k, record.moments[k]) for k in MOMENTS):
            size = _size(moment)
            of_dense.setdefault(k, size)
            if name != "dense":
                figures[f"{name}, epoch {k}: gradient / dense network's"] = size / of_dense[k]
                figures[f"{name}, epoch {k}: gradient / that of an entry of the same W"] = size / entries[k]
            if k:
                figures[f"{name}, epoch {k}: moved, in lengths of the start"] = moment.distance["0 Linear"]
                figures[f"{name}, epoch {k}: saturated, %"] = 100 * moment.saturated
    return figures


def _size(moment: Moment) -> float:
    """Return the root-mean-square gradient of a number that the first matrix stores."""
    return float(np.sqrt(np.mean(moment.gradients["0 Linear"] ** 2.0)))


STATEMENTS = {
    "rates": (rates, {"digits": 8, "fashion": 8}),
    "drift": (drift, {"digits": 8, "fashion": 8}),
    "lengths": (lengths, {"digits": 8, "fashion": 8}),
    "shared numbers": (shared, {"digits": 8, "fashion": 8}),
}

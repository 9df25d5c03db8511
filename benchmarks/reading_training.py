"""The instruments of tinynet/reading/ that watch training: one function for each, run by benchmarks/reading.py.

The docstring of a function is its question. It returns the pictures by name, and the figures by what they mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import tinynet as tn
from tinynet import functional as F
from tinynet.reading import EachEpoch
from tinynet.reading.decisions.calibration import by_chance, calibration, plot_calibration, plot_reliability
from tinynet.reading.decisions.hardening import animate_borders, borders, plot_borders
from tinynet.reading.layers.saturation import plot_saturation, plot_squashed, saturation, squashed
from tinynet.reading.layers.svd import (
    effective_rank,
    plot_columns,
    plot_spectra,
    plot_three_steps,
    spectra,
    three_steps,
)
from tinynet.reading.training.comparison import Record, plot_training
from tinynet.reading.training.normalization import compare_scales, plot_scales
from tinynet.reading.training.percentiles import input_percentiles, median_drift, plot_percentiles
from tinynet.reading.training.scores import plot_scores, score_record
from tinynet.reading.training.updates import Watch, chance, plot_steps

Answer = tuple[dict[str, Any], dict[str, float]]  # pictures (or functions that write one) by name, and numbers
LOSSES = {"cross-entropy": F.softmax_cross_entropy, "squared hinge": F.squared_hinge}


def digits() -> Any:
    """Return the digits: 800 + 200 + 797 images of 8 x 8 pixels."""
    return tn.datasets.load("digits")


def trained(
    widths: list[int], weight: Any = None, data: Any = None, seed: int = 0, epochs: int = 40, **how: Any
) -> Any:
    """Return a tanh network trained by SGD, at a rate of 0.05 that falls as a cosine."""
    net = tn.MLP(widths, weight, seed=seed)
    data = data or digits()
    tn.fit(net, data.train, epochs=epochs, lr=0.05, schedule=tn.optim.cosine, seed=seed, progress=False, **how)
    return net


def svd() -> Answer:
    """Does a layer rotate, stretch and rotate, and how many directions does it use before and after training?"""
    data, net = digits(), tn.MLP([64, 64, 10])
    moments = {"before": spectra(net)}
    tn.fit(
        net, data.train, epochs=100, lr=0.05, progress=False,
        report=lambda h: moments.update({f"epoch {len(h)}": spectra(net)}) if len(h) in (1, 10, 100) else None,
    )  # fmt: skip
    W = tn.reading.weights(net)["0 Linear"]
    x = data.test.inputs
    rank = lambda s: effective_rank(s["0 Linear"])
    plane = tn.reading.weights(trained([2, 8, 2], data=tn.datasets.load("spirals")))["0 Linear"]
    i, j = np.argsort(-np.linalg.norm(plane, axis=0))[:2].tolist()
    return {
        "svd": plot_spectra(moments), "svd-columns": plot_columns(W, (8, 8), list(range(24))),
        "svd-steps": plot_three_steps(plane, (i, j)),
    }, {
        "largest error of the three steps against x W": float(np.abs(three_steps(W, x)[-1] - x @ W).max()),
        "effective rank of 64 before": rank(moments["before"]),
        "after 100 epochs": rank(moments["epoch 100"]),
        "largest singular value before": moments["before"]["0 Linear"][0],
        "largest after": moments["epoch 100"]["0 Linear"][0],
        "after, low-rank of rank 8": rank(spectra(trained([64, 64, 10], tn.LowRank(rank=8)))),
        "after, hashed to 1/8": rank(spectra(trained([64, 64, 10], tn.Hashed(1 / 8)))),
        "after, binary": rank(spectra(trained([64, 64, 10], tn.Binary()))),
    }  # fmt: skip


def saturation_() -> Answer:
    """Which share of the units stops responding, layer by layer, and does the loss matter?"""
    data, shares, figures = digits(), {}, {}
    last = {"before": squashed(tn.MLP([64, 64, 32, 10]), data.train.inputs)}
    for name, loss in LOSSES.items():
        net = tn.MLP([64, 64, 32, 10])
        told = EachEpoch(saturation, net, data.train.inputs)
        tn.fit(net, data.train, epochs=200, lr=0.05, loss=loss, progress=False, report=told)
        last[name], shares[name] = squashed(net, data.train.inputs), (seen := told.seen)
        for layer in seen[0]:
            figures[f"{name}, {layer}, % at epoch 1"] = 100 * seen[0][layer]
            figures[f"{name}, {layer}, % at epoch 200"] = 100 * seen[-1][layer]
    figures["slope of tanh at 1.8"] = float(1 - np.tanh(1.8) ** 2)
    return {"saturation": plot_saturation(shares), "saturation-z": plot_squashed(last)}, figures


def updates() -> Answer:
    """Is a training step smaller where |z| is larger (C7a), and what drives |z| out, noise or the error term (C7b)?"""
    (x, y), *_ = digits()
    ways = {
        "SGD, cross-entropy": dict(loss=F.softmax_cross_entropy, batch_size=50, lr=0.1),
        "SGD, squared hinge": dict(loss=F.squared_hinge, batch_size=50, lr=0.1),
        "full batch, cross-entropy": dict(loss=F.softmax_cross_entropy, batch_size=800, lr=0.1),
        "SGD, loss of pure chance": dict(loss=chance(), batch_size=50, lr=0.1),
    }
    watches, figures = {}, {}
    for name, how in ways.items():
        net = tn.MLP([64, 32, 10])
        watches[name] = watch = Watch(net, x[:200], every=40)
        tn.fit(net, (x, y), epochs=4000 * how["batch_size"] // 800, optimizer=watch, progress=False, **how)  # type: ignore[operator]
        steps, size = watch.steps("1 Tanh", since=1000), watch.mean_size("1 Tanh")
        figures |= {
            f"{name}: mean |z| from": size[0], f"{name}: to": size[-1],
            f"{name}: step at largest |z| / at smallest": steps.size[-1] / steps.size[0],
            f"{name}: outward share of a step at largest |z|": steps.outward[-1] / steps.size[-1],
        }  # fmt: skip
    return {"updates": plot_steps(watches, "1 Tanh", since=1000)}, figures


def scores() -> Answer:
    """Do class scores only go up and move apart without end (C4, C7b), and is the loss ever exactly zero?"""
    data, records, figures = digits(), {}, {}
    for name, loss in LOSSES.items():
        net = tn.MLP([64, 32, 10])
        told = EachEpoch(score_record, net, data.train)
        tn.fit(net, data.train, epochs=500, lr=0.05, loss=loss, progress=False, report=told)
        records[name] = seen = told.seen
        for epoch in (1, 500):
            r = seen[epoch - 1]
            figures |= {
                f"{name}, epoch {epoch}: true": r.true, f"{name}, epoch {epoch}: others": r.others,
                f"{name}, epoch {epoch}: length of the weights": r.weight_norm,
            }  # fmt: skip
        figures |= {f"{name}: loss at the end": r.loss64, f"{name}: share of exactly zero": r.exactly_zero}
    return {"scores": plot_scores(records)}, figures


def calibration_() -> Answer:
    """Are scores probabilities (C4), and do more epochs make them better or worse ones?"""
    data, found, figures, ends = digits(), {}, {}, {}
    for name, loss in LOSSES.items():
        net = tn.MLP([64, 32, 10])
        told = EachEpoch(calibration, net, data.test)
        tn.fit(net, data.train, epochs=300, lr=0.05, loss=loss, progress=False, report=told)
        seen = told.seen
        found[name], ends[f"{name}, epoch 300"] = seen, seen[-1]
        p = F.softmax(net(data.test.inputs)).numpy()
        least = int(np.argmin([c.ece for c in seen]))
        figures |= {
            f"{name}: least ECE, %": 100 * seen[least].ece, f"{name}: at epoch": least + 1,
            f"{name}: ECE at epoch 300, %": 100 * seen[-1].ece, f"{name}: error then, %": 100 * seen[-1].error,
            f"{name}: ECE by chance, %": 100 * by_chance(p),
        }  # fmt: skip
    return {"calibration": plot_calibration(found), "calibration-reliability": plot_reliability(ends)}, figures


def hardening() -> Answer:
    """Do borders in the plane harden over epochs (C7)?"""
    data, net, seen = tn.datasets.load("spirals", train=400), tn.MLP([2, 32, 2]), {}
    marks = [1, 5, 20, 50, 100, 200, 500, 1000, 1500]
    tn.fit(net, data.train, epochs=marks[-1], lr=0.2, progress=False,
           report=lambda h: seen.update({len(h): borders(net)}) if len(h) in marks else None)  # fmt: skip
    titles = [f"epoch {k}: {100 * moment.soft:.0f} % soft" for k, moment in seen.items()]
    animation = lambda path: animate_borders(list(seen.values()), path, data.train, titles, per_second=2)
    pictures = {"hardening": plot_borders(seen[marks[-1]], data.train, titles[-1]), "hardening.gif": animation}
    return pictures, {f"soft share at epoch {k}, %": 100 * seen[k].soft for k in (20, 100, 500, 1500)} | {
        "test error at the end, %": 100 * tn.evaluate(net, data.test)
    }


def normalization() -> Answer:
    """Is batch norm a weaker form of factorization (C21)? What does each way to write W reach at equal bytes?"""
    found = compare_scales(digits(), [64, 64, 64, 10], seeds=(0, 1), epochs=20)
    figures = {}
    for name, f in found.items():
        figures |= {
            f"{name}: loss after 5 epochs": f.loss[4], f"{name}: test error, %": 100 * f.test_error,
            f"{name}: effective rank": f.rank,
        }  # fmt: skip
    return {"normalization": plot_scales(found)}, figures


def percentiles() -> Answer:
    """Does batch norm hold the inputs of the last hidden layer still (C21)?"""
    data, seen, figures = digits(), {}, {}
    for name, batch_norm in (("without batch norm", False), ("with batch norm", True)):
        net = tn.MLP([64, 100, 100, 100, 10], activation=tn.Sigmoid, batch_norm=batch_norm)
        told = EachEpoch(input_percentiles, net, data.valid.inputs)
        tn.fit(net, data.train, epochs=40, lr=0.1, progress=False, report=told)
        seen[name] = told.seen
        for unit, relative in (("half widths", True), ("units of z", False)):
            drift = median_drift(told.seen, relative)
            figures[f"{name}: drift of the medians, first 10 epochs, {unit}"] = drift[:10].mean()
            figures[f"{name}: last 10, {unit}"] = drift[-10:].mean()
        figures[f"{name}: test error, %"] = 100 * tn.evaluate(net, data.test)
    return {"percentiles": plot_percentiles(seen)}, figures


def comparison() -> Answer:
    """What does a constraint on W change about the way a training goes?"""
    data, records, figures = digits(), {}, {}
    ways = {
        "dense": tn.Dense(),
        "hashed 1/8": tn.Hashed(1 / 8),
        "low-rank 8": tn.LowRank(rank=8),
        "binary": tn.Binary(),
    }
    for name, weight in ways.items():
        net = tn.MLP([64, 128, 10], weight)
        records[name] = record = Record(net, (data.train.inputs[:400], data.train.labels[:400]))
        tn.fit(net, data.train, data.valid, epochs=30, lr=0.03, progress=False, report=record)
        start, end = record.moments[0], record.moments[-1]
        figures |= {
            f"{name}: loss at the end": record.history.loss[-1],
            f"{name}: rms gradient of a number, start": float(np.sqrt(np.mean(start.gradients["0 Linear"] ** 2.0))),
            f"{name}: saturated, %": 100 * end.saturated, f"{name}: distance": end.distance["0 Linear"],
            f"{name}: effective rank": effective_rank(end.spectra["0 Linear"]),
        }  # fmt: skip
    return {"comparison": plot_training(records)}, figures


def soft_targets() -> Answer:
    """Do a large network's scores teach a small network more than labels do?"""
    data = digits()
    large = trained([64, 256, 10], epochs=60)
    figures = {"teacher: test error, %": 100 * tn.evaluate(large, data.test)}
    for name, weight in (("hashed 1/16", tn.Hashed(1 / 16)), ("hashed 1/64", tn.Hashed(1 / 64))):
        for kind, teacher in (("labels", None), ("soft targets", large)):
            nets = [trained([64, 256, 10], weight, data, seed, 60, teacher=teacher) for seed in range(3)]
            errors = [100 * tn.evaluate(net, data.test) for net in nets]
            figures |= {f"{name}, {kind}: test error, %": float(np.mean(errors)), f"{name}, {kind}: sd": np.std(errors)}
    return {}, figures


INSTRUMENTS = {
    "svd": svd, "saturation": saturation_, "updates": updates, "scores": scores, "calibration": calibration_,
    "hardening": hardening, "normalization": normalization, "percentiles": percentiles, "comparison": comparison,
    "soft targets": soft_targets,
}  # fmt: skip

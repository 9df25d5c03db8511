"""The instruments of tinynet/reading/ that take a trained network apart, in the form of reading_training.py."""

from __future__ import annotations

from itertools import combinations

import numpy as np

import tinynet as tn
from benchmarks.reading_training import Answer, digits, trained
from benchmarks.sequences import trained as trained_on
from tinynet.datasets import reber
from tinynet.reading.automata.automaton import minimal_automaton, read_automaton, shortest_difference
from tinynet.reading.automata.automaton_drawing import plot_automaton
from tinynet.reading.decisions.boolean import plot_boolean, reached
from tinynet.reading.decisions.regions import borders, cells, planes, plot_regions, sampled_regions
from tinynet.reading.decisions.splits import agreement, grow_tree, plot_tree, sign_limit
from tinynet.reading.inside import weights
from tinynet.reading.layers.dependence import numerical_rank, plot_dependence, plot_shrink, remove_dependent, shrink
from tinynet.reading.layers.geometry import (
    binary_spectrum,
    column_geometry,
    hold_lengths,
    imposed_cosines,
    plot_geometry,
    plot_spectrum,
)  # fmt: skip
from tinynet.reading.networks import distance as d
from tinynet.reading.networks.alignment import match_units, plot_alignment, weight_distance
from tinynet.reading.training.gradient_flow import gradient_flow, plot_gradient_flow
from tinynet.reading.units import unit_activations


def regions() -> Answer:
    """Do saturated units cut the plane into regions, in one layer as well as in two (C3, C6)?"""
    data, pictures, figures = tn.datasets.load("spirals"), {}, {}
    uniform = np.random.default_rng(0).uniform(-1, 1, (50_000, 2)).astype(np.float32)
    for name, widths in (("one layer of 32", [2, 32, 2]), ("two layers of 12", [2, 12, 12, 2])):
        net = tn.MLP(widths)
        tn.fit(net, data.train, epochs=300, lr=0.1, schedule=tn.optim.cosine, progress=False)
        sharp = borders(net, uniform)
        pictures["regions-" + name.split()[0]] = plot_regions(net)
        figures |= {
            f"{name}: test error, %": 100 * tn.evaluate(net, data.test),
            f"{name}: cells of the first layer": len(cells(*planes(net)).areas),
            f"{name}: regions seen": len(sampled_regions(net, uniform).volumes),
            f"{name}: soft units at a point": sharp.overlap.mean(),
            f"{name}: regions a point is in effect in, median": np.median(sharp.regions),
        }
    net, x = trained([64, 16, 10]), digits().train.inputs
    seen = sampled_regions(net, x)
    figures |= {"digits, 16 units: regions of 800 examples": len(seen.volumes), "digits: unseen share": seen.unseen}
    return pictures, figures


def splits() -> Answer:
    """Does a network decide by asking its hidden units a few questions?"""
    data, figures = digits(), {}
    net = trained([64, 16, 10])
    x, fresh = data.train.inputs, data.test.inputs
    for depth in (3, 4, 6, 12):
        tree = grow_tree(net, x, depth=depth, thresholds="best")
        figures[f"depth {depth}: agreement on test, %"] = 100 * agreement(tree, net, fresh)
    figures |= {"splits of the largest": tree.splits, "signs alone, on test, %":
                100 * agreement(grow_tree(net, x, depth=16), net, fresh)}  # fmt: skip
    figures["signs alone, at most, on training, %"] = 100 * sign_limit(net, x)
    figures["network: test error, %"] = 100 * tn.evaluate(net, data.test)
    return {"splits": plot_tree(grow_tree(net, x, depth=4, purity=0.95, thresholds="best"))}, figures


def dependence() -> Answer:
    """Are hidden units linear in others, and is a network that drops them as good as one small from the start?"""
    data = digits()
    (x, _), net, fresh = data.train, trained([64, 64, 10]), tn.MLP([64, 64, 10])
    layers = {"before": unit_activations(fresh, x), "after": unit_activations(net, x)}
    figures = {
        "units of 64 removed for 1e-5": len(remove_dependent(net, x).dependence.removed),
        "for a score error of 0.5": len(remove_dependent(net, x, error=0.5).dependence.removed),
    }
    for name, weight in (("hashed 1/8", tn.Hashed(1 / 8)), ("low-rank 8", tn.LowRank(rank=8)), ("binary", tn.Binary())):
        figures[f"rank of 64 units, {name}"] = numerical_rank(unit_activations(trained([64, 64, 10], weight), x), 1e-2)
    figures["rank of 64 units, dense"] = numerical_rank(layers["after"], 1e-2)
    figures["before training"] = numerical_rank(layers["before"], 1e-2)
    tune = lambda small: tn.fit(small, data.train, epochs=10, lr=0.03, schedule=tn.optim.cosine, progress=False)
    ways = {
        "shrunk, refitted": shrink(net, x, [32, 16, 8, 4]), "shrunk, trained further": shrink(net, x, [32, 16, 8, 4],
                                                                                              tune=tune),
        "small from the start": {width: trained([64, width, 10]) for width in (32, 16, 8, 4)},
    }  # fmt: skip
    curves = {way: {w: tn.evaluate(small, data.test) for w, small in nets.items()} for way, nets in ways.items()}
    figures |= {f"{way}, {w} units: test error, %": 100 * e for way, curve in curves.items() for w, e in curve.items()}
    return {"dependence": plot_dependence(layers), "dependence-shrink": plot_shrink(curves)}, figures


def geometry() -> Answer:
    """Is length needed, where do binary columns point, and does hashing tie columns together (C13, C14, C8)?"""
    data = digits()
    bits = tn.BinaryMLP([64, 128, 10])
    tn.fit(bits, data.train, epochs=30, lr=0.003, optimizer=tn.Adam, loss=tn.functional.squared_hinge, progress=False)
    first = next(iter(weights(bits).values()))
    nets = {"dense": trained([64, 128, 10]), "hashed 1/16": trained([64, 128, 10], tn.Hashed(1 / 16))}
    held = hold_lengths(tn.MLP([64, 128, 10], tn.Scaled(normalize=True)), 1.0)
    tn.fit(held, data.train, epochs=40, lr=0.05, schedule=tn.optim.cosine, progress=False)
    found = {name: weights(net)["0 Linear"] for name, net in nets.items()} | {"length held": weights(held)["0 Linear"]}
    spectrum, layer = binary_spectrum(first), nets["hashed 1/16"].layers[0].weight
    figures = {f"{name}: sd of cosines": column_geometry(W).cosines.std() for name, W in found.items()} | {
        "chance, 1 / sqrt(64)": 1 / 8, "imposed by the hash": float(np.sqrt(np.mean(imposed_cosines(layer) ** 2))),
        "binary, spread in units of chance": spectrum.spread, "binary, distance from random": spectrum.distance,
    }  # fmt: skip
    for name, net in (nets | {"length held": held, "binary network": bits}).items():
        figures[f"{name}: test error, %"] = 100 * tn.evaluate(net, data.test)
    rng = np.random.default_rng(0)
    pair = {"trained": first, "random": rng.choice([-1.0, 1.0], first.shape)}
    return {"geometry": plot_geometry(found), "geometry-binary": plot_spectrum(pair)}, figures


def boolean() -> Answer:
    """Do XNOR gates span all functions (C14)?"""
    return {"boolean": plot_boolean((3, 4))}, {
        f"{n} inputs, {kind}": c for n in (3, 4) for kind, c in reached(n).items()
    }


def alignment() -> Answer:
    """Do two starts end in the same network, up to the order and the signs of its units?"""
    x, figures = digits().train.inputs, {}
    for name, weight in (("dense", tn.Dense()), ("hashed 1/8", tn.Hashed(1 / 8)), ("binary", tn.Binary())):
        a, b = (trained([64, 32, 10], weight, seed=seed) for seed in (0, 1))
        [match] = match_units(a, b, x)
        figures |= {
            f"{name}: mean |correlation| of partners": match.similarity.mean(),
            f"{name}: partners above 0.9, of 32": int((match.similarity > 0.9).sum()),
            f"{name}: distance of the weights": weight_distance(a, b),
        }
        if name == "dense":
            picture = plot_alignment(a, b, x)
    figures["fresh nets: distance of the weights"] = weight_distance(*(tn.MLP([64, 32, 10], seed=s) for s in (0, 1)))
    [fresh] = match_units(*(tn.MLP([64, 32, 10], seed=s) for s in (0, 1)), x)
    return {"alignment": picture}, figures | {"fresh nets: mean |correlation|": fresh.similarity.mean()}


def distance() -> Answer:
    """How far apart do two networks perform, judged by 200 inputs in place of the whole test set (Q3)?"""
    data = digits()
    ways = [tn.Dense(), tn.Hashed(1 / 8), tn.Hashed(1 / 64), tn.Sparse(1 / 16), tn.Binary(), tn.LowRank(rank=2)]
    nets = [trained([64, 32, 10], w, seed=s, epochs=20) for w in ways for s in (0, 1)]
    errors = [tn.evaluate(net, data.test) for net in nets]
    x, pixels = data.valid.inputs, d.noise(1000, 64)
    measures = {
        "disagreement, 200 inputs": lambda a, b: d.disagreement(a, b, x).value,
        "labelled gap, 200 inputs": lambda a, b: abs(d.labelled_gap(a, b, data.valid).value),
        "disagreement on noise": lambda a, b: d.disagreement(a, b, pixels).value,
        "weights, aligned": weight_distance, "1 - CKA": lambda a, b: 1 - d.cka(a, b, x),
    }  # fmt: skip
    pairs = list(combinations(range(len(nets)), 2))
    gaps = np.array([abs(errors[i] - errors[j]) for i, j in pairs])
    estimates = {name: np.array([f(nets[i], nets[j]) for i, j in pairs]) for name, f in measures.items()}
    from scipy.stats import spearmanr

    figures = {f"Spearman over {len(pairs)} pairs: {k}": spearmanr(v, gaps).statistic for k, v in estimates.items()}
    a, b = nets[0], nets[4]
    share, gap = d.disagreement(a, b, x), d.labelled_gap(a, b, data.valid)
    figures |= {
        "dense against hashed 1/64: true gap, points": 100 * (errors[0] - errors[4]),
        "disagreement, %": 100 * share.value,
        "at most, %": 100 * share.high,
        "labelled gap, points": 100 * gap.value,
        "from": 100 * gap.low,
        "up to": 100 * gap.high,
        "labels": gap.labels,
    }
    return {"distance": d.plot_estimates(estimates, gaps)}, figures


def gradients() -> Answer:
    """How large is the gradient along an LSTM's time steps and a deep MLP's layers, before and after training (Q4)?"""
    rows = tn.datasets.load("digits_rows")
    nets = {
        "MLP, 8 layers": (tn.MLP([64] + [64] * 8 + [10]), digits()),
        "RNN, 8 steps": (tn.RecurrentNet([8, 64, 10], layer=tn.RNN, last=True), rows),
        "memory of an LSTM, 8 steps": (tn.RecurrentNet([8, 64, 10], last=True), rows),
    }
    flows, figures = {}, {}
    for name, (net, data) in nets.items():
        batch = data.test.inputs[:200], data.test.labels[:200]
        for when in ("before", "after"):
            if when == "after":
                tn.fit(net, data.train, epochs=20, lr=0.003, optimizer=tn.Adam, clip=1.0, progress=False)
            flow = gradient_flow(net, batch)
            what, norms = list(flow.norms.items())[-1]  # for an LSTM, its memory c
            flows[f"{name}, {when}"] = flow._replace(norms={what: norms})
            norms = norms[1:-1:2] if flow.along == "layer" else norms  # the activations a behind each tanh
            figures[f"{name}, {when}: first / last norm"] = norms[0] / norms[-1]
        figures[f"{name}: test error, %"] = 100 * tn.evaluate(net, data.test)
    return {"gradients": plot_gradient_flow(flows)}, figures


def automaton() -> Answer:
    """Has an LSTM that was trained on the embedded Reber grammar become the grammar's automaton (Q1)?"""
    net, _ = trained_on("reber", "LSTM", 0, tn.datasets.load("reber"))
    strings = reber.strings(2000, np.random.default_rng(1))
    found, clustered = (read_automaton(net, strings, reber.ALPHABET, clusters=clusters) for clusters in (None, 80))
    smallest, right = minimal_automaton(found.arcs), minimal_automaton(reber.AUTOMATON)
    return {"automaton": plot_automaton({"the grammar": right, "read out of the LSTM": smallest})}, {
        "states by the signs of 20 units": found.states, "of the smallest automaton": len(smallest),
        "of the grammar's": len(right), "equivalent": shortest_difference(right, found.arcs) is None,
        "steps": found.steps, "conflicts": found.conflicts, "to states not equivalent": found.unlike,
        "by 80 clusters: equivalent": shortest_difference(right, clustered.arcs) is None,
        "by 80 clusters: to states not equivalent": clustered.unlike,
    }  # fmt: skip


INSTRUMENTS = {
    "regions": regions, "splits": splits, "dependence": dependence, "geometry": geometry, "boolean": boolean,
    "alignment": alignment, "distance": distance,
    "gradient flow": gradients, "automaton": automaton,
}  # fmt: skip

"""Every instrument on a trained network of every parameterization: it runs, and what it gives is finite."""

from functools import cache

import numpy as np
import pytest

import tinynet as tn
from tinynet.datasets import reber
from tinynet.reading import (
    alignment,
    automaton,
    calibration,
    comparison,
    dependence,
    distance,
    geometry,
    hardening,
    inside,
    normalization,
    percentiles,
    regions,
    saturation,
    scores,
    solutions,
    splits,
    svd,
    updates,
)  # fmt: skip
from tinynet.reading.training.gradient_flow import gradient_flow

WAYS = {
    "dense": tn.Dense(),
    "low-rank": tn.LowRank(rank=2),
    "hashed": tn.Hashed(1 / 2),
    "sparse": tn.Sparse(1 / 2),
    "quantized": tn.Quantized(bits=3),
    "binary": tn.Binary(),
    "scaled": tn.Scaled(),
}
rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (60, 2)).astype(np.float32)
DATA = X, (X[:, 0] * X[:, 1] > 0).astype(np.int64)
STRINGS = reber.strings(12, rng)


@cache
def trained(way, seed=0, batch_norm=False):
    net = tn.MLP([2, 6, 5, 2], WAYS[way], seed=seed, batch_norm=batch_norm)
    tn.fit(net, DATA, epochs=2, batch_size=20, lr=0.05)
    return net


@cache
def recurrent(way):
    net = tn.RecurrentNet([7, 4, 7], WAYS[way], alphabet=reber.ALPHABET)
    ids, _ = tn.datasets.pad([tn.datasets.text.encode(s, reber.ALPHABET) for s in STRINGS])
    tn.fit(net, (ids[:, :-1], ids[:, 1:]), epochs=1, batch_size=6)
    return net


def watched(way):
    net = tn.MLP([2, 6, 2], WAYS[way])
    watch = updates.Watch(net, X)
    tn.fit(net, DATA, epochs=2, batch_size=20, optimizer=watch)
    return watch.steps("1 Tanh", bins=3)


def recorded(way):
    net = tn.MLP([2, 6, 2], WAYS[way])
    record = comparison.Record(net, DATA)
    tn.fit(net, DATA, epochs=1, batch_size=20, report=record)
    return record.moments


def read(way):
    found = automaton.read_automaton(recurrent(way), STRINGS)
    return found[1:], len(automaton.minimal_automaton(found.arcs))


def taught(way):
    net = tn.MLP([2, 6, 2], WAYS[way])
    return tn.fit(net, DATA, epochs=1, batch_size=20, teacher=trained(way)).loss


INSTRUMENTS = {
    "inside": lambda way: (inside.weights(trained(way)), inside.activations(trained(way), X)),
    "gradient_flow": lambda way: gradient_flow(trained(way), DATA).norms,
    "gradient_flow, LSTM": lambda way: gradient_flow(recurrent(way), (np.zeros((2, 3), int),) * 2).norms,
    "svd": lambda way: (svd.spectra(trained(way)), svd.spectra(recurrent(way))),
    "saturation": lambda way: (saturation.saturation(trained(way), X), saturation.squashed(trained(way), X)),
    "updates": watched,
    "scores": lambda way: scores.score_record(trained(way), DATA),
    "calibration": lambda way: calibration.calibration(trained(way), DATA).ece,
    "hardening": lambda way: hardening.borders(trained(way), points=9),
    "normalization": lambda way: inside.weights(normalization.fold(trained(way, batch_norm=True))),
    "percentiles": lambda way: percentiles.input_percentiles(trained(way), X),
    "comparison": recorded,
    "regions": lambda way: (
        regions.sampled_regions(trained(way), X), regions.cells(*regions.planes(trained(way))).areas,
        regions.borders(trained(way), X)[1:],  # the width of a border is infinite where all of a unit's weights are 0
    ),
    "splits": lambda way: splits.agreement(splits.grow_tree(trained(way), X), trained(way), X),
    "dependence": lambda way: dependence.remove_dependent(trained(way), X).change,
    "dependence, shrunk": lambda way: inside.weights(dependence.shrink(trained(way), X, [3])[3]),
    "geometry": lambda way: geometry.column_geometry(inside.weights(trained(way))["0 Linear"]),
    "alignment": lambda way: (
        alignment.match_units(trained(way), trained(way, 1), X),
        alignment.weight_distance(trained(way), trained(way, 1)),
    ),
    "solutions": lambda way: solutions.students(trained(way), X, [4, 4], WAYS[way], starts=(0,), epochs=1)[0][1:],
    "distance": lambda way: (
        distance.labelled_gap(trained(way), trained(way, 1), DATA), distance.cka(trained(way), trained(way, 1), X)
    ),
    "automaton": read,
    "soft targets": taught,
}  # fmt: skip


def numbers(found):
    """Return all that was found, one after the other."""
    if isinstance(found, dict):
        return numbers(list(found.values()))
    if isinstance(found, tuple | list):
        return np.concatenate([numbers(part) for part in found]) if len(found) else np.empty(0)
    return np.ravel(found).astype(float)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_it_gives_finite_numbers(instrument, way):
    found = numbers(INSTRUMENTS[instrument](way))
    assert len(found) and np.isfinite(found).all()

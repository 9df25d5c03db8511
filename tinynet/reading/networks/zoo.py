"""Zoo: what each estimate of the gap between two networks is worth, measured over all pairs of many networks.

Networks of several methods, budgets, sizes, amounts of training data and seeds learn the same task. For each pair we
know the true gap |e_a - e_b| from the whole test split, and compute every estimate of distance.py from other inputs. An
estimate is worth as much as its rank correlation with the true gap over all pairs (Spearman). Its price is the number
of labels.

    disagreement, n inputs     D on n unlabelled inputs
    noise                      D on pure noise
    weights                    the distance of the weights after alignment
    1 - CKA                    on the last hidden layers
    consensus of the zoo       |D(a, m) - D(b, m)|, with m the class that most networks of the zoo predict: how often
                               each network leaves the crowd. Of the estimates without labels, only consensus can tell
                               which of a and b is worse; but it needs the whole zoo.
    of its closer half         the same, with m from the half of the networks that leave m least: first m of all, then
                               of the closer half, and again until it stays. A crowd can judge only what is worse than
                               itself, and this crowd is better.
    labelled gap, n inputs     |e_a - e_b| on n inputs; only inputs on which a and b differ need a label

Pairs share networks, so they are not independent. The interval of a correlation therefore comes from drawing networks
with replacement, not pairs; pairs of a network with itself are left out.

A correlation over all pairs can owe much to a few very bad networks: whatever tells bad from good then looks like a
good estimate. So measure it among the better networks as well (`share`), where gaps are small and a choice is hard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np

from tinynet.datasets import Dataset, load
from tinynet.frontier.methods import available, recipe
from tinynet.frontier.workers import cores
from tinynet.layers.base import Layer
from tinynet.layers.mlp import MLP
from tinynet.reading.networks.alignment import weight_distance
from tinynet.reading.networks.distance import clopper_pearson, linear_cka, noise, paired_gap, predicted
from tinynet.reading.units import hidden_layers, opened, unit_activations
from tinynet.training.fit import fit
from tinynet.training.optim import cosine
from tinynet.training.progress import wanted

RECIPES = (
    ("dense", 1), ("lowrank", 1 / 4), ("hashed", 1 / 8), ("hashed", 1 / 64), ("sparse", 1 / 8), ("sparse", 1 / 64),
    ("quantized", 1 / 8), ("quantized", 1 / 16), ("binary", 1 / 32),
)  # fmt: skip
SAMPLES = (30, 100, 300, 1000)  # how many inputs an estimate may see


@dataclass(frozen=True)
class Member:
    """The description of one network of the zoo."""

    method: str
    factor: float
    hidden: int  # hidden units
    train: int  # training examples
    seed: int


class Measured(NamedTuple):
    """What is kept of a trained network."""

    classes: np.ndarray  # uint8, predicted for the test inputs
    probe_classes: np.ndarray  # for the inputs that estimates may see
    noise_classes: np.ndarray  # for pure noise
    activations: np.ndarray  # float32 (probe, hidden)
    net: tuple[Any, dict[str, np.ndarray]]  # description and arrays, with dense matrices


class Zoo(NamedTuple):
    """True gaps and estimates, one entry for each pair of networks, in the order of numpy.triu_indices."""

    errors: np.ndarray  # of each network, on the test split
    gaps: np.ndarray  # the true gaps
    estimates: dict[str, np.ndarray]
    labels: dict[str, float]  # mean number of labels that an estimate needed for a pair
    above: float  # share of pairs whose gap exceeds the upper 95 % bound of the disagreement on all probe inputs
    outside: float  # share of pairs whose signed gap lies outside the paired 95 % bound on all probe inputs


def members(
    recipes: Sequence[tuple[str, float]] = RECIPES, hidden: Sequence[int] = (16, 64),
    train: Sequence[int] = (500, 2000), seeds: Sequence[int] = (0, 1), n_in: int = 784, n_out: int = 10,
) -> list[Member]:  # fmt: skip
    """Return the members of a zoo: all combinations for which there is a recipe."""
    return [
        Member(method, factor, h, n, seed)
        for (method, factor), h, n, seed in product(recipes, hidden, train, seeds)
        if available(method, factor, [(n_in, h), (h, n_out)])
    ]


def raised(member: Member, data: str, options: tuple[tuple[str, Any], ...] = (), epochs: int = 10) -> Measured:
    """Train one network (SGD with momentum, rate 0.05, cosine schedule) and return what is kept of it."""
    from threadpoolctl import threadpool_limits

    split = _data(data, options)
    widths = [split.n_features, member.hidden, split.n_classes]
    net = MLP(widths, recipe(member.method, member.factor, list(pairwise(widths))), seed=member.seed)
    first = (split.train.inputs[: member.train], split.train.labels[: member.train])
    with threadpool_limits(limits=1):
        fit(net, first, epochs=epochs, lr=0.05, schedule=cosine, seed=member.seed, progress=False)
        probe, dense = split.valid.inputs[: max(SAMPLES)], opened(net)
        return Measured(
            predicted(net, split.test.inputs).astype(np.uint8),
            predicted(net, probe).astype(np.uint8),
            predicted(net, noise(max(SAMPLES), split.n_features)).astype(np.uint8),
            unit_activations(net, probe, len(hidden_layers(net)) - 1).astype(np.float32),
            (dense.to_json(), dense.state()),
        )


def open_zoo(
    members: Sequence[Member], data: str = "mnist", options: dict[str, Any] | None = None, epochs: int = 10,
    jobs: int | None = None, progress: bool | None = None,
) -> Zoo:  # fmt: skip
    """Train all networks and return the true gaps and the estimates of all pairs.

    Args:
        members: two or more; see `members`.
        data: a classification set of rows, by a name that `tn.datasets.load` knows.
        options: options of a generated set, such as dict(train=2000, valid=1000, test=10000).
        epochs: how long to train each network.
        jobs: number of processes, by default one per core; with 1, training runs in this process. With more, a script
            needs `if __name__ == "__main__":`.
        progress: whether to show a bar; by default only on a terminal.
    """
    if len(members) < 2:
        raise ValueError(f"open_zoo: {len(members)} members; a pair needs two at least")
    given = tuple(sorted((options or {}).items()))
    task = partial(raised, data=data, options=given, epochs=epochs)
    animals = _in_processes(task, members, jobs or cores(), progress)
    split = _data(data, given)
    return compare(animals, split.test.labels, split.valid.labels[: max(SAMPLES)])


def compare(animals: Sequence[Measured], test_labels: np.ndarray, probe_labels: np.ndarray) -> Zoo:
    """Return the true gaps and the estimates of all pairs of networks; see `Measured` for what is compared."""
    errors = np.array([(animal.classes != test_labels).mean() for animal in animals])
    probes = np.array([animal.probe_classes for animal in animals])
    i, j = np.triu_indices(len(animals), 1)
    pairs = list(zip(i.tolist(), j.tolist(), strict=True))
    nets: list[Any] = [Layer.from_json(animal.net[0]) for animal in animals]
    for net, animal in zip(nets, animals, strict=True):
        net.restore(animal.net[1])
    gaps, differ, wrong = errors[i] - errors[j], probes[i] != probes[j], probes != probe_labels
    alone, apart = ((probes != said).mean(axis=1) for said in (_majority(probes), _closer_half(probes)))
    noises = np.array([animal.noise_classes for animal in animals])
    sizes = [n for n in SAMPLES if n <= probes.shape[1]]
    estimates = {f"disagreement, {n} inputs": differ[:, :n].mean(axis=1) for n in sizes} | {
        "disagreement on noise": (noises[i] != noises[j]).mean(axis=1),
        "weights, aligned": np.array([weight_distance(nets[a], nets[b]) for a, b in pairs]),
        "1 - CKA": 1 - np.array([
            linear_cka(animals[a].activations, animals[b].activations) for a, b in pairs
        ]),
        "consensus of the zoo": np.abs(alone[i] - alone[j]),
        "consensus of its closer half": np.abs(apart[i] - apart[j]),
    }  # fmt: skip
    labels = dict.fromkeys(estimates, 0.0)
    for n in sizes:
        name = f"labelled gap, {n} inputs"
        estimates[name] = np.abs(wrong[i, :n].mean(axis=1) - wrong[j, :n].mean(axis=1))
        labels[name] = float(differ[:, :n].sum(axis=1).mean())
    high = np.array([clopper_pearson(int(d.sum()), len(d))[1] for d in differ])
    bounds = [paired_gap(probes[a], probes[b], probe_labels) for a, b in pairs]
    out = [not bound.low <= gap <= bound.high for bound, gap in zip(bounds, gaps, strict=True)]
    return Zoo(errors, np.abs(gaps), estimates, labels, float((np.abs(gaps) > high).mean()), float(np.mean(out)))


def rank_correlations(
    zoo: Zoo, draws: int = 200, seed: int = 0, share: float = 1.0
) -> dict[str, tuple[float, float, float]]:
    """Return Spearman's correlation of each estimate with the true gap, and its 95 % interval over drawn networks.

    Args:
        zoo: what `open_zoo` returns.
        draws, seed: how often networks are drawn, and the seed of the draws.
        share: the share of networks, the ones with the lowest true errors, among whose pairs to correlate.
    """
    from scipy.stats import spearmanr

    count, rng = len(zoo.errors), np.random.default_rng(seed)
    better = np.sort(np.argsort(zoo.errors, kind="stable")[: round(share * count)])
    if len(better) < 3:
        raise ValueError(f"rank_correlations: share={share} of {count} networks; three at least have pairs to rank")
    place = np.zeros((count, count), int)
    place[np.triu_indices(count, 1)] = np.arange(len(zoo.gaps))
    place += place.T

    def pairs(who: np.ndarray) -> np.ndarray:
        i, j = (who[k] for k in np.triu_indices(len(who), 1))
        return place[i, j][i != j]

    once, drawn = pairs(better), [pairs(better[rng.integers(len(better), size=len(better))]) for _ in range(draws)]
    return {
        name: (
            float(spearmanr(values[once], zoo.gaps[once]).statistic),
            *np.quantile([spearmanr(values[d], zoo.gaps[d]).statistic for d in drawn], [0.025, 0.975]).tolist(),
        )
        for name, values in zoo.estimates.items()
    }


def _majority(classes: np.ndarray) -> np.ndarray:
    """Return the class that most rows of (networks, inputs) give to each input; of equal counts, the lowest class."""
    return np.array([(classes == c).sum(axis=0) for c in range(int(classes.max()) + 1)]).argmax(axis=0)


def _closer_half(classes: np.ndarray, rounds: int = 10) -> np.ndarray:
    """Return the majority of the half of the networks that leave it least, found in a few rounds from the whole's."""
    said = _majority(classes)
    for _ in range(rounds):
        closest = np.argsort((classes != said).mean(axis=1), kind="stable")[: (len(classes) + 1) // 2]
        before, said = said, _majority(classes[closest])
        if (said == before).all():
            break
    return said


def _in_processes(task: Any, members: Sequence[Member], jobs: int, progress: bool | None) -> list[Measured]:
    """Return task(member) for each member, in their order."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed  # here, since a browser has no processes

    from rich.console import Console
    from rich.progress import track

    bar = partial(
        track, total=len(members), description="training", console=Console(stderr=True), disable=not wanted(progress)
    )
    if jobs == 1:
        return [task(member) for member in bar(members)]
    spawn = multiprocessing.get_context("spawn")  # a fork would copy the threads of BLAS
    with ProcessPoolExecutor(min(jobs, len(members)), mp_context=spawn) as pool:
        futures = [pool.submit(task, member) for member in members]
        for future in bar(as_completed(futures)):
            future.result()  # raises at once if a process failed
        return [future.result() for future in futures]


@lru_cache(maxsize=2)
def _data(name: str, options: tuple[tuple[str, Any], ...]) -> Dataset:
    split: Any = load(name, **dict(options))
    return split

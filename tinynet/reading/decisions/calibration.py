"""Calibration: is the score that a network gives its answer the probability that the answer is right?

Notation: p = softmax(s); an example's answer is the largest p, its confidence that p. Examples are put into M bins of
equal width by confidence, bin m holding (m - 1) / M < confidence <= m / M (Guo, Pleiss, Sun, Weinberger 2017,
arXiv 1706.04599, eq. 2 and 3):

    acc(m)     share of right answers in bin m          conf(m)     mean confidence in bin m
    ECE        = sum over m of |B_m| / N |acc(m) - conf(m)|            the expected calibration error

Scores are probabilities in this sense where acc = conf in every bin: the reliability diagram lies on the diagonal, ECE
is 0. It is a property of many examples together. A network that always says "0.9" and is right in nine cases of ten is
perfectly calibrated, and says nothing about which nine. Even then a measured ECE is above 0: with N / M examples a
bin, acc is off by chance by about sqrt(acc (1 - acc) M / N); `by_chance` says what a perfectly calibrated network with
the same confidences would measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import functional as F
from tinynet.drawing import COLOURS, MARKERS
from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer
from tinynet.reading.training.scores import scored
from tinynet.training.checks import Pair

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Calibration(NamedTuple):
    """Bins by confidence, from 0 to 1; NaN where a bin is empty."""

    confidence: np.ndarray  # (M,): mean in each bin
    accuracy: np.ndarray  # (M,)
    examples: np.ndarray  # (M,): how many
    ece: float
    error: float  # share of wrong answers


def calibration(net: Layer, data: Pair, bins: int = 15) -> Calibration:
    """Return how a classifier's confidence compares with its accuracy, in evaluation mode.

    For one an epoch: `fit(.., report=lambda history: found.append(calibration(net, valid)))`.

    Args:
        net: from inputs to scores (N, classes).
        data: inputs and integer labels. ValueError for others.
        bins: M, at least 1.
    """
    scores, labels = scored(net, data)
    return reliability(F.softmax(Tensor(scores.astype(np.float64))).numpy(), labels, bins)


def reliability(p: Any, labels: Any, bins: int = 15) -> Calibration:
    """Return the same for probabilities p (N, classes), whatever they come from."""
    p, labels = np.asarray(p, np.float64), np.asarray(labels)
    if p.ndim != 2 or not len(p) or labels.shape != p.shape[:1]:
        raise ValueError(f"reliability: p of shape {p.shape}, labels {labels.shape}; (N, classes) and (N,) are needed")
    if not (np.all(p >= 0) and np.allclose(p.sum(axis=1), 1)):
        raise ValueError("reliability: the rows of p are no probabilities; pass softmax(scores)")
    if bins < 1:
        raise ValueError(f"reliability: bins={bins}; at least 1 is needed")
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    place = _bin_of(confidence, bins)
    count = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        conf, acc = (np.bincount(place, v, bins) / count for v in (confidence, right))
    return Calibration(conf, acc, count, _ece(place, confidence, right, bins), float(np.mean(~right)))


def by_chance(p: Any, bins: int = 15, draws: int = 100, seed: int = 0) -> float:
    """Return the mean ECE that would be measured were p (N, classes) exactly right, over so many drawn outcomes."""
    confidence = np.asarray(p, np.float64).max(axis=1)
    place, rng = _bin_of(confidence, bins), np.random.default_rng(seed)
    return float(np.mean([_ece(place, confidence, rng.random(len(place)) < confidence, bins) for _ in range(draws)]))


def _bin_of(confidence: np.ndarray, bins: int) -> np.ndarray:
    return np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)


def _ece(place: np.ndarray, confidence: np.ndarray, right: np.ndarray, bins: int) -> float:
    """Return sum |B_m| / N |acc - conf|, which is sum |sum over the bin of (right - confidence)| / N."""
    return float(np.abs(np.bincount(place, right - confidence, bins)).sum() / len(place))


# ---- the pictures


def plot_reliability(found: dict[str, Calibration]) -> Figure:
    """Return the reliability diagram, and below it how many examples each bin holds; a line a network."""
    from matplotlib.figure import Figure

    if not found:
        raise ValueError("plot_reliability: nothing to draw; pass {label: calibration(net, data), ..}")
    figure = Figure(figsize=(5.5, 6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    above.plot([0, 1], [0, 1], color="0.6", linestyle=":", label="perfectly calibrated")
    for i, (label, c) in enumerate(found.items()):
        style: dict[str, Any] = dict(color=COLOURS[i % len(COLOURS)], marker=MARKERS[i % len(MARKERS)], linewidth=1)
        kept = c.examples > 0
        above.plot(
            c.confidence[kept], c.accuracy[kept], label=f"{label}: ECE {100 * c.ece:.1f} %", markersize=6, **style
        )
        below.plot(c.confidence[kept], c.examples[kept], markersize=4, **style)
    above.set(ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02))
    below.set(xlabel="confidence", ylabel="examples", yscale="log")
    above.legend(frameon=False, fontsize="small")
    for axes in (above, below):
        axes.grid(True, color="0.92", linewidth=0.6)
    return figure


def plot_calibration(found: dict[str, Sequence[Calibration]]) -> Figure:
    """Return the picture of ECE and error by epoch, a panel a network.

    Args:
        found: of label -> a list of `calibration`, one an epoch.
    """
    from matplotlib.figure import Figure

    if not found or not all(found.values()):
        raise ValueError(f"plot_calibration: {list(found)}; pass {{label: [calibration(net, data), ..]}}")
    figure = Figure(figsize=(1 + 4 * len(found), 4), layout="constrained")
    panels = figure.subplots(1, len(found), squeeze=False, sharey=True)[0]
    for axes, (label, by_epoch) in zip(panels, found.items(), strict=True):
        epochs = np.arange(1, len(by_epoch) + 1)
        for i, (field, what) in enumerate((("ece", "expected calibration error"), ("error", "error"))):
            axes.plot(
                epochs, [100 * getattr(c, field) for c in by_epoch], color=COLOURS[i], marker=MARKERS[i],
                markevery=max(1, len(epochs) // 8), markersize=5, linewidth=1.2, label=what,
            )  # fmt: skip
        axes.set(title=label, xlabel="epoch", yscale="log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.grid(True, which="both", color="0.92", linewidth=0.6)
        axes.legend(frameon=False, fontsize="small")
    figure.axes[0].set_ylabel("%")
    return figure

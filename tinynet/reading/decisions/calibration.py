"""Calibration: if a network says "90 % sure", is it right nine times out of ten?

A weather forecast is calibrated if it rains on 30 % of the days for which it said 30 %. We check a classifier in the
same way. With p = softmax(s), its answer is the class with the largest p, and that p is its confidence. Sort the
examples by confidence into M bins of equal width, bin m holding (m - 1) / M < confidence <= m / M (Guo, Pleiss, Sun,
Weinberger 2017, arXiv 1706.04599, eq. 2 and 3):

    acc(m)     the share of right answers in bin m          conf(m)     the mean confidence in bin m
    ECE        = sum over m of |B_m| / N |acc(m) - conf(m)|             the expected calibration error

Scores are probabilities in this sense if acc = conf in every bin. Then the reliability diagram lies on the diagonal and
ECE is 0. This is a property of many examples together: a network that always says "0.9" and is right in nine cases of
ten is perfectly calibrated, but does not tell which nine.

Even a perfectly calibrated network measures an ECE above 0. With N / M examples in a bin, acc is off by chance by about
sqrt(acc (1 - acc) M / N). `by_chance` says how much that comes to, for the same confidences.

A network may rank its answers well and still speak too loudly or too softly, as the squared hinge makes it do: it asks
for scores of 1 and -1, and softmax makes of these 45 % among ten classes. One number mends that, the temperature T in
p = softmax(s / T) (section 4.2). It changes no answer. The best T is the one that minimizes the cross-entropy on
examples that were not trained on. In b = 1 / T this is a convex problem, with its minimum where the true scores are on
average as large as p expects:

    mean over examples of s_y   =   mean over examples of sum over c of p_c s_c
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet import functional as F
from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer
from tinynet.reading.training.scores import scored
from tinynet.training.checks import Pair

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Calibration(NamedTuple):
    """Bins by confidence, from 0 to 1."""

    confidence: np.ndarray  # (M,): conf of each bin, NaN in an empty one
    accuracy: np.ndarray  # (M,): acc of each bin, NaN in an empty one
    examples: np.ndarray  # (M,): number of examples in each bin
    ece: float  # expected calibration error, in [0, 1]
    error: float  # share of wrong answers


def calibration(net: Layer, data: Pair, bins: int = 15, temperature: float = 1.0) -> Calibration:
    """Return how a classifier's confidence compares with its accuracy, in evaluation mode.

    `EachEpoch(calibration, net, valid)` follows it through a training.

    Args:
        net: from inputs to scores (N, classes).
        data: inputs and integer labels. ValueError for other labels.
        bins: M, at least 1.
        temperature: T, by which the scores are divided.
    """
    if not temperature > 0:
        raise ValueError(f"calibration: temperature={temperature}; a positive number is needed")
    scores, labels = scored(net, data)
    return reliability(F.softmax(Tensor(scores.astype(np.float64) / temperature)).numpy(), labels, bins)


def best_temperature(net: Layer, held_out: Pair) -> float:
    """Return the T for which softmax(s / T) has the least cross-entropy on examples that were not trained on.

    Raises ValueError where there is none: if all answers are right, the least T is the best; if the scores know nothing
    of the labels, the greatest.
    """
    scores, labels = scored(net, held_out)
    s = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
    true = s[np.arange(len(s)), labels]
    excess = lambda b: float(np.mean((F.softmax(Tensor(b * s)).numpy() * s).sum(axis=1) - true))  # grows with b = 1 / T
    blind = excess(0.0) >= 0
    if blind or (true == 0).all():
        what = "the scores say nothing about the labels" if blind else "all answers are right"
        raise ValueError(f"best_temperature: {what}, so no T is the best; pass more examples, or other ones")
    high = 1 / -s.min()
    while excess(high) < 0:
        high *= 2
    low = high / 2
    while excess(low) > 0:
        low /= 2
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    return 1 / high


def reliability(p: Any, labels: Any, bins: int = 15) -> Calibration:
    """Return the calibration of probabilities p (N, classes), wherever they come from, against labels (N,)."""
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
    """Return the ECE that a network with probabilities p (N, classes) would measure if it were perfectly calibrated.

    This is the mean over so many draws, in each of which an answer is right with the probability that p says.
    """
    confidence = np.asarray(p, np.float64).max(axis=1)
    place, rng = _bin_of(confidence, bins), np.random.default_rng(seed)
    return float(np.mean([_ece(place, confidence, rng.random(len(place)) < confidence, bins) for _ in range(draws)]))


def _bin_of(confidence: np.ndarray, bins: int) -> np.ndarray:
    edges = np.linspace(0, 1, bins + 1)  # compared as they are: 0.55 * 100 is 55.00000000000001 in floating point
    return np.searchsorted(edges[1:-1], confidence)


def _ece(place: np.ndarray, confidence: np.ndarray, right: np.ndarray, bins: int) -> float:
    """Return sum over m of |B_m| / N |acc - conf|, computed as |sum over the bin of (right - confidence)| / N."""
    return float(np.abs(np.bincount(place, right - confidence, bins)).sum() / len(place))


# ---- the pictures


def plot_reliability(found: dict[str, Calibration]) -> Figure:
    """Return the reliability diagram and, below it, how many examples each bin holds; a curve for each network."""
    drawing.check("plot_reliability", found, "{label: calibration(net, data), ..}")
    figure, (above, below) = drawing.panels(5.5, 6, 2, sharex=True, height_ratios=(3, 1))
    above.plot([0, 1], [0, 1], color="0.6", linestyle=":", label="perfectly calibrated")
    for i, (label, c) in enumerate(found.items()):
        kept = c.examples > 0
        name = f"{label}: ECE {100 * c.ece:.1f} %"
        above.plot(c.confidence[kept], c.accuracy[kept], label=name, **drawing.line(i))
        below.plot(c.confidence[kept], c.examples[kept], **drawing.line(i))
    above.set(ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02))
    below.set(xlabel="confidence", ylabel="examples", yscale="log")
    drawing.grid(above, below)
    drawing.legend(above)
    return figure


def plot_calibration(found: dict[str, Sequence[Calibration]]) -> Figure:
    """Return the picture of ECE and error by epoch, a panel for each network.

    Args:
        found: of label -> a list of `calibration`, one for each epoch.
    """
    drawing.check("plot_calibration", found, "{label: [calibration(net, data), ..]}")
    figure, panels = drawing.panels(1 + 4 * len(found), 4, columns=len(found), sharey=True)
    for axes, (label, by_epoch) in zip(panels, found.items(), strict=True):
        epochs = np.arange(1, len(by_epoch) + 1)
        for i, (field, what) in enumerate((("ece", "expected calibration error"), ("error", "error"))):
            values = [100 * getattr(c, field) for c in by_epoch]
            axes.plot(epochs, values, label=what, **drawing.line(i, len(epochs)))
        axes.set(title=label, xlabel="epoch", yscale="log")
        axes.yaxis.set_major_formatter("{x:g}")
    panels[0].set_ylabel("%")
    drawing.grid(*panels)
    drawing.legend(*panels)
    return figure

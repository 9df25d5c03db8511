"""Scores: where class scores, margins, loss and weights go while training goes on and on.

Cross-entropy is never satisfied. However right an answer already is, it asks for a little more distance between the
true class and the others. Take one example with scores s (classes,), one-hot target t, true class y, p = softmax(s):

    L = -log p_y,     e = dL/ds = p - t              the error terms (Bishop 2006, eq. 4.109)
    margin            s_y - max over c != y of s_c   positive where the answer is right

The true class has e_y = p_y - 1 < 0, every other class e_c = p_c > 0, and the terms of an example sum to zero. So a
descent step on the scores raises the true one and lowers all others. Scores do not all go up: they move apart, and this
never ends, because e is never zero.

For a last layer s = a W + b the gradient is dL/dW = a^T e, and its rows sum to zero. So SGD without weight decay keeps
the sum of each row of W, and the sum of b, as they were at the start. The mean score of an example changes only through
a.

In float32 it does end, in two stages. The loss is L = log(1 + sum over c != y of exp(s_c - s_y)). It becomes exactly 0
when rounding loses that sum next to the 1. With one other class this happens from 2^-24 downwards, so from a margin of
24 log 2 = 16.64 on; with k others at most log k later. Then p_y = 1, and e_y = 0 as well. The other e_c stay positive
until exp underflows, at a margin of 103.97. In between the terms do not sum to zero: the other scores are still pushed
down while nothing raises the true one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet import functional as F
from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer
from tinynet.reading import inside
from tinynet.training.checks import Pair, check_pair
from tinynet.training.clipping import norm

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Scores(NamedTuple):
    """The scores of a set of examples at one moment, summed up by means and extremes over the examples."""

    true: float  # mean score of the true class
    others: float  # mean score of the other classes
    least_margin: float
    median_margin: float
    loss: float  # mean cross-entropy, in the precision of the scores
    loss64: float  # the same from the same scores, in float64
    exactly_zero: float  # share of examples whose loss is exactly 0 in the precision of the scores
    error: float  # mean of -e_y = 1 - p_y, in float64
    imbalance: float  # largest |sum over classes of e|, in the precision of the scores
    weight_norm: float  # length of all parameters together


def score_record(net: Layer, data: Pair) -> Scores:
    """Return the record of a classifier's scores, in evaluation mode.

    `EachEpoch(score_record, net, train)` follows it through a training.

    Args:
        net: from inputs to scores (N, classes), at least two classes.
        data: inputs and integer labels. ValueError for other labels, and for scores that are not finite.
    """
    scores, labels = scored(net, data)
    rows = np.arange(len(labels))
    true, rest = scores[rows, labels], scores.copy()
    rest[rows, labels] = -np.inf
    margin = true.astype(np.float64) - rest.max(axis=1)
    log_p, log_p64 = (_log_softmax(s)[rows, labels] for s in (scores, scores.astype(np.float64)))
    e = _softmax(scores)
    e[rows, labels] -= 1
    return Scores(
        true=float(true.mean(dtype=np.float64)),
        others=float((scores.sum(dtype=np.float64) - true.sum(dtype=np.float64)) / (scores.size - len(scores))),
        least_margin=float(margin.min()),
        median_margin=float(np.median(margin)),
        loss=float(-log_p.mean()),
        loss64=float(-log_p64.mean()),
        exactly_zero=float(np.mean(log_p == 0)),
        error=float(-np.expm1(log_p64).mean()),
        imbalance=float(np.abs(e.sum(axis=1, dtype=np.float64)).max()),
        weight_norm=norm([p.numpy() for p in net.parameters()]),
    )


def scored(net: Layer, data: Pair) -> tuple[np.ndarray, np.ndarray]:
    """Return a classifier's scores (N, classes) in evaluation mode, and the labels. ValueError as in `score_record`."""
    inputs, labels = check_pair("data", net, data)
    scores = inside.scores(net, inputs)
    if labels.dtype.kind not in "iu" or scores.ndim != 2 or scores.shape[1] < 2:
        raise ValueError(
            f"data: labels of dtype {labels.dtype}, scores of shape {scores.shape}; integer labels are needed, and for "
            "each example a row of at least two scores"
        )
    if not np.isfinite(scores).all():
        raise ValueError(
            f"data: the scores are not finite, first in row {int(np.argwhere(~np.isfinite(scores))[0][0])}"
        )
    return scores, labels


def _log_softmax(s: np.ndarray) -> np.ndarray:
    return F.log_softmax(Tensor(s)).numpy()


def _softmax(s: np.ndarray) -> np.ndarray:
    return F.softmax(Tensor(s)).numpy()


# ---- the picture


def plot_scores(records: dict[str, Sequence[Scores]]) -> Figure:
    """Return the picture of scores, margins, loss with error term, and weight norm by epoch; a colour for each network.

    Args:
        records: of label -> a list of `score_record`, one for each epoch.
    """
    drawing.check("plot_scores", records, "{label: [score_record(net, data), ..]}")
    shown: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("mean score", "linear", [("true", "true class"), ("others", "other classes")]),
        ("margin", "linear", [("median_margin", "median"), ("least_margin", "least")]),
        ("loss and error term", "log", [("loss64", "cross-entropy (nats)"), ("error", "mean 1 - p of the true class")]),
        ("length of all weights", "linear", [("weight_norm", "")]),
    ]
    figure, panels = drawing.panels(11, 7, 2, 2)
    for axes, (title, scale, curves) in zip(panels, shown, strict=True):
        for i, (label, history) in enumerate(records.items()):
            epochs = np.arange(1, len(history) + 1)
            for style, (field, what) in zip(("-", "--"), curves, strict=False):
                values = [getattr(record, field) for record in history]
                name = ", ".join(filter(None, (label, what)))
                axes.plot(epochs, values, style, label=name, **drawing.line(i, len(epochs)))
        axes.set(title=title, xlabel="epoch", yscale=scale)
    drawing.grid(*panels)
    drawing.legend(*panels, frameon=True, framealpha=0.85, edgecolor="none")  # readable where curves cross it
    return figure

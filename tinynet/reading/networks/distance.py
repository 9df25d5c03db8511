"""Distance: how far apart two classifiers perform, estimated without the whole test set.

Labels are expensive, and where two networks agree a label tells nothing about the difference between them: both are
right or both are wrong. Only inputs on which they disagree can make one better than the other. With error rates e_a and
e_b, and over inputs x with labels y,

    D   = P(a(x) != b(x))                       the disagreement, which needs no label
    p10 = P(a is wrong, b is right)             and p01 the other way round
    g   = e_a - e_b = p10 - p01                 the gap; so |g| <= p10 + p01 <= D

Each of these bounds holds with probability 1 - delta over the draw of n inputs:

    a share k / n      Clopper-Pearson (1934): all p for which k or more hits are not rarer than delta / 2, nor k or
                       fewer. In quantiles of the beta distribution,
                       low = B(delta/2; k, n-k+1), high = B(1-delta/2; k+1, n-k)
    the paired gap     it lies between low(n10) - high(n01) and high(n10) - low(n01). Each share is bounded with
                       delta / 2, so together they fail with probability delta at most. Only the n D inputs on which a
                       and b differ need a label.
    Hoeffding (1963)   for comparison: a mean of n values from a range of length r is off by at most
                       r sqrt(ln(2 / delta) / 2n), with r = 1 for a share and 2 for the gap. This is wider, above all
                       where a and b seldom differ.

Other measures need neither labels nor classes:

    linear CKA         |X_c^T Y_c|_F^2 / (|X_c^T X_c|_F |Y_c^T Y_c|_F)   of activations X (N, p), Y (N, q), centred.
                       1 if they are equal up to rotation, shift and one scale, 0 if uncorrelated (Kornblith, Norouzi,
                       Lee, Hinton 2019, arXiv 1905.00414, section 3). Without centring, all layers with large means
                       look alike.
    weights            the distance of the weights after alignment; see alignment.py
    noise              the disagreement on inputs drawn uniformly over their range

These say how different two networks are, not how much worse one of them is. zoo.py measures what each is worth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet.layers.base import Sequential
from tinynet.reading import inside
from tinynet.reading.centring import centred
from tinynet.reading.units import hidden_layers, unit_activations
from tinynet.training.checks import check_pair

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Estimate(NamedTuple):
    """A share or a gap, with bounds that hold at the confidence asked for."""

    value: float
    low: float
    high: float
    inputs: int  # how many inputs it is based on
    labels: int  # how many of them needed a label


def disagreement(a: Sequential, b: Sequential, inputs: Any, confidence: float = 0.95) -> Estimate:
    """Return the share of inputs (N, n_in) that a and b put into different classes, an upper bound of |g|.

    Raises ValueError for no inputs, different numbers of classes, and a confidence outside (0, 1).
    """
    of_a, of_b = _both(a, b, inputs)
    k, n = int((of_a != of_b).sum()), len(of_a)
    return Estimate(k / n, *clopper_pearson(k, n, confidence), n, 0)


def labelled_gap(a: Sequential, b: Sequential, data: Any, confidence: float = 0.95) -> Estimate:
    """Return the gap e_a - e_b on labelled inputs, with the paired bound.

    `labels` counts the inputs on which the networks differ. Raises ValueError for unusable data, different numbers of
    classes, and a confidence outside (0, 1).
    """
    inputs, labels = check_pair("data", a, data)
    if labels.dtype.kind not in "iu":
        raise ValueError(f"labelled_gap: labels of dtype {labels.dtype}; it compares classifiers, give integer classes")
    return paired_gap(*_both(a, b, inputs), labels, confidence)


def paired_gap(of_a: np.ndarray, of_b: np.ndarray, labels: np.ndarray, confidence: float = 0.95) -> Estimate:
    """Return the gap with its paired bound, given the classes (N,) that a and b predicted."""
    n, wrong_a, wrong_b = len(labels), of_a != labels, of_b != labels
    n10, n01 = int((wrong_a & ~wrong_b).sum()), int((wrong_b & ~wrong_a).sum())
    both = 1 - (1 - confidence) / 2
    (low10, high10), (low01, high01) = clopper_pearson(n10, n, both), clopper_pearson(n01, n, both)
    return Estimate((n10 - n01) / n, low10 - high01, high10 - low01, n, int((of_a != of_b).sum()))


def clopper_pearson(k: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact confidence interval of a probability, given k hits in n draws."""
    from scipy.stats import beta

    if not (0 <= k <= n and n >= 1 and 0 < confidence < 1):
        raise ValueError(f"distance: {k} hits of {n}, confidence {confidence}; 0 <= k <= n, n >= 1, a level in (0, 1)")
    tail = (1 - confidence) / 2
    low = float(beta.ppf(tail, k, n - k + 1)) if k > 0 else 0.0
    return low, float(beta.ppf(1 - tail, k + 1, n - k)) if k < n else 1.0


def hoeffding(n: int, confidence: float = 0.95, span: float = 1.0) -> float:
    """Return how far a mean of n values from a range of length `span` is off at most, at this confidence."""
    return span * float(np.sqrt(np.log(2 / (1 - confidence)) / (2 * n)))


def linear_cka(X: np.ndarray, Y: np.ndarray) -> float:
    """Return the linear CKA of activations (N, p) and (N, q) for the same inputs, centred; 0 if one is constant."""
    X, Y = np.asarray(X, np.float64), np.asarray(Y, np.float64)
    if X.ndim != 2 or Y.ndim != 2 or len(X) != len(Y) or len(X) < 2:
        raise ValueError(f"linear_cka: shapes {X.shape} and {Y.shape}; (N, p) and (N, q) of the same N >= 2 are needed")
    if not (np.isfinite(X).all() and np.isfinite(Y).all()):
        raise ValueError("linear_cka: the activations are not all finite")
    X, Y = centred(X), centred(Y)
    if not (X.any() and Y.any()):
        return 0.0
    X, Y = X / np.abs(X).max(), Y / np.abs(Y).max()  # the fourth power of a tiny entry would be 0
    return float(np.linalg.norm(X.T @ Y) ** 2 / (np.linalg.norm(X.T @ X) * np.linalg.norm(Y.T @ Y)))


def cka(a: Sequential, b: Sequential, inputs: Any) -> float:
    """Return the linear CKA of the last hidden layers for inputs (N, n_in)."""
    return linear_cka(*(unit_activations(net, inputs, len(hidden_layers(net)) - 1) for net in (a, b)))


def noise(n: int, n_in: int, seed: int = 0) -> np.ndarray:
    """Return inputs of pure noise, float32 (n, n_in), uniform over the 256 levels of a pixel in [-1, 1]."""
    pixels = np.random.default_rng(seed).integers(256, size=(n, n_in))
    return (2 * pixels / 255 - 1).astype(np.float32)


def predicted(net: Sequential, inputs: Any) -> np.ndarray:
    """Return the class (N,) that a network predicts for inputs (N, n_in). ValueError if its scores are not finite."""
    return _scores(net, inputs).argmax(axis=-1)


def _both(a: Sequential, b: Sequential, inputs: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the classes that a and b predict. ValueError if they have different numbers of classes."""
    of_a, of_b = _scores(a, inputs), _scores(b, inputs)
    if of_a.shape != of_b.shape:
        raise ValueError(
            f"distance: networks of {of_a.shape[-1]} and {of_b.shape[-1]} classes; both must have the same number"
        )
    return of_a.argmax(axis=-1), of_b.argmax(axis=-1)


def _scores(net: Sequential, inputs: Any) -> np.ndarray:
    inputs = np.asarray(inputs)
    if not len(inputs):
        raise ValueError(f"distance: inputs of shape {inputs.shape}; at least one example is needed")
    with np.errstate(over="ignore", invalid="ignore"):
        scores = np.concatenate([inside.scores(net, inputs[k : k + 1000]) for k in range(0, len(inputs), 1000)])
    if not np.isfinite(scores).all():
        raise ValueError("distance: the network gives scores that are not finite")
    return scores


# ---- the picture


def plot_estimates(estimates: dict[str, np.ndarray], gaps: np.ndarray) -> Figure:
    """Return the picture of each estimate against the true gap |e_a - e_b|, a point for each pair of networks.

    Args:
        estimates: of label -> one estimate for each pair.
        gaps: the true gap of each pair, in [0, 1].
    """
    from scipy.stats import spearmanr

    drawing.check("plot_estimates", estimates, "{label: one estimate a pair, ..}")
    columns = min(3, len(estimates))
    rows = -(-len(estimates) // columns)
    figure, panels = drawing.panels(3.4 * columns, 3 * rows, rows, columns, sharey=True)
    size = min(7, max(2, 60 / np.sqrt(len(gaps))))  # a zoo has thousands of pairs
    for axes, (label, values) in zip(panels, estimates.items(), strict=False):
        axes.plot(values, 100 * gaps, linestyle="", marker=".", markersize=size, color=drawing.COLOURS[5], alpha=0.4)
        axes.set_title(f"Spearman {spearmanr(values, gaps).statistic:.2f}", fontsize="medium")
        axes.set_xlabel(label)
        drawing.grid(axes)
    for axes in panels[len(estimates) :]:
        axes.set_visible(False)
    for axes in panels[::columns]:
        axes.set_ylabel("true gap (points)")
    return figure

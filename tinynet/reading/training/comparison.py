"""Comparison: several trainings side by side, and what a constraint on W changes about the way they go.

After each epoch we record

    loss, error       as `fit` reports them
    |dL/dw|           the gradient of each stored number w of a matrix on a probe batch: a distribution
    sigma_1, ..       the singular values of the virtual matrix W
    saturated         the share of activations on the probe with |a| > 0.9, where the slope of tanh is below 0.19; for a
                      sign layer, all of them
    distance          |W - W_0| / |W_0|, how far the virtual matrix has moved from the start (Frobenius norms)

What is a stored number? In a hashed matrix it is a bucket. All entries in the bucket use it, so its gradient is the sum
of their gradients, each times its sign:

    dL/dw_k = sum over h(i,j) = k of xi(i,j) dL/dW_ij       (Chen et al. 2015, arXiv 1504.04788, section 4.3)

If the n_k terms had random signs, like coins, the sum would be about sqrt(n_k) times as large as one of them. This
holds all through a training, but only beside the entries of the same W: a dense network trained for as long has another
W and another loss, so its gradients are no yardstick. And all n_k entries take that step, so the virtual matrix moves
farther too. In a low-rank matrix the stored numbers are the entries of both factors, in a binary one the latent
weights, with the straight-through gradient.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet.engine.tensor import Tensor
from tinynet.layers.activations import Tanh
from tinynet.layers.base import Sequential
from tinynet.layers.signs import SignActivation
from tinynet.reading.inside import activations, name_of, weights
from tinynet.training.checks import Pair, check_pair
from tinynet.training.fit import History, loss_for

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SATURATED = 0.9
SQUASHING = (Tanh, SignActivation)


class Moment(NamedTuple):
    """A network at one moment; dictionaries go by the names of its matrices."""

    gradients: dict[str, np.ndarray]  # |dL/dw| of all stored numbers, sorted
    spectra: dict[str, np.ndarray]  # singular values, largest first
    saturated: float  # share in [0, 1]
    distance: dict[str, float]  # from the start, relative


class Record:
    """The course of one training: `record = Record(net, probe); fit(net, .., report=record)`, then `plot_training`.

    Recording only looks: the network and its training are the same with it and without it, bit for bit.

    Args:
        net: a Sequential with tanh or sign layers, such as tn.MLP, before its training.
        probe: inputs and labels on which gradients and activations are taken; some hundred examples.
        loss: a function of (scores, labels); by default the one that `fit` uses.

    Raises ValueError for a network without such layers, an unusable probe, and values that are not finite.
    """

    def __init__(
        self, net: Sequential, probe: Pair, loss: Callable[[Tensor, np.ndarray], Tensor] | None = None
    ) -> None:
        if not any(isinstance(layer, SQUASHING) for layer in getattr(net, "layers", [])):
            raise ValueError(
                "Record: the network has no Tanh or sign layer among its own, so nothing in it can saturate"
            )
        self.net, (self.inputs, self.labels) = net, check_pair("probe", net, probe)
        self.loss = loss or loss_for(self.labels)
        self.start = weights(net)
        self.history = History()
        self.moments = [self._now()]  # the start, then one after each epoch

    def __call__(self, history: History) -> None:
        """Record an epoch: what `fit(report=)` calls."""
        self.history = history
        self.moments.append(self._now())

    def _now(self) -> Moment:
        matrices, a = weights(self.net), activations(self.net, self.inputs)
        squashed = [a[name_of(self.net, i)] for i, layer in enumerate(self.net.layers) if isinstance(layer, SQUASHING)]
        return Moment(
            gradients=self._gradients(),
            spectra={name: np.linalg.svd(W, compute_uv=False) for name, W in matrices.items()},
            saturated=float(np.mean(np.abs(np.concatenate([x.ravel() for x in squashed])) > SATURATED)),
            distance={name: _relative(W, self.start[name]) for name, W in matrices.items()},
        )

    def _gradients(self) -> dict[str, np.ndarray]:
        """Return the sizes of the gradients on the probe, taken from a copy so that training is not disturbed."""
        net = copy.deepcopy(self.net)
        for p in net.parameters():
            p.grad = None
        self.loss(net(self.inputs), self.labels).backward()
        return {
            f"{name_of(net, i)} {label}".strip(): np.sort(np.concatenate([_size(p) for p in weight.parameters()]))
            for i, layer in enumerate(net.layers)
            for label, weight, _ in layer.matrices()
        }


def _size(p: Tensor) -> np.ndarray:
    return np.abs(np.zeros(p.size) if p.grad is None else p.grad.ravel())  # a fixed bank has none


def _relative(W: np.ndarray, start: np.ndarray) -> float:
    return float(np.linalg.norm(W - start) / np.linalg.norm(start))


# ---- the picture


def plot_training(records: dict[str, Record], matrix: str | None = None) -> Figure:
    """Return the picture of some trainings by label: six panels, a colour for each training.

    Args:
        records: of label -> Record, after `fit`.
        matrix: the matrix whose gradients, spectrum and distance are drawn; by default the first.

    Raises ValueError for no records, for one without an epoch, and for a matrix that is not in all of them.
    """
    trained = {label: record.history.loss for label, record in records.items()}
    drawing.check("plot_training", trained, "{label: record, ..} after fit(.., report=record)")
    matrix = matrix or next(iter(next(iter(records.values())).start))
    without = [label for label, r in records.items() if matrix not in r.start]
    if without:
        raise ValueError(
            f"plot_training: {without[0]} has no matrix {matrix!r}; it has {list(records[without[0]].start)}"
        )
    figure, panels = drawing.panels(12, 7, 2, 3)
    for i, (label, record) in enumerate(records.items()):
        _draw(panels, record, matrix, dict(label=label, **drawing.line(i, len(record.history))))
    _label(panels, records, matrix)
    drawing.grid(*panels)
    drawing.legend(panels[0])
    return figure


def _draw(panels: Any, record: Record, matrix: str, style: dict[str, Any]) -> None:
    history, moments = record.history, record.moments
    first, now = np.arange(1, len(history) + 1), np.arange(len(moments))
    panels[0].plot(first, history.loss, **style)
    panels[1].plot(first, 100 * np.array(history.valid_error or history.train_error), **style)
    low, middle, high = np.transpose([np.quantile(m.gradients[matrix], (0.1, 0.5, 0.9)) for m in moments])
    panels[2].plot(now, middle, **style)
    panels[2].fill_between(now, low, high, color=style["color"], alpha=0.15, linewidth=0)
    before, after = moments[0].spectra[matrix], moments[-1].spectra[matrix]
    number = np.arange(1, len(after) + 1)
    panels[3].plot(number, before, color=style["color"], linewidth=1, linestyle=":")
    panels[3].plot(number, after, **style | dict(markevery=max(1, len(number) // 8)))
    panels[4].plot(now, [100 * m.saturated for m in moments], **style)
    panels[5].plot(now, [m.distance[matrix] for m in moments], **style)


def _label(panels: Any, records: dict[str, Record], matrix: str) -> None:
    split = "validation" if all(r.history.valid_error for r in records.values()) else "training"
    for axes, (title, x, y, scale) in zip(panels, (
        ("loss", "epoch", "training loss (nats)", "log"),
        ("error", "epoch", f"{split} error (%)", "linear"),
        (f"gradient of a stored number of {matrix}", "epoch", "|dL/dw|: median, 10 to 90 %", "log"),
        (f"spectrum of {matrix}: dotted at the start", "number of the singular value", "singular value", "linear"),
        (f"saturation, |a| > {SATURATED}", "epoch", "share of activations (%)", "linear"),
        (f"distance of {matrix} from the start", "epoch", "|W - W0| / |W0|", "linear"),
    ), strict=True):  # fmt: skip
        axes.set(title=title, xlabel=x, ylabel=y, yscale=scale)

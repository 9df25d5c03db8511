"""Networks in training, side by side: what changes epoch by epoch, and what a constraint on W changes about it.

    loss, error       of the epoch, as `fit` reports them
    |dL/dw|           of each stored number w of a matrix, for a probe batch: a distribution
    sigma_1, ..       singular values of the virtual matrix W
    saturated         share of the tanh units' values on the probe with |a| > 0.9, where the slope is below 0.19; all
                      of a sign layer's
    distance          |W - W_0| / |W_0| from the start, Frobenius norms of virtual matrices

In a hashed matrix a stored number is a bucket, and its gradient the sum of those of its entries, each times its sign,

    dL/dw_k = sum over h(i,j) = k of xi(i,j) dL/dW_ij       (Chen et al. 2015, arXiv 1504.04788, section 4.3)

With n_k entries whose gradients have signs like coins, it is sqrt(n_k) times as long as theirs, and the step of the
virtual matrix is too: all n_k entries take it. The stored numbers of a low-rank matrix are both factors' entries, those
of a binary one the latent weights, with the straight-through gradient.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet.drawing import COLOURS, MARKERS
from tinynet.engine.tensor import Tensor
from tinynet.layers.activations import Tanh
from tinynet.layers.sequential import Sequential
from tinynet.layers.signs import SignActivation
from tinynet.reading.inside import activations, name_of, weights
from tinynet.training.checks import Pair, check_pair
from tinynet.training.fit import History, loss_for

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SATURATED = 0.9
SQUASHING = (Tanh, SignActivation)


class Moment(NamedTuple):
    """How a network is at one time, by the matrices' names where it says so."""

    gradients: dict[str, np.ndarray]  # |dL/dw| of all stored numbers, sorted
    spectra: dict[str, np.ndarray]  # singular values, falling
    saturated: float  # share in [0, 1]
    distance: dict[str, float]  # from the start, relative


class Record:
    """The course of one training: `record = Record(net, probe); fit(net, .., report=record)`, then plot_training.

    It only looks: the network and its training are the same with it and without, bit for bit.

    Args:
        net: a Sequential with tanh or sign layers, such as tn.MLP, before its training.
        probe: inputs and labels on which gradients and activations are taken; some hundred examples.
        loss: of (scores, labels); by default that of `fit`.

    Raises ValueError for a net without such layers, an unusable probe, and values that are not finite.
    """

    def __init__(
        self, net: Sequential, probe: Pair, loss: Callable[[Tensor, np.ndarray], Tensor] | None = None
    ) -> None:
        if not any(isinstance(layer, SQUASHING) for layer in getattr(net, "layers", [])):
            raise ValueError(
                "Record: the network has no Tanh or sign layer among its own, so nothing of it can saturate"
            )
        self.net, (self.inputs, self.labels) = net, check_pair("probe", net, probe)
        self.loss = loss or loss_for(self.labels)
        self.start = weights(net)
        self.history = History()
        self.moments = [self._now()]  # the start, then one after each epoch

    def __call__(self, history: History) -> None:
        """Take note of an epoch: what `fit(report=)` calls."""
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
        """Return the sizes of the probe's gradients, from a copy, so that nothing of training is touched."""
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
    """Return the figure of some trainings by label: six panels, a colour each.

    Args:
        records: after training.
        matrix: whose gradients, spectrum and distance are drawn; by default the first one's.

    Raises ValueError for no records, one without an epoch, or a matrix that is not in all of them.
    """
    from matplotlib.figure import Figure

    if not records or not all(len(r.history) for r in records.values()):
        raise ValueError("plot_training: nothing to draw; pass {label: record, ..} after fit(.., report=record)")
    matrix = matrix or next(iter(next(iter(records.values())).start))
    without = [label for label, r in records.items() if matrix not in r.start]
    if without:
        raise ValueError(
            f"plot_training: {without[0]} has no matrix {matrix!r}; it has {list(records[without[0]].start)}"
        )
    figure = Figure(figsize=(12, 7), layout="constrained")
    panels = figure.subplots(2, 3)
    for i, (label, record) in enumerate(records.items()):
        _draw(panels.ravel(), record, matrix, dict(
            label=label, color=COLOURS[i % len(COLOURS)], marker=MARKERS[i % len(MARKERS)], markersize=4, linewidth=1.2,
            markevery=max(1, len(record.history) // 8),
        ))  # fmt: skip
    _name(panels.ravel(), records, matrix)
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


def _name(panels: Any, records: dict[str, Record], matrix: str) -> None:
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
        axes.grid(True, color="0.92", linewidth=0.6)
    panels[0].legend(frameon=False, fontsize="small")

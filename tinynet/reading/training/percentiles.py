"""Percentiles: what the units of the last hidden layer receive while the layers before them learn.

A training step changes all layers at once. So each layer adapts to inputs that the layers below it are just about to
change, as if one were learning to catch on a moving deck. Ioffe and Szegedy (2015, arXiv 1502.03167, figure 1) show
this with the 15th, 50th and 85th percentiles of what one typical unit receives: without batch norm they wander, with
batch norm they stay put.

Let z_t (N, width) be the input of the last squashing layer for N fixed examples, after t steps of training. In every
training batch, batch norm gives unit j's z the mean beta_j and the standard deviation |gamma_j|. If these move, the
percentiles follow, and the shape of the distribution stays free. Two numbers count the wandering of all units:

    absolute_t = mean over units of |change of the median|
    drift_t    = mean over units of |change of the median| / ((85th - 15th percentile) / 2)

The second measures it in units of the distribution's own half width, which is 1.04 standard deviations for a normal z.
Look at both. A network that has not yet learned to tell its inputs apart gives nearly the same z for all of them; its
half widths are tiny, so the drift is huge although the medians hardly move.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tinynet import drawing
from tinynet.layers.base import Sequential
from tinynet.reading.layers.saturation import squashed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PERCENTILES = (15, 50, 85)


def input_percentiles(net: Sequential, inputs: Any, at: Sequence[float] = PERCENTILES) -> np.ndarray:
    """Return percentiles of the z that the last squashing layer receives, over inputs (N, n_in): (len(at), width).

    The network is read in evaluation mode. `EachEpoch(input_percentiles, net, inputs)` follows it through a training.
    """
    return np.percentile(list(squashed(net, inputs).values())[-1].astype(np.float64), at, axis=0)


def median_drift(seen: Sequence[np.ndarray], relative: bool = True) -> np.ndarray:
    """Return how far the medians move from each moment to the next, averaged over units: (moments - 1,).

    Args:
        seen: at least two results of `input_percentiles`.
        relative: count in half widths, (last row - first row) / 2 at the earlier moment; otherwise in units of z. A
            median that moves out of a band of width zero has moved infinitely many half widths.
    """
    if len(seen) < 2:
        raise ValueError(f"median_drift: {len(seen)} moments; at least two of input_percentiles are needed")
    moments = np.asarray(seen)
    moved = np.abs(np.diff(moments[:, moments.shape[1] // 2], axis=0))
    half_width = (moments[:-1, -1] - moments[:-1, 0]) / 2
    if relative:
        with np.errstate(divide="ignore"):
            moved = np.divide(moved, half_width, out=np.zeros_like(moved), where=moved > 0)
    return moved.mean(axis=1)


# ---- the picture


def plot_percentiles(seen: dict[str, Sequence[np.ndarray]], unit: int = 0, steps: int = 1) -> Figure:
    """Return the picture of what one unit of the last hidden layer receives, a panel for each network.

    Args:
        seen: of label -> a list of `input_percentiles`.
        unit: number of the unit.
        steps: how many training steps lie between two moments; by default a moment is an epoch.
    """
    drawing.check("plot_percentiles", seen, "{label: [input_percentiles(net, inputs), ..]}")
    figure, panels = drawing.panels(1 + 4 * len(seen), 4, columns=len(seen), sharey=True)
    blue, pale = drawing.COLOURS[5], drawing.COLOURS[2]
    for axes, (label, moments) in zip(panels, seen.items(), strict=True):
        rows = np.asarray(moments)[:, :, unit]
        at = steps * np.arange(1, len(rows) + 1)
        axes.fill_between(at, rows[:, 0], rows[:, -1], color=pale, alpha=0.3, label="15th to 85th percentile")
        axes.plot(at, rows[:, rows.shape[1] // 2], color=blue, label="median")
        axes.set(title=label, xlabel="step" if steps > 1 else "epoch")
    panels[0].set_ylabel(f"input z of unit {unit}, last hidden layer")
    drawing.grid(*panels)
    drawing.legend(panels[0])
    return figure

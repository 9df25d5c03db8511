"""Percentiles: what the units of the last hidden layer receive while the layers before them learn.

Notation: z_t (N, width) is the input of the last squashing layer for N fixed examples, after t steps of training.

Each step changes the weights of all layers at once, so that a layer meets other inputs than those it just learned for.
Ioffe and Szegedy (2015, arXiv 1502.03167, figure 1) show that as the 15th, 50th and 85th percentile of what one typical
unit receives: without batch norm they wander, with it they stay put. What batch norm fixes over each batch of training
is that z has mean beta_j and deviation gamma_j; where these move the percentiles follow, and the shape is free.

    drift_t = mean over units of |change of the median| / ((85th - 15th percentile) / 2)

counts the wandering of all units, in parts of a distribution's own half width, which for a normal z is 1.04 sigma.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tinynet.drawing import COLOURS
from tinynet.layers.sequential import Sequential
from tinynet.reading.layers.saturation import squashed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PERCENTILES = (15, 50, 85)


def input_percentiles(net: Sequential, inputs: Any, at: Sequence[float] = PERCENTILES) -> np.ndarray:
    """Return percentiles over inputs (N, n_in) of z of the last squashing layer, in evaluation mode: (len(at), width).

    For some by epoch: `fit(.., report=lambda history: seen.append(input_percentiles(net, valid.inputs)))`.
    """
    return np.percentile(list(squashed(net, inputs).values())[-1].astype(np.float64), at, axis=0)


def median_drift(seen: Sequence[np.ndarray]) -> np.ndarray:
    """Return how far medians move from one moment to the next, in half distances of the outer percentiles.

    The mean over units of |change of the middle row| / ((last row - first row) / 2), one number a pair of moments.

    Args:
        seen: at least two of `input_percentiles`.
    """
    if len(seen) < 2:
        raise ValueError(f"median_drift: {len(seen)} moments; at least two of input_percentiles are needed")
    moments = np.asarray(seen)
    spread = np.maximum((moments[:-1, -1] - moments[:-1, 0]) / 2, 1e-12)
    middle = moments[:, moments.shape[1] // 2]
    return (np.abs(np.diff(middle, axis=0)) / spread).mean(axis=1)


# ---- the picture


def plot_percentiles(seen: dict[str, Sequence[np.ndarray]], unit: int = 0, steps: int = 1) -> Figure:
    """Return the picture of what one unit of the last hidden layer receives, a panel a network.

    Args:
        seen: of label -> a list of `input_percentiles`.
        unit: which.
        steps: from one moment to the next, for the axis.
    """
    from matplotlib.figure import Figure

    if not seen or not all(len(moments) for moments in seen.values()):
        raise ValueError(f"plot_percentiles: {list(seen)}; pass {{label: [input_percentiles(net, inputs), ..]}}")
    figure = Figure(figsize=(1 + 4 * len(seen), 4), layout="constrained")
    panels = figure.subplots(1, len(seen), squeeze=False, sharey=True)[0]
    for axes, (label, moments) in zip(panels, seen.items(), strict=True):
        rows = np.asarray(moments)[:, :, unit]
        at = steps * np.arange(1, len(rows) + 1)
        axes.fill_between(at, rows[:, 0], rows[:, -1], color=COLOURS[2], alpha=0.3, label="15th to 85th percentile")
        axes.plot(at, rows[:, rows.shape[1] // 2], color=COLOURS[5], label="median")
        axes.set(title=label, xlabel="step" if steps > 1 else "epoch")
        axes.grid(True, color="0.92", linewidth=0.6)
    figure.axes[0].set_ylabel(f"input z of unit {unit}, last hidden layer")
    figure.axes[0].legend(frameon=False, fontsize="small")
    return figure

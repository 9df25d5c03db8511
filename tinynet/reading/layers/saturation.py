"""Saturation: where a squashing unit has stopped to answer, by layer and by epoch.

Notation: z is what a unit receives, a = phi(z) what it gives (rows are examples, columns units).

    phi'(z) / max phi'      the slope, as a share of the steepest
    tanh                    1 - tanh(z)^2
    sigmoid                 4 a (1 - a) = 1 - tanh(z / 2)^2
    sign                    that of its surrogate clip(z, -1, 1): 1 where |z| <= 1, else 0

A unit is saturated for an example where that share is below 0.1: for tanh where |z| > 1.818, |a| > 0.949. What comes to
such a z, forward a change of x and backward a gradient, passes on at less than a tenth.

For a = tanh(4 x1 + 2 x2 + 3 x3 + 0.5) the slope is 1 where z + 0.5 = 0 and 0.104 where it is 1.8: x1 moves z by 4 a
unit everywhere, and a by 0.41 there. "Almost none" is a tenth; where |z + 0.5| = 3 it is a hundredth.

The share of saturated (example, unit) pairs says how far a layer has become a code of bits: where it is 1, every a is a
sign to within 5 % (Glorot, Bengio 2010, section 3, watch activations by layer and epoch in this way).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tinynet.drawing import COLOURS, MARKERS
from tinynet.layers.activations import Sigmoid, SignActivation, Tanh
from tinynet.layers.base import Layer
from tinynet.layers.sequential import Sequential
from tinynet.reading.inside import activations, name_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SLOPES: dict[type[Layer], Callable[[np.ndarray], np.ndarray]] = {
    Tanh: lambda z: 1 - np.tanh(z) ** 2,
    Sigmoid: lambda z: 1 - np.tanh(z / 2) ** 2,
    SignActivation: lambda z: (np.abs(z) <= 1).astype(np.float64),
}
STEEP = 0.1  # share of the steepest slope, below which a unit counts as saturated


def squashed(net: Sequential, inputs: Any) -> dict[str, np.ndarray]:
    """Return z (N, width), what each squashing layer receives for inputs (N, n_in), in evaluation mode, by layer.

    Raises ValueError for a network without such a layer, for no inputs, and for values that are not finite.
    """
    if not any(type(layer) in SLOPES for layer in net.layers):
        raise ValueError(
            f"saturation: the layers are {', '.join(type(layer).__name__ for layer in net.layers)}; at least one of "
            f"{', '.join(kind.__name__ for kind in SLOPES)} is needed"
        )
    inputs = np.asarray(inputs)
    if not np.isfinite(inputs).all():
        raise ValueError("saturation: the inputs are not finite; remove or impute such rows")
    with np.errstate(over="ignore", invalid="ignore"):  # `activations` says where
        received = [inputs, *activations(net, inputs).values()]
    return {name_of(net, i): received[i] for i, layer in enumerate(net.layers) if type(layer) in SLOPES}


def saturation(net: Sequential, inputs: Any, below: float = STEEP) -> dict[str, float]:
    """Return the share of saturated (example, unit) pairs, by squashing layer.

    For shares by epoch: `fit(.., report=lambda history: shares.append(saturation(net, inputs)))`.

    Args:
        net: its squashing layers are Tanh, Sigmoid or SignActivation.
        inputs: (N, n_in).
        below: the slope, as a share of the steepest, under which a unit counts as saturated.
    """
    if not 0 < below <= 1:
        raise ValueError(f"saturation: below={below}; a share of the steepest slope lies in (0, 1]")
    slopes = {type(layer).__name__: SLOPES.get(type(layer)) for layer in net.layers}
    return {
        name: float(np.mean(slopes[name.split()[1]](z.astype(np.float64)) < below))  # type: ignore[misc]
        for name, z in squashed(net, inputs).items()
    }


# ---- the pictures


def plot_saturation(shares: dict[str, Sequence[dict[str, float]]]) -> Figure:
    """Return the picture of the share of saturated pairs, a panel a network, a line a layer.

    Args:
        shares: of label -> a list of `saturation`, one an epoch.
    """
    from matplotlib.figure import Figure

    if not shares or not all(shares.values()):
        raise ValueError(f"plot_saturation: {list(shares)}; pass {{label: [saturation(net, inputs), ..]}}")
    figure = Figure(figsize=(1 + 4 * len(shares), 4), layout="constrained")
    for axes, (label, by_epoch) in zip(
        figure.subplots(1, len(shares), squeeze=False, sharey=True)[0], shares.items(), strict=True
    ):
        for i, name in enumerate(by_epoch[0]):
            line = [100 * epoch[name] for epoch in by_epoch]
            axes.plot(
                np.arange(1, len(line) + 1), line, color=COLOURS[i % len(COLOURS)], marker=MARKERS[i % len(MARKERS)],
                markevery=max(1, len(line) // 10), linewidth=1.2, markersize=5, label=name,
            )  # fmt: skip
        axes.set(title=label, xlabel="epoch", ylim=(0, 100))
        axes.grid(True, color="0.92", linewidth=0.6)
        axes.legend(frameon=False, fontsize="small")
    figure.axes[0].set_ylabel("saturated (example, unit) pairs (%)")
    return figure


def plot_squashed(moments: dict[str, dict[str, np.ndarray]]) -> Figure:
    """Return the histograms of z, a panel a layer, a line a moment; dotted where a tanh begins to count as saturated.

    Args:
        moments: of label -> `squashed` of one network, such as {"before": .., "after": ..}.
    """
    from matplotlib.figure import Figure

    names = list(next(iter(moments.values()), {}))
    if not names or any(list(zs) != names for zs in moments.values()):
        raise ValueError(
            f"plot_squashed: the layers of {len(moments)} moments are {[list(zs) for zs in moments.values()]}; pass "
            "{label: squashed(net, inputs), ..} of one network"
        )
    figure = Figure(figsize=(1 + 4 * len(names), 4), layout="constrained")
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        reach = max(np.percentile(np.abs(zs[name]), 99.5) for zs in moments.values()) or 1.0
        bins = np.linspace(-reach, reach, 61)
        for i, (label, zs) in enumerate(moments.items()):
            axes.hist(
                zs[name].ravel(), bins, density=True, histtype="step", color=COLOURS[i % len(COLOURS)],
                linestyle=("-", "--", "-.", ":")[i % 4], linewidth=1.5, label=label,
            )  # fmt: skip
        if name.endswith(" Tanh"):
            for edge in (-1, 1):
                axes.axvline(edge * np.arctanh((1 - STEEP) ** 0.5), color="0.5", linestyle=":", linewidth=1)
        axes.set(title=name, xlabel="z")
        axes.legend(frameon=False, fontsize="small")
    figure.axes[0].set_ylabel("density (per unit of z)")
    return figure

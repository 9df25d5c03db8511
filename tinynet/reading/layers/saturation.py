"""Saturation: where a squashing unit has stopped responding, by layer and by epoch.

A squashing unit is a dimmer with a limited range. In the middle a small turn changes the light; near either end turning
further does almost nothing. The unit receives a sum z and returns a = phi(z). How much it responds is the slope of phi,
here as a share of the steepest slope that phi has anywhere:

    tanh         1 - tanh(z)^2
    sigmoid      4 a (1 - a) = 1 - tanh(z / 2)^2
    sign         1 where |z| <= 1, else 0: the slope of its surrogate clip(z, -1, 1)

We call a unit saturated for an example if this share is below 0.1. For tanh that means |z| > 1.818, or |a| > 0.949. At
such a z less than a tenth gets through, both of a change of x on the way forward and of a gradient on the way back.

An example: a = tanh(4 x1 + 2 x2 + 3 x3 + 0.5). Everywhere, x1 moves the argument of tanh by 4 per unit of x1. Where the
argument is 0 it moves a by 4 as well. Where the argument is 1.8 the slope is 0.104, and x1 still moves a by 0.41. So
"almost no effect" means a tenth there; a hundredth is reached only at 3.

The share of saturated (example, unit) pairs tells how far a layer has become a code of bits. Where it is 1, every a is
a sign to within about 5 %. (Glorot, Bengio 2010, section 3, watch activations by layer and epoch in this way.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tinynet import drawing
from tinynet.layers.activations import Sigmoid, Tanh
from tinynet.layers.base import Layer, Sequential
from tinynet.layers.signs import SignActivation
from tinynet.reading.inside import activations, name_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SLOPES: dict[type[Layer], Callable[[np.ndarray], np.ndarray]] = {
    Tanh: lambda z: 1 - np.tanh(z) ** 2,
    Sigmoid: lambda z: 1 - np.tanh(z / 2) ** 2,
    SignActivation: lambda z: (np.abs(z) <= 1).astype(np.float64),
}
STEEP = 0.1  # a unit counts as saturated if its slope is below this share of the steepest


def squashed(net: Sequential, inputs: Any) -> dict[str, np.ndarray]:
    """Return the sums z (N, width) that each squashing layer receives for inputs (N, n_in), by layer.

    The network is read in evaluation mode. Raises ValueError for a network without a squashing layer, for no inputs,
    and for values that are not finite.
    """
    if not any(type(layer) in SLOPES for layer in net.layers):
        raise ValueError(
            f"saturation: the layers are {', '.join(type(layer).__name__ for layer in net.layers)}; at least one of "
            f"{', '.join(kind.__name__ for kind in SLOPES)} is needed"
        )
    inputs = np.asarray(inputs)
    if not np.isfinite(inputs).all():
        raise ValueError("saturation: the inputs are not finite; remove or impute such rows")
    with np.errstate(over="ignore", invalid="ignore"):  # `activations` names the layer that overflows
        received = [inputs, *activations(net, inputs).values()]
    return {name_of(net, i): received[i] for i, layer in enumerate(net.layers) if type(layer) in SLOPES}


def saturation(net: Sequential, inputs: Any, below: float = STEEP) -> dict[str, float]:
    """Return the share of saturated (example, unit) pairs in each squashing layer.

    `EachEpoch(saturation, net, inputs)` follows it through a training.

    Args:
        net: a network with layers of Tanh, Sigmoid or SignActivation.
        inputs: (N, n_in).
        below: a unit counts as saturated if its slope is below this share of the steepest.
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
    """Return the picture of the share of saturated pairs by epoch: a panel for each network, a curve for each layer.

    Args:
        shares: of label -> a list of `saturation`, one for each epoch.
    """
    drawing.check("plot_saturation", shares, "{label: [saturation(net, inputs), ..]}")
    figure, panels = drawing.panels(1 + 4 * len(shares), 4, columns=len(shares), sharey=True)
    for axes, (label, by_epoch) in zip(panels, shares.items(), strict=True):
        epochs = np.arange(1, len(by_epoch) + 1)
        for i, name in enumerate(by_epoch[0]):
            axes.plot(epochs, [100 * epoch[name] for epoch in by_epoch], label=name, **drawing.line(i, len(epochs)))
        axes.set(title=label, xlabel="epoch", ylim=(0, 100))
    panels[0].set_ylabel("saturated (example, unit) pairs (%)")
    drawing.grid(*panels)
    drawing.legend(*panels)
    return figure


def plot_squashed(moments: dict[str, dict[str, np.ndarray]]) -> Figure:
    """Return the histograms of z: a panel for each layer, a curve for each moment.

    Dotted lines mark the z from which on a tanh counts as saturated.

    Args:
        moments: of label -> `squashed` of one network, such as {"before": .., "after": ..}.
    """
    names = drawing.shared_names("plot_squashed", "layers", moments, "{label: squashed(net, inputs), ..}")
    figure, panels = drawing.panels(1 + 4 * len(names), 4, columns=len(names))
    for axes, name in zip(panels, names, strict=True):
        reach = max(np.percentile(np.abs(zs[name]), 99.5) for zs in moments.values()) or 1.0
        bins = np.linspace(-reach, reach, 61)
        for i, (label, zs) in enumerate(moments.items()):
            axes.hist(
                zs[name].ravel(), bins, density=True, histtype="step", color=drawing.colour(i),
                linestyle=("-", "--", "-.", ":")[i % 4], linewidth=1.5, label=label,
            )  # fmt: skip
        if name.endswith(" Tanh"):
            for edge in (-1, 1):
                axes.axvline(edge * np.arctanh((1 - STEEP) ** 0.5), color="0.5", linestyle=":", linewidth=1)
        axes.set(title=name, xlabel="z")
    panels[0].set_ylabel("density (per unit of z)")
    drawing.legend(*panels)
    return figure

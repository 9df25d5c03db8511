"""Hardening: the borders of a network in the plane, epoch by epoch, as an animation.

A border is drawn first in pencil, then in ink. While a network learns to fit, its borders look for their place and are
blurred. With more epochs the scores move apart (scores.py), the columns of W grow, and the blur narrows to a line. To
harden while they learn, units need no special loss; to harden without end they need cross-entropy, which never rests.

Take a point x of the plane with class scores s and p = softmax(s), and let squashing unit j of the first layer receive
z_j:

    border      where the two largest p are equal
    soft        where the largest p is below 0.9: there the network leaves the answer open
    a unit      is not saturated where |tanh(z_j)| < 0.949, so |z_j| < 1.818: a strip around the line z_j = 0 of width
                3.64 / |column j of W|

If one direction tells two classes apart, s_1 - s_2 = w . x + b, the soft strip is 2 log 9 / |w| wide. So the soft share
of the plane and the length of the weights are two readings of the same thing.

`soft_share` gives the number, `Borders` holds one moment of a training, `animate_borders` turns a list of moments into
a GIF.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet import functional as F
from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Sequential
from tinynet.reading import inside
from tinynet.reading.layers.saturation import SLOPES, squashed
from tinynet.training.checks import Pair

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SURE = 0.9  # a point is soft if the largest p is below this


class Borders(NamedTuple):
    """A network at one moment, on a grid over the plane."""

    p: np.ndarray  # (points, points, classes) float32, row i at y_i, column j at x_j
    z: np.ndarray  # (points, points, units) float32, what the first squashing layer receives
    reach: float  # the grid covers [-reach, reach]^2

    @property
    def soft(self) -> float:
        """The soft share of the square."""
        return soft_share(self.p)


def borders(net: Sequential, points: int = 120, reach: float = 1.2) -> Borders:
    """Return a two-dimensional network's probabilities and first z on a grid, in evaluation mode.

    `EachEpoch(borders, net)` follows them through a training.

    Args:
        net: from two inputs to scores of at least two classes.
        points: number of points along each side of the grid, at least 2.
        reach: the grid covers [-reach, reach]^2.

    Raises ValueError for another network, and for scores that are not finite.
    """
    if points < 2 or not reach > 0:
        raise ValueError(f"borders: points={points}, reach={reach}; at least 2 points and a positive reach are needed")
    shapes = [shape for layer in net.layers for _, _, shape in layer.matrices()]
    if not shapes or shapes[0][0] != 2 or shapes[-1][1] < 2:
        raise ValueError(
            f"borders: matrices of shapes {shapes}; borders in the plane need 2 inputs and at least 2 classes"
        )
    at = np.linspace(-reach, reach, points, dtype=np.float32)
    grid = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    has_units = any(type(layer) in SLOPES for layer in net.layers)
    z = next(iter(squashed(net, grid).values())) if has_units else np.empty((len(grid), 0), np.float32)
    scores = inside.scores(net, grid)
    if not np.isfinite(scores).all():
        raise ValueError("borders: the scores are not finite")
    p = F.softmax(Tensor(scores)).numpy()
    return Borders(p.reshape(points, points, -1), z.reshape(points, points, -1), reach)


def soft_share(p: np.ndarray, sure: float = SURE) -> float:
    """Return the share of points whose largest probability is below `sure`, given p (.., classes)."""
    return float(np.mean(p.max(axis=-1) < sure))


# ---- the pictures


def plot_borders(moment: Borders, data: Pair | None = None, title: str = "", units: int = 12) -> Figure:
    """Return the picture of one moment: classes in colour, paler where softer, the lines z_j = 0, and the data.

    Args:
        moment: from `borders`.
        data: inputs (N, 2) and integer labels, or None.
        title: title of the picture.
        units: for how many units, at most, to draw the line z_j = 0; the first ones are taken.
    """
    figure, [axes] = drawing.panels(5, 5)
    _draw(axes, moment, data, title, units)
    return figure


def animate_borders(
    moments: Sequence[Borders], path: str | os.PathLike, data: Pair | None = None, titles: Sequence[str] | None = None,
    per_second: int = 5, units: int = 12,
) -> None:  # fmt: skip
    """Write an animated GIF with a frame for each moment.

    Args:
        moments: from `borders`.
        path: where to write it, ending in .gif.
        data: inputs (N, 2) and integer labels, or None.
        titles: a title for each frame; by default its number, from 1, and the soft share.
        per_second: frames per second.
        units: as in `plot_borders`.

    Raises ValueError for no moments, another number of titles, or another ending.
    """
    from matplotlib.animation import PillowWriter

    titles = titles or [f"{k + 1}: {100 * moment.soft:.0f} % soft" for k, moment in enumerate(moments)]
    if not moments or len(titles) != len(moments) or not os.fspath(path).endswith(".gif"):
        raise ValueError(
            f"animate_borders: {len(moments)} moments, {len(titles)} titles, path {os.fspath(path)!r}; at least one "
            "moment, as many titles, and a path that ends in .gif are needed"
        )
    figure, [axes] = drawing.panels(5, 5)
    writer = PillowWriter(fps=per_second)
    with writer.saving(figure, os.fspath(path), dpi=80):
        for moment, title in zip(moments, titles, strict=True):
            axes.clear()
            _draw(axes, moment, data, title, units)
            writer.grab_frame()


def _draw(axes: Any, moment: Borders, data: Pair | None, title: str, units: int) -> None:
    from matplotlib.colors import to_rgb

    classes = moment.p.shape[-1]
    colours = np.array([to_rgb(drawing.colour(1 + c % 8)) for c in range(classes)])
    extent = (-moment.reach, moment.reach) * 2
    image = 1 - 0.75 * np.clip(moment.p @ (1 - colours), 0, 1)  # colours mixed by probability, so that soft looks soft
    sure = (moment.p.max(axis=-1, keepdims=True) - 1 / classes) / (1 - 1 / classes)
    axes.imshow(np.clip(sure * image + (1 - sure), 0, 1), extent=extent, origin="lower", interpolation="bilinear")
    at = np.linspace(-moment.reach, moment.reach, len(moment.p))
    for j in range(min(units, moment.z.shape[-1])):
        z = moment.z[..., j]
        if z.min() < 0 < z.max():  # a line that misses the square has no contour
            axes.contour(at, at, z, [0], colors="0.55", linewidths=0.7, linestyles="--")
    largest = moment.p.max(axis=-1)
    if largest.min() < SURE < largest.max():
        axes.contour(at, at, largest, [SURE], colors="0", linewidths=0.8)
    if data is not None:
        for c in range(classes):
            x = np.asarray(data[0])[np.asarray(data[1]) == c]
            axes.scatter(*x.T, s=9, color=[0.7 * colours[c]], marker=drawing.marker(c), linewidths=0)
    axes.set(title=title, xlabel="x1", ylabel="x2", xlim=extent[:2], ylim=extent[:2])

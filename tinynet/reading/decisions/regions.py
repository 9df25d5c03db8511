"""Regions: how hidden units cut the input space into pieces, how many there are, and how sharp their borders are.

Picture a sheet of paper and n straight cuts across it. Each hidden unit of the first layer is one cut: on one side its
z is negative, on the other positive, and the pieces of paper are the regions. For inputs x (rows) and n hidden units,

    z_j(x), a_j = tanh(z_j)     a unit before and after its activation
    s_j = sign(z_j)             +1 at 0; the region code of x is s = (s_1, .., s_n), of one layer or of several
    region                      all x with the same code; with later layers it may be bent, or in several pieces

In the first layer z = x W + b. So each border z_j = 0 is a plane, and each region a convex cell. How many cells do n
lines make in the plane? The k-th line crosses the earlier ones in at most k - 1 points. These cut it into k pieces, and
each piece cuts a cell in two (Steiner 1826; for any dimension Schläfli 1901, Zaslavsky 1975):

    cells = 1 + n + C(n, 2)                               n lines in general position, in the whole plane
    cells = 1 + (lines that cross) + (crossings inside)   in a convex box, if no three lines meet in a point

`cells` finds them exactly, by cutting polygons. `sampled_regions` counts the codes of given inputs, in any dimension
and for any layers. That count is a lower bound: the regions not seen yet have a volume share of about
(codes seen once) / N (Good 1953). If this is near 1, the count says nothing.

A border is soft where the unit is not saturated, |a_j| < level. In the first layer this is a band around the plane,

    width_j = 2 atanh(level) / |w_j|                      in units of the input; 0 for a sign

Where bands overlap, so do regions. Call (1 + s_j a_j) / 2 the degree to which x lies on side s_j. Then the product over
j is the degree to which x lies in region s, and over all 2^n codes these degrees sum to 1. In effect x lies in 2^H
regions, where H = sum_j h((1 + a_j) / 2) and h(p) is the entropy of (p, 1 - p) in bits: one region if all units are
saturated, 2^n if all a_j are 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet.layers.activations import ReLU, Sigmoid, Tanh
from tinynet.layers.base import Sequential
from tinynet.layers.signs import SignActivation
from tinynet.reading.inside import activations, check_rows, name_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ACTIVATIONS = (Tanh, SignActivation, Sigmoid, ReLU)
Box = tuple[float, float]  # the square low <= x_1, x_2 <= high


def hidden(net: Sequential, inputs: Any, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """Return z (N, width) of the hidden layers, by the name of their activation: "1 Tanh", "3 Tanh", ..

    Args:
        net: a Sequential such as tn.MLP, read in evaluation mode.
        inputs: (N, n_in).
        layers: some of these names; by default all.

    Raises TypeError for a network over sequences, ValueError for one without activations and for unknown names.
    """
    check_rows("regions", net)
    places = {name_of(net, i): i for i, layer in enumerate(net.layers) if isinstance(layer, ACTIVATIONS)}
    chosen = list(places) if layers is None else list(layers)
    if not chosen or not set(chosen) <= set(places):
        raise ValueError(
            f"regions: layers {chosen}; the network's hidden layers are {list(places)}, at least one is needed"
        )
    outputs = activations(net, inputs)
    return {name: outputs[name_of(net, i - 1)] if i else np.asarray(inputs) for name in chosen for i in [places[name]]}


def decisions(net: Sequential, inputs: Any) -> np.ndarray:
    """Return what the network says, int64 (N,): the class with the largest score, or 1 where a single score is >= 0."""
    *_, scores = activations(net, inputs).values()
    return scores.argmax(axis=1) if scores.shape[1] > 1 else (scores[:, 0] >= 0).astype(np.int64)


# ---- by sampling


class Regions(NamedTuple):
    """The regions that some inputs lie in, the largest first."""

    codes: np.ndarray  # int8 (R, units), +1 and -1
    volumes: np.ndarray  # (R,): the share of the inputs in each region; standard error sqrt(v (1 - v) / N)
    unseen: float  # the estimated volume share of all regions that no input lies in
    place: np.ndarray  # int64 (N,): the region of each input


def region_codes(net: Sequential, inputs: Any, layers: Sequence[str] | None = None) -> np.ndarray:
    """Return the region code of each input, int8 (N, units), +1 and -1; see `hidden` for the arguments."""
    z = np.concatenate(list(hidden(net, inputs, layers).values()), axis=1)
    return np.where(z >= 0, 1, -1).astype(np.int8)


def sampled_regions(net: Sequential, inputs: Any, layers: Sequence[str] | None = None) -> Regions:
    """Return the regions that the inputs lie in. Uniform inputs measure their volume, data their share of examples."""
    codes = region_codes(net, inputs, layers)
    packed = np.packbits(codes > 0, axis=1)  # short rows sort faster
    _, first, place, counts = np.unique(packed, axis=0, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    rank = np.argsort(order)
    return Regions(
        codes[first[order]], counts[order] / len(codes), np.count_nonzero(counts == 1) / len(codes),
        rank[place.ravel()],
    )  # fmt: skip


# ---- exactly, in the plane


class Cells(NamedTuple):
    """The cells into which some lines cut a box."""

    polygons: list[np.ndarray]  # (corners, 2) each
    codes: np.ndarray  # int8 (cells, n)
    areas: np.ndarray  # (cells,)


def planes(net: Sequential) -> tuple[np.ndarray, np.ndarray]:
    """Return W (n_in, n) and b (n,) of the first hidden layer's z = x W + b, whatever layers compute it.

    Both are read off z at 0 and at the unit vectors. ValueError if z is not of this form, as behind a layer norm.
    """
    n_in = next((layer.n_in for layer in net.layers if hasattr(layer, "n_in")), 1)
    corners = np.random.default_rng(0).choice([-1.0, 1.0], (16, n_in))
    [z, *_] = hidden(net, np.concatenate([np.zeros((1, n_in)), np.eye(n_in), corners]).astype(np.float32)).values()
    b, W = z[0].astype(np.float64), z[1 : n_in + 1].astype(np.float64) - z[0]
    if not np.allclose(corners @ W + b, z[n_in + 1 :], rtol=1e-3, atol=1e-3 * np.abs(z).max()):
        raise ValueError("regions: the first hidden layer's z is no affine function x W + b of the input")
    return W, b


def cells(W: np.ndarray, b: np.ndarray, box: Box = (-1, 1)) -> Cells:
    """Return the cells into which the lines x W + b = 0, W (2, n), cut the box. ValueError for another shape.

    A corner closer to a line than 1e-9 of the box's side counts as on the line.
    """
    W, b, (low, high) = np.asarray(W, np.float64), np.asarray(b, np.float64), box
    if W.ndim != 2 or len(W) != 2 or b.shape != W.shape[1:] or not low < high:
        raise ValueError(f"cells: W {W.shape}, b {b.shape}, box {box}; W (2, n), b (n,) and low < high are needed")
    length = np.linalg.norm(W, axis=0)
    polygons = [np.array([[low, low], [high, low], [high, high], [low, high]], np.float64)]
    codes = np.zeros((1, 0), np.int8)
    for w, c, scale in zip(W.T, b, np.where(length > 0, length, 1), strict=True):
        d = (np.concatenate(polygons) @ w + c) / scale  # of all corners
        d[np.abs(d) < 1e-9 * (high - low)] = 0
        ends = np.cumsum([len(p) for p in polygons])
        lowest, highest = (f.reduceat(d, np.append(0, ends[:-1])) for f in (np.minimum, np.maximum))
        crossed = np.flatnonzero((lowest < 0) & (highest > 0))
        for k in crossed:
            here = d[ends[k] - len(polygons[k]) : ends[k]]
            polygons.append(_cut(polygons[k], -here))
            polygons[k] = _cut(polygons[k], here)
        side = np.where((lowest >= 0) | (highest > 0), 1, -1)  # a polygon that was cut keeps its positive part
        side = np.append(side, np.full(len(crossed), -1)).astype(np.int8)
        codes = np.column_stack([np.concatenate([codes, codes[crossed]]), side])
    return Cells(polygons, codes, np.array([_area(p) for p in polygons]))


def _cut(corners: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Return the part of a convex polygon on the positive side of a line; d is the line's distance at each corner."""
    kept = []
    for p, q, dp, dq in zip(corners, np.roll(corners, -1, axis=0), d, np.roll(d, -1), strict=True):
        if dp >= 0:
            kept.append(p)
        if dp * dq < 0:
            kept.append(p + (q - p) * dp / (dp - dq))
    return np.array(kept)


def _area(corners: np.ndarray) -> float:
    """Return the area of a polygon by the shoelace formula."""
    x, y = (corners - corners.mean(axis=0)).T
    return float(np.abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def count_cells(W: np.ndarray, b: np.ndarray, box: Box = (-1, 1)) -> int:
    """Return the number of cells by the formula, 1 + (lines that cross) + (crossings inside): for general position."""
    low, high = box
    corners = np.array([[low, low], [high, low], [high, high], [low, high]])
    z = corners @ W + b
    crossing = int(np.count_nonzero((z.max(axis=0) > 0) & (z.min(axis=0) < 0)))
    i, j = np.triu_indices(W.shape[1], 1)
    det = W[0, i] * W[1, j] - W[0, j] * W[1, i]
    i, j, det = i[det != 0], j[det != 0], det[det != 0]
    x, y = (W[1, i] * b[j] - W[1, j] * b[i]) / det, (W[0, j] * b[i] - W[0, i] * b[j]) / det
    return 1 + crossing + int(np.count_nonzero((low < x) & (x < high) & (low < y) & (y < high)))


# ---- borders


class Borders(NamedTuple):
    """How soft the borders are, over some inputs."""

    widths: np.ndarray  # (n,): widths of the first layer's bands, in units of the input
    soft: dict[str, np.ndarray]  # by layer, (width,): the share of the inputs at which |a_j| < level
    overlap: np.ndarray  # int64 (N,): how many units are soft at this input
    regions: np.ndarray  # (N,): in how many regions this input lies in effect, 2^H


def borders(net: Sequential, inputs: Any, level: float = 0.9, layers: Sequence[str] | None = None) -> Borders:
    """Return how soft the borders are. ValueError for layers other than tanh and sign, and a level outside (0, 1)."""
    if not 0 < level < 1:
        raise ValueError(f"borders: level={level}; a unit is soft where |a| < level, which lies in (0, 1)")
    z = hidden(net, inputs, layers)
    first = next(name_of(net, i) for i, layer in enumerate(net.layers) if isinstance(layer, ACTIVATIONS))
    if other := [name for name in dict.fromkeys([first, *z]) if not name.endswith(("Tanh", "SignActivation"))]:
        raise ValueError(
            f"borders: {', '.join(other)} does not saturate at -1 and +1; layers of tanh or sign are needed"
        )
    a = {name: np.tanh(v) if name.endswith("Tanh") else np.where(v >= 0, 1, -1) for name, v in z.items()}
    length = np.linalg.norm(planes(net)[0], axis=0)
    with np.errstate(divide="ignore"):  # a unit whose weights are all 0 is equally soft everywhere
        widths = 2 * np.arctanh(level) / length if first.endswith("Tanh") else np.zeros(len(length))
    overlap, H = np.zeros(len(inputs), np.int64), np.zeros(len(inputs))
    for values in a.values():
        overlap += np.count_nonzero(np.abs(values) < level, axis=1)
        for p in (1 + values) / 2, (1 - values) / 2:
            H -= (p * np.log2(np.where(p > 0, p, 1))).sum(axis=1, dtype=np.float64)
    return Borders(widths, {name: np.mean(np.abs(v) < level, axis=0) for name, v in a.items()}, overlap, 2**H)


# ---- the picture


def plot_regions(net: Sequential, box: Box = (-1, 1), level: float = 0.9, resolution: int = 300) -> Figure:
    """Return the picture of a network with two inputs: its borders over its decisions, and where units are soft.

    Raises ValueError for another number of inputs, and wherever `borders` does.
    """
    from matplotlib.colors import ListedColormap

    W, b = planes(net)
    if len(W) != 2:
        raise ValueError(f"plot_regions: the network takes {len(W)} inputs; only the plane, 2, can be drawn")
    ticks = np.linspace(*box, resolution)
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2).astype(np.float32)
    z, sharp, classes = hidden(net, points), borders(net, points, level), decisions(net, points)
    figure, (left, right) = drawing.panels(11, 5.2, columns=2, sharey=True)
    extent, colours = (*box, *box), drawing.COLOURS
    left.imshow(
        classes.reshape(resolution, resolution), origin="lower", extent=extent, alpha=0.45, interpolation="nearest",
        cmap=ListedColormap(colours[1:]), vmin=0, vmax=len(colours) - 2,
    )  # fmt: skip
    for k, (name, values) in enumerate(z.items()):
        colour, width = (colours[0], colours[5], colours[6])[k % 3], 0.8 + 0.5 * k
        for unit in values.T.reshape(-1, resolution, resolution):
            if unit.min() < 0 <= unit.max():
                left.contour(ticks, ticks, unit, [0], colors=[colour], linewidths=width)
        left.plot([], [], color=colour, label=f"{name}: z = 0", linewidth=width)
    exact = len(cells(W, b, box).areas)
    seen = len(sampled_regions(net, points).volumes)
    left.set(
        title=f"first layer: {W.shape[1]} lines, {exact} cells" + (f"; all: {seen} regions seen" if len(z) > 1 else "")
    )
    image = right.imshow(sharp.overlap.reshape(resolution, resolution), origin="lower", extent=extent, cmap="cividis")
    figure.colorbar(image, ax=right, label="soft units at the point", shrink=0.8)
    right.set(title=f"soft borders, |a| < {level:g}, and where they overlap")
    for axes in (left, right):
        axes.set(xlabel="input 1", aspect="equal")
    left.set(ylabel="input 2", xlim=box, ylim=box)
    drawing.legend(left, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=len(z))
    return figure

"""Geometry: a column of W as a length and a direction, and what binary and hashed columns leave of both.

Notation (W (d, n); its columns w_1 .. w_n are the features of a layer)
    |w_j|                                  length
    cos(j, k) = w_j . w_k / |w_j| |w_k|    of the angle between two columns
    corr(j, k)                             the same after each column's mean is taken off

Binary columns, entries +-1: all have length sqrt(d), and with h the number of places where two of them differ

    cos = 1 - 2 h / d,    h = 0 .. d       d + 1 angles, no others
    P(h) = C(d, h) / 2^d                   for random columns: mean 0, standard deviation 1 / sqrt(d)

The pairs of n random columns are pairwise independent, so n (n - 1) / 2 of them show this well, and what a trained
layer shows beyond it was learned. Random real columns have nearly the same spread, 1 / sqrt(d), without the grid.

Hashed columns, W[i, j] = xi(i, j) w[h(i, j)], share their numbers. For numbers w_k of mean 0, drawn independently, and
a given hash, only rows in which both columns fell into one bucket count in the mean,

    mean cos(j, k) ~ (1/d) sum over i with h(i, j) = h(i, k) of xi(i, j) xi(i, k)

about d / K rows (K buckets), of random signs: +-1 / sqrt(d K), less than the chance angle 1 / sqrt(d) by sqrt(K). What
hashing ties is thus not the angles but the moves: a step that changes a bucket changes entries of many columns.

To tell length from angle, train with columns of one fixed length: W = V diag(g / |v|) (scaled.py) with g held.
"""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tinynet.drawing import COLOURS
from tinynet.layers.linear import Linear
from tinynet.layers.sequential import Sequential
from tinynet.parameterizations.hashed import Hashed
from tinynet.parameterizations.scaled import Scaled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Geometry(NamedTuple):
    """Lengths and angles of the columns of a matrix."""

    lengths: np.ndarray  # float64 (n,)
    cosines: np.ndarray  # (pairs,), j < k, row by row; pairs with a column of zeros are left out
    correlations: np.ndarray  # (pairs,); pairs with a constant column are left out


def column_geometry(W: np.ndarray) -> Geometry:
    """Return the geometry of W (d, n). ValueError unless it is a finite matrix of two columns or more."""
    W = np.asarray(W, np.float64)
    if W.ndim != 2 or W.shape[1] < 2 or not np.isfinite(W).all():
        raise ValueError(f"geometry: W of shape {W.shape}; a finite matrix (d, n) of at least two columns is needed")
    return Geometry(np.linalg.norm(W, axis=0), _cosines(W), _cosines(W - W.mean(axis=0)))


def _cosines(W: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(W, axis=0)
    W = W[:, lengths > 1e-12 * lengths.max(initial=0)]
    W = W / np.linalg.norm(W, axis=0)
    return (W.T @ W)[np.triu_indices(W.shape[1], 1)]


# ---- binary columns


class Spectrum(NamedTuple):
    """The angles between binary columns, beside those of random ones."""

    cosines: np.ndarray  # (d + 1,): 1 - 2 h / d for h = 0 .. d
    random: np.ndarray  # (d + 1,): C(d, h) / 2^d
    found: np.ndarray  # (d + 1,): the share of the pairs
    spread: float  # standard deviation of cos, in units of the random 1 / sqrt(d)
    distance: float  # total variation between found and random: 0 alike .. 1 nothing in common


def random_spectrum(d: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the cosines that binary columns of d entries can have, and their probabilities for random columns."""
    if d < 1:
        raise ValueError(f"random_spectrum: d={d}; columns have at least one entry")
    return 1 - 2 * np.arange(d + 1) / d, np.array([comb(d, h) / 2**d for h in range(d + 1)])


def binary_spectrum(W: np.ndarray) -> Spectrum:
    """Return the spectrum of W (d, n), whose columns hold one number each and its negative. ValueError otherwise."""
    W = np.asarray(W)
    size = np.abs(W).max(axis=0, initial=0) if W.ndim == 2 else np.zeros(1)
    if not (size > 0).all() or not np.allclose(np.abs(W), size):
        raise ValueError(
            f"binary_spectrum: W of shape {W.shape}; each of its columns must be +-s, s > 0, as those of tn.Binary are"
        )
    d, cosines = len(W), column_geometry(W).cosines
    grid, random = random_spectrum(d)
    found = np.bincount(np.rint(d * (1 - cosines) / 2).astype(int), minlength=d + 1) / len(cosines)
    spread = float(np.sqrt(np.mean(cosines**2) * d))
    return Spectrum(grid, random, found, spread, float(np.abs(found - random).sum() / 2))


# ---- hashed columns


def imposed_cosines(weight: Hashed) -> np.ndarray:
    """Return the mean cosine that the hash of a built Hashed gives to each pair of its columns, (pairs,), j < k.

    The mean is over independent numbers of mean 0 in the buckets. TypeError for another parameterization.
    """
    if not isinstance(weight, Hashed) or not hasattr(weight, "shape"):
        raise TypeError(f"imposed_cosines: {weight!r}; a built tn.Hashed is needed, such as net.layers[0].weight")
    K, (j, k) = weight._count(), np.triu_indices(weight.shape[1], 1)
    total = np.zeros(len(j))
    for places in weight._place().astype(np.int64):  # of a row
        bucket, sign = places % K, np.where(places < K, 1, -1)
        total += (bucket[j] == bucket[k]) * sign[j] * sign[k]
    return total / weight.shape[0]


# ---- length against angle


def hold_lengths(net: Sequential, length: float = 1.0) -> Sequential:
    """Fix the length of every column of a net made with tn.Scaled(normalize=True), in place, and return the net.

    SGD then turns the columns and nothing else. ValueError for a length that is not positive, or without such a layer.
    """
    scaled = [
        layer.weight
        for layer in net.layers
        if isinstance(layer, Linear) and isinstance(layer.weight, Scaled) and layer.weight.normalize
    ]
    if not scaled or not length > 0:
        raise ValueError(f"hold_lengths: length={length}, {len(scaled)} layers of tn.Scaled(normalize=True); give both")
    for weight in scaled:
        weight.g.data = np.full(weight.g.shape, length, weight.g.dtype)
        weight.g.step_scale = 0.0
    return net


# ---- the pictures


def plot_geometry(matrices: dict[str, np.ndarray]) -> Figure:
    """Return the figure of some matrices by label: lengths of columns, cosines and correlations of pairs."""
    from matplotlib.figure import Figure

    if not matrices:
        raise ValueError("plot_geometry: no matrices to draw; pass {label: W, ..}")
    figure = Figure(figsize=(12, 4), layout="constrained")
    panels = figure.subplots(1, 3)
    geometries = {label: column_geometry(W) for label, W in matrices.items()}
    titles = "length of a column", "cosine of two columns", "correlation of two columns"
    for axes, values, title in zip(panels, zip(*geometries.values(), strict=True), titles, strict=True):
        low, high = min(v.min() for v in values), max(v.max() for v in values)
        bins = np.linspace(low - 1e-6, high + 1e-6, 41)
        for i, (label, v) in enumerate(zip(geometries, values, strict=True)):
            name = f"{label}: {v.mean():.2f} ± {v.std():.2f}"
            axes.hist(v, bins, weights=np.full(len(v), 100 / len(v)), histtype="step", color=COLOURS[i % 9], label=name)
        axes.set(xlabel=title, ylabel="share (%)")
        axes.margins(y=0.1 + 0.08 * len(geometries))
        axes.legend(frameon=False, fontsize="small", loc="upper left")
    return figure


def plot_spectrum(matrices: dict[str, np.ndarray]) -> Figure:
    """Return the figure of some binary matrices by label: the angles of their columns against the formula."""
    from matplotlib.figure import Figure

    if not matrices:
        raise ValueError("plot_spectrum: no matrices to draw; pass {label: W, ..}")
    figure = Figure(figsize=(5.5 * len(matrices), 4), layout="constrained")
    panels = figure.subplots(1, len(matrices), squeeze=False)[0]
    for i, (axes, (label, W)) in enumerate(zip(panels, matrices.items(), strict=True)):
        found = binary_spectrum(W)
        axes.bar(found.cosines, 100 * found.found, 1.6 / len(W), color=COLOURS[1 + i % 8], alpha=0.7, label=label)
        axes.plot(found.cosines, 100 * found.random, ".-", color="black", linewidth=1, label="random: C(d, h) / 2^d")
        reach = np.abs(found.cosines[(found.found > 0) | (found.random > 1e-4)]).max()
        axes.set(xlabel="cos = 1 - 2h/d", ylabel="share of the pairs (%)", xlim=(-1.1 * reach, 1.1 * reach))
        axes.set_title(f"d = {len(W)}: spread {found.spread:.2f} / sqrt(d), distance {found.distance:.2f}")
        axes.legend(frameon=False, fontsize="small")
    return figure

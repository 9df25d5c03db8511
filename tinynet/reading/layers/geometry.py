"""Geometry: a column of W as a length and a direction, and what binary and hashed columns leave of both.

A column is the feature that a unit looks for: its direction says what to look for, its length how strongly to react.
For W (d, n) with columns w_1 .. w_n we measure

    |w_j|                                      the length of a column
    cos(j, k) = w_j . w_k / (|w_j| |w_k|)      the cosine of the angle between two columns
    corr(j, k)                                 the same after each column's mean has been subtracted

Binary columns have entries +-1, so all are sqrt(d) long. Two of them that differ in h places have

    cos = 1 - 2 h / d,    h = 0 .. d           d + 1 possible angles, no others
    P(h) = C(d, h) / 2^d                       for random columns: cos has mean 0, standard deviation 1 / sqrt(d)

The pairs of n random columns are pairwise independent, so the n (n - 1) / 2 of them show this distribution well, and
whatever a trained layer shows beyond it was learned. Random real columns spread almost as far, about 1 / sqrt(d), only
without the grid of angles.

Hashed columns share their numbers: W[i, j] = xi(i, j) w[h(i, j)]. Does sharing force them to be alike? Fix the hash and
draw the numbers w_k independently with mean 0. On average only the rows count in which both columns use one bucket,

    mean cos(j, k) ~ (1/d) sum over i with h(i, j) = h(i, k) of xi(i, j) xi(i, k)

With K buckets these are about d / K rows, and their signs are random, so the sum is about +-1 / sqrt(d K): smaller than
the chance value 1 / sqrt(d) by a factor sqrt(K). So hashing does not tie the angles together. It ties the steps: a step
that changes a bucket changes entries in many columns.

To find out whether length is needed at all, train with columns of one fixed length: W = V diag(g / |v|) (see scaled.py)
with g held.
"""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet.layers.base import Sequential
from tinynet.layers.linear import Linear
from tinynet.parameterizations.hashed import Hashed
from tinynet.parameterizations.scaled import Scaled
from tinynet.reading.centring import centred, directions

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Geometry(NamedTuple):
    """Lengths and angles of the columns of a matrix."""

    lengths: np.ndarray  # float64 (n,)
    cosines: np.ndarray  # (pairs,), j < k, row by row; without the pairs that have a column of zeros
    correlations: np.ndarray  # (pairs,); without the pairs that have a constant column


def column_geometry(W: np.ndarray) -> Geometry:
    """Return the geometry of W (d, n). ValueError unless it is a finite matrix of at least two columns."""
    W = np.asarray(W, np.float64)
    if W.ndim != 2 or W.shape[1] < 2 or not np.isfinite(W).all():
        raise ValueError(f"geometry: W of shape {W.shape}; a finite matrix (d, n) of at least two columns is needed")
    return Geometry(np.linalg.norm(W, axis=0), _cosines(W), _cosines(centred(W)))


def _cosines(W: np.ndarray) -> np.ndarray:
    W = directions(W[:, W.any(axis=0)])
    return (W.T @ W)[np.triu_indices(W.shape[1], 1)]


# ---- binary columns


class Spectrum(NamedTuple):
    """The angles between binary columns, compared with the angles between random ones."""

    cosines: np.ndarray  # (d + 1,): the possible ones, 1 - 2 h / d for h = 0 .. d
    random: np.ndarray  # (d + 1,): their probabilities for random columns, C(d, h) / 2^d
    found: np.ndarray  # (d + 1,): the share of the pairs at each
    spread: float  # root-mean-square cosine in units of 1 / sqrt(d), which random columns have
    distance: float  # total variation between found and random, from 0 (the same) to 1 (nothing in common)


def random_spectrum(d: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the possible cosines of binary columns with d entries, and their probabilities for random columns."""
    if d < 1:
        raise ValueError(f"random_spectrum: d={d}; columns have at least one entry")
    return 1 - 2 * np.arange(d + 1) / d, np.array([comb(d, h) / 2**d for h in range(d + 1)])


def binary_spectrum(W: np.ndarray) -> Spectrum:
    """Return the spectrum of W (d, n). ValueError unless each column holds only +s and -s, for an s > 0 of its own."""
    W = np.asarray(W)
    size = np.abs(W).max(axis=0, initial=0) if W.ndim == 2 else np.zeros(1)
    if not (size > 0).all() or not np.allclose(np.abs(W), size):
        raise ValueError(
            f"binary_spectrum: W of shape {W.shape}; each of its columns must be +-s for one s > 0, as with tn.Binary"
        )
    d, cosines = len(W), column_geometry(W).cosines
    grid, random = random_spectrum(d)
    found = np.bincount(np.rint(d * (1 - cosines) / 2).astype(int), minlength=d + 1) / len(cosines)
    spread = float(np.sqrt(np.mean(cosines**2) * d))
    return Spectrum(grid, random, found, spread, float(np.abs(found - random).sum() / 2))


# ---- hashed columns


def imposed_cosines(weight: Hashed) -> np.ndarray:
    """Return the mean cosine that the hash of a built Hashed imposes on each pair of its columns, (pairs,), j < k.

    The mean is taken over independent numbers of mean 0 in the buckets. TypeError for another parameterization.
    """
    if not isinstance(weight, Hashed) or not hasattr(weight, "shape"):
        raise TypeError(f"imposed_cosines: {weight!r}; a built tn.Hashed is needed, such as net.layers[0].weight")
    K, (j, k) = weight.K, np.triu_indices(weight.shape[1], 1)
    total = np.zeros(len(j))
    for places in weight.places.astype(np.int64):  # row by row
        bucket, sign = places % K, np.where(places < K, 1, -1)
        total += (bucket[j] == bucket[k]) * sign[j] * sign[k]
    return total / weight.shape[0]


# ---- length against angle


def hold_lengths(net: Sequential, length: float = 1.0) -> Sequential:
    """Fix the length of every column in the layers made with tn.Scaled(normalize=True), and return the same network.

    From then on SGD can turn these columns but not stretch them. ValueError for a length that is not positive, and for
    a network without such a layer.
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
    """Return the picture of some matrices by label: column lengths, and cosines and correlations of pairs."""
    drawing.check("plot_geometry", matrices, "{label: W, ..}", "no matrices")
    figure, panels = drawing.panels(12, 4, columns=3)
    geometries = {label: column_geometry(W) for label, W in matrices.items()}
    titles = "length of a column", "cosine of two columns", "correlation of two columns"
    for axes, values, title in zip(panels, zip(*geometries.values(), strict=True), titles, strict=True):
        low, high = min(v.min() for v in values), max(v.max() for v in values)
        bins = np.linspace(low - 1e-6, high + 1e-6, 41)
        for i, (label, v) in enumerate(zip(geometries, values, strict=True)):
            name = f"{label}: {v.mean():.2f} ± {v.std():.2f}"
            axes.hist(
                v, bins, weights=np.full(len(v), 100 / len(v)), histtype="step", color=drawing.colour(i), label=name
            )
        axes.set(xlabel=title, ylabel="share (%)")
        axes.margins(y=0.1 + 0.08 * len(geometries))
    drawing.legend(*panels, loc="upper left")
    return figure


def plot_spectrum(matrices: dict[str, np.ndarray]) -> Figure:
    """Return the picture of some binary matrices by label: the angles between their columns against the formula."""
    drawing.check("plot_spectrum", matrices, "{label: W, ..}", "no matrices")
    figure, panels = drawing.panels(5.5 * len(matrices), 4, columns=len(matrices))
    for i, (axes, (label, W)) in enumerate(zip(panels, matrices.items(), strict=True)):
        found = binary_spectrum(W)
        axes.bar(
            found.cosines, 100 * found.found, 1.6 / len(W), color=drawing.colour(1 + i % 8), alpha=0.7, label=label
        )
        axes.plot(found.cosines, 100 * found.random, ".-", color="black", linewidth=1, label="random: C(d, h) / 2^d")
        reach = np.abs(found.cosines[(found.found > 0) | (found.random > 1e-4)]).max()
        axes.set(xlabel="cos = 1 - 2h/d", ylabel="share of the pairs (%)", xlim=(-1.1 * reach, 1.1 * reach))
        axes.set_title(f"d = {len(W)}: spread {found.spread:.2f} / sqrt(d), distance {found.distance:.2f}")
    drawing.legend(*panels)
    return figure

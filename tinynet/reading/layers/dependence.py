"""Dependence: hidden units that only repeat what other units say, and the smaller network without them.

If one hidden unit is always the sum of two others, the next layer can add those two itself, and the unit can go. Let
A (N, n) hold the activations of n units for N inputs, and A_c the same with each column's mean subtracted.

    correlation     C_ij = <A_c i, A_c j> / (|A_c i| |A_c j|)                 0 where a unit is constant
    rank            the number of singular values of A_c above some share of the largest
    dependent       unit j is linear in the kept units K:   A_j = A_K c + d + r,   |r| / sqrt(N) <= tolerance

Which units to keep? A QR factorization with column pivoting, A_c P = Q R, keeps taking the column that is farthest from
the span of the columns taken before (Businger, Golub 1965). That distance is |R_kk|, and it falls with k. So once
|R_kk| / sqrt(N) is below the tolerance, all columns left are dependent. The constant d costs nothing, because the next
layer has a bias.

Removing a unit. The next layer computes z' = A W' + b'. Insert A_j = A_K c + d + r, and row j of W' moves into the
rows that stay:

    W'_K <- W'_K + c W'_j,    b' <- b' + d W'_j,    and r W'_j is lost

This is also the best the next layer can do in the sense of least squares. If c and d come from regressing A_j on A_K
and 1, the new W'_K and b' are the regression of the old z' on A_K and 1, because regression is linear in its target. So
nothing is needed but z' itself, and no label.

Shrinking a layer (architecture evolution) repeats this: the unit that costs least goes, the rest is refitted, and so
on. Regress unit j on all others, and its squared residual is 1 / (G^-1)_jj, where G = A_c^T A_c is the Gram matrix. So
removing it adds

    |W'_j|^2 / (G^-1)_jj                         to |z' - refitted z'|^2, summed over all N inputs

which is nothing if the unit is dependent. This is the formula of the optimal brain surgeon for a unit of a linear layer
(Hassibi, Stork 1993, Second order derivatives for network pruning).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet.layers.base import Sequential
from tinynet.reading.centring import centred, directions
from tinynet.reading.inside import scores
from tinynet.reading.units import hidden_layer, matrices, opened, rearrange, set_matrices, unit_activations

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Dependence(NamedTuple):
    """Units to keep, and units that are linear in them: A_removed is about A_kept c + d."""

    kept: np.ndarray
    removed: np.ndarray
    c: np.ndarray  # (kept, removed)
    d: np.ndarray  # (removed,)
    residuals: np.ndarray  # (removed,): root mean square of A_removed - A_kept c - d


class Removal(NamedTuple):
    """A network without some hidden units."""

    net: Sequential
    dependence: Dependence
    change: float  # the largest change of any score on the inputs given


def correlations(A: np.ndarray) -> np.ndarray:
    """Return the correlation matrix (n, n) of activations (N, n); a constant unit correlates only with itself."""
    unit = directions(_checked(A))
    C = unit.T @ unit
    np.fill_diagonal(C, 1)
    return C


def spectrum(A: np.ndarray) -> np.ndarray:
    """Return the singular values of the centred activations over sqrt(N): the lengths of the cloud's main axes."""
    return np.linalg.svd(_checked(A), compute_uv=False) / np.sqrt(len(A))


def numerical_rank(A: np.ndarray, tolerance: float = 1e-5) -> int:
    """Return how many singular values of the centred activations exceed `tolerance` times the largest."""
    values = spectrum(A)
    return int(np.count_nonzero(values > tolerance * values[0]))


def dependent_units(A: np.ndarray, tolerance: float = 1e-5) -> Dependence:
    """Return which units are linear in the others up to a root mean square of `tolerance`; at least one is kept.

    Raises ValueError unless there are more inputs than units: on N inputs, N - 1 units in general position explain all
    others.
    """
    order, distances = _pivoted(A)
    return _split(A, order, max(1, int(np.count_nonzero(distances > tolerance))))


def remove_dependent(net: Sequential, inputs: Any, hidden: int = 0, error: float = 1e-5) -> Removal:
    """Return a copy without as many units as can go before a score changes by more than `error`.

    The change is measured on the inputs given. Check fresh ones too: a unit may be linear in the others on these alone.

    Args:
        net: a Sequential of Linear layers such as tn.MLP; the copy's matrices are dense.
        inputs: (N, n_in), more than the layer has units.
        hidden: which hidden layer, counted from 0.
        error: how much a score may change.
    """
    A = unit_activations(net, inputs, hidden)
    order, _ = _pivoted(A)

    def keeping(count: int) -> Removal:
        dependence = _split(A, order, count)
        small = without(net, dependence, hidden)
        return Removal(small, dependence, float(np.abs(scores(net, inputs) - scores(small, inputs)).max()))

    low, high = 0, len(order)  # bisection: the fewest units that are enough are more than low, at most high
    best = keeping(high)
    while high - low > 1:
        middle = (low + high) // 2
        found = keeping(middle)
        if found.change <= error:
            high, best = middle, found
        else:
            low = middle
    return best


def without(net: Sequential, dependence: Dependence, hidden: int = 0) -> Sequential:
    """Return a copy without the removed units: the rows of the kept ones and the bias take over what they said."""
    small, (_, after) = opened(net), hidden_layer(net, hidden)
    W, b = matrices(net, after)
    kept, removed, c, d, _ = dependence
    rearrange(small, hidden, kept)
    set_matrices(small, after, W[kept] + c @ W[removed], b + d @ W[removed])
    return small


def shrink(
    net: Sequential, inputs: Any, widths: Sequence[int], hidden: int = 0,
    tune: Callable[[Sequential], Any] | None = None,
) -> dict[int, Sequential]:  # fmt: skip
    """Return a network of each width, made from the one before by removing the cheapest unit again and again.

    Args:
        net: as for `remove_dependent`; it is left as it was.
        inputs: (N, n_in), more than the layer has units; the next layer is refitted on them.
        widths: widths of this hidden layer, falling, each at least 1.
        hidden: which hidden layer, counted from 0.
        tune: called with the network at each width, to train it further in place before it shrinks again.
    """
    small, after = opened(net), hidden_layer(net, hidden).after
    found: dict[int, Sequential] = {}
    n = len(matrices(small, after)[0])
    if list(widths) != sorted(set(widths), reverse=True) or not widths or widths[0] > n or widths[-1] < 1:
        raise ValueError(
            f"shrink: widths={list(widths)}; they must fall, from at most {n}, the layer's own, to 1 or more"
        )
    for width in widths:
        A = unit_activations(small, inputs, hidden)
        kept = _cheapest_gone(A, matrices(small, after)[0], width)
        rest = np.setdiff1d(np.arange(A.shape[1]), kept)
        small = without(small, _split(A, np.concatenate([kept, rest]), width), hidden)
        if tune is not None:
            tune(small)
        found[width] = small
        small = opened(small)
    return found


def _cheapest_gone(A: np.ndarray, W: np.ndarray, width: int) -> np.ndarray:
    """Return the units that are left at this width; W (n, n_out) is the next layer's, refitted after each removal."""
    A, W, left = _checked(A, many=True), W.copy(), np.arange(len(W))
    G = A.T @ A
    G[np.diag_indices_from(G)] += 1e-12 * max(np.trace(G), 1e-300)  # so that G has an inverse if units are dependent
    inverse = np.linalg.inv(G)
    while len(left) > width:
        j = int(np.argmin((W**2).sum(axis=1) / np.diag(inverse)))
        W -= np.outer(inverse[:, j] / inverse[j, j], W[j])  # W_K + c W_j, for c = -(G^-1)_Kj / (G^-1)_jj
        inverse -= np.outer(inverse[:, j], inverse[j]) / inverse[j, j]  # the inverse of G without row and column j
        left, W = np.delete(left, j), np.delete(W, j, axis=0)
        inverse = np.delete(np.delete(inverse, j, axis=0), j, axis=1)
    return left


def _pivoted(A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the units in pivot order, and how far each is from the span of the ones before (root mean square)."""
    from scipy.linalg import qr

    R, order = qr(_checked(A, many=True), mode="r", pivoting=True)
    return order, np.abs(np.diag(R)) / np.sqrt(len(A))


def _split(A: np.ndarray, order: np.ndarray, count: int) -> Dependence:
    """Return the regression of all other units on the first `count` of the order and the constant."""
    kept, removed = np.sort(order[:count]), np.sort(order[count:])
    X, Y = A[:, kept], A[:, removed]
    c = np.linalg.lstsq(centred(X), centred(Y), rcond=1e-10)[0]
    d = Y.mean(axis=0) - X.mean(axis=0) @ c
    return Dependence(kept, removed, c, d, np.sqrt(((Y - X @ c - d) ** 2).mean(axis=0)))


def _checked(A: Any, many: bool = False) -> np.ndarray:
    """Return the activations, centred, in float64. ValueError unless they are a finite (N, n), N at least 2."""
    A = np.asarray(A, np.float64)
    if A.ndim != 2 or len(A) < 2 or not A.shape[1] or not np.isfinite(A).all():
        finite = "" if np.isfinite(A).all() else ", not all finite"
        raise ValueError(
            f"dependence: activations of shape {A.shape}{finite}; a finite (N, units), N at least 2, is needed"
        )
    if many and len(A) <= A.shape[1]:
        raise ValueError(
            f"dependence: {len(A)} inputs for {A.shape[1]} units; give more inputs, or all will seem dependent"
        )
    return centred(A)


# ---- the pictures


def plot_dependence(layers: dict[str, np.ndarray]) -> Figure:
    """Return the picture of some layers' activations by label: correlations of the units, and all spectra together."""
    drawing.check("plot_dependence", layers, "{label: activations (N, units), ..}")
    figure, (*panels, last) = drawing.panels(4 * len(layers) + 5, 4, columns=len(layers) + 1)
    for axes, (label, A) in zip(panels, layers.items(), strict=True):
        image = axes.imshow(correlations(A), cmap="PuOr", vmin=-1, vmax=1)
        axes.set(title=f"{label}: rank {numerical_rank(A)} of {A.shape[1]}", xlabel="unit", ylabel="unit")
    figure.colorbar(image, ax=panels, label="correlation", shrink=0.8)
    for i, (label, A) in enumerate(layers.items()):
        lengths = spectrum(A)
        last.plot(np.arange(1, len(lengths) + 1), lengths, label=label, **drawing.line(i, len(lengths)))
    last.set(yscale="log", xlabel="main axis", ylabel="length (activation, root mean square)", title="spectrum")
    drawing.grid(last)
    drawing.legend(last)
    return figure


def plot_shrink(curves: dict[str, dict[int, float]]) -> Figure:
    """Return the picture of errors in [0, 1] by width, a curve for each label."""
    drawing.check("plot_shrink", curves, "{label: {width: error, ..}, ..}", "no curves")
    figure, [axes] = drawing.panels(6, 4.5)
    for i, (label, curve) in enumerate(curves.items()):
        widths = sorted(curve)
        axes.plot(widths, [100 * curve[w] for w in widths], label=label, **drawing.line(i))
    ticks = sorted({w for curve in curves.values() for w in curve})
    axes.set(xscale="log", yscale="log", xlabel="units of the hidden layer", ylabel="test error (%)")
    axes.set_xticks(ticks, [str(w) for w in ticks])
    axes.xaxis.set_minor_formatter("")
    for which in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        which("{x:g}")
    drawing.grid(axes)
    drawing.legend(axes)
    return figure

"""Dependence: hidden units that say what others say already, and the smaller network without them.

Notation: A (N, n) holds the activations of n units for N inputs; A_c the same with each column's mean taken off.
    correlation     C_ij = <A_c i, A_c j> / (|A_c i| |A_c j|)                 0 where a unit is constant
    rank            number of singular values of A_c above a share of the largest
    dependent       unit j is linear in the kept ones K:   A_j = A_K c + d + r,   |r| / sqrt(N) <= tolerance

Which units to keep: a QR factorization with column pivoting, A_c P = Q R, takes the column next that is farthest from
the span of those taken (Businger, Golub 1965). |R_kk| is that distance and falls with k, so once |R_kk| / sqrt(N) is
below the tolerance, every column left is dependent. The constant counts among the kept: the next layer has a bias.

Removal: the next layer sees z' = A W' + b'. With A_j = A_K c + d + r a dependent unit's row goes into the others:
    W'_K <- W'_K + c W'_j,    b' <- b' + d W'_j,    what is lost: r W'_j
The same formula is the least-squares refit of the next layer: if c, d are the regression of A_j on A_K and 1, the new
W'_K, b' are the regression of the old z' on A_K and 1, for regression is linear in its target. So no target but z'
itself is needed, and no label.

Shrinking (architecture evolution): unit after unit, the one that costs least goes and the rest is refitted. Where unit
j is regressed on all others, its squared residual is 1 / (G^-1)_jj, G = A_c^T A_c the Gram matrix, so its loss costs
    |W'_j|^2 / (G^-1)_jj                         the growth of |z' - refitted z'|^2, over all N inputs
and nothing where it is dependent: the formula of the optimal brain surgeon, for a unit of a linear layer (Hassibi,
Stork 1993, Second order derivatives for network pruning).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet.drawing import COLOURS, MARKERS
from tinynet.engine.tape import no_grad
from tinynet.layers.sequential import Sequential
from tinynet.reading.units import hidden_layer, matrices, opened, rearrange, set_matrices, unit_activations

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Dependence(NamedTuple):
    """Units that are kept, and those that are linear in them: A_removed = A_kept c + d, about."""

    kept: np.ndarray
    removed: np.ndarray
    c: np.ndarray  # (kept, removed)
    d: np.ndarray  # (removed,)
    residuals: np.ndarray  # (removed,), root mean squares, in units of the activation


class Removal(NamedTuple):
    """A network without some hidden units."""

    net: Sequential
    dependence: Dependence
    change: float  # the largest change of a score, over the inputs that it was found with


def correlations(A: np.ndarray) -> np.ndarray:
    """Return the correlation matrix (n, n) of activations (N, n); a constant unit correlates with none but itself."""
    A = _checked(A)
    lengths = np.linalg.norm(A, axis=0)
    unit = A / np.where(lengths > 0, lengths, 1)
    C = unit.T @ unit
    np.fill_diagonal(C, 1)
    return C


def spectrum(A: np.ndarray) -> np.ndarray:
    """Return the singular values of the centred activations, over sqrt(N): the lengths of the cloud's main axes."""
    return np.linalg.svd(_checked(A), compute_uv=False) / np.sqrt(len(A))


def numerical_rank(A: np.ndarray, tolerance: float = 1e-5) -> int:
    """Return how many singular values of the centred activations exceed `tolerance` times the largest."""
    values = spectrum(A)
    return int(np.count_nonzero(values > tolerance * values[0]))


def dependent_units(A: np.ndarray, tolerance: float = 1e-5) -> Dependence:
    """Return which units are linear in the others, to a root mean square of `tolerance`; one at least is kept.

    Raises ValueError unless there are more inputs than units: any N - 1 units in general position explain all others.
    """
    order, distances = _pivoted(A)
    return _split(A, order, max(1, int(np.count_nonzero(distances > tolerance))))


def remove_dependent(net: Sequential, inputs: Any, hidden: int = 0, error: float = 1e-5) -> Removal:
    """Return a copy without the units that the rest can replace, as many as change no score by more than `error`.

    The change is that on the inputs given; what is linear on them alone, and not for a reason, shows on fresh ones.

    Args:
        net: a Sequential of Linear layers such as tn.MLP; the copy's matrices are dense.
        inputs: (N, n_in), more than the layer has units.
        hidden: which hidden layer, counted from 0.
        error: the largest change of a score that is allowed.
    """
    A = unit_activations(net, inputs, hidden)
    order, _ = _pivoted(A)

    def keeping(count: int) -> Removal:
        dependence = _split(A, order, count)
        small = without(net, dependence, hidden)
        return Removal(small, dependence, _change(net, small, inputs))

    low, high = 0, len(order)  # the fewest units that do: more than low, at most high
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
    """Return a copy without the removed units, their rows folded into those of the kept ones and into the bias."""
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
    """Return networks of the widths asked, each made from the one before by removing the cheapest unit, one by one.

    Args:
        net: as for `remove_dependent`; it is left as it was.
        inputs: (N, n_in), more than the layer has units; the next layer is refitted on them.
        widths: of this hidden layer, falling, each at least 1.
        hidden: which hidden layer, counted from 0.
        tune: called with the network at each width, to train it further in place; the next one grows out of that.
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
    G[np.diag_indices_from(G)] += 1e-12 * max(np.trace(G), 1e-300)  # dependent units have an inverse too, a huge one
    inverse = np.linalg.inv(G)
    while len(left) > width:
        j = int(np.argmin((W**2).sum(axis=1) / np.diag(inverse)))
        W -= np.outer(inverse[:, j] / inverse[j, j], W[j])  # W_K + c W_j, for c = -(G^-1)_Kj / (G^-1)_jj
        inverse -= np.outer(inverse[:, j], inverse[j]) / inverse[j, j]  # the inverse of G without row and column j
        left, W = np.delete(left, j), np.delete(W, j, axis=0)
        inverse = np.delete(np.delete(inverse, j, axis=0), j, axis=1)
    return left


def _pivoted(A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the units in the order of the pivots, and each one's distance from those before (root mean square)."""
    from scipy.linalg import qr

    R, order = qr(_checked(A, many=True), mode="r", pivoting=True)
    return order, np.abs(np.diag(R)) / np.sqrt(len(A))


def _split(A: np.ndarray, order: np.ndarray, count: int) -> Dependence:
    """Return the regression of the units behind the first `count` of the order on these and the constant."""
    kept, removed = np.sort(order[:count]), np.sort(order[count:])
    X, Y = A[:, kept], A[:, removed]
    c = np.linalg.lstsq(X - X.mean(axis=0), Y - Y.mean(axis=0), rcond=1e-10)[0]
    d = Y.mean(axis=0) - X.mean(axis=0) @ c
    return Dependence(kept, removed, c, d, np.sqrt(((Y - X @ c - d) ** 2).mean(axis=0)))


def _change(a: Sequential, b: Sequential, inputs: Any) -> float:
    scores = []
    for net in (a, b):
        training = net.training
        with no_grad():
            scores.append(net.eval()(inputs).numpy())
        net.train(training)
    return float(np.abs(scores[0] - scores[1]).max())


def _checked(A: Any, many: bool = False) -> np.ndarray:
    """Return the activations, centred, float64. ValueError for others than a finite (N, n), N at least 2."""
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
    return A - A.mean(axis=0)


# ---- the pictures


def plot_dependence(layers: dict[str, np.ndarray]) -> Figure:
    """Return the figure of some layers' activations by label: correlations of the units, and the spectra together."""
    from matplotlib.figure import Figure

    if not layers:
        raise ValueError("plot_dependence: nothing to draw; pass {label: activations (N, units), ..}")
    figure = Figure(figsize=(4 * len(layers) + 5, 4), layout="constrained")
    *panels, last = figure.subplots(1, len(layers) + 1)
    for axes, (label, A) in zip(panels, layers.items(), strict=True):
        image = axes.imshow(correlations(A), cmap="PuOr", vmin=-1, vmax=1)
        axes.set(title=f"{label}: rank {numerical_rank(A)} of {A.shape[1]}", xlabel="unit", ylabel="unit")
    figure.colorbar(image, ax=panels, label="correlation", shrink=0.8)
    for i, (label, A) in enumerate(layers.items()):
        last.plot(1 + np.arange(A.shape[1])[: len(A)], spectrum(A), label=label, **_style(i))
    last.set(yscale="log", xlabel="main axis", ylabel="length (activation, root mean square)", title="spectrum")
    _finish(last)
    return figure


def plot_shrink(curves: dict[str, dict[int, float]]) -> Figure:
    """Return the figure of errors in [0, 1] by width, by label."""
    from matplotlib.figure import Figure

    if not curves:
        raise ValueError("plot_shrink: no curves to draw; pass {label: {width: error, ..}, ..}")
    figure = Figure(figsize=(6, 4.5), layout="constrained")
    axes = figure.subplots()
    for i, (label, curve) in enumerate(curves.items()):
        widths = sorted(curve)
        axes.plot(widths, [100 * curve[w] for w in widths], label=label, **_style(i))
    ticks = sorted({w for curve in curves.values() for w in curve})
    axes.set(xscale="log", yscale="log", xlabel="units of the hidden layer", ylabel="test error (%)")
    axes.set_xticks(ticks, [str(w) for w in ticks])
    axes.xaxis.set_minor_formatter("")
    for which in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        which("{x:g}")
    _finish(axes)
    return figure


def _style(i: int) -> dict[str, Any]:
    colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
    return dict(color=colour, marker=marker, linewidth=1, markersize=4)


def _finish(axes: Any) -> None:
    axes.grid(True, color="0.92", linewidth=0.6)
    axes.legend(frameon=False, fontsize="small")

"""Alignment: the hidden units of two networks brought into the same order and given the same signs.

Two orchestras may play the same piece with the players seated differently. To compare them, find each player's
counterpart first. So it is with hidden units: their order means nothing, nor does their sign if the activation is odd
(see units.py), so n units give n! 2^n networks that compute the same function. Before the weights of networks a and b
can be compared, each unit of b must be matched to a unit of a, with a sign.

The best match pi maximizes the total similarity, sum_i |S_i,pi(i)|. It can be found exactly in O(n^3) (Kuhn 1955, the
Hungarian method; scipy's linear_sum_assignment). There are two similarities to choose from:

    activations     S_ij = the correlation of a's unit i with b's unit j over some inputs; needs data, but no weights
    weights         S_ij = <v_i, u_j>, where v_i is the column, bias and row of a's unit i, and u_j likewise in b

For a sign s = +-1, |v_i - s u_j|^2 = |v_i|^2 + |u_j|^2 - 2 s <v_i, u_j>. So the second similarity minimizes the
distance of the weights, |theta_a - P theta_b|, over the order P of one layer. With several hidden layers, v and u
depend on the order of the neighbouring layers, and the layers are matched in turn until none changes. This never
increases the distance, and ends in a local minimum (Ainsworth, Hayase, Srinivasa 2022, Git Re-Basin, arXiv 2209.04836,
section 3.2). The first round goes from the inputs up and looks at columns and biases only.

Before weights are compared, a batch norm behind a Linear is folded into it: W gamma / sigma, and
(b - mu) gamma / sigma + beta. The narrower of two layers gets extra units of zero weights, so that every unit has a
partner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet.layers.base import Sequential
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.linear import Linear
from tinynet.layers.signs import Scale
from tinynet.reading.centring import centred, directions
from tinynet.reading.units import ODD, hidden_layers, matrices, opened, rearrange, unit_activations

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Match(NamedTuple):
    """The partners of a's units in b, in one hidden layer; as many pairs as the wider layer has units."""

    order: np.ndarray  # order[i] is b's unit for place i; b's width or more if there is none
    signs: np.ndarray  # +1 or -1
    similarity: np.ndarray  # in [0, 1]: |correlation|, or |cosine| of the weights; 0 where a partner is missing


def align(a: Sequential, b: Sequential, inputs: Any = None) -> Sequential:
    """Return a copy of b that computes the same function, with its hidden units ordered and signed like a's.

    Args:
        a, b: Sequentials of Linear layers such as tn.MLP, with equally many hidden layers, inputs and outputs. If the
            widths differ, the partners of a's units come first. The copy's matrices are dense.
        inputs: match by activations for these inputs (N, n_in); by default match by weights.

    Raises TypeError for networks whose layers do not act on each unit alone, ValueError for two that do not fit.
    """
    copy = opened(b)
    for hidden, match in enumerate(match_units(a, b, inputs)):
        there = match.order < len(matrices(b, hidden_layers(b)[hidden].after)[0])
        rearrange(copy, hidden, match.order[there], match.signs[there])
    return copy


def match_units(a: Sequential, b: Sequential, inputs: Any = None) -> list[Match]:
    """Return the match of each hidden layer; arguments and errors as for `align`."""
    _check_pair(a, b)
    turns = [_odd(a, i) and _odd(b, i) for i in range(len(hidden_layers(a)))]
    if inputs is None:
        return _by_weights(*_padded(a, b), turns)
    return [
        _by_activations(unit_activations(a, inputs, i), unit_activations(b, inputs, i), turn)
        for i, turn in enumerate(turns)
    ]


def weight_distance(a: Sequential, b: Sequential, inputs: Any = None) -> float:
    """Return |theta_a - P theta_b| / sqrt(|theta_a|^2 + |theta_b|^2): 0 for the same network, 1 for orthogonal weights.

    theta holds all weights and biases, with batch norms folded in. Unrelated networks come out below 1, because the
    best of many orders is taken: 0.86 for two fresh networks of 64-40-10 units. Arguments and errors as for `align`.
    """
    matches, (A, B) = match_units(a, b, inputs), _padded(a, b)
    moved = [_moved(B, matches, i) for i in range(len(B))]
    difference = sum(((x - y) ** 2).sum() for x, y in zip(A, moved, strict=True))
    return float(np.sqrt(difference / sum((x**2).sum() for x in (*A, *B))))


# ---- matching


def _by_activations(A: np.ndarray, B: np.ndarray, turn: bool) -> Match:
    """Return the match of units by their correlation; A (N, n_a), B (N, n_b)."""
    n = max(A.shape[1], B.shape[1])
    A, B = (np.pad(directions(centred(X)), ((0, 0), (0, n - X.shape[1]))) for X in (A, B))
    return _assigned(A.T @ B, turn)


def _by_weights(A: list[np.ndarray], B: list[np.ndarray], turns: list[bool]) -> list[Match]:
    """Return the matches of all hidden layers; A and B hold [W; b] of each Linear, padded to the same shapes."""
    matches: list[Match] = []
    for i, turn in enumerate(turns):  # from the inputs up; the units of layer i + 1 have no order yet
        matches.append(_assigned(A[i].T @ _moved(B, matches, i), turn))
    for _ in range(100):  # two or three are enough; but equal units could swap places forever
        before = [match.order for match in matches]
        for i, turn in enumerate(turns):
            still = Match(np.arange(len(before[i])), np.ones(len(before[i])), np.empty(0))
            others = [*matches[:i], still, *matches[i + 1 :]]
            v, u = (np.vstack([X[i], Y[:-1].T]) for X, Y in (
                (A, A[i + 1]), ([*B[:i], _moved(B, others, i)], _moved(B, others, i + 1)),
            ))  # fmt: skip
            found = _assigned(v.T @ u, turn)
            cosines = (directions(v) * directions(u)[:, found.order]).sum(axis=0)
            matches[i] = found._replace(similarity=found.signs * cosines)
        if all((old == new.order).all() for old, new in zip(before, matches, strict=True)):
            break
    return matches


def _assigned(S: np.ndarray, turn: bool) -> Match:
    """Return the assignment of columns to rows with the largest sum of |S|, or of S if no unit can be negated."""
    from scipy.optimize import linear_sum_assignment

    _, order = linear_sum_assignment(np.abs(S) if turn else S, maximize=True)
    chosen = S[np.arange(len(S)), order]
    signs = np.where(turn & (chosen < 0), -1.0, 1.0)
    return Match(order, signs, signs * chosen)


def _moved(B: list[np.ndarray], matches: list[Match], i: int) -> np.ndarray:
    """Return B[i] = [W; b] with its rows moved like the units of the layer before, its columns like its own units."""
    W, b = B[i][:-1], B[i][-1:]
    if i > 0:
        W = matches[i - 1].signs[:, None] * W[matches[i - 1].order]
    X = np.vstack([W, b])
    return X if i >= len(matches) else X[:, matches[i].order] * matches[i].signs


# ---- the two networks' weights, side by side


def _padded(a: Sequential, b: Sequential) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return [W; b] of each Linear in both networks, batch norms folded in, padded with zero units to equal widths."""
    sides: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for (W, b_a), (V, b_b) in zip(_folded(a), _folded(b), strict=True):
        m, n = (max(sizes) for sizes in zip(W.shape, V.shape, strict=True))
        for side, X, bias in ((sides[0], W, b_a), (sides[1], V, b_b)):
            out = np.zeros((m + 1, n))
            out[: X.shape[0], : X.shape[1]], out[-1, : X.shape[1]] = X, bias
            side.append(out)
    return sides


def _folded(net: Sequential) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return W and b of each Linear, with the scales and batch norms behind it folded in."""
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for i, layer in enumerate(net.layers):
        if isinstance(layer, Linear):
            found.append(matrices(net, i))
        elif isinstance(layer, Scale) and found:
            found[-1] = found[-1][0] * layer.c, found[-1][1] * layer.c
        elif isinstance(layer, BatchNorm):
            gamma, beta, mean, var = layer.columns().astype(np.float64)
            g, (W, b) = gamma / np.sqrt(var + layer.eps), found[-1]
            found[-1] = W * g, (b - mean) * g + beta
    return found


def _odd(net: Sequential, hidden: int) -> bool:
    before, after = hidden_layers(net)[hidden]
    return all(isinstance(layer, ODD) for layer in net.layers[before + 1 : after])


def _check_pair(a: Sequential, b: Sequential) -> None:
    """Raise ValueError for networks whose hidden layers cannot be matched one to one."""
    widths = []
    for net in (a, b):
        places = [before for before, _ in hidden_layers(net)]
        linear: list[Any] = [layer for layer in net.layers if isinstance(layer, Linear)]
        if not places:
            raise ValueError(f"alignment: a network of {len(linear)} Linear layers has no hidden units to match")
        widths.append([linear[0].n_in, *(layer.n_out for layer in linear)])
    (n_a, *hidden_a, m_a), (n_b, *hidden_b, m_b) = widths
    if (n_a, m_a, len(hidden_a)) != (n_b, m_b, len(hidden_b)):
        raise ValueError(
            f"alignment: networks of widths {widths[0]} and {widths[1]}; only the hidden widths may differ, not the "
            "number of layers, inputs or outputs"
        )


# ---- the picture


def plot_alignment(a: Sequential, b: Sequential, inputs: Any, hidden: int = 0) -> Figure:
    """Return the picture of the correlations of a's units with b's in one hidden layer, before and after alignment."""
    figure, panels = drawing.panels(9, 4, columns=2, sharey=True)
    A = unit_activations(a, inputs, hidden)
    for axes, title, net in zip(panels, ("as trained", "aligned"), (b, align(a, b, inputs)), strict=True):
        B = unit_activations(net, inputs, hidden)
        X, Y = (directions(centred(Z)) for Z in (A, B))
        image = axes.imshow(X.T @ Y, cmap="PuOr", vmin=-1, vmax=1)
        axes.set(title=title, xlabel="unit of b")
    panels[0].set_ylabel("unit of a")
    figure.colorbar(image, ax=panels, label="correlation", shrink=0.8)
    return figure

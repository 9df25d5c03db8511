"""Splits: a trained network read as a decision tree whose questions are its own hidden units.

A tree asks one question after the other; an oblique tree asks on which side of a plane x lies, and the hidden units of
a trained network are such planes (Setiono, Liu 1997, "NeuroLinear"; the tree of a whole network: Craven, Shavlik 1996).

Notation (the n examples that reached a node; y what the network says about them)
    z_j >= t               the question: hidden unit j of any layer, before its activation; t = 0 or the best threshold
    H(y) = -sum_c p_c log2 p_c                            entropy of the classes at the node, in bits
    gain(j, t) = H(y) - n_high/n H(y | z_j >= t) - n_low/n H(y | z_j < t)

The tree is grown from the root by the largest gain (Quinlan 1986, ID3; with thresholds 1993, C4.5); equal gains go to
the earlier unit. A node becomes a leaf at the greatest depth, where a class has the share `purity`, or where no unit
divides the examples further. A gain of zero does not stop it: at the root of a parity no single question helps.

Trees with t = 0 see region codes alone (regions.py), so none agrees with the network more often than the majority of
each region does: `sign_limit`, to hold `agreement` against. The last layer weighs all units at once, where a tree asks
a few: a tree much larger than the number of units means that the network does not decide by questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tinynet.drawing import COLOURS
from tinynet.layers.sequential import Sequential
from tinynet.reading.decisions.regions import decisions, hidden, sampled_regions

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass
class Node:
    """A leaf, or a question with what follows if z_j < t (low) and if z_j >= t (high)."""

    counts: np.ndarray  # (classes,): how many of the examples that the tree was grown from came here
    unit: int | None = None  # j, into the columns of z; None for a leaf
    threshold: float = 0.0
    gain: float = 0.0  # in bits
    low: Node | None = None
    high: Node | None = None

    @property
    def label(self) -> int:
        """The most frequent class."""
        return int(self.counts.argmax())

    def nodes(self) -> list[Node]:
        """Return this node and all below it, from the root down, low before high."""
        return [self] + [n for child in (self.low, self.high) if child is not None for n in child.nodes()]


@dataclass
class SplitTree:
    """A tree over the columns of z."""

    root: Node
    names: list[str]  # of the columns: "1 Tanh 0", "1 Tanh 1", ..
    layers: Sequence[str] | None = None  # the hidden layers whose units these are; None for all

    @property
    def splits(self) -> int:
        """How many questions there are; leaves are one more."""
        return sum(node.unit is not None for node in self.root.nodes())

    @property
    def depth(self) -> int:
        """How many questions the longest way asks."""
        return _depth(self.root)

    @property
    def units(self) -> list[str]:
        """The units that are asked at all, in the order of the columns."""
        return [self.names[j] for j in sorted({n.unit for n in self.root.nodes() if n.unit is not None})]

    def predict(self, z: np.ndarray) -> np.ndarray:
        """Return the label of each row of z (N, units), int64 (N,)."""
        labels = np.empty(len(z), np.int64)
        waiting = [(self.root, np.arange(len(z)))]
        while waiting:
            node, rows = waiting.pop()
            if node.low is None or node.high is None:
                labels[rows] = node.label
                continue
            high = z[rows, node.unit] >= np.float64(node.threshold)  # not rounded to z's float32
            waiting += [(node.low, rows[~high]), (node.high, rows[high])]
        return labels

    def predict_for(self, net: Sequential, inputs: Any) -> np.ndarray:
        """Return the label of each input (N, n_in), by the net's own hidden units."""
        return self.predict(np.concatenate(list(hidden(net, inputs, self.layers).values()), axis=1))

    def __str__(self) -> str:
        return "\n".join(_lines(self.root, self.names))


def _depth(node: Node) -> int:
    return 0 if node.low is None or node.high is None else 1 + max(_depth(node.low), _depth(node.high))


def _lines(node: Node, names: list[str], indent: str = "") -> list[str]:
    """Return the node as text: a question a line, the answers indented below."""
    if node.low is None or node.high is None:
        return [f"{indent}class {node.label}   ({node.counts.max():.0f} of {node.counts.sum():.0f})"]
    question = f"{names[node.unit or 0]} >= {node.threshold:.3g}"
    return [
        f"{indent}{question}?   (gain {node.gain:.2f} bits)",
        f"{indent}  yes:", *_lines(node.high, names, indent + "    "),
        f"{indent}  no:", *_lines(node.low, names, indent + "    "),
    ]  # fmt: skip


# ---- growing


def entropy(counts: np.ndarray) -> np.ndarray:
    """Return H in bits of counts (.., classes), 0 where there are none."""
    total = counts.sum(axis=-1, keepdims=True)
    p = counts / np.where(total > 0, total, 1)
    return -(p * np.log2(np.where(p > 0, p, 1))).sum(axis=-1)


def gain(counts: np.ndarray, low: np.ndarray) -> np.ndarray:
    """Return the information gain in bits: counts (classes,) at the node, low (.., classes) of those that answer no."""
    high = counts - low
    return entropy(counts) - (low.sum(axis=-1) * entropy(low) + high.sum(axis=-1) * entropy(high)) / counts.sum()


def grow(
    z: np.ndarray, labels: np.ndarray, *, depth: int = 8, purity: float = 1.0, least: int = 1, thresholds: str = "zero"
) -> Node:
    """Return the tree of rows z (N, units) with labels, integers (N,) from 0.

    Args:
        z, labels: at least one row.
        depth: most questions on a way, at least 0.
        purity: a node becomes a leaf where one class has this share, in (0, 1].
        least: the fewest rows on each side of a question.
        thresholds: "zero" asks z_j >= 0, "best" z_j >= t with t in the middle between two values seen.

    Raises ValueError for other settings or shapes.
    """
    z, labels = np.asarray(z), np.asarray(labels)
    if z.ndim != 2 or not z.size or labels.shape != z.shape[:1] or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"splits: z {z.shape}, labels {labels.shape} of dtype {labels.dtype}; z (N, units) and integers (N,) from "
            "0 are needed, N at least 1"
        )
    if not np.isfinite(z).all():
        raise ValueError("splits: z holds values that are not finite")
    if depth < 0 or not 0 < purity <= 1 or least < 1 or thresholds not in ("zero", "best"):
        raise ValueError(
            f"splits: depth={depth}, purity={purity}, least={least}, thresholds={thresholds!r}; depth is at least 0, "
            "purity in (0, 1], least at least 1, thresholds 'zero' or 'best'"
        )
    onehot = np.eye(labels.max() + 1)[labels]  # (N, classes)
    return _grow(z, onehot, depth, purity, least, thresholds)


def _grow(z: np.ndarray, onehot: np.ndarray, depth: int, purity: float, least: int, thresholds: str) -> Node:
    counts = onehot.sum(axis=0)
    if depth == 0 or counts.max() >= purity * len(z):
        return Node(counts)
    unit, threshold, best = (_best_sign if thresholds == "zero" else _best_threshold)(z, onehot, least)
    if best == -np.inf:
        return Node(counts)
    high = z[:, unit] >= np.float64(threshold)
    low_node, high_node = (_grow(z[s], onehot[s], depth - 1, purity, least, thresholds) for s in (~high, high))
    return Node(counts, unit, threshold, best, low_node, high_node)


Split = tuple[int, float, float]  # unit, threshold, gain; the gain is -inf where none divides the rows


def _best_sign(z: np.ndarray, onehot: np.ndarray, least: int) -> Split:
    """Return the best of the questions z_j >= 0."""
    no = z < 0
    gains = gain(onehot.sum(axis=0), no.T.astype(onehot.dtype) @ onehot)  # (units,)
    size = no.sum(axis=0)
    gains[(size < least) | (len(z) - size < least)] = -np.inf
    unit = int(np.argmax(np.round(gains, 12)))  # equal ones differ by rounding: the first
    return unit, 0.0, float(gains[unit])


def _best_threshold(z: np.ndarray, onehot: np.ndarray, least: int) -> Split:
    """Return the best of the questions z_j >= t, t between two neighbouring values."""
    found: Split = (0, 0.0, -np.inf)
    counts = onehot.sum(axis=0)
    for unit, column in enumerate(z.T):
        order = np.argsort(column, kind="stable")
        values = column[order].astype(np.float64)
        cuts = np.flatnonzero(np.diff(values) > 0) + 1  # how many rows lie below
        cuts = cuts[(cuts >= least) & (len(z) - cuts >= least)]
        if len(cuts):
            gains = gain(counts, np.cumsum(onehot[order], axis=0)[cuts - 1])
            k = int(np.argmax(np.round(gains, 12)))
            if gains[k] > found[2] + 1e-12:
                found = unit, float(values[cuts[k] - 1] + values[cuts[k]]) / 2, float(gains[k])
    return found


def grow_tree(
    net: Sequential, inputs: Any, labels: np.ndarray | None = None, layers: Sequence[str] | None = None, **settings: Any
) -> SplitTree:
    """Return the tree that a net's hidden units grow.

    Args:
        net: see `regions.hidden`.
        inputs: (N, n_in).
        labels: (N,) integers from 0; by default what the network says about the inputs.
        layers: names of hidden layers; all by default.
        settings: of `grow`.
    """
    z = hidden(net, inputs, layers)
    names = [f"{name} {j}" for name, values in z.items() for j in range(values.shape[1])]
    labels = decisions(net, inputs) if labels is None else np.asarray(labels)
    return SplitTree(grow(np.concatenate(list(z.values()), axis=1), labels, **settings), names, layers)


def agreement(tree: SplitTree, net: Sequential, inputs: Any) -> float:
    """Return the share of the inputs for which the tree says what the network says, in [0, 1]."""
    return float(np.mean(tree.predict_for(net, inputs) == decisions(net, inputs)))


def sign_limit(net: Sequential, inputs: Any, layers: Sequence[str] | None = None) -> float:
    """Return the largest agreement on these inputs of any function of their region codes: the majority of each region.

    Where nearly every input has a region of its own it is near 1 and says nothing.
    """
    place, says = sampled_regions(net, inputs, layers).place, decisions(net, inputs)
    counts = np.zeros((place.max() + 1, says.max() + 1))
    np.add.at(counts, (place, says), 1)
    return float(counts.max(axis=1).sum() / len(says))


# ---- the picture


def plot_tree(tree: SplitTree, classes: Sequence[str] | None = None) -> Figure:
    """Return the tree as a drawing: questions in boxes, yes to the right, leaves with their class and purity."""
    from matplotlib.figure import Figure

    leaves = tree.splits + 1
    figure = Figure(figsize=(max(6.5, 0.75 * leaves), 1.2 + 1.1 * tree.depth), layout="constrained")
    axes = figure.subplots()
    axes.set_axis_off()
    _draw(axes, tree, tree.root, 0, 0, classes)
    axes.set(xlim=(-0.6, leaves - 0.4), ylim=(-tree.depth - 0.5, 0.5))
    asked = f"{tree.splits} splits on {len(tree.units)} of {len(tree.names)} units"
    axes.set_title(f"{asked}; right: yes, left: no\nleaves: class, examples, share of the class if not all")
    return figure


def _draw(axes: Any, tree: SplitTree, node: Node, left: int, level: int, classes: Sequence[str] | None) -> float:
    """Draw a node over the leaves from number `left` on, and return where its middle is."""
    style = dict(ha="center", va="center", fontsize="small", zorder=2)
    if node.low is None or node.high is None:
        name = str(node.label) if classes is None else classes[node.label]
        share = node.counts.max() / node.counts.sum()
        box = dict(boxstyle="round", facecolor=COLOURS[1 + node.label % 8], alpha=0.55, edgecolor="none")
        axes.text(
            left,
            -level,
            f"{name}\n{node.counts.sum():.0f}" + (f"\n{share:.0%}" if share < 1 else ""),
            bbox=box,
            **style,
        )
        return float(left)
    width = sum(n.unit is None for n in node.low.nodes())
    ends = [
        _draw(axes, tree, node.low, left, level + 1, classes),
        _draw(axes, tree, node.high, left + width, level + 1, classes),
    ]
    x = sum(ends) / 2
    for end in ends:
        axes.plot([x, end], [-level, -level - 1], color="0.5", linewidth=1, zorder=1)
    name = tree.names[node.unit or 0]
    axes.text(x, -level, f"{name}\n>= {node.threshold:.3g}", bbox=dict(boxstyle="square", facecolor="white"), **style)
    return x

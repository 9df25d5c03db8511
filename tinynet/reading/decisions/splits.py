"""Splits: a trained network read as a decision tree whose questions are its own hidden units.

A decision tree works like the game of twenty questions: ask, and let the answer decide what to ask next. The questions
of an oblique tree are of the kind "on which side of this plane is x?", and a hidden unit of the first layer asks just
that (Setiono, Liu 1997, "NeuroLinear"; trees that imitate a whole network: Craven, Shavlik 1996).

At a node with n examples, for which the network says y,

    z_j >= t               is the question: hidden unit j of any layer, before its activation; t is 0 or the best one
    H(y) = -sum_c p_c log2 p_c                            is the entropy of the classes, in bits
    gain(j, t) = H(y) - n_high/n H(y | z_j >= t) - n_low/n H(y | z_j < t)

From the root down, each node asks the question of largest gain (Quinlan 1986, ID3; with thresholds 1993, C4.5), and of
equally good ones the earlier unit. It becomes a leaf at the greatest depth, where one class has the share `purity`, or
where no unit divides its examples. A gain of zero does not stop it: for a parity, no single question helps at the root,
and yet two together do.

A tree with t = 0 sees only the region code of x (regions.py). So it cannot agree with the network more often than the
best guess per region, which is `sign_limit`; compare `agreement` with it. The last layer weighs all units at once where
a tree asks only a few. If the tree needs far more questions than there are units, the network does not decide by
asking questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tinynet import drawing
from tinynet.layers.base import Sequential
from tinynet.reading.decisions.regions import decisions, hidden, sampled_regions

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass
class Node:
    """A leaf, or a question z_j >= t with the node that follows a no (low) and the node that follows a yes (high)."""

    counts: np.ndarray  # (classes,): how many of the examples the tree was grown from came here
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
        """How many questions there are; there is one leaf more."""
        return sum(node.unit is not None for node in self.root.nodes())

    @property
    def depth(self) -> int:
        """How many questions lie on the longest path to a leaf."""
        return _depth(self.root)

    @property
    def units(self) -> list[str]:
        """The units that are asked anywhere in the tree, in the order of the columns."""
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
            high = z[rows, node.unit] >= np.float64(node.threshold)  # as float32, t could round past a value
            waiting += [(node.low, rows[~high]), (node.high, rows[high])]
        return labels

    def predict_for(self, net: Sequential, inputs: Any) -> np.ndarray:
        """Return the label of each input (N, n_in), asking the network's own hidden units."""
        return self.predict(np.concatenate(list(hidden(net, inputs, self.layers).values()), axis=1))

    def __str__(self) -> str:
        return "\n".join(_lines(self.root, self.names))


def _depth(node: Node) -> int:
    return 0 if node.low is None or node.high is None else 1 + max(_depth(node.low), _depth(node.high))


def _lines(node: Node, names: list[str], indent: str = "") -> list[str]:
    """Return the node as text: the question on one line, the answers indented below it."""
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
    """Return the entropy in bits of counts (.., classes); 0 where all counts are 0."""
    total = counts.sum(axis=-1, keepdims=True)
    p = counts / np.where(total > 0, total, 1)
    return -(p * np.log2(np.where(p > 0, p, 1))).sum(axis=-1)


def gain(counts: np.ndarray, low: np.ndarray) -> np.ndarray:
    """Return the information gain in bits, given the counts (classes,) at the node and (.., classes) after a no."""
    high = counts - low
    return entropy(counts) - (low.sum(axis=-1) * entropy(low) + high.sum(axis=-1) * entropy(high)) / counts.sum()


def grow(
    z: np.ndarray, labels: np.ndarray, *, depth: int = 8, purity: float = 1.0, least: int = 1, thresholds: str = "zero"
) -> Node:
    """Return the tree grown from rows z (N, units) and integer labels (N,) from 0.

    Args:
        z, labels: at least one row.
        depth: the most questions on a path, at least 0.
        purity: a node becomes a leaf if one class has this share, in (0, 1].
        least: the fewest rows on each side of a question.
        thresholds: "zero" asks z_j >= 0; "best" asks z_j >= t, with t halfway between two neighbouring values.

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


Split = tuple[int, float, float]  # unit, threshold, gain; a gain of -inf means that no unit divides the rows


def _best_sign(z: np.ndarray, onehot: np.ndarray, least: int) -> Split:
    """Return the best question of the form z_j >= 0."""
    no = z < 0
    gains = gain(onehot.sum(axis=0), no.T.astype(onehot.dtype) @ onehot)  # (units,)
    size = no.sum(axis=0)
    gains[(size < least) | (len(z) - size < least)] = -np.inf
    unit = int(np.argmax(np.round(gains, 12)))  # equal gains may differ in the last bits: take the first
    return unit, 0.0, float(gains[unit])


def _best_threshold(z: np.ndarray, onehot: np.ndarray, least: int) -> Split:
    """Return the best question of the form z_j >= t, with t halfway between two neighbouring values."""
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
    """Return the tree whose questions are a network's hidden units.

    Args:
        net: a network as for `regions.hidden`.
        inputs: (N, n_in), to grow the tree from.
        labels: integers (N,) from 0; by default what the network says about the inputs.
        layers: names of hidden layers; by default all.
        settings: settings of `grow`.
    """
    z = hidden(net, inputs, layers)
    names = [f"{name} {j}" for name, values in z.items() for j in range(values.shape[1])]
    labels = decisions(net, inputs) if labels is None else np.asarray(labels)
    return SplitTree(grow(np.concatenate(list(z.values()), axis=1), labels, **settings), names, layers)


def agreement(tree: SplitTree, net: Sequential, inputs: Any) -> float:
    """Return the share of the inputs, in [0, 1], on which the tree says what the network says."""
    return float(np.mean(tree.predict_for(net, inputs) == decisions(net, inputs)))


def sign_limit(net: Sequential, inputs: Any, layers: Sequence[str] | None = None) -> float:
    """Return the best agreement on these inputs that any function of the region code can reach.

    The best function gives each region its most frequent answer. If nearly every input has a region to itself, the
    limit is near 1 and says nothing.
    """
    place, says = sampled_regions(net, inputs, layers).place, decisions(net, inputs)
    counts = np.zeros((place.max() + 1, says.max() + 1))
    np.add.at(counts, (place, says), 1)
    return float(counts.max(axis=1).sum() / len(says))


# ---- the picture


def plot_tree(tree: SplitTree, classes: Sequence[str] | None = None) -> Figure:
    """Return the picture of a tree: questions in boxes, yes to the right, leaves with their class and its share."""
    leaves = tree.splits + 1
    figure, [axes] = drawing.panels(max(6.5, 0.75 * leaves), 1.2 + 1.1 * tree.depth)
    axes.set_axis_off()
    _draw(axes, tree, tree.root, 0, 0, classes)
    axes.set(xlim=(-0.6, leaves - 0.4), ylim=(-tree.depth - 0.5, 0.5))
    asked = f"{tree.splits} splits on {len(tree.units)} of {len(tree.names)} units"
    axes.set_title(f"{asked}; right: yes, left: no\nleaves: class, examples, share of the class if not all")
    return figure


def _draw(axes: Any, tree: SplitTree, node: Node, left: int, level: int, classes: Sequence[str] | None) -> float:
    """Draw a node above its leaves, the first of which is number `left`, and return the x of its middle."""
    style = dict(ha="center", va="center", fontsize="small", zorder=2)
    if node.low is None or node.high is None:
        name = str(node.label) if classes is None else classes[node.label]
        share = node.counts.max() / node.counts.sum()
        box = dict(boxstyle="round", facecolor=drawing.colour(1 + node.label % 8), alpha=0.55, edgecolor="none")
        text = f"{name}\n{node.counts.sum():.0f}" + (f"\n{share:.0%}" if share < 1 else "")
        axes.text(left, -level, text, bbox=box, **style)
        return float(left)
    width = sum(n.unit is None for n in node.low.nodes())
    low = _draw(axes, tree, node.low, left, level + 1, classes)
    high = _draw(axes, tree, node.high, left + width, level + 1, classes)
    x = (low + high) / 2
    for end in (low, high):
        axes.plot([x, end], [-level, -level - 1], color="0.5", linewidth=1, zorder=1)
    name = tree.names[node.unit or 0]
    axes.text(x, -level, f"{name}\n>= {node.threshold:.3g}", bbox=dict(boxstyle="square", facecolor="white"), **style)
    return x

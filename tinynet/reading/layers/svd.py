"""A layer as three simple moves: rotate, stretch, rotate (its singular value decomposition).

Notation (rows are examples; W is (m, n), k = min(m, n))
    W = A diag(s) B^T              A (m, k) and B (n, k) with orthonormal columns, s_1 >= s_2 >= .. >= 0
    x W = ((x A) . s) B^T          rotate x, stretch coordinate i by s_i, rotate into the space of the outputs

so a circle becomes an ellipse with half axes s_1 and s_2 (Trefethen, Bau 1997, Numerical Linear Algebra, lecture 4). An
orthonormal A may also reflect. Where A or B is square we move that to the stretch: A and B turn only, det = +1, and the
last s has the sign of det W. That is the claim "rotates, then stretches and reflects, then rotates", word by word.

How many directions does a layer use? The count of s_i > 0 says min(m, n) of nearly any matrix, so two soft counts:

    effective rank = exp(-sum_i p_i log p_i),  p_i = s_i / sum_j s_j       (Roy, Vetterli 2007, definition 1)
    stable rank    = sum_i s_i^2 / s_1^2                                   (Rudelson, Vershynin 2007)

Both are 1 for one direction and r for r equal ones, and do not change with the scale of W. The stable rank looks at the
largest s alone, the effective rank at all: a matrix with one large and many small s_i has a stable rank near 1 and a
larger effective rank. A matrix of random entries of variance v has all its s between sqrt(v) |sqrt(m) - sqrt(n)| and
sqrt(v) (sqrt(m) + sqrt(n)), nearly (Marchenko, Pastur 1967): what stands out above was learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet.drawing import COLOURS, MARKERS
from tinynet.layers.sequential import Sequential
from tinynet.reading.inside import weights

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Turns(NamedTuple):
    """W = A diag(s) B^T, where A and B only turn."""

    A: np.ndarray  # (m, k)
    s: np.ndarray  # (k,): the stretches, the last one negative where W reflects
    B: np.ndarray  # (n, k)


def turns(W: Any) -> Turns:
    """Return the SVD of a matrix with its reflection in the stretch. ValueError unless W is a finite matrix."""
    W = _matrix("turns", W)
    A, s, Bt = np.linalg.svd(W, full_matrices=False)
    B = Bt.T
    for Q in (A, B):
        if Q.shape[0] == Q.shape[1] and np.linalg.det(Q) < 0:
            Q[:, -1] *= -1
            s[-1] *= -1
    return Turns(A, s, B)


def three_steps(W: Any, x: np.ndarray) -> list[np.ndarray]:
    """Return x (N, m), x A, (x A) . s and ((x A) . s) B^T = x W."""
    A, s, B = turns(W)
    turned = np.asarray(x) @ A
    return [np.asarray(x), turned, turned * s, (turned * s) @ B.T]


def spectra(net: Sequential) -> dict[str, np.ndarray]:
    """Return the singular values of each matrix, largest first, by layer.

    For spectra during training: `fit(.., report=lambda history: seen.append(spectra(net)))`.
    """
    return {name: np.linalg.svd(_matrix(name, W), compute_uv=False) for name, W in weights(net).items()}


def effective_rank(s: np.ndarray) -> float:
    """Return exp of the entropy of s / sum(s), for singular values s; 0 where all are 0."""
    s = np.abs(s, dtype=np.float64)
    if not s.any():
        return 0.0
    p = s[s > 0] / s.sum()
    return float(np.exp(-(p * np.log(p)).sum()))


def stable_rank(s: np.ndarray) -> float:
    """Return sum(s^2) / max(s)^2, for singular values s; 0 where all are 0."""
    s = np.abs(s, dtype=np.float64)
    return float(((s / s.max()) ** 2).sum()) if s.any() else 0.0


def _matrix(what: str, W: Any) -> np.ndarray:
    W = np.asarray(W, np.float64)
    if W.ndim != 2 or not W.size or not np.isfinite(W).all():
        raise ValueError(f"{what}: W of shape {W.shape}; it must be a finite matrix (m, n)")
    return W


# ---- the pictures


def plot_three_steps(W: Any, outputs: tuple[int, int] = (0, 1)) -> Figure:
    """Return the picture of a circle that goes through the three steps, a panel each; colours follow the points.

    Args:
        W: (2, n), n at least 2: a layer of two inputs, or two rows of another, W[[i, j]], all other inputs being 0.
        outputs: which two of the n outputs the last panel shows.
    """
    from matplotlib.figure import Figure

    W = _matrix("plot_three_steps", W)
    if W.shape[0] != 2 or W.shape[1] < 2:
        raise ValueError(
            f"plot_three_steps: W of shape {W.shape}; a circle lies in the plane of two inputs, so pass two rows, "
            "W[[i, j]], with at least 2 columns"
        )
    angle = np.linspace(0, 2 * np.pi, 73)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x, turned, stretched, z = three_steps(W, circle)
    s = turns(W).s
    titles = ["x", "rotated: x A", f"stretched by {s[0]:.2g} and {s[1]:.2g}", "rotated: ((x A) . s) Bᵀ = x W"]
    i, j = outputs
    labels = [("input 1", "input 2"), *[("direction 1", "direction 2")] * 2, (f"output {i + 1}", f"output {j + 1}")]
    figure = Figure(figsize=(11, 3.3), layout="constrained")
    reach = 1.1 * max(1, np.abs(s).max())
    for axes, points, title, label in zip(
        figure.subplots(1, 4), [x, turned, stretched, z[:, [i, j]]], titles, labels, strict=True
    ):
        axes.scatter(*points.T, c=angle, cmap="twilight", s=16)
        for at, colour, marker in ((0, COLOURS[4], "s"), (18, COLOURS[5], "^")):  # the points (1, 0) and (0, 1)
            axes.plot([0, points[at, 0]], [0, points[at, 1]], color=colour, marker=marker, markevery=[1], linewidth=1.5)
        axes.set(title=title, xlabel=label[0], ylabel=label[1], xlim=(-reach, reach), ylim=(-reach, reach))
        axes.set_aspect("equal")
        axes.grid(True, color="0.92", linewidth=0.6)
    return figure


def plot_spectra(moments: dict[str, dict[str, np.ndarray]]) -> Figure:
    """Return the picture of singular values in order, a panel a matrix, a line a moment with its effective rank.

    Args:
        moments: of label -> `spectra` of one network, such as {"before": .., "epoch 5": .., "after": ..}.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator

    names = list(next(iter(moments.values()), {}))
    if not names or any(list(spectrum) != names for spectrum in moments.values()):
        raise ValueError(
            f"plot_spectra: the matrices of {len(moments)} moments are {[list(m) for m in moments.values()]}; pass "
            "{label: spectra(net), ..} of one network"
        )
    figure = Figure(figsize=(1 + 4.5 * len(names), 4.5), layout="constrained")
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        for i, (label, spectrum) in enumerate(moments.items()):
            s = np.where(spectrum[name] > 1e-6 * spectrum[name].max(), spectrum[name], np.nan)  # rounding is no rank
            axes.plot(
                np.arange(1, len(s) + 1), s, color=COLOURS[i % len(COLOURS)], marker=MARKERS[i % len(MARKERS)],
                linewidth=1, markersize=4, label=f"{label}: effective rank {effective_rank(spectrum[name]):.1f}",
            )  # fmt: skip
        axes.set(title=name, xlabel="number of the singular value", yscale="log")
        axes.yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("")
        axes.grid(True, which="both", color="0.92", linewidth=0.6)
        axes.legend(frameon=False, fontsize="small")
    figure.axes[0].set_ylabel("singular value (outputs per input)")
    return figure


def plot_columns(W: np.ndarray, shape: tuple[int, int], columns: Sequence[int] | None = None) -> Figure:
    """Return the columns of a first layer as images in a grid, all on one scale: white is 0.

    Args:
        W: (rows * columns of an image, n).
        shape: of an image, such as (8, 8) for digits.
        columns: which to show, by default the 40 longest, longest first.
    """
    from matplotlib.figure import Figure

    W = _matrix("plot_columns", W)
    if shape[0] * shape[1] != len(W):
        raise ValueError(f"plot_columns: columns of {len(W)} entries are no images of shape {tuple(shape)}")
    if columns is None:
        columns = np.argsort(-np.linalg.norm(W, axis=0), kind="stable")[:40].tolist()
    across = min(8, len(columns))
    figure = Figure(figsize=(1.1 * across + 1, 1.25 * -(-len(columns) // across)), layout="constrained")
    grid = figure.subplots(-(-len(columns) // across), across, squeeze=False)
    reach = np.abs(W[:, columns]).max() or 1.0
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, j in zip(grid.flat, columns, strict=False):
        image = axes.imshow(W[:, j].reshape(shape), cmap="PuOr", vmin=-reach, vmax=reach)
        axes.set_title(f"{j}", fontsize="small", pad=2)
    figure.colorbar(image, ax=grid, label="weight", shrink=0.8)
    return figure

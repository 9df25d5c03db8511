"""SVD: a layer as three simple moves, rotate, stretch, rotate (its singular value decomposition).

However complicated a matrix looks, it turns a circle into an ellipse: it picks perpendicular directions in the input,
stretches each by its own factor, and turns the result into the space of the outputs (Trefethen, Bau 1997, Numerical
Linear Algebra, lecture 4). Rows are examples, W is (m, n), and k = min(m, n):

    W = A diag(s) B^T              A (m, k) and B (n, k) have orthonormal columns, s_1 >= s_2 >= .. >= 0
    x W = ((x A) . s) B^T          rotate x, stretch coordinate i by s_i, rotate into the space of the outputs

A and B may also reflect. Where one of them is square we move its reflection into the stretch: then A and B only turn
(their determinant is +1), and the last s takes the sign of det W. That is the claim "rotates, then stretches and
reflects, then rotates", word by word.

How many directions does a layer use? Counting the s_i > 0 gives min(m, n) for almost any matrix, so we count softly:

    effective rank = exp(-sum_i p_i log p_i),  p_i = s_i / sum_j s_j       (Roy, Vetterli 2007, definition 1)
    stable rank    = sum_i s_i^2 / s_1^2                                   (Rudelson, Vershynin 2007)

Both are 1 for one direction, r for r equal ones, and the same for 2 W as for W. They differ where one s is large and
many are small: the stable rank measures everything against the largest and stays near 1, the effective rank counts the
small ones too. For comparison, if the entries of W are random with variance v, nearly all s lie between
sqrt(v) |sqrt(m) - sqrt(n)| and sqrt(v) (sqrt(m) + sqrt(n)) (Marchenko, Pastur 1967). What sticks out was learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet.layers.base import Sequential
from tinynet.reading.inside import weights

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Turns(NamedTuple):
    """W = A diag(s) B^T, where A and B turn without reflecting."""

    A: np.ndarray  # (m, k)
    s: np.ndarray  # (k,): the stretches; the last one is negative where W reflects
    B: np.ndarray  # (n, k)


def turns(W: Any) -> Turns:
    """Return the SVD of W with any reflection moved into the stretch. ValueError unless W is a finite matrix."""
    W = _matrix("turns", W)
    A, s, Bt = np.linalg.svd(W, full_matrices=False)
    B = Bt.T
    for Q in (A, B):
        if Q.shape[0] == Q.shape[1] and np.linalg.det(Q) < 0:
            Q[:, -1] *= -1
            s[-1] *= -1
    return Turns(A, s, B)


def three_steps(W: Any, x: np.ndarray) -> list[np.ndarray]:
    """Return the stages of x (N, m) on its way through W: x, x A, (x A) . s, and ((x A) . s) B^T = x W."""
    A, s, B = turns(W)
    turned = np.asarray(x) @ A
    return [np.asarray(x), turned, turned * s, (turned * s) @ B.T]


def spectra(net: Sequential) -> dict[str, np.ndarray]:
    """Return the singular values of each matrix, largest first, by layer; `EachEpoch(spectra, net)` follows them."""
    return {name: np.linalg.svd(_matrix(name, W), compute_uv=False) for name, W in weights(net).items()}


def effective_rank(s: np.ndarray) -> float:
    """Return the effective rank, exp of the entropy of s / sum(s), of singular values s; 0 if all are 0."""
    s = np.abs(s, dtype=np.float64)
    if not s.any():
        return 0.0
    p = s[s > 0] / s.sum()
    return float(np.exp(-(p * np.log(p)).sum()))


def stable_rank(s: np.ndarray) -> float:
    """Return the stable rank, sum(s^2) / max(s)^2, of singular values s; 0 if all are 0."""
    s = np.abs(s, dtype=np.float64)
    return float(((s / s.max()) ** 2).sum()) if s.any() else 0.0


def _matrix(what: str, W: Any) -> np.ndarray:
    W = np.asarray(W, np.float64)
    if W.ndim != 2 or not W.size or not np.isfinite(W).all():
        raise ValueError(f"{what}: W of shape {W.shape}; it must be a finite matrix (m, n)")
    return W


# ---- the pictures


def plot_three_steps(W: Any, outputs: tuple[int, int] = (0, 1)) -> Figure:
    """Return the picture of a circle on its way through the three steps, one panel a step; points keep their colours.

    Args:
        W: (2, n), n at least 2: a layer of two inputs, or two rows of a larger one, W[[i, j]], as if all other inputs
            were 0.
        outputs: which two of the n outputs the last panel shows.
    """
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
    figure, panels = drawing.panels(11, 3.3, columns=4)
    reach = 1.1 * max(1, np.abs(s).max())
    shown = [x, turned, stretched, z[:, [i, j]]]
    for axes, points, title, (across, up) in zip(panels, shown, titles, labels, strict=True):
        axes.scatter(*points.T, c=angle, cmap="twilight", s=16)
        for at, k, marker in ((0, 4, "s"), (18, 5, "^")):  # the points (1, 0) and (0, 1)
            end = points[at]
            axes.plot([0, end[0]], [0, end[1]], color=drawing.colour(k), marker=marker, markevery=[1], linewidth=1.5)
        axes.set(title=title, xlabel=across, ylabel=up, xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    drawing.grid(*panels)
    return figure


def plot_spectra(moments: dict[str, dict[str, np.ndarray]]) -> Figure:
    """Return the picture of singular values in order: a panel for each matrix, a curve for each moment.

    Args:
        moments: of label -> `spectra` of one network, such as {"before": .., "epoch 5": .., "after": ..}.
    """
    names = drawing.shared_names("plot_spectra", "matrices", moments, "{label: spectra(net), ..}")
    figure, panels = drawing.panels(1 + 4.5 * len(names), 4.5, columns=len(names))
    for axes, name in zip(panels, names, strict=True):
        for i, (label, spectrum) in enumerate(moments.items()):
            s = np.where(spectrum[name] > 1e-6 * spectrum[name].max(), spectrum[name], np.nan)  # rounding is no rank
            label = f"{label}: effective rank {effective_rank(spectrum[name]):.1f}"
            axes.plot(np.arange(1, len(s) + 1), s, label=label, **drawing.line(i, len(s)))
        axes.set(title=name, xlabel="number of the singular value", yscale="log")
        drawing.plain_numbers(axes.yaxis)
    panels[0].set_ylabel("singular value (outputs per input)")
    drawing.grid(*panels)
    drawing.legend(*panels)
    return figure


def plot_columns(W: np.ndarray, shape: tuple[int, int], columns: Sequence[int] | None = None) -> Figure:
    """Return the columns of a first layer as images, side by side on one scale where white is 0.

    Args:
        W: (pixels of an image, n).
        shape: rows and columns of an image, such as (8, 8) for digits.
        columns: which columns of W to show; by default the 40 longest, longest first.
    """
    W = _matrix("plot_columns", W)
    if shape[0] * shape[1] != len(W):
        raise ValueError(f"plot_columns: columns of {len(W)} entries are no images of shape {tuple(shape)}")
    if columns is None:
        columns = np.argsort(-np.linalg.norm(W, axis=0), kind="stable")[:40].tolist()
    across = min(8, len(columns))
    down = -(-len(columns) // across)
    figure, panels = drawing.panels(1.1 * across + 1, 1.25 * down, down, across)
    reach = np.abs(W[:, columns]).max() or 1.0
    for axes in panels:
        axes.set_axis_off()
    for axes, j in zip(panels, columns, strict=False):
        image = axes.imshow(W[:, j].reshape(shape), cmap="PuOr", vmin=-reach, vmax=reach)
        axes.set_title(f"{j}", fontsize="small", pad=2)
    figure.colorbar(image, ax=panels, label="weight", shrink=0.8)
    return figure

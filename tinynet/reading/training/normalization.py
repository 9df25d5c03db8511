"""Normalization: batch norm as a scale of the columns, beside other ways to write W as a product.

Notation: a layer z = x V + b with batch norm behind it, running mean mu and deviation sigma = sqrt(var + eps), learned
gamma and beta (batchnorm.py). In evaluation mode it is one layer again, with

    W  = V diag(gamma / sigma)           a Scaled: column j has the direction of v_j, scaled by g_j = gamma_j / sigma_j
    b' = (b - mu) gamma / sigma + beta

Weight normalization has |v_j| in the place of sigma_j (Salimans, Kingma 2016, arXiv 1602.07868, section 2.2), a plain
explicit scale 1. `fold` makes that one layer, exactly; nothing of V is touched, whatever stores it.

Is this a weaker form of factorization? It is a product of two factors, V (m, n) and a diagonal (n, n). But a diagonal
has an inverse, so any W can be written so: W has the rank of V, and m n + n numbers are stored, not fewer. A low-rank
product U (m, k) V (k, n) stores (m + n) k and does not reach every W. What the scale changes is the way there: the
gradient of v_j is that of w_j times g_j, and where v_j is normalized it is orthogonal to v_j, whose length no longer
counts. `compare_scales` measures them at equal bytes: the low-rank network is widened until its file is as large.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet.drawing import COLOURS, MARKERS
from tinynet.engine.tensor import Parameter
from tinynet.layers.base import Layer
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.linear import Linear
from tinynet.layers.mlp import MLP
from tinynet.layers.sequential import Sequential
from tinynet.layers.table import payload_bytes
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.lowrank import LowRank
from tinynet.parameterizations.scaled import Scaled
from tinynet.parameterizations.state import nest
from tinynet.reading.inside import weights
from tinynet.reading.layers.svd import effective_rank
from tinynet.training.evaluate import evaluate
from tinynet.training.fit import fit
from tinynet.training.step import TrainingError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def fold(net: Sequential) -> Sequential:
    """Return a copy in evaluation mode in which each Linear with a BatchNorm behind it is one Linear, W a Scaled.

    ValueError for a network without such a pair.
    """
    layers: list[Layer] = []
    for layer in net.layers:
        if isinstance(layer, BatchNorm) and layers and isinstance(layers[-1], Linear):
            layers[-1] = _one_layer(layers[-1], layer)
        else:
            layers.append(copy.deepcopy(layer))
    if len(layers) == len(net.layers):
        names = ", ".join(type(layer).__name__ for layer in net.layers)
        raise ValueError(f"fold: the layers are {names}; a BatchNorm right behind a Linear is needed")
    return Sequential(*layers).eval()


def _one_layer(linear: Linear, norm: BatchNorm) -> Linear:
    g = norm.gamma._data / np.sqrt(norm.running_var + np.float32(norm.eps))
    b = 0 if linear.bias is None else linear.bias._data
    shape = (linear.n_in, linear.n_out)
    folded = Linear.from_config({"n_in": linear.n_in, "n_out": linear.n_out, "weight": Scaled(linear.weight).to_json()})
    folded.weight = folded.weight.from_state(shape, {"g": g} | nest("V", linear.weight.state()))
    folded.bias = Parameter((b - norm.running_mean) * g + norm.beta._data)
    return folded


# ---- batch norm beside other products


class ScaleFit(NamedTuple):
    """How one way to write W trained: means over seeds."""

    bytes: int
    lr: float  # the one of lowest validation error
    loss: np.ndarray  # (epochs,): in training
    test_error: float
    spread: float  # standard deviation of the test error over seeds
    rank: float  # effective rank of the first W at the end, batch norm folded


def scale_ways(widths: Sequence[int], share: float = 0.5) -> dict[str, Callable[[int], MLP]]:
    """Return, by name, what builds the networks to compare from a seed; low-rank ones as large as with batch norm.

    Args:
        widths: [inputs, hidden .., outputs], at least one hidden.
        share: of the numbers that the low-rank hidden layers keep.
    """
    hidden = len(widths) - 2
    if hidden < 1:
        raise ValueError(f"scale_ways: widths {list(widths)}; at least one hidden layer is needed")
    explicit: dict[str, Callable[[int], MLP]] = {
        "plain": lambda seed: MLP(widths, seed=seed),
        "batch norm": lambda seed: MLP(widths, seed=seed, batch_norm=True),
        "explicit scale": lambda seed: MLP(widths, [Scaled()] * hidden + [Dense()], seed=seed),
        "weight normalization": lambda seed: MLP(widths, [Scaled(normalize=True)] * hidden + [Dense()], seed=seed),
    }

    def low_rank(more: int, seed: int = 0) -> MLP:
        wider = [widths[0], *(w + more for w in widths[1:-1]), widths[-1]]
        return MLP(wider, [LowRank(factor=share)] * hidden + [Dense()], seed=seed)

    aim, more = payload_bytes(explicit["batch norm"](0)), 0
    while payload_bytes(low_rank(more + 1)) <= aim:
        more += 1
    return explicit | {"low-rank, wider": lambda seed: low_rank(more, seed)}


def compare_scales(
    data: Any, widths: Sequence[int], lrs: Sequence[float] = (0.03, 0.1, 0.3), seeds: Sequence[int] = (0, 1, 2),
    epochs: int = 20, **settings: Any,
) -> dict[str, ScaleFit]:  # fmt: skip
    """Train each of `scale_ways` at each learning rate from each seed; return, by name, the rate that validates best.

    A rate at which a fit diverges is left out; ValueError where that is so at every one.

    Args:
        data: a Dataset, or (train, valid, test).
        widths: as for `scale_ways`.
        lrs, seeds, epochs: of the fits.
        settings: others of `fit`.
    """
    train, valid, test = data
    found: dict[str, ScaleFit] = {}
    for name, build in scale_ways(widths).items():
        best = np.inf
        for lr in lrs:
            nets = [build(seed) for seed in seeds]
            try:
                histories = [
                    fit(net, train, valid, epochs=epochs, lr=lr, seed=seed, progress=False, **settings)
                    for net, seed in zip(nets, seeds, strict=True)
                ]
            except TrainingError:  # this rate is too high for this one
                continue
            validated = float(np.mean([min(history.valid_error) for history in histories]))
            if validated < best:
                best = validated
                errors = [evaluate(net, test) for net in nets]
                ranks = [_first_rank(fold(net) if name == "batch norm" else net) for net in nets]
                found[name] = ScaleFit(
                    payload_bytes(nets[0]), lr, np.mean([history.loss for history in histories], axis=0),
                    float(np.mean(errors)), float(np.std(errors)), float(np.mean(ranks)),
                )  # fmt: skip
        if name not in found:
            raise ValueError(f"compare_scales: {name} diverged at every rate of {list(lrs)}; pass smaller ones")
    return found


def _first_rank(net: Sequential) -> float:
    return effective_rank(np.linalg.svd(next(iter(weights(net).values())), compute_uv=False))


# ---- the picture


def plot_scales(found: dict[str, ScaleFit]) -> Figure:
    """Return the picture of training loss by epoch, a line a way to write W, with its bytes, rate and test error."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    if not found:
        raise ValueError("plot_scales: nothing to draw; pass what compare_scales(data, widths) returns")
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for i, (name, f) in enumerate(found.items()):
        axes.plot(
            np.arange(1, len(f.loss) + 1), f.loss, color=COLOURS[i % len(COLOURS)], marker=MARKERS[i % len(MARKERS)],
            markersize=5, linewidth=1.2, markevery=max(1, len(f.loss) // 10),
            label=f"{name}: {f.bytes:,} bytes, lr {f.lr:g}, test error {f.test_error:.3g}",
        )  # fmt: skip
    axes.set(xlabel="epoch", ylabel="training loss", yscale="log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(True, which="both", color="0.92", linewidth=0.6)
    axes.legend(frameon=False, fontsize="small")
    return figure

"""Normalization: batch norm as a scale of the columns, beside other ways to write W as a product.

Batch norm subtracts a number from each unit's sum and multiplies it by another. Once training is over these numbers are
fixed, and a linear layer followed by a shift and a scale is just another linear layer. Take z = x V + b with batch norm
behind it: running mean mu, sigma = sqrt(var + eps), learned gamma and beta (see batchnorm.py). In evaluation mode the
pair is one layer with

    W  = V diag(gamma / sigma)           a Scaled: column j points along v_j and is scaled by g_j = gamma_j / sigma_j
    b' = (b - mu) gamma / sigma + beta

Weight normalization puts |v_j| in place of sigma_j (Salimans, Kingma 2016, arXiv 1602.07868, section 2.2), a plain
explicit scale puts 1. `fold` builds that one layer. It leaves V as it is, whatever stores it.

Is batch norm a weaker form of factorization? It does write W as a product of V (m, n) and a diagonal (n, n). But a
diagonal without zeros has an inverse, so every W can be written this way: W has the same rank as V, and m n + n numbers
are stored, not fewer. A low-rank product U (m, k) V (k, n) stores (m + n) k numbers and cannot reach every W. What the
scale does change is the way there. The gradient with respect to v_j is g_j times the gradient with respect to w_j. If
v_j is normalized, only the part orthogonal to v_j is left, because the length of v_j no longer matters.

`compare_scales` compares these ways at equal bytes: the low-rank network is widened until its file is as large.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet.layers.base import Layer, Sequential
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.linear import Linear
from tinynet.layers.mlp import MLP
from tinynet.layers.table import payload_bytes
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.lowrank import LowRank
from tinynet.parameterizations.scaled import Scaled
from tinynet.parameterizations.state import nest
from tinynet.reading.inside import weights
from tinynet.reading.layers.svd import effective_rank
from tinynet.training.evaluate import evaluate
from tinynet.training.fit import TrainingError, fit

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def fold(net: Sequential) -> Sequential:
    """Return a copy, in evaluation mode, where each Linear followed by a BatchNorm is one Linear whose W is a Scaled.

    Raises ValueError for a network without such a pair.
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
    gamma, beta, mean, var = norm.columns()
    g = gamma / np.sqrt(var + np.float32(norm.eps))
    b = 0 if linear.bias is None else linear.bias.numpy()
    folded = Linear(linear.n_in, linear.n_out, Scaled(linear.weight))
    b = (b - mean) * g + beta
    folded.restore({"W.g": g, "b": b} | nest("W.V", linear.weight.state()))
    return folded


# ---- batch norm beside other products


class ScaleFit(NamedTuple):
    """How the networks with one way to write W trained: means over seeds."""

    bytes: int
    lr: float  # the learning rate with the lowest validation error
    loss: np.ndarray  # (epochs,): the training loss
    test_error: float
    spread: float  # standard deviation of the test error over seeds
    rank: float  # effective rank of the first W at the end, with batch norm folded in


def scale_ways(widths: Sequence[int], share: float = 0.5) -> dict[str, Callable[[int], MLP]]:
    """Return by name the functions that build the networks to compare, each from a seed.

    The low-rank networks are widened until they take as many bytes as the networks with batch norm.

    Args:
        widths: [inputs, hidden .., outputs], with at least one hidden layer.
        share: the share of numbers that the low-rank hidden layers keep.
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
    """Train each of `scale_ways` at each learning rate from each seed, and return by name how the best rate did.

    The best rate has the lowest validation error. A rate at which a fit diverges does not count; ValueError if all do.

    Args:
        data: a Dataset, or (train, valid, test).
        widths: as for `scale_ways`.
        lrs, seeds: each network is trained at every learning rate from every seed.
        epochs: how long.
        settings: further settings of `fit`.
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
            except TrainingError:  # the rate is too high for these networks
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
    """Return the picture of training loss by epoch, a curve for each way to write W with bytes, rate and test error."""
    from matplotlib.ticker import MaxNLocator

    drawing.check("plot_scales", found, "what compare_scales(data, widths) returns")
    figure, [axes] = drawing.panels(7, 4.5)
    for i, (name, f) in enumerate(found.items()):
        label = f"{name}: {f.bytes:,} bytes, lr {f.lr:g}, test error {f.test_error:.3g}"
        axes.plot(np.arange(1, len(f.loss) + 1), f.loss, label=label, **drawing.line(i, len(f.loss)))
    axes.set(xlabel="epoch", ylabel="training loss", yscale="log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    drawing.grid(axes)
    drawing.legend(axes)
    return figure

"""Updates: how far one training step moves z, and whether away from 0 or towards it.

Train a network that already fits for more epochs, and its borders harden: |z| keeps growing. Two explanations are
offered, and an experiment can tell them apart.

    (a) A random walk. The gradient that reaches z is dL/dz = dL/da phi'(z), which is small where |z| is large. So a z
        that has wandered out by chance stays out. This needs noise, such as mini-batches make, but no pull.
    (b) The error term. With softmax and cross-entropy dL/ds = p - t is never zero, so the scores are driven apart
        without end, and z with them. This needs no noise and happens with the full batch too.

Each cause can be switched off. The squared hinge has an error term of exactly zero once every margin is met, which
removes (b). The full batch has no noise, which removes (a). And `chance` is a loss of pure noise, which leaves (a)
alone. For an update that moves z to z + d we record, in bins of |z|,

    size        |d|
    outward     sign(z) d       positive where the border hardens; its mean is the drift away from 0

It is not obvious that steps should be smaller where |z| is large. Weights are shared: d = x . (change of W) comes from
all examples of the batch, including the ones for which the unit is not saturated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.layers.base import Sequential
from tinynet.reading.layers.saturation import squashed
from tinynet.training.optimizer import SGD, Optimizer

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Steps(NamedTuple):
    """Means over (example, unit, update) in bins of |z|; NaN in an empty bin."""

    z: np.ndarray  # mean |z| before the update
    size: np.ndarray  # mean |d|
    outward: np.ndarray  # mean sign(z) d
    of: np.ndarray  # how many triples are in the bin


class Watch:
    """An optimizer for `fit` that records z before and after updates: `fit(net, .., optimizer=Watch(net, inputs))`.

    Args:
        net: the network in training, with squashing layers.
        inputs: (N, n_in), for which z is recorded.
        every: record one update in so many.
        make: the optimizer that does the work, called as `fit` calls it.
    """

    def __init__(self, net: Sequential, inputs: Any, every: int = 1, make: Callable[..., Optimizer] = SGD) -> None:
        if every < 1:
            raise ValueError(f"Watch: every={every}; it must be at least 1")
        self.net, self.inputs, self.every, self.make = net, inputs, every, make
        self.at: list[int] = []  # the numbers of the recorded updates
        self.before: dict[str, list[np.ndarray]] = {name: [] for name in squashed(net, inputs)}
        self.change: dict[str, list[np.ndarray]] = {name: [] for name in self.before}

    def __call__(self, parameters: Sequence[Parameter], **settings: Any) -> Optimizer:
        """Return the optimizer that `make` makes, with a `step` that records."""
        optimizer = self.make(parameters, **settings)
        step = optimizer.step

        def recorded_step() -> None:
            if optimizer.steps % self.every:
                return step()
            self.at.append(optimizer.steps)
            before = squashed(self.net, self.inputs)
            step()
            for name, after in squashed(self.net, self.inputs).items():
                self.before[name].append(before[name])
                self.change[name].append(after - before[name])

        optimizer.step = recorded_step  # type: ignore[method-assign]
        return optimizer

    def mean_size(self, name: str) -> np.ndarray:
        """Return the mean |z| of a layer before each recorded update."""
        return np.array([np.abs(z).mean(dtype=np.float64) for z in self.before[name]])

    def steps(self, name: str, bins: int = 12, since: int = 0) -> Steps:
        """Return what the updates did to a layer's z, in bins of |z| that are about equally full.

        Args:
            name: name of the squashing layer, such as "1 Tanh".
            bins: number of bins.
            since: the first update that counts; above 0, it leaves out the time in which the network learns to fit.
        """
        kept = [i for i, update in enumerate(self.at) if update >= since]
        if name not in self.before or not kept:
            raise ValueError(
                f"Watch: layer {name!r} since update {since}; noted are {', '.join(self.before)} at {len(self.at)} "
                f"updates up to {max(self.at, default='none')}"
            )
        z = np.concatenate([self.before[name][i].ravel() for i in kept]).astype(np.float64)
        d = np.concatenate([self.change[name][i].ravel() for i in kept]).astype(np.float64)
        edges = np.quantile(np.abs(z), np.linspace(0, 1, bins + 1)[1:-1])
        place = np.searchsorted(edges, np.abs(z), side="right")
        count = np.bincount(place, minlength=bins)
        with np.errstate(invalid="ignore"):
            mean = lambda v: np.bincount(place, v, bins) / count
            return Steps(mean(np.abs(z)), mean(np.abs(d)), mean(np.sign(z) * d), count)


def chance(seed: int = 0) -> Callable[[Tensor, Any], Tensor]:
    """Return a loss of pure noise: the mean of the scores, each times +1 or -1 drawn anew at every call."""
    rng = np.random.default_rng(seed)
    return lambda scores, _: (scores * rng.choice(np.array([-1, 1], scores.dtype), scores.shape)).mean()


# ---- the picture


def plot_steps(watches: dict[str, Watch], name: str, since: int = 0) -> Figure:
    """Return the picture of one layer: mean |z| by update, then size and direction of an update against |z|.

    Args:
        watches: of label -> Watch, after `fit`; a curve for each.
        name: name of the squashing layer.
        since: the first update that counts in the last two panels.
    """
    form = "{label: watch, ..}, each used as the optimizer of a fit"
    drawing.check("plot_steps", watches, form, "no watches")
    figure, (grown, size, outward) = drawing.panels(12, 3.8, columns=3)
    for i, (label, watch) in enumerate(watches.items()):
        steps = watch.steps(name, since=since)
        grown.plot(watch.at, watch.mean_size(name), label=label, **drawing.line(i, len(watch.at)))
        size.plot(steps.z, steps.size, **drawing.line(i))
        outward.plot(steps.z, steps.outward / steps.size, **drawing.line(i))
    grown.set(xlabel="update", ylabel="mean |z|", title=f"{name}: size of z")
    since_then = f" from update {since}" if since else ""
    size.set(xlabel="|z| before the update", ylabel="mean |change of z|", title=f"one update{since_then}", yscale="log")
    outward.set(xlabel="|z| before the update", ylabel="mean outward change / mean |change|", title="which way")
    outward.axhline(0, color="0.5", linewidth=0.8)
    drawing.grid(grown, size, outward)
    drawing.legend(grown)
    return figure

"""Updates: how far one step of training moves z, and which way, against how large |z| is already.

After a network fits, more epochs harden its borders: |z| grows. Two causes are named, and can be told apart.

    (a) a random walk: the gradient that reaches z is dL/dz = dL/da phi'(z), small where |z| is large, so that what has
        walked out by chance stays out. It needs noise, but no loss that pulls: the noise of mini-batches will do.
    (b) the error term: with softmax and cross-entropy dL/ds = p - t is never zero, so that scores race apart without
        end, and z with them. It needs no noise: with the full batch it does the same.

The squared hinge has an error term of exactly zero once each margin is met, and takes (b) away. The full batch takes
(a) away. A loss that is pure chance, `chance`, leaves (a) alone. For an update from z to z + d we note, by bins of |z|,

    size        |d|
    outward     sign(z) d       positive: harder; its mean is the drift, and tells growth from shrinking

That a step at large |z| is smaller is not obvious: as weights are shared, d = x . (change of W) is made by all examples
of the batch, also by those for which the unit is not saturated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet.drawing import COLOURS, MARKERS
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.layers.sequential import Sequential
from tinynet.reading.layers.saturation import squashed
from tinynet.training.optim import SGD, Optimizer

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Steps(NamedTuple):
    """Means over (example, unit, update), by bin of |z|; NaN in a bin that nothing fell into."""

    z: np.ndarray  # mean |z| before the update
    size: np.ndarray  # mean |d|
    outward: np.ndarray  # mean sign(z) d
    of: np.ndarray  # how many


class Watch:
    """An optimizer for `fit` that notes z before and after updates: `fit(net, .., optimizer=Watch(net, inputs))`.

    Args:
        net: the network in training, with squashing layers.
        inputs: (N, n_in), for which z is noted.
        every: updates from one note to the next.
        make: the optimizer that does the work, called as `fit` calls it.
    """

    def __init__(self, net: Sequential, inputs: Any, every: int = 1, make: Callable[..., Optimizer] = SGD) -> None:
        if every < 1:
            raise ValueError(f"Watch: every={every}; it must be at least 1")
        self.net, self.inputs, self.every, self.make = net, inputs, every, make
        self.at: list[int] = []  # numbers of the noted updates
        self.before: dict[str, list[np.ndarray]] = {name: [] for name in squashed(net, inputs)}
        self.change: dict[str, list[np.ndarray]] = {name: [] for name in self.before}

    def __call__(self, parameters: Sequence[Parameter], **settings: Any) -> Optimizer:
        """Return the optimizer, noting from now on."""
        optimizer = self.make(parameters, **settings)
        step = optimizer.step

        def noted_step() -> None:
            if optimizer.steps % self.every:
                return step()
            self.at.append(optimizer.steps)
            before = squashed(self.net, self.inputs)
            step()
            for name, after in squashed(self.net, self.inputs).items():
                self.before[name].append(before[name])
                self.change[name].append(after - before[name])

        optimizer.step = noted_step  # type: ignore[method-assign]
        return optimizer

    def mean_size(self, name: str) -> np.ndarray:
        """Return the mean |z| of a layer before each noted update."""
        return np.array([np.abs(z).mean(dtype=np.float64) for z in self.before[name]])

    def steps(self, name: str, bins: int = 12, since: int = 0) -> Steps:
        """Return what a layer's updates did, by bins of |z| that hold equally many.

        Args:
            name: of the squashing layer, such as "1 Tanh".
            bins: how many.
            since: the first update that counts, so that the fit itself can be left out.
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
    """Return a loss without aim: the mean over batch and classes of scores times +1 or -1, drawn anew each time."""
    rng = np.random.default_rng(seed)
    return lambda scores, _: (scores * rng.choice(np.array([-1, 1], scores.dtype), scores.shape)).mean()


# ---- the picture


def plot_steps(watches: dict[str, Watch], name: str, since: int = 0) -> Figure:
    """Return the picture of a layer: mean |z| by update, size and direction of an update against |z|; a line a watch.

    Args:
        watches: of label -> Watch, after `fit`.
        name: of the squashing layer.
        since: the first update that counts for the last two panels.
    """
    from matplotlib.figure import Figure

    if not watches:
        raise ValueError("plot_steps: no watches to draw; pass {label: watch, ..}, each used as the optimizer of a fit")
    figure = Figure(figsize=(12, 3.8), layout="constrained")
    grown, size, outward = figure.subplots(1, 3)
    for i, (label, watch) in enumerate(watches.items()):
        style: dict[str, Any] = dict(
            color=COLOURS[i % len(COLOURS)], marker=MARKERS[i % len(MARKERS)], markersize=5, linewidth=1, label=label
        )
        steps = watch.steps(name, since=since)
        grown.plot(watch.at, watch.mean_size(name), markevery=max(1, len(watch.at) // 8), **style)
        size.plot(steps.z, steps.size, **style)
        outward.plot(steps.z, steps.outward / steps.size, **style)
    grown.set(xlabel="update", ylabel="mean |z|", title=f"{name}: size of z")
    since_then = f" from update {since}" if since else ""
    size.set(xlabel="|z| before the update", ylabel="mean |change of z|", title=f"one update{since_then}", yscale="log")
    outward.set(xlabel="|z| before the update", ylabel="mean outward change / mean |change|", title="which way")
    outward.axhline(0, color="0.5", linewidth=0.8)
    for axes in (grown, size, outward):
        axes.grid(True, color="0.92", linewidth=0.6)
    grown.legend(frameon=False, fontsize="small")
    return figure

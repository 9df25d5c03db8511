"""Solutions: which of many starts reach a known solution, and how many different ones they end in.

On real data nobody knows the right weights. So we let a network with known weights, the teacher, answer some inputs,
and train another one, the student, on these answers, from random weights. Does it find the teacher? Its units may come
in any order and with any signs (see alignment.py), so they are matched first. With pi the match over some inputs, a the
teacher's activations and a' the student's,

    unit i is found     |corr(a_i, a'_pi(i))| >= threshold
    reached             every unit of the teacher is found
    error               |scores - targets| / |targets - mean|          0 for the teacher, 1 is no better than the mean
    same solution       two students of equal width find each other's units

A student with more units than the teacher can find them all and have others besides; with fewer units it cannot. A
student with constrained matrices (hashed, binary) can reach only what its recipe can express. So each recipe also gets
a teacher of its own kind, with the same recipe and seed (so the same hash) but other values. If that teacher is not
reached, the fault lies with SGD and not with the recipe.

A dense student of n units has 2^n n! ways to be right: any order of the units, any signs. A hash ties entries of
different units together, so most of these settings no longer obey it. Often two are left: the teacher, and the teacher
with every unit negated.

Source: the student-teacher setting, as in datasets/teacher.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet.layers.base import Sequential
from tinynet.layers.mlp import MLP
from tinynet.parameterizations.base import Parameterization
from tinynet.reading.inside import scores
from tinynet.reading.networks.alignment import match_units
from tinynet.reading.units import hidden_layers, opened, set_matrices
from tinynet.training.fit import fit
from tinynet.training.optim import Adam, cosine

if TYPE_CHECKING:
    from matplotlib.figure import Figure

THRESHOLD = 0.99


class Student(NamedTuple):
    """What became of one start."""

    net: Sequential
    error: float  # root mean square, relative to the spread of the targets
    found: int  # how many units of the teacher
    reached: bool  # whether all of them


def teacher_net(layers: Sequence[tuple[np.ndarray, np.ndarray]]) -> Sequential:
    """Return the network with these (W, b) by layer, as `tn.datasets.teacher.network` gives them, and tanh between."""
    net = opened(MLP([len(layers[0][0]), *(len(b) for _, b in layers)]))
    for place, (W, b) in zip(range(0, 2 * len(layers), 2), layers, strict=True):
        set_matrices(net, place, W, b)
    return net.eval()


def students(
    teacher: Sequential, inputs: Any, hidden: Sequence[int], weight: Parameterization | None = None,
    starts: Sequence[int] = range(10), seed: int | None = None, epochs: int = 100, lr: float = 0.01,
) -> list[Student]:  # fmt: skip
    """Train one student from each start on the teacher's scores (squared error, Adam, cosine schedule, batches of 50).

    Args:
        teacher: a Sequential of Linear layers, such as an MLP or `teacher_net(..)`.
        inputs: (N, n_in), to train on; whether units are found is judged on them too.
        hidden: the students' hidden widths, one for each hidden layer of the teacher.
        weight: the students' recipe.
        starts: seeds of the initial values and of the order of examples.
        seed: one seed for what a recipe draws once and keeps (hash, mask, bank); by default each start has its own.
        epochs, lr: how long to train, and the initial learning rate.
    """
    targets = scores(teacher, inputs)
    outcomes = []
    for start in starts:
        net: Sequential = MLP([inputs.shape[1], *hidden, targets.shape[1]], weight, seed=start)
        if seed is not None:
            fixed = MLP([inputs.shape[1], *hidden, targets.shape[1]], weight, seed=seed)
            for p, value in zip(fixed.parameters(), net.parameters(), strict=True):
                p.data = value.numpy()
            net = fixed
        fit(net, (inputs, targets), epochs=epochs, lr=lr, optimizer=Adam, schedule=cosine, seed=start, progress=False)
        outcomes.append(judged(teacher, net, inputs))
    return outcomes


def judged(teacher: Sequential, net: Sequential, inputs: Any, threshold: float = THRESHOLD) -> Student:
    """Return what a trained student has reached."""
    targets = scores(teacher, inputs)
    spread = np.sqrt(((targets - targets.mean(axis=0)) ** 2).mean())
    error = float(np.sqrt(((scores(net, inputs) - targets) ** 2).mean()) / spread)
    found = [
        match.similarity[: _width(teacher, i)] >= threshold for i, match in enumerate(match_units(teacher, net, inputs))
    ]
    return Student(net, error, int(np.concatenate(found).sum()), bool(np.concatenate(found).all()))


def distinct(nets: Sequence[Sequential], inputs: Any, threshold: float = THRESHOLD) -> np.ndarray:
    """Return the number of each network's solution, counted from 0: networks with equal numbers agree unit by unit.

    A network is compared with the first one of each solution so far. ValueError for no networks.
    """
    if not nets:
        raise ValueError("distinct: no networks to compare; pass a list of trained ones")
    firsts: list[Sequential] = []
    numbers = []
    for net in nets:
        same = (
            k for k, first in enumerate(firsts)
            if all((match.similarity >= threshold).all() for match in match_units(first, net, inputs))
        )  # fmt: skip
        number = next(same, len(firsts))
        if number == len(firsts):
            firsts.append(net)
        numbers.append(number)
    return np.array(numbers)


def _width(net: Sequential, hidden: int) -> int:
    layer: Any = net.layers[hidden_layers(net)[hidden].before]
    return layer.n_out


# ---- the picture


def plot_students(groups: dict[str, dict[int, list[Student]]]) -> Figure:
    """Return the picture of each start's error by the students' width; filled where the whole teacher is found."""
    drawing.check("plot_students", groups, "{label: {width: students(..), ..}, ..}", "no students")
    figure, [axes] = drawing.panels(7.5, 4.5)
    widths = sorted({width for group in groups.values() for width in group})
    for i, (label, group) in enumerate(groups.items()):
        style = dict(drawing.line(i), linestyle="")
        axes.plot([], [], label=label, **style)
        for width, outcomes in group.items():
            x = widths.index(width) + (i - (len(groups) - 1) / 2) * 0.8 / len(groups)
            for k, student in enumerate(outcomes):
                at = x + 0.5 * (k / len(outcomes) - 0.5) / len(groups)
                axes.plot(at, student.error, fillstyle="full" if student.reached else "none", **style)
    axes.set(yscale="log", xlabel="hidden units of the student", ylabel="error on the teacher's scores (relative)")
    axes.set_xticks(range(len(widths)), [str(w) for w in widths])
    drawing.grid(axes, axis="y")
    drawing.legend(axes, title="filled: all units of the teacher found", title_fontsize="small")
    return figure

"""Solutions: which of many starts reach a known one, and how many different ones they end in.

A teacher, a network with known weights, gives the targets; a student that may be as good as it starts from random
weights and is trained by SGD. Is the teacher found again? A student may keep its units in any order and with any sign
(see alignment.py), so with the match pi of units over some inputs:

    found unit i        |corr(a_i, a'_pi(i))| >= threshold             a the teacher's activations, a' the student's
    reached             every unit of the teacher is found
    error               |scores - targets| / |targets - mean|          0 is the teacher, 1 is no better than the mean
    same solution       as reached, between two students of equal width, units matched both ways

A student of more units than the teacher can find all of its units and have others beside them; with fewer it cannot. A
student whose matrices are constrained (hashed, binary) can only reach what its family holds: so each family is also
taught by a teacher of its own, of the same recipe and seed (the same hash), other values. "Not reached" then is SGD's.

Source: the student-teacher setting, as in datasets/teacher.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet.drawing import COLOURS, MARKERS
from tinynet.engine.tape import no_grad
from tinynet.layers.mlp import MLP
from tinynet.layers.sequential import Sequential
from tinynet.parameterizations.base import Parameterization
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
    found: int  # units of the teacher
    reached: bool


def teacher_net(layers: Sequence[tuple[np.ndarray, np.ndarray]]) -> Sequential:
    """Return the network of (W, b) by layer, such as `tn.datasets.teacher.network` gives, with tanh between them."""
    net = opened(MLP([len(layers[0][0]), *(len(b) for _, b in layers)]))
    for place, (W, b) in zip(range(0, 2 * len(layers), 2), layers, strict=True):
        set_matrices(net, place, W, b)
    return net.eval()


def students(
    teacher: Sequential, inputs: Any, hidden: Sequence[int], weight: Parameterization | None = None,
    starts: Sequence[int] = range(10), seed: int | None = None, epochs: int = 100, lr: float = 0.01,
) -> list[Student]:  # fmt: skip
    """Train one student a start on the teacher's scores (squared error, Adam, the rate falling as a cosine).

    Args:
        teacher: a Sequential of Linear layers, such as an MLP or `teacher_net(..)`.
        inputs: (N, n_in) for training; what is found is judged on them too.
        hidden: the students' hidden widths, as many as the teacher has.
        weight: the students' recipe.
        starts: seeds of the initial values, and of the order of examples.
        seed: of what the recipe draws for good (hash, mask, bank), the same for all; by default each start's own.
        epochs, lr: of the training, batches of 50.
    """
    targets = _scores(teacher, inputs)
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
    targets = _scores(teacher, inputs)
    spread = np.sqrt(((targets - targets.mean(axis=0)) ** 2).mean())
    error = float(np.sqrt(((_scores(net, inputs) - targets) ** 2).mean()) / spread)
    found = [
        match.similarity[: _width(teacher, i)] >= threshold for i, match in enumerate(match_units(teacher, net, inputs))
    ]
    return Student(net, error, int(np.concatenate(found).sum()), bool(np.concatenate(found).all()))


def distinct(nets: Sequence[Sequential], inputs: Any, threshold: float = THRESHOLD) -> np.ndarray:
    """Return the number of the solution of each net, counted from 0: nets of the same number agree unit by unit.

    Each net is compared with the first of every solution so far. ValueError for no nets.
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


def _scores(net: Sequential, inputs: Any) -> np.ndarray:
    training = net.training
    with no_grad():
        scores = net.eval()(inputs).numpy()
    net.train(training)
    return scores


def plot_students(groups: dict[str, dict[int, list[Student]]]) -> Figure:
    """Return the figure of every start's error by the students' width, by label; filled where all of it is found."""
    from matplotlib.figure import Figure

    if not groups:
        raise ValueError("plot_students: no students to draw; pass {label: {width: students(..), ..}, ..}")
    figure = Figure(figsize=(7.5, 4.5), layout="constrained")
    axes = figure.subplots()
    widths = sorted({width for group in groups.values() for width in group})
    for i, (label, group) in enumerate(groups.items()):
        colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
        axes.plot([], [], linestyle="", color=colour, marker=marker, label=label)
        for width, outcomes in group.items():
            x = widths.index(width) + (i - (len(groups) - 1) / 2) * 0.8 / len(groups)
            for k, student in enumerate(outcomes):
                axes.plot(
                    x + 0.5 * (k / len(outcomes) - 0.5) / len(groups), student.error, color=colour, marker=marker,
                    markersize=5, fillstyle="full" if student.reached else "none", linestyle="",
                )  # fmt: skip
    axes.set(yscale="log", xlabel="hidden units of the student", ylabel="error on the teacher's scores (relative)")
    axes.set_xticks(range(len(widths)), [str(w) for w in widths])
    axes.grid(True, axis="y", color="0.92", linewidth=0.6)
    axes.legend(frameon=False, fontsize="small", title="filled: all units of the teacher found", title_fontsize="small")
    return figure

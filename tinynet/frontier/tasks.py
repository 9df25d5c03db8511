"""What a sweep does on each kind of data: the net that it trains, how, and what it calls the error.

    Rows        x (n,) to a class                   MLP                       error rate
    Sequences   T steps to a class or a number      LSTM, its last output     error rate, or mean squared error
    Strings     symbols to the next ones            LSTM, every output        share of strings with an illegal step
    Text        characters to the next one          LSTM, every output        loss in nats a character

An LSTM has two matrices, W (n_in, 4 H) and U (H, 4 H), and every method compresses both and the Linear on top. A name
that ends in "+norm" is that method with its products standardized, which recurrent nets of few bits need. One that
ends in "+soft" is trained on a teacher's soft targets too, which a sweep with a teacher adds for classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from tinynet.datasets import Split, reber
from tinynet.frontier.methods import METHODS, Shapes, narrowed, recipe
from tinynet.frontier.settings import Settings
from tinynet.frozen.freeze import freeze
from tinynet.layers.mlp import MLP, BinaryMLP
from tinynet.layers.sequential import Sequential
from tinynet.sequences.language import fit_text, text_loss
from tinynet.sequences.network import RecurrentNet
from tinynet.training import optim
from tinynet.training.evaluate import evaluate
from tinynet.training.fit import History, fit

NORM = "+norm"


class Rows:
    """Classes of rows, by an MLP."""

    measure, unit = "test error (%)", 100  # the axis of the picture, and what errors are multiplied by there
    methods: tuple[str, ...] = tuple(METHODS)
    defaults: dict[str, Any] = {}  # settings that differ from those of `Settings`  # noqa: RUF012
    teachable = True  # whether there are classes, for a teacher's soft targets

    def shapes(self, widths: Sequence[int]) -> Shapes:
        """Return the shape of each weight matrix."""
        return list(pairwise(widths))

    def biases(self, widths: Sequence[int]) -> int:
        """Return how many biases there are."""
        return sum(widths[1:])

    def build(self, method: str, factor: float, widths: Sequence[int], seed: int) -> Sequential:
        """Return the untrained net of a method at a factor."""
        if method == "binary-mlp":
            return BinaryMLP(widths, seed)
        return MLP(self.narrowed(method, factor, widths), recipe(method, factor, self.shapes(widths)), seed)

    def narrowed(self, method: str, factor: float, widths: Sequence[int]) -> Sequence[int]:
        """Return the widths: narrower ones for a dense net at a factor below 1."""
        if method != "dense":
            return widths
        return narrowed(widths, factor, self.shapes, self.biases)

    def fit(self, net: Any, data: Any, settings: Settings, lr: float, **soft: Any) -> History:
        """Train the net at a learning rate. soft: a teacher's scores, their temperature and mix, as for tn.fit."""
        return fit(
            net, data.train, data.valid, epochs=settings.epochs, batch_size=settings.batch_size, lr=lr,
            momentum=settings.momentum, schedule=optim.cosine, seed=settings.seed, progress=False, **soft,
        )  # fmt: skip

    def finished(self, net: Any) -> Any:
        """Return the net as it is saved."""
        return freeze(net) if isinstance(net, BinaryMLP) else net

    def error(self, net: Any, split: Split) -> float:
        """Return the error on a split."""
        return evaluate(net, split)


class Sequences(Rows):
    """Classes of sequences, by the last output of an LSTM."""

    last = True
    methods = (
        "dense", "dense+norm", "lowrank", "hashed", "sparse", "quantized", "quantized+norm", "binary", "binary+norm",
        "hashed+quantized",
    )  # fmt: skip
    defaults = dict(hidden=(64,), epochs=30, batch_size=32, rates=(0.003, 0.01))  # noqa: RUF012

    def shapes(self, widths: Sequence[int]) -> Shapes:
        *hidden, last = pairwise(widths)
        return [shape for m, n in hidden for shape in ((m, 4 * n), (n, 4 * n))] + [last]

    def biases(self, widths: Sequence[int]) -> int:
        return 4 * sum(widths[1:-1]) + widths[-1]

    def build(self, method: str, factor: float, widths: Sequence[int], seed: int, **options: Any) -> RecurrentNet:
        plain = method.removesuffix(NORM)
        weight, widths = recipe(plain, factor, self.shapes(widths)), self.narrowed(plain, factor, widths)
        return RecurrentNet(widths, weight, seed, last=self.last, norm=method != plain, **options)

    def fit(self, net: Any, data: Any, settings: Settings, lr: float, **soft: Any) -> History:
        return fit(
            net, data.train, self._judged_by(data), epochs=settings.epochs, batch_size=settings.batch_size, lr=lr,
            optimizer=optim.Adam, clip=1.0, schedule=optim.cosine, seed=settings.seed, progress=False,
            weight_decay=self.weight_decay, **soft,
        )  # fmt: skip

    weight_decay = 0.0

    def _judged_by(self, data: Any) -> Split | None:
        """Return the split whose error says which epoch is best."""
        return data.valid


class Numbers(Sequences):
    """A number of each sequence: regression."""

    measure, unit = "test error (mean square)", 1
    teachable = False


class Strings(Sequences):
    """Legal next symbols of the Reber grammar.

    A coin decides which of them comes, so guessing it better is luck, and the last epoch is taken.
    """

    measure = "test strings with an illegal prediction (%)"
    last, weight_decay = False, 1e-3
    defaults = dict(hidden=(20,), epochs=60, batch_size=16, rates=(0.02,))  # noqa: RUF012

    def _judged_by(self, data: Any) -> None:
        return None

    def error(self, net: Any, split: Split) -> float:
        illegal, _ = reber.errors(net(split.inputs).numpy(), split.inputs)
        return float(illegal.mean())


class Text(Sequences):
    """The next character."""

    measure, unit, last = "test loss (nats a character)", 1, False
    defaults = dict(hidden=(128,), epochs=4, batch_size=32, rates=(0.01,))  # noqa: RUF012
    steps, teachable = 64, False  # its text is read in windows, other ones each epoch

    def fit(self, net: Any, data: Any, settings: Settings, lr: float, **soft: Any) -> History:
        return fit_text(
            net, data.train.inputs[0], data.valid.inputs[0], epochs=settings.epochs, batch_size=settings.batch_size,
            steps=self.steps, lr=lr, schedule=optim.cosine, seed=settings.seed, progress=False,
        )  # fmt: skip

    def error(self, net: Any, split: Split) -> float:
        return text_loss(net, split.inputs[0])


TEXT = Text()
TASKS: dict[str, Rows] = {"digits_rows": Sequences(), "adding": Numbers(), "reber": Strings(), "shakespeare": TEXT}


def task_of(data: str) -> Rows:
    """Return what is done on the data set of this name."""
    return TASKS.get(data, Rows())

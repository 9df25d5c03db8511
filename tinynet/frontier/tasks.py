"""What a sweep does on each kind of data: which network it trains, how it trains it, and what it calls the error.

    Rows        x (n,) to a class                   MLP                       error rate
    Targets     x (n,) to real numbers              MLP                       mean squared error
    Sequences   T steps to a class                  LSTM, its last output     error rate
    Numbers     T steps to a number                 LSTM, its last output     mean squared error
    Strings     symbols to the next ones            LSTM, every output        share of strings with an illegal step
    Text        characters to the next one          LSTM, every output        loss in nats a character

An LSTM has two matrices, W (n_in, 4 H) and U (H, 4 H); every method compresses both, and the Linear on top. A name that
ends in "+norm" is the same method with standardized products. A name that ends in "+soft" is the same method trained on
a teacher's soft targets too; a sweep with a teacher adds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, ClassVar

from tinynet.datasets import Split, reber
from tinynet.engine.recording import evaluating
from tinynet.frontier.budget import Shapes, largest
from tinynet.frontier.methods import METHODS, NARROWED, WINDOWED, entries, narrowed_bits, positions, recipe
from tinynet.frontier.settings import NORM, Own, Settings
from tinynet.frozen.freeze import freeze
from tinynet.layers.base import Sequential
from tinynet.layers.binary_mlp import BinaryMLP
from tinynet.layers.mlp import MLP
from tinynet.sequences.language import fit_text, text_loss
from tinynet.sequences.network import RecurrentNet
from tinynet.training import optim
from tinynet.training.evaluate import evaluate
from tinynet.training.fit import History, fit


class Rows:
    """Classes of rows, by an MLP."""

    measure, unit = "test error (%)", 100  # the axis of the picture, and what errors are multiplied by there
    methods: tuple[str, ...] = tuple(METHODS)
    defaults: ClassVar[dict[str, Any]] = {}  # where they differ from those of `Settings`
    teachable = True  # whether there are classes, for a teacher's soft targets

    def shapes(self, widths: Sequence[int]) -> Shapes:
        """Return the shape of each weight matrix."""
        return list(pairwise(widths))

    def biases(self, widths: Sequence[int]) -> int:
        """Return how many biases there are."""
        return sum(widths[1:])

    def build(self, method: str, factor: float, widths: Sequence[int], seed: int) -> Sequential:
        """Return the untrained network of a method at a factor."""
        if method == "binary-mlp":
            return BinaryMLP(widths, seed)
        return MLP(self.narrowed(method, factor, widths), recipe(method, factor, self.shapes(widths)), seed)

    def narrowed(self, method: str, factor: float, widths: Sequence[int]) -> Sequence[int]:
        """Return the widths of the network that a method trains at a factor f.

        Most methods keep the given widths. For those in NARROWED, the hidden layers shrink together until the network
        is as small as the other methods make theirs, whose numbers are f times those of the wide network's matrices,
        and all its biases. For those in WINDOWED, the first hidden layer has as many features as fit.
        """
        if method not in (*NARROWED, *WINDOWED):
            return widths
        budget = 32 * (factor * entries(self.shapes(widths)) + self.biases(widths))
        widest = max(widths[1:-1], default=1)

        def sized(size: int) -> list[int]:
            if method in WINDOWED:
                return [widths[0], size * positions(widths[0]), *widths[2:]]
            shrunk = [max(1, round(h * size / widest)) for h in widths[1:-1]]
            return [widths[0], *(NARROWED[method].fitting((1, h))[1] for h in shrunk), widths[-1]]

        def fits(size: int) -> bool:
            bits = narrowed_bits(method, self.shapes(sized(size))) + 32 * self.biases(sized(size))
            return (method in WINDOWED or size <= widest) and bits <= budget

        return sized(max(1, largest(fits)))

    def fit(self, net: Any, data: Any, settings: Settings, lr: float, **soft: Any) -> History:
        """Train the network at a learning rate. soft: a teacher's scores, their temperature and mix, as for tn.fit."""
        how = self.optimizer(settings) | soft
        return fit(net, data.train, self.judged_by(data), **_common(settings, lr), **how)

    def optimizer(self, settings: Settings) -> dict[str, Any]:
        """Return what `fit` is told of the optimizer."""
        return dict(momentum=settings.momentum)

    def judged_by(self, data: Any) -> Split | None:
        """Return the split whose error says which epoch is best; None takes the last epoch."""
        return data.valid

    def finished(self, net: Any) -> Any:
        """Return the network as it is saved."""
        return freeze(net) if isinstance(net, BinaryMLP) else net

    def error(self, net: Any, split: Split) -> float:
        """Return the error on a split."""
        return evaluate(net, split)


class Targets(Rows):
    """Real numbers for rows: regression. Targets have variance 1 in training, so 0.1 leaves a tenth unexplained."""

    measure, unit = "test error (share of the variance)", 1
    methods = tuple(method for method in METHODS if method != "binary-mlp")
    defaults: ClassVar[dict[str, Any]] = dict(rates=(0.003, 0.01, 0.03, 0.1))
    teachable = False


class Sequences(Rows):
    """Classes of sequences, by the last output of an LSTM."""

    last = True
    methods = (
        "dense", "dense+norm", "lowrank", "hashed", "sparse", "quantized", "quantized+norm", "binary", "binary+norm",
        "hashed+quantized",
    )  # fmt: skip
    defaults: ClassVar[dict[str, Any]] = dict(hidden=(64,), epochs=30, batch_size=32, rates=(0.003, 0.01))

    def shapes(self, widths: Sequence[int]) -> Shapes:
        *hidden, last = pairwise(widths)
        return [shape for m, n in hidden for shape in ((m, 4 * n), (n, 4 * n))] + [last]

    def biases(self, widths: Sequence[int]) -> int:
        return 4 * sum(widths[1:-1]) + widths[-1]

    def build(self, method: str, factor: float, widths: Sequence[int], seed: int, **options: Any) -> RecurrentNet:
        plain = method.removesuffix(NORM)
        weight, widths = recipe(plain, factor, self.shapes(widths)), self.narrowed(plain, factor, widths)
        return RecurrentNet(widths, weight, seed, last=self.last, norm=method != plain, **options)

    def optimizer(self, settings: Settings) -> dict[str, Any]:
        return dict(optimizer=optim.Adam, clip=1.0)


class Numbers(Sequences):
    """A number for each sequence: regression."""

    measure, unit = "test error (mean square)", 1
    teachable = False


class Strings(Sequences):
    """Legal next symbols of the Reber grammar.

    A coin decides which legal symbol comes, so guessing it better on the validation split is luck. The last epoch is
    taken instead of the best one.

    Weight decay makes networks right on strings longer than any they were trained on. But latent weights are not the
    weights: decay pulls them to the threshold where they change their level, so methods with few levels train without.
    """

    measure, last = "test strings with an illegal prediction (%)", False
    defaults: ClassVar[dict[str, Any]] = dict(hidden=(20,), epochs=60, batch_size=16, rates=(0.005, 0.01, 0.02))

    def optimizer(self, settings: Settings) -> dict[str, Any]:
        latent = any(word in settings.method for word in ("quantized", "binary"))
        return super().optimizer(settings) | dict(weight_decay=0.0 if latent else 1e-3)

    def judged_by(self, data: Any) -> None:
        return None

    def error(self, net: Any, split: Split) -> float:
        with evaluating(net):
            illegal, _ = reber.errors(net(split.inputs).numpy(), split.inputs)
        return float(illegal.mean())


class Text(Sequences):
    """The next character."""

    measure, unit, last = "test loss (nats a character)", 1, False
    defaults: ClassVar[dict[str, Any]] = dict(hidden=(128,), epochs=4, batch_size=32, rates=(0.01,))
    steps = 64  # of a window
    teachable = False  # the windows move from epoch to epoch, so no saved scores fit them

    def fit(self, net: Any, data: Any, settings: Settings, lr: float, **soft: Any) -> History:
        train, valid = data.train.inputs[0], data.valid.inputs[0]
        return fit_text(net, train, valid, steps=self.steps, **_common(settings, lr))

    def error(self, net: Any, split: Split) -> float:
        return text_loss(net, split.inputs[0])


def _common(settings: Settings, lr: float) -> dict[str, Any]:
    """Return what `fit` and `fit_text` are told alike."""
    return dict(
        epochs=settings.epochs, batch_size=settings.batch_size, lr=lr, schedule=optim.cosine, seed=settings.seed,
        progress=False,
    )  # fmt: skip


TEXT = Text()
TASKS: dict[str, Rows] = {"digits_rows": Sequences(), "adding": Numbers(), "reber": Strings(), "shakespeare": TEXT}


def task_of(data: str, own: Own | None = None) -> Rows:
    """Return what is done on the data set of this name, or on one of the user's own."""
    if own is not None:
        return Targets() if own.regression else Rows()
    return TASKS.get(data, Rows())

"""Networks over sequences: recurrent layers, and on top of them layers of rows.

    SequenceNet     the given layers, one after the other; recurrent layers see all steps, the others each step alone
    RecurrentNet    x -> LSTM -> .. -> LSTM -> Linear -> scores        every matrix by a recipe

Outside, as everywhere, an example is a row: inputs are symbols (batch, time) or numbers (batch, time, n_in), and scores
are (batch, time, classes), or (batch, classes) where only the last step matters. Inside, time comes first, so that the
rows of one step lie together in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer, Sequential
from tinynet.layers.dropout import Dropout
from tinynet.layers.linear import Linear
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.state import child_seed
from tinynet.sequences.cells import States
from tinynet.sequences.recurrent import LSTM, Recurrent


class SequenceNet(Sequential):
    """The given layers, over sequences.

    Args:
        layers: the first one is recurrent (LSTM, RNN); others, such as Linear or Dropout, take the rows of all steps.
        last: return only the scores after each sequence's last step.
        alphabet: the characters that the symbols 0, 1, .. stand for, if they stand for characters.
    """

    over_sequences = True

    def __init__(self, *layers: Layer, last: bool = False, alphabet: str | None = None) -> None:
        super().__init__(*layers)
        self.last, self.alphabet = last, alphabet
        if not isinstance(last, bool):
            raise TypeError(f"{type(self).__name__}: last={last!r}; it must be True or False")
        if not layers or not isinstance(layers[0], Recurrent):
            raise ValueError(
                f"{type(self).__name__}: {list(layers)}; the first layer must be recurrent, as tn.LSTM is, and "
                "layers are given one by one"
            )
        if any(layer.carries and not isinstance(layer, Recurrent) for layer in layers):
            raise ValueError(f"{type(self).__name__}: a cell is one step of a sequence; give tn.LSTM or tn.RNN instead")
        self.n_in = layers[0].n_in
        if alphabet is not None and (not isinstance(alphabet, str) or len(set(alphabet)) != self.n_in):
            raise ValueError(
                f"{type(self).__name__}: alphabet={alphabet!r}; it must be {self.n_in} different characters, one each"
            )

    def __call__(self, x: Any, lengths: Any = None) -> Tensor:
        """Return the scores, (batch, time, classes) or, with `last`, (batch, classes).

        Args:
            x: integers (batch, time), symbols 0 .. n_in - 1, or floats (batch, time, n_in).
            lengths: integers (batch,), where sequences end. What stands after the end does not matter, as long as it is
                finite or a known symbol. None if all sequences have `time` steps.

        Raises ValueError for another shape, an unknown symbol, a length of zero, or sequences of different lengths that
        are not padded.
        """
        return self.run(x, None, lengths)[0]

    def run(self, x: Any, state: list[States] | None = None, lengths: Any = None) -> tuple[Tensor, list[States]]:
        """Return the scores as `__call__` does, and the state of each recurrent layer, to continue from."""
        x = self._by_time(x)  # (time, batch, n_in)
        steps, batch, _ = x.shape
        before, after = list(state or []), list[States]()
        if len(before) not in (0, count := sum(isinstance(layer, Recurrent) for layer in self.layers)):
            raise ValueError(f"{type(self).__name__}: states of {len(before)} layers; there are {count} recurrent ones")
        for i, layer in enumerate(self.layers):
            if isinstance(layer, Recurrent):
                x, now = layer(x, before[len(after)] if before else None, lengths)
                after.append(now)
                if self.last and not any(isinstance(rest, Recurrent) for rest in self.layers[i:][1:]):
                    x = now[0]  # h of each sequence's own last step
            elif x.ndim == 3:
                x = layer(x.reshape(steps * batch, -1)).reshape(steps, batch, -1)
            else:
                x = layer(x)
        return (x if self.last else x.swapaxes(0, 1)), after

    def _by_time(self, x: Any) -> Tensor:
        """Return the inputs as floats, time first. A symbol becomes a row with a single 1."""
        try:
            x = x if isinstance(x, Tensor) else np.asarray(x)
        except ValueError as error:
            raise ValueError(
                f"{type(self).__name__}: {len(x)} sequences of several lengths; pad them to one array with "
                "tn.datasets.pad, which also returns their lengths, and pass both"
            ) from error
        if isinstance(x, Tensor) or x.dtype.kind not in "iu":
            if x.ndim != 3 or x.shape[2] != self.n_in or 0 in x.shape:
                raise ValueError(
                    f"{type(self).__name__}: inputs of shape {x.shape}; they must be numbers (batch, time, "
                    f"{self.n_in}) or integer symbols (batch, time), both at least 1"
                )
            return (x if isinstance(x, Tensor) else Tensor(self._in_our_precision(x))).swapaxes(0, 1)
        if x.ndim != 2 or 0 in x.shape:
            raise ValueError(
                f"{type(self).__name__}: symbols of shape {x.shape}; they must be (batch, time), both at least 1"
            )
        if x.min() < 0 or x.max() >= self.n_in:
            raise ValueError(
                f"{type(self).__name__}: symbols from {x.min()} to {x.max()}; this network knows 0 .. {self.n_in - 1}"
            )
        rows = np.zeros((*x.T.shape, self.n_in))
        np.put_along_axis(rows, x.T[..., None].astype(np.intp), 1, axis=2)
        return Tensor(self._in_our_precision(rows))

    def _in_our_precision(self, x: np.ndarray) -> np.ndarray:
        first: Any = self.layers[0]
        return x.astype(first.bias.dtype)

    def config(self) -> dict[str, Any]:
        alphabet = {} if self.alphabet is None else {"alphabet": self.alphabet}
        return super().config() | ({"last": True} if self.last else {}) | alphabet

    def to_json(self) -> dict[str, Any]:
        return {"SequenceNet": self.config()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        layers = [Layer.from_json(layer) for layer in config["layers"]]
        return cls(*layers, **{name: value for name, value in config.items() if name != "layers"})


def detached(state: list[States]) -> list[States]:
    """Return the state as constants: no gradient flows into the steps before it (truncated backpropagation)."""
    return [tuple(part.detach() for part in layer) for layer in state]


class RecurrentNet(SequenceNet):
    """Recurrent layers and a Linear on top.

    Args:
        widths: [inputs or symbols, hidden .., outputs], at least three.
        weight: one recipe for all matrices, or a list with one each: W and U of each recurrent layer, then the
            Linear's. In the place of W or U there may be a list again, with one recipe a gate.
        seed: fixes all initial values; each layer draws from a seed of its own.
        last, alphabet: see SequenceNet.
        dropout: share of the activations between layers dropped in training.
        layer: the class of recurrent layer, LSTM or RNN.
        options: further arguments of that class, such as norm=True.
    """

    def __init__(
        self,
        widths: Sequence[int],
        weight: Parameterization | Sequence[Any] | None = None,
        seed: int = 0,
        *,
        last: bool = False,
        alphabet: str | None = None,
        dropout: float = 0.0,
        layer: type[Recurrent] = LSTM,
        **options: Any,
    ) -> None:
        if not isinstance(widths, Sequence) or len(widths) < 3:
            raise ValueError(f"RecurrentNet: widths={widths!r}; a list [inputs, hidden .., outputs] is needed")
        if not (isinstance(layer, type) and issubclass(layer, Recurrent)):
            raise TypeError(f"RecurrentNet: layer={layer!r}; pass the class itself: tn.LSTM or tn.RNN")
        if isinstance(weight, str | type):
            raise TypeError(f"RecurrentNet: weight={weight!r}; give a recipe such as tn.Hashed(1/8), or a list")
        depth = len(widths) - 2
        recipes = list(weight) if isinstance(weight, Sequence) else [weight] * (2 * depth + 1)
        if len(recipes) != 2 * depth + 1:
            raise ValueError(
                f"RecurrentNet: {len(recipes)} recipes for {2 * depth + 1} matrices; give one for all, or one each: W "
                "and U of every recurrent layer, then the Linear's. For one a gate, put a list in the place of W or U"
            )
        layers: list[Layer] = []
        for i, (m, n) in enumerate(pairwise(widths[:-1])):
            W, U = recipes[2 * i : 2 * i + 2]
            layers.append(layer(m, n, W, U, seed=child_seed(seed, i), **options))
            layers += [Dropout(dropout, child_seed(seed, i))] if dropout else []
        layers.append(Linear(widths[-2], widths[-1], recipes[-1], seed=child_seed(seed, depth)))
        super().__init__(*layers, last=last, alphabet=alphabet)

"""Networks over sequences: recurrent layers, and on top of them layers of rows.

    SequenceNet     layers given, one after the other; recurrent ones see all steps, the others each step on its own
    RecurrentNet    x -> LSTM -> .. -> LSTM -> Linear -> scores        every matrix by a recipe

Outside, as everywhere, an example is a row: inputs are (batch, time) symbols or (batch, time, n_in) numbers, scores are
(batch, time, classes), or (batch, classes) where only the last step is asked. Inside, time comes first, so that the
rows of one step lie together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from tinynet.activations import Dropout
from tinynet.layers import Layer, Linear, Sequential
from tinynet.parameterizations.base import Parameterization, child_seed
from tinynet.recurrent import LSTM, Recurrent, States
from tinynet.tensor import Tensor


class SequenceNet(Sequential):
    """The layers given, over sequences.

    Args:
        layers: the first one is recurrent (LSTM, RNN); others, such as Linear or Dropout, take the rows of all steps.
        last: give the scores of each sequence's last step alone.
    """

    def __init__(self, *layers: Layer, last: bool = False) -> None:
        super().__init__(*layers)
        self.last = last
        if not layers or not isinstance(layers[0], Recurrent):
            raise ValueError(f"{type(self).__name__}: {list(layers)}; the first layer must be recurrent, as tn.LSTM is")
        self.n_in = layers[0].n_in

    def __call__(self, x: Any, lengths: Any = None) -> Tensor:
        """Return the scores, (batch, time, classes) or, with `last`, (batch, classes).

        Args:
            x: integers (batch, time), symbols 0 .. n_in - 1, or floats (batch, time, n_in).
            lengths: integers (batch,), where sequences end; what stands behind does not matter. None for all at `time`.

        Raises ValueError for another shape, an unknown symbol, a length of zero, or sequences of several lengths that
        are not padded to one.
        """
        return self.run(x, None, lengths)[0]

    def run(self, x: Any, state: list[States] | None = None, lengths: Any = None) -> tuple[Tensor, list[States]]:
        """Return the scores, and the state of each recurrent layer to go on from; see `__call__` and `detached`."""
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
        """Return the inputs as floats, time first: symbols become rows with a single 1."""
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
            return (x if isinstance(x, Tensor) else Tensor(self._as_floats(x))).swapaxes(0, 1)
        if x.ndim != 2 or 0 in x.shape:
            raise ValueError(
                f"{type(self).__name__}: symbols of shape {x.shape}; they must be (batch, time), both at least 1"
            )
        if x.min() < 0 or x.max() >= self.n_in:
            raise ValueError(
                f"{type(self).__name__}: symbols from {x.min()} to {x.max()}; this network knows 0 .. {self.n_in - 1}"
            )
        return Tensor(np.eye(self.n_in, dtype=self.parameters()[0].dtype)[x.T])

    def config(self) -> dict[str, Any]:
        return super().config() | ({"last": True} if self.last else {})

    def to_json(self) -> dict[str, Any]:
        return {"SequenceNet": self.config()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(*[Layer.from_json(layer) for layer in config["layers"]], last=bool(config.get("last", False)))


def detached(state: list[States]) -> list[States]:
    """Return the state as constants, so that no gradient flows into the steps before (truncated backpropagation)."""
    return [tuple(part.detach() for part in layer) for layer in state]


class RecurrentNet(SequenceNet):
    """Recurrent layers and a Linear on top.

    Args:
        widths: [inputs or symbols, hidden .., outputs], at least three.
        weight: the recipe of all matrices, or a list of one for each recurrent layer and the Linear. A recurrent one
            may itself be a list of one a gate.
        seed: fixes all initial values; each layer draws from a seed of its own.
        last: see SequenceNet.
        dropout: share of the activations between layers dropped in training.
        layer: the class of recurrent layer; LSTM or RNN.
        options: further arguments of it, such as norm=True.
    """

    def __init__(
        self,
        widths: Sequence[int],
        weight: Parameterization | Sequence[Any] | None = None,
        seed: int = 0,
        *,
        last: bool = False,
        dropout: float = 0.0,
        layer: type[Recurrent] = LSTM,
        **options: Any,
    ) -> None:
        if len(widths) < 3:
            raise ValueError(f"RecurrentNet: widths {list(widths)}; at least [inputs, hidden, outputs] are needed")
        count = len(widths) - 1
        recipes = list(weight) if isinstance(weight, Sequence) else [weight] * count
        if len(recipes) != count:
            raise ValueError(f"RecurrentNet: {len(recipes)} recipes for {count} layers; give one, or one a layer")
        layers: list[Layer] = []
        for i, recipe in enumerate(recipes[:-1]):
            layers.append(layer(widths[i], widths[i + 1], recipe, seed=child_seed(seed, i), **options))
            layers += [Dropout(dropout, child_seed(seed, i))] if dropout else []
        super().__init__(
            *layers, Linear(widths[-2], widths[-1], recipes[-1], seed=child_seed(seed, count - 1)), last=last
        )

"""Frozen networks over sequences: between calls they keep only what their file holds.

    StoredLSTM, StoredRNN      W and U as they are stored; each is built when a sequence comes, and dropped afterwards
    FrozenSequence             the network, from symbols or numbers to scores

A recurrent layer uses U at every step, and decoding U each time would cost more than multiplying by it. So here the
matrices exist while a batch of sequences passes, one layer at a time. The latent weights are gone for good.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.recording import no_grad
from tinynet.engine.tensor import Parameter
from tinynet.frozen.stored import Stored
from tinynet.parameterizations.state import State
from tinynet.sequences.cells import Cell
from tinynet.sequences.network import SequenceNet
from tinynet.sequences.recurrent import LSTM, RNN


class _StoredCell(Cell, base=True):
    """A cell that is made by restoring the state of another, and keeps nothing else."""

    def restore(self, state: State) -> None:
        super().restore(state)  # checks every array
        self.weight: Any = Stored(self.weight)
        self.recurrent: Any = Stored(self.recurrent)


class StoredLSTM(_StoredCell, LSTM):
    """An LSTM whose matrices stay as they are stored."""


class StoredRNN(_StoredCell, RNN):
    """An RNN whose matrices stay as they are stored."""


class FrozenSequence(SequenceNet):
    """A network over sequences that cannot be trained; it runs, saves and loads like any other."""

    def scores(self, x: Any, lengths: Any = None) -> np.ndarray:
        """Return the scores, float32 (batch, time, classes), or (batch, classes) if the net was made with `last`.

        Arguments and errors are SequenceNet's; where it raises, nothing has been computed.
        """
        with no_grad():
            return self(x, lengths).numpy()

    def predict(self, x: Any, lengths: Any = None) -> np.ndarray:
        """Return the class of the highest score, int64: (batch, time) or (batch,)."""
        return self.scores(x, lengths).argmax(axis=-1)

    def parameters(self) -> list[Parameter]:
        """Return nothing: a frozen network is not trained."""
        return []

    def to_json(self) -> dict[str, Any]:
        return {"FrozenSequence": self.config()}

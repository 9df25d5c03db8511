"""Recurrent layers: a cell that is run over a sequence (cells.py has the notation and the equations).

    RNN, LSTM with norm     step by step, as the cell is written
    LSTM                    all steps at once: the same function, fused and differentiated by hand (fused.py)

Whatever the method, W and U are built only once a sequence from what is stored, and serve all its steps. The products
x_t W need no state, so they are one product for all steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.kinks import where
from tinynet.engine.shapes import stack
from tinynet.engine.tensor import Tensor
from tinynet.sequences.cells import Cell, LSTMCell, RNNCell, States
from tinynet.sequences.fused import lstm


class Recurrent(Cell, base=True):
    """Base of the layers that run a cell over a sequence: outputs, state = layer(x)."""

    def __call__(  # type: ignore[override]
        self, x: Any, state: States | None = None, lengths: Any = None
    ) -> tuple[Tensor, States]:
        """Return the outputs h_t (time, batch, H) and the last state: h, and for an LSTM c, each (batch, H).

        Args:
            x: (time, batch, n_in).
            state: what to start from, zeros by default. Detach it to stop gradients there.
            lengths: integers (batch,). A row that has ended keeps its state, and its outputs are 0.

        Raises ValueError for shapes that do not fit and lengths outside 1 .. time.
        """
        name, x = type(self).__name__, x if isinstance(x, Tensor) else Tensor(x)
        if x.ndim != 3 or x.shape[2] != self.n_in or 0 in x.shape:
            raise ValueError(
                f"{name}: the input has shape {x.shape}; it must be (time, batch, {self.n_in}), both at least 1"
            )
        (steps, batch, _), n = x.shape, None if lengths is None else np.asarray(lengths)
        if n is not None and (n.shape != (batch,) or n.dtype.kind not in "iu" or n.min() < 1 or n.max() > steps):
            raise ValueError(f"{name}: lengths {lengths}; they must be integers ({batch},), each 1 .. {steps}")
        return self.over(x, self._first_state(batch, state), n)

    def over(self, x: Tensor, state: States, lengths: np.ndarray | None) -> tuple[Tensor, States]:
        """Return the outputs and the last state, one step after the other. The arguments have been checked."""
        (steps, batch, n), U = x.shape, self.recurrent.weight()
        x_W = (x.reshape(steps * batch, n) @ self.weight.weight()).reshape(steps, batch, -1)  # for all steps at once
        outputs = []
        for t in range(steps):
            after = self.step(x_W[t], state, U)
            if lengths is None:
                state = after
                outputs.append(state[0])
            else:
                running = (lengths > t)[:, None]
                state = tuple(where(running, new, old) for new, old in zip(after, state, strict=True))
                outputs.append(where(running, state[0], np.zeros_like(state[0]._data)))
        return stack(outputs), state


class LSTM(Recurrent, LSTMCell):
    """An LSTM over a sequence: outputs, (h, c) = layer(x), with x (time, batch, n_in).

    Args:
        n_in, n_hidden: widths.
        weight: the recipe of W (n_in, 4 H), or a list with one recipe a gate, in the order i, f, g, o.
        recurrent: the recipe of U (H, 4 H), or a list; by default the same as for W.
        seed: fixes the initial values.
        norm: standardize the products and the memory.
        forget_bias: first value of the forget gate's bias.
    """

    def over(self, x: Tensor, state: States, lengths: np.ndarray | None) -> tuple[Tensor, States]:
        if self.norms:
            return super().over(x, state, lengths)
        h, c = state
        outputs, h, c = lstm(x, self.weight.weight(), self.recurrent.weight(), self.bias, h, c, lengths)
        return outputs, (h, c)


class RNN(Recurrent, RNNCell):
    """A plain recurrent layer over a sequence: outputs, (h,) = layer(x). It shows what an LSTM's memory is for."""

"""Recurrent cells: one step of a layer whose state is carried from step to step.

A plain RNN mixes what it sees now with what it said a step ago. Whatever it remembers passes through a tanh at every
step, and is soon worn away. An LSTM keeps a memory c beside its output h, and touches it only through gates between 0
and 1: f says how much of the memory stays, i how much of the new content g is written, o how much of it shows. With f
near 1 and i near 0 a memory survives for hundreds of steps.

Notation
    x_t (batch, n_in)    input at step t              h_t, c_t (batch, H)   output and memory: the state
    W (n_in, 4 H)        weights of the input         U (H, 4 H)            weights of the output one step before
    i, f, g, o           the four blocks of columns of W, U and b, in this order

    RNN (Elman 1990)

        h_t = tanh(x_t W + h_(t-1) U + b)                     W (n_in, H), U (H, H)

    LSTM (Hochreiter, Schmidhuber 1997; the forget gate f: Gers, Schmidhuber, Cummins 2000)

        z = x_t W + h_(t-1) U + b                             (batch, 4 H) = [z_i | z_f | z_g | z_o]
        c_t = sigmoid(z_f) c_(t-1) + sigmoid(z_i) tanh(z_g)
        h_t = sigmoid(z_o) tanh(c_t)

    with norm (Ba, Kiros, Hinton 2016, arXiv 1607.06450, eq. 20 to 22); N standardizes each row and learns a scale:

        z = N(x_t W) + N(h_(t-1) U) + b                       h_t = sigmoid(z_o) tanh(N(c_t))

`step` is these lines, written in primitives. The layers of recurrent.py run a cell over a sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tinynet.engine.tensor import Parameter, Tensor
from tinynet.layers.base import Layer
from tinynet.layers.checks import check_width
from tinynet.layers.layernorm import LayerNorm
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.columns import Columns
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.state import child_seed

States = tuple[Tensor, ...]  # (h, c) of an LSTM, (h,) of an RNN


@dataclass(eq=False, repr=False)
class Cell(Layer, base=True):
    """Base of the cells: W, U and b, and how they are stored. A subclass says what one step does.

    Args:
        n_in, n_hidden: widths; n_hidden is H.
        weight: the recipe of W, or a list with one recipe a gate.
        recurrent: the recipe of U, or a list; by default the same as for W.
        seed: fixes the initial values.
    """

    carries = True
    gates = 1  # blocks of columns in W, U and b
    states = 1  # arrays (batch, H) that are carried

    n_in: int
    n_hidden: int
    weight: Any = None  # the recipe; once built, W itself
    recurrent: Any = None  # the same for U
    seed: int = 0

    holds: ClassVar = {"W": ("weight",), "U": ("recurrent",), "b": ("bias", "columns")}

    def __post_init__(self) -> None:
        check_width(self, "n_in")
        check_width(self, "n_hidden")
        self.weight = self._one_recipe(self.weight)
        self.recurrent = self.weight if self.recurrent is None else self._one_recipe(self.recurrent)
        self.columns = self.gates * self.n_hidden
        self.weight = self.weight.shaped((self.n_in, self.columns))
        self.recurrent = self.recurrent.shaped((self.n_hidden, self.columns))
        self.fill()

    def fill(self) -> None:
        """Make W, U and b, with their initial values."""
        self.weight.fill(child_seed(self.seed, 0))
        self.recurrent.fill(child_seed(self.seed, 1))
        self.bias = Parameter(self._first_bias())

    def config(self) -> dict[str, Any]:
        config = super().config()
        if config["recurrent"] == config["weight"]:
            del config["recurrent"]
        return config

    def _one_recipe(self, recipe: Any) -> Parameterization:
        """Return a recipe for all gates: the given one, or Columns of a list with one recipe a gate."""
        if recipe is None or isinstance(recipe, Parameterization):
            return recipe or Dense()
        if not isinstance(recipe, Sequence) or len(recipe) != self.gates:
            raise ValueError(
                f"{type(self).__name__}: weight={recipe!r} for {self.gates} gates; give one recipe for all, such as "
                "tn.Hashed(1/8), or a list with one a gate"
            )
        return Columns(list(recipe))

    @property
    def n_out(self) -> int:
        """The width of an output: H."""
        return self.n_hidden

    def _first_bias(self) -> np.ndarray:
        return np.zeros(self.gates * self.n_hidden, np.float32)

    def __call__(self, x: Any, state: States | None = None) -> States:  # type: ignore[override]
        """Return the next state, from x (batch, n_in) and the state before it, zeros by default."""
        W, U = self.weight.weight(), self.recurrent.weight()
        return self.step(x @ W, self._first_state(x.shape[0], state), U)

    def step(self, x_W: Tensor, state: States, U: Tensor) -> States:
        """Return the next state from x_t W (batch, gates H), the state before it, and U."""
        raise NotImplementedError(f"{type(self).__name__} must define step(x_W, state, U)")

    def _first_state(self, batch: int, state: States | None) -> States:
        """Return the state to begin with, zeros by default. ValueError where one of its arrays is not (batch, H)."""
        wanted = (batch, self.n_hidden)
        if state is None:
            return tuple(Tensor(np.zeros(wanted, self.bias.dtype)) for _ in range(self.states))
        parts = tuple(s if isinstance(s, Tensor) else Tensor(s) for s in state)
        if [s.shape for s in parts] != [wanted] * self.states:
            raise ValueError(
                f"{type(self).__name__}: a state of shapes {[s.shape for s in parts]}; it is {self.states} of {wanted}"
            )
        return parts


# ---- RNN


class RNNCell(Cell):
    """One step of a plain recurrent layer: (h,) = cell(x, (h,))."""

    def step(self, x_W: Tensor, state: States, U: Tensor) -> States:
        return ((x_W + state[0] @ U + self.bias).tanh(),)


# ---- LSTM


@dataclass(eq=False, repr=False)
class LSTMCell(Cell):
    """One step of an LSTM: h, c = cell(x, (h, c)). The equations are at the head of this file.

    Args:
        n_in, n_hidden, weight, recurrent, seed: see `Cell`.
        norm: standardize the products and the memory before they are used.
        forget_bias: first value of b_f; at 1 the memory fades slowly from the start (Gers et al. 2000).
    """

    norm: bool = False
    forget_bias: float = 1.0

    gates, states = 4, 2
    initial = ("seed", "forget_bias")
    holds: ClassVar = Cell.holds | {"norm": ("norms",)}

    def __post_init__(self) -> None:
        check_width(self, "n_hidden")
        H = self.n_hidden
        sizes = (4 * H, 4 * H, H) if self.norm else ()  # of x W, h U, c
        self.norms = [LayerNorm.from_config({"n": n, "bias": False}) for n in sizes]
        self.beside = "bias, norms" if self.norm else "bias"  # type: ignore[misc]
        super().__post_init__()

    def fill(self) -> None:
        """Make W, U, b and the norms, with their initial values."""
        super().fill()
        for norm in self.norms:
            norm.fill()

    def _first_bias(self) -> np.ndarray:
        b = super()._first_bias()
        b[self.n_hidden : 2 * self.n_hidden] = self.forget_bias
        return b

    def step(self, x_W: Tensor, state: States, U: Tensor) -> States:
        (h, c), H = state, self.n_hidden
        of_input: Callable[[Tensor], Tensor]
        of_input, of_output, of_memory = self.norms or (_same, _same, _same)
        z = of_input(x_W) + of_output(h @ U) + self.bias  # (batch, 4 H)
        i, f, g, o = (z[:, k * H : (k + 1) * H] for k in range(4))
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * of_memory(c).tanh(), c


def _same(x: Tensor) -> Tensor:
    return x

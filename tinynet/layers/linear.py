"""Linear: z = x W + b."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from tinynet.engine.tensor import Parameter, Tensor
from tinynet.layers.base import Layer, width
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.state import State, count_bits, nest, take, unnest


class Linear(Layer):
    """z = x W + b, W (n_in, n_out) by any parameterization.

    Args:
        n_in, n_out: widths, at least 1.
        weight: the recipe of W.
        bias: whether there is a b, (n_out,), zero at the start and stored as it is.
        seed: fixes W's initial values; None leaves the layer empty, for `restore`.
    """

    def __init__(
        self, n_in: int, n_out: int, weight: Parameterization | None = None, bias: bool = True, seed: int | None = 0
    ) -> None:
        self.n_in, self.n_out = width("Linear", n_in), width("Linear", n_out)
        self.weight = weight if weight is not None else Dense()
        self.bias = Parameter(np.zeros(self.n_out if seed is not None else 0, np.float32)) if bias else None
        if seed is not None:
            self.weight = self.weight.build((self.n_in, self.n_out), seed)

    def __call__(self, x: Any) -> Tensor:
        """Return z (batch, n_out) for x (batch, n_in). ValueError for another width."""
        if x.shape[-1] != self.n_in:
            raise ValueError(f"Linear: the input has shape {x.shape}, this layer takes rows of {self.n_in} entries")
        z = self.weight.matmul(x)
        return z if self.bias is None else z + self.bias

    def matrices(self) -> list[tuple[str, Any, tuple[int, int]]]:
        return [("", self.weight, (self.n_in, self.n_out))]

    def parameters(self) -> list[Parameter]:
        return self.weight.parameters() + ([] if self.bias is None else [self.bias])

    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = {"n_in": self.n_in, "n_out": self.n_out, "weight": self.weight.to_json()}
        return config if self.bias is not None else config | {"bias": False}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(**config | {"weight": Parameterization.from_json(config["weight"]), "seed": None})

    def state(self) -> State:
        return nest("W", self.weight.state()) | ({} if self.bias is None else {"b": self.bias.numpy()})

    def restore(self, state: State) -> None:
        self.weight = self.weight.from_state((self.n_in, self.n_out), unnest("W", state))
        if self.bias is not None:
            self.bias = Parameter(take(state, "b", (self.n_out,)))

    def stored_bits(self) -> int:
        return self.weight.stored_bits() + (0 if self.bias is None else count_bits(self.bias))

"""Layers: functions of rows, x (batch, m) to (batch, n), that can be trained, stored and described.

    Linear          z = x W + b            W by any parameterization
    Sequential      the layers given, one after the other

Activations are in activations.py, batch norm in batchnorm.py; models.py fills Sequentials in the two usual ways.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.state import State


class Layer:
    """Base of all layers: a function of rows, with stored tensors, two modes and a description.

    A subclass defines `__call__`; where it takes arguments, `config`; where it stores anything, `parameters`, `state`,
    `restore` and `stored_bits`.
    """

    registry: ClassVar[dict[str, type[Layer]]] = {}
    training = True
    beside = "bias"  # what the table calls the numbers that a layer stores beside its matrices

    def __init_subclass__(cls) -> None:
        Layer.registry[cls.__name__] = cls

    def __call__(self, x: Any) -> Tensor:
        """Return the layer's output for a batch of rows."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(x)")

    def parameters(self) -> list[Parameter]:
        """Return the tensors that SGD may change."""
        return []

    def matrices(self) -> list[tuple[str, Any, tuple[int, int]]]:
        """Return the weight matrices: a name, empty for the only one; what stores it; and its virtual shape."""
        return []

    def buffers(self) -> list[np.ndarray]:
        """Return the arrays that training changes in place beside the parameters: running statistics."""
        return []

    def generators(self) -> list[np.random.Generator]:
        """Return the random generators that training draws from."""
        return []

    def config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON values."""
        return {}

    def state(self) -> State:
        """Return what a file must hold, packed."""
        return {}

    def restore(self, state: State) -> None:
        """Take over what `state` returned. ValueError where it does not fit."""

    def stored_bits(self) -> int:
        """Return how many bits a file must hold, before padding to bytes."""
        return 0

    def train(self, training: bool = True) -> Self:
        """Switch to training mode: batch statistics, dropout."""
        self.training = training
        return self

    def eval(self) -> Self:
        """Switch to evaluation mode: running statistics, no dropout."""
        return self.train(False)

    def to_json(self) -> dict[str, Any]:
        """Return {class name: config}."""
        return {type(self).__name__: self.config()}

    @staticmethod
    def from_json(description: Any) -> Layer:
        """Return the layer that `to_json` described, without values; `restore` fills them in. ValueError otherwise."""
        [(name, config)] = (
            description.items() if isinstance(description, dict) and len(description) == 1 else [("", {})]
        )
        if name not in Layer.registry:
            raise ValueError(f"unknown layer {str(description)[:80]}; known are {', '.join(sorted(Layer.registry))}")
        try:
            return Layer.registry[name].from_config(config)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"{str(config)[:80]} does not fit the layer {name}: {error}") from error

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Return a layer from what `config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in self.config().items())})"


def width(layer: str, n: Any) -> int:
    """Return a width as a Python integer. ValueError unless it is an integer, at least 1."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"{layer}: a width of {n!r}; widths must be integers, at least 1")
    return int(n)


def number(layer: str, name: str, x: Any) -> float:
    """Return a finite real number. ValueError otherwise."""
    if isinstance(x, bool) or not isinstance(x, int | float | np.number) or not np.isfinite(x):
        raise ValueError(f"{layer}: {name}={x!r}; it must be a finite number")
    return float(x)

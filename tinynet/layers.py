"""Layers: functions of rows, x (batch, m) to (batch, n), that can be trained, stored and described.

    Linear          z = x W + b            W by any parameterization
    Sequential      the layers given, one after the other

Activations are in activations.py, batch norm in batchnorm.py; models.py fills Sequentials in the two usual ways.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from tinynet.parameterizations.base import Parameter, Parameterization, State, count_bits, nest, take, unnest
from tinynet.parameterizations.dense import Dense
from tinynet.tensor import Tensor


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


class Sequential(Layer):
    """The layers given, one after the other."""

    def __init__(self, *layers: Layer) -> None:
        if not all(isinstance(layer, Layer) for layer in layers):
            raise TypeError(f"{type(self).__name__}: {list(layers)!r:.200}; give the layers one by one, not in a list")
        self.layers = list(layers)

    def __call__(self, x: Any) -> Tensor:
        """Return the last layer's output, for x (batch, n_in) as an array or a Tensor."""
        x = x if isinstance(x, Tensor) else Tensor(self._as_floats(np.asarray(x)))
        for layer in self.layers:
            x = layer(x)
        return x

    def _as_floats(self, x: np.ndarray) -> np.ndarray:
        """Return an array of the parameters' precision, so that a float64 array does not slow a float32 net down."""
        parameters = self.parameters()
        return x.astype(parameters[0].dtype) if x.dtype.kind == "f" and parameters else x

    def astype(self, dtype: Any) -> Self:
        """Convert all parameters, in place, to float32 (to train) or float64 (to check gradients)."""
        for p in self.parameters():
            p.data = p._data.astype(dtype)
        return self

    def parameters(self) -> list[Parameter]:
        return [p for layer in self.layers for p in layer.parameters()]

    def buffers(self) -> list[np.ndarray]:
        return [b for layer in self.layers for b in layer.buffers()]

    def generators(self) -> list[np.random.Generator]:
        return [g for layer in self.layers for g in layer.generators()]

    def train(self, training: bool = True) -> Self:
        for layer in self.layers:
            layer.train(training)
        return super().train(training)

    def config(self) -> dict[str, Any]:
        return {"layers": [layer.to_json() for layer in self.layers]}

    def to_json(self) -> dict[str, Any]:
        return {"Sequential": self.config()}  # a subclass only knows how to fill it

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(*[Layer.from_json(description) for description in config["layers"]])

    def state(self) -> State:
        return {name: a for i, layer in enumerate(self.layers) for name, a in nest(str(i), layer.state()).items()}

    def restore(self, state: State) -> None:
        for i, layer in enumerate(self.layers):
            layer.restore(unnest(str(i), state))

    def stored_bits(self) -> int:
        return sum(layer.stored_bits() for layer in self.layers)

    def __repr__(self) -> str:
        from tinynet.table import network_table

        return network_table(self)

"""What all layers have in common.

A layer is its forward pass and the fields it declares. As a dataclass it lists its settings; `build` makes its arrays
from them; `stores` says which of these a file keeps; `__call__` maps a batch of rows, x (batch, m), to y (batch, n):

    @dataclass(eq=False, repr=False)
    class Shift(Layer):                     # y = x + b
        n: int

        def build(self):
            self.b = Parameter(np.zeros(self.n, np.float32))

        def stores(self):
            return {"b": (self.n,)}

        def __call__(self, x):
            return x + self.b

That is all. Parameters, saving and loading, bytes, JSON and the two modes follow from it, here and in state.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from tinynet.engine.tape import no_grad
from tinynet.engine.tensor import Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.state import Storable


@dataclass(eq=False, repr=False)
class Layer(Storable):
    """Base of all layers: a function of rows; see the head of this file."""

    registry: ClassVar[dict[str, type[Layer]]] = {}
    training: ClassVar[bool] = True  # of a layer: whether it is in training mode
    initial: ClassVar[tuple[str, ...]] = ("seed",)  # settings of the first values, which JSON does not hold
    written: ClassVar[tuple[str, ...]] = ()  # settings that it holds even where they have their defaults
    beside: ClassVar[str] = "bias"  # what the table calls the numbers that a layer stores beside its matrices

    def __init_subclass__(cls) -> None:
        Layer.registry[cls.__name__] = cls

    def __post_init__(self) -> None:
        self.check()
        self.build()

    def check(self) -> None:
        """Raise ValueError for settings that make no sense, and make what takes no memory."""

    def build(self) -> None:
        """Make the arrays, with their first values."""

    def __call__(self, x: Any) -> Tensor:
        """Return the layer's output for a batch of rows."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(x)")

    # ---- what it holds

    def sublayers(self) -> list[Layer]:
        """Return the layers that it is made of, one level down."""
        return [part for part in self.stores().values() if isinstance(part, Layer)]

    def matrices(self) -> list[tuple[str, Any, tuple[int, int]]]:
        """Return the weight matrices: a name, empty for the only one; what stores it; and its virtual shape."""
        found = [
            (name, part, part.shape) for name, part in self.stored().items() if not isinstance(part, Layer | Tensor)
        ]
        return [("", *found[0][1:])] if len(found) == 1 else found

    def buffers(self) -> list[np.ndarray]:
        """Return the arrays that training changes in place beside the parameters: running statistics."""
        return [array for layer in self.sublayers() for array in layer.buffers()]

    def generators(self) -> list[np.random.Generator]:
        """Return the random generators that training draws from."""
        return [generator for layer in self.sublayers() for generator in layer.generators()]

    # ---- the two modes

    def train(self, training: bool = True) -> Self:
        """Switch to training mode: batch statistics, dropout."""
        self.training = training  # type: ignore[misc]
        for layer in self.sublayers():
            layer.train(training)
        return self

    def eval(self) -> Self:
        """Switch to evaluation mode: running statistics, no dropout."""
        return self.train(False)

    # ---- settings as JSON, for the header of a file

    def config(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return {
            f.name: _as_json(getattr(self, f.name))
            for f in fields(self)
            if f.name in self.written or not (f.name in self.initial or _is_default(f, getattr(self, f.name)))
        }

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
        """Return the layer that `config` described, without arrays: a file may ask for more than it holds."""
        settings = {k: Parameterization.from_json(v) if isinstance(v, dict) else v for k, v in config.items()}
        layer = cls.__new__(cls)
        layer.build = lambda: None  # type: ignore[method-assign]
        layer.__init__(**settings)  # type: ignore[misc]
        del layer.build
        return layer

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in self.config().items())})"

    # ---- checks that many layers need

    def check_width(self, name: str) -> None:
        """Turn the setting of this name into a Python integer. ValueError unless it is an integer, at least 1."""
        n = getattr(self, name)
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
            raise ValueError(f"{type(self).__name__}: a width of {n!r}; widths must be integers, at least 1")
        setattr(self, name, int(n))

    def check_number(self, name: str) -> None:
        """Turn the setting of this name into a Python float. ValueError unless it is a finite number."""
        x = getattr(self, name)
        if isinstance(x, bool) or not isinstance(x, int | float | np.number) or not np.isfinite(x):
            raise ValueError(f"{type(self).__name__}: {name}={x!r}; it must be a finite number")
        setattr(self, name, float(x))

    def check_rows(self, x: Any, n: int) -> None:
        """Raise ValueError unless x has rows of n entries."""
        if x.shape[-1] != n:
            raise ValueError(
                f"{type(self).__name__}: the input has shape {x.shape}, this layer takes rows of {n} entries"
            )


@contextmanager
def evaluating(*nets: Layer) -> Iterator[None]:
    """Within this context the networks are in evaluation mode, and nothing is recorded.

    Afterwards every layer is in its own mode again, whatever happened: a Dropout that was switched off stays off.
    """
    layers = list(nets)
    for layer in layers:  # grows while it is walked
        layers += layer.sublayers()
    modes = [layer.training for layer in layers]
    try:
        with no_grad():
            for net in nets:
                net.eval()
            yield
    finally:
        for layer, mode in zip(layers, modes, strict=True):
            layer.training = mode  # type: ignore[misc]


def _as_json(value: Any) -> Any:
    """Return a setting as a JSON value; an array that was made of True is True, and None of False is False."""
    if isinstance(value, Storable):
        return value.to_json()
    return value is not None if value is None or isinstance(value, Tensor | np.ndarray) else value


def _is_default(field: Any, value: Any) -> bool:
    default = field.default if field.default_factory is MISSING else field.default_factory()
    return default is not MISSING and _as_json(value) == default

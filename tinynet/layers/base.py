"""What all layers have in common, and Sequential, the layer that is made of others: a network.

A layer is its forward pass and the fields it declares. As a dataclass it lists its settings; `fill` makes its arrays
from them; `holds` says which of these a file keeps; `__call__` maps a batch of rows, x (batch, m), to y (batch, n):

    @dataclass(eq=False, repr=False)
    class Shift(Layer):                     # y = x + b
        n: int

        holds = {"b": ("b", "n")}

        def __post_init__(self):
            self.fill()

        def fill(self):
            self.b = Parameter(np.zeros(self.n, np.float32))

        def __call__(self, x):
            return x + self.b

That is all. Parameters, saving and loading, bytes, JSON and the two modes follow from it, here and in state.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.layers.table import network_table
from tinynet.parameterizations.state import Storable, first_places


@dataclass(eq=False, repr=False)
class Layer(Storable):
    """Base of all layers: a function of rows; see the head of this file."""

    family = "layer"
    registry: ClassVar[dict[str, type[Layer]]] = {}
    training: ClassVar[bool] = True  # of a layer: whether it is in training mode
    carries: ClassVar[bool] = False  # whether it returns a state too, which is carried from step to step
    beside: ClassVar[str] = "bias"  # what the table calls the numbers that a layer stores beside its matrices

    def __init_subclass__(cls, base: bool = False) -> None:
        Layer.registry |= {} if base else {cls.__name__: cls}  # no file can ask for a base class

    def __call__(self, x: Any) -> Tensor:
        """Return the layer's output for a batch of rows."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(x)")

    def sublayers(self) -> list[Layer]:
        """Return the layers that it is made of, one level down."""
        held = [value if isinstance(value, list) else [value] for value in vars(self).values()]
        return [layer for values in held for layer in values if isinstance(layer, Layer)]

    def matrices(self) -> list[tuple[str, Any, tuple[int, int]]]:
        """Return the weight matrices: a name, empty for the only one; what stores it; and its virtual shape."""
        parts = self.stored().items()
        found = [(name, part, part.shape) for name, part in parts if not isinstance(part, Layer | Tensor)]
        return [("", *found[0][1:])] if len(found) == 1 else found

    def buffers(self) -> list[np.ndarray]:
        """Return the arrays that training changes in place beside the parameters: running statistics."""
        return [array for layer in self.sublayers() for array in layer.buffers()]

    def generators(self) -> list[np.random.Generator]:
        """Return the random generators that training draws from."""
        return [generator for layer in self.sublayers() for generator in layer.generators()]

    def train(self, training: bool = True) -> Self:
        """Switch to training mode: batch statistics, dropout."""
        self.training = training  # type: ignore[misc]
        for layer in self.sublayers():
            layer.train(training)
        return self

    def eval(self) -> Self:
        """Switch to evaluation mode: running statistics, no dropout."""
        return self.train(False)

    def wrong_width(self, x: Any, n: int) -> ValueError:
        """Return the error for rows that are not of n entries."""
        return ValueError(f"{type(self).__name__}: the input has shape {x.shape}, this layer takes rows of {n} entries")


class Sequential(Layer):
    """The layers given, one after the other. A layer that stands twice is trained, counted and saved as one."""

    holds = {"": ("layers",)}  # a list: its names in a file are 0, 1, ..
    over_sequences: ClassVar[bool] = False

    def __init__(self, *layers: Layer) -> None:
        if not all(isinstance(layer, Layer) for layer in layers):
            raise TypeError(f"{type(self).__name__}: {list(layers)!r:.200}; give the layers one by one, not in a list")
        if any(layer.carries for layer in layers) and not self.over_sequences:
            raise ValueError(f"{type(self).__name__}: a recurrent layer carries a state; put it into a tn.SequenceNet")
        self.layers = list(layers)

    def __call__(self, x: Any) -> Tensor:
        """Return the last layer's output, for x (batch, n_in) as an array or a Tensor."""
        x = x if isinstance(x, Tensor) else Tensor(self._in_our_precision(np.asarray(x)))
        for layer in self.layers:
            x = layer(x)
        return x

    def _in_our_precision(self, x: np.ndarray) -> np.ndarray:
        """Return an array of the parameters' precision, so that a float64 array does not slow a float32 net down."""
        first = next((p for layer in self.layers for p in layer.parameters()), None)
        return x.astype(first.dtype, copy=False) if x.dtype.kind == "f" and first is not None else x

    def astype(self, dtype: Any) -> Self:
        """Convert all parameters, in place, to float32 (to train) or float64 (to check gradients)."""
        for p in self.parameters():
            p.data = p._data.astype(dtype)
        return self

    def config(self) -> dict[str, Any]:
        places = first_places(self.layers)
        order = sorted(set(places))
        again = {"places": [order.index(i) for i in places]} if len(order) < len(places) else {}
        return {"layers": [self.layers[i].to_json() for i in order], **again}

    def to_json(self) -> dict[str, Any]:
        return {"Sequential": self.config()}  # MLP and the like only choose the layers; the file lists them

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        layers = [Layer.from_json(description) for description in config["layers"]]
        return cls(*[layers[i] for i in config.get("places", range(len(layers)))])

    def __repr__(self) -> str:
        return network_table(self)

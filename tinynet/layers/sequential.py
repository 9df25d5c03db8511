"""Sequential: layers one after the other."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from tinynet.engine.tensor import Parameter, Tensor
from tinynet.layers.base import Layer
from tinynet.layers.table import network_table
from tinynet.parameterizations.state import State, nest, unnest


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
        return network_table(self)

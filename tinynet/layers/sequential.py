"""Sequential: layers one after the other, which is what a network is here."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer
from tinynet.layers.table import network_table


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
        first = next((p for layer in self.layers for p in layer.parameters()), None)
        return x.astype(first.dtype) if x.dtype.kind == "f" and first is not None else x

    def astype(self, dtype: Any) -> Self:
        """Convert all parameters, in place, to float32 (to train) or float64 (to check gradients)."""
        for p in self.parameters():
            p.data = p._data.astype(dtype)
        return self

    def stores(self) -> dict[str, Any]:
        return {str(i): layer for i, layer in enumerate(self.layers)}

    stored = stores

    def config(self) -> dict[str, Any]:
        return {"layers": [layer.to_json() for layer in self.layers]}

    def to_json(self) -> dict[str, Any]:
        return {"Sequential": self.config()}  # a subclass only knows how to fill it

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(*[Layer.from_json(description) for description in config["layers"]])

    def __repr__(self) -> str:
        return network_table(self)

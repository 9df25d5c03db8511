"""Activations: functions of each entry. Without one between them, two matrices would be worth no more than one."""

from __future__ import annotations

from typing import Any

from tinynet.engine.primitives import relu, sigmoid, tanh
from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer


class Tanh(Layer):
    """a = tanh(z)."""

    def __call__(self, x: Any) -> Tensor:
        return tanh(x)


class Sigmoid(Layer):
    """a = 1 / (1 + exp(-z))."""

    def __call__(self, x: Any) -> Tensor:
        return sigmoid(x)


class ReLU(Layer):
    """a = max(z, 0)."""

    def __call__(self, x: Any) -> Tensor:
        return relu(x)

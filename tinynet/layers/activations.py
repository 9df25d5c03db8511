"""Activations: functions of each entry. Without one between them, two matrices would be worth no more than one."""

from __future__ import annotations

from tinynet.engine.kinks import relu
from tinynet.engine.primitives import sigmoid, tanh
from tinynet.layers.base import Layer


class Tanh(Layer):
    """a = tanh(z)."""

    __call__ = staticmethod(tanh)  # tanh(x), without self


class Sigmoid(Layer):
    """a = 1 / (1 + exp(-z))."""

    __call__ = staticmethod(sigmoid)


class ReLU(Layer):
    """a = max(z, 0)."""

    __call__ = staticmethod(relu)

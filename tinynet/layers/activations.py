"""Layers that work entry by entry and store nothing.

Tanh, Sigmoid, ReLU, SignActivation              a = f(z)
Scale, Rounded                                   y = c x, y = round(c x), for inputs that are integers in disguise
Dropout         y = x with a random share of entries zero, the others scaled up; in training only
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine import primitives as F
from tinynet.engine import straight_through
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer, number


class Tanh(Layer):
    """a = tanh(z)."""

    def __call__(self, x: Any) -> Tensor:
        return F.tanh(x)


class Sigmoid(Layer):
    """a = 1 / (1 + exp(-z))."""

    def __call__(self, x: Any) -> Tensor:
        return F.sigmoid(x)


class ReLU(Layer):
    """a = max(z, 0)."""

    def __call__(self, x: Any) -> Tensor:
        return F.relu(x)


_stochastic_sign = primitive(
    "stochastic_sign", lambda x, u: 2 * (x >= u).astype(x.dtype) - 1, lambda g, y, x, u: g * (np.abs(x) <= 1)
)


class SignActivation(Layer):
    """a = sign(z), +1 at 0, with the straight-through gradient where |z| <= 1.

    Args:
        stochastic: in training a is +1 with probability clip((z + 1) / 2, 0, 1), else -1 (Courbariaux et al. 2016,
            eq. 2 and 3): the sign of z - u, u uniform in (-1, 1]. Its mean is clip(z, -1, 1), so the straight-through
            gradient is now that of the mean. In evaluation it is the plain sign.
        seed: of the draws.
    """

    def __init__(self, stochastic: bool = False, seed: int = 0) -> None:
        self.stochastic, self.seed = stochastic, seed
        self.rng = np.random.default_rng(seed)

    def __call__(self, x: Any) -> Tensor:
        if not (self.training and self.stochastic):
            return straight_through.sign(x)
        return _stochastic_sign(x, u=1 - 2 * self.rng.random(x.shape, dtype=np.float32))

    def generators(self) -> list[np.random.Generator]:
        return [self.rng] if self.stochastic else []

    def config(self) -> dict[str, Any]:
        return {"stochastic": True, "seed": self.seed} if self.stochastic else {}


class Scale(Layer):
    """y = c x."""

    def __init__(self, c: float) -> None:
        self.c = number(type(self).__name__, "c", c)

    def __call__(self, x: Any) -> Tensor:
        return F.mul(x, self.c)

    def config(self) -> dict[str, Any]:
        return {"c": self.c}


class Rounded(Scale):
    """y = round(c x): turns inputs 2 p / 255 - 1 into the odd integers 2 p - 255 when c = 255."""

    def __call__(self, x: Any) -> Tensor:
        return straight_through.round(F.mul(x, self.c))


class Dropout(Layer):
    """In training each entry is zero with probability p and x / (1 - p) otherwise (Srivastava et al. 2014)."""

    def __init__(self, p: float, seed: int = 0) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"Dropout: p={p}; the share of dropped entries must lie in [0, 1)")
        self.p, self.seed = p, seed
        self.rng = np.random.default_rng(seed)

    def __call__(self, x: Any) -> Tensor:
        if not self.training or self.p == 0:
            return x
        return F.mul(x, (self.rng.random(x.shape, dtype=np.float32) >= self.p) / np.float32(1 - self.p))

    def generators(self) -> list[np.random.Generator]:
        return [self.rng]

    def config(self) -> dict[str, Any]:
        return {"p": self.p, "seed": self.seed}

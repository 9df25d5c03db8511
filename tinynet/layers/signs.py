"""The layers between the matrices of a network of bits: signs as activations, and inputs turned back into integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinynet.engine import straight_through
from tinynet.engine.primitives import mul
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer
from tinynet.layers.checks import check_number

_stochastic_sign = primitive(
    "stochastic_sign", lambda x, u: 2 * (x >= u).astype(x.dtype) - 1, lambda g, y, x, u: g * (np.abs(x) <= 1)
)


@dataclass(eq=False, repr=False)
class SignActivation(Layer):
    """a = sign(z), with sign(0) = +1, and the straight-through gradient where |z| <= 1.

    Args:
        stochastic: in training a is +1 with probability clip((z + 1) / 2, 0, 1), else -1 (Courbariaux et al. 2016,
            eq. 2 and 3): the sign of z - u, u uniform in (-1, 1]. Its mean is clip(z, -1, 1), so the straight-through
            gradient is now the gradient of the mean. In evaluation it is the plain sign.
        seed: fixes the draws.
    """

    stochastic: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    def __call__(self, x: Any) -> Tensor:
        if not (self.training and self.stochastic):
            return straight_through.sign(x)
        return _stochastic_sign(x, u=1 - 2 * self.rng.random(x.shape, dtype=np.float32))

    def generators(self) -> list[np.random.Generator]:
        return [self.rng] if self.stochastic else []

    def config(self) -> dict[str, Any]:
        return {"stochastic": True, "seed": self.seed} if self.stochastic else {}


@dataclass(eq=False, repr=False)
class Scale(Layer):
    """y = c x."""

    c: float

    def __post_init__(self) -> None:
        check_number(self, "c")

    def __call__(self, x: Any) -> Tensor:
        return mul(x, self.c)


class Rounded(Scale):
    """y = round(c x). With c = 255 it turns an input 2 p / 255 - 1, p a pixel, back into the odd integer 2 p - 255."""

    def __call__(self, x: Any) -> Tensor:
        return straight_through.round(mul(x, self.c))

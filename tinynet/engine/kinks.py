"""A second table of primitives: operations with a kink, where the slope is not unique.

Read its rows like those of primitives.py. At a kink they choose, as other libraries do: abs and relu 0 at 0, clip 1 at
its ends, maximum and minimum half for each of a tie. a % b jumps where a / b is whole; it has the slopes of the piece
above the jump: 1 for a, and -floor(a / b) for b. The slope of a^b with respect to a is 0 for b = 0, and with respect
to b it is 0 for a = 0, b >= 0, where a^b does not change. For a < 0 there is none: NaN.

Forward, relu, maximum and minimum pass on a value that is not a number. So do their VJPs, in which NaN is on neither
side of a comparison: a fault is seen, not trained around.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.operators import op
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor, values_of, wants_gradient


def _between(x: np.ndarray, min: Any, max: Any) -> np.ndarray:
    low, high = -np.inf if min is None else min, np.inf if max is None else max
    return np.clip(x, low, high).astype(x.dtype, copy=False)  # whatever the dtype of the bounds


def _slope(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    flat = (b == 0) & ((a == 0) | (not isinstance(b, Tensor)))  # 0 times 1 / a is 0; its own slope in b is 1 / a
    return b * a ** np.where(flat, 1, b - 1)


def _log(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return log a where a > 0, else the limit that makes a^b log a the slope: 0, -inf or NaN."""
    return np.where(a > 0, np.log(np.where(a > 0, a, 1)), np.where(a < 0, np.nan, np.where(b < 0, -np.inf, 0)))


# fmt: off
#                     name        y = f(x) or f(a, b)                  cotangent of x or of a                                cotangent of b
power     = primitive("power",    np.power,                            lambda g, y, a, b: g * _slope(a, b),                  lambda g, y, a, b: g * y * _log(a, b))
maximum   = primitive("maximum",  np.maximum,                          lambda g, y, a, b: g * (1 - (a < b) - (a == b) / 2),  lambda g, y, a, b: g * (1 - (b < a) - (a == b) / 2))
minimum   = primitive("minimum",  np.minimum,                          lambda g, y, a, b: g * (1 - (a > b) - (a == b) / 2),  lambda g, y, a, b: g * (1 - (b > a) - (a == b) / 2))
mod       = primitive("mod",      np.remainder,                        lambda g, y, a, b: g,                                 lambda g, y, a, b: -g * np.floor_divide(values_of(a), values_of(b)))
_where    = primitive("where",    lambda a, b, c: np.where(c, a, b),   lambda g, y, a, b, c: np.where(c, g, 0),              lambda g, y, a, b, c: np.where(c, 0, g))

relu      = primitive("relu",     lambda x: np.maximum(x, 0),          lambda g, y, x: g * ~(x <= 0))
abs       = primitive("abs",      np.abs,                              lambda g, y, x: g * np.sign(values_of(x)))
_clip     = primitive("clip",     _between,                            lambda g, y, x, min, max: g * (x == y))
# fmt: on


def where(condition: Any, a: Any, b: Any) -> Tensor:
    """Return a where the truth values `condition` hold, else b; all three are broadcast."""
    return _where(a, b, np.array(values_of(condition), dtype=bool))


def clip(x: Any, min: Any = None, max: Any = None) -> Tensor:
    """Return x, or the nearest bound where x is beyond it; None is no bound."""
    bounds = [constant("clip: a bound", bound, "use F.maximum and F.minimum") for bound in (min, max)]
    return _clip(x, *bounds)


def constant(what: str, x: Any, instead: str) -> Any:
    """Return the values of x. TypeError if it requires a gradient, which would be lost."""
    if wants_gradient(x):
        raise TypeError(f"{what} requires a gradient and would get none; {instead}, or pass x.detach()")
    return values_of(x)


vars(op).update(power=power, mod=mod, relu=relu, abs=abs, clip=clip)

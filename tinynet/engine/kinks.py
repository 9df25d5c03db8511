"""A second table of primitives: operations with a kink, where the slope is not unique.

Read its rows like those of primitives.py. At a kink they choose, as other libraries do: abs and relu 0 at 0, clip 1 at
its ends, maximum and minimum half for each of a tie. The slope of a^b with respect to a is 0 for b = 0, and with respect
to b it is 0 for a = 0, b >= 0, where a^b does not change. For a < 0 there is none: NaN.

Forward, relu, maximum and minimum pass on a value that is not a number. So do their VJPs, in which NaN is on neither
side of a comparison: a fault is seen, not trained around.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.operators import op
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor, values_of


def _clip(x: np.ndarray, min: Any = None, max: Any = None) -> np.ndarray:
    low, high = -np.inf if min is None else min, np.inf if max is None else max
    return np.clip(x, low, high).astype(x.dtype, copy=False)  # whatever the dtype of the bounds


def _slope(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return b * a ** np.where(b == 0, 1, b - 1)


def _log(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return log a where a > 0, else the limit that makes a^b log a the slope: 0, -inf or NaN."""
    return np.log(a, out=np.where(a < 0, np.nan, np.where(b < 0, -np.inf, 0)), where=a > 0)


# fmt: off
#                     name        y = f(x) or f(a, b)                  cotangent of x or of a                                cotangent of b
power     = primitive("power",    np.power,                            lambda g, y, a, b: g * _slope(a, b),                  lambda g, y, a, b: g * y * _log(a, b))
maximum   = primitive("maximum",  np.maximum,                          lambda g, y, a, b: g * (1 - (a < b) - (a == b) / 2),  lambda g, y, a, b: g * (1 - (b < a) - (a == b) / 2))
minimum   = primitive("minimum",  np.minimum,                          lambda g, y, a, b: g * (1 - (a > b) - (a == b) / 2),  lambda g, y, a, b: g * (1 - (b > a) - (a == b) / 2))
_where    = primitive("where",    lambda a, b, c: np.where(c, a, b),   lambda g, y, a, b, c: np.where(c, g, 0),              lambda g, y, a, b, c: np.where(c, 0, g))

relu      = primitive("relu",     lambda x: np.maximum(x, 0),          lambda g, y, x: g * ~(x <= 0))
abs       = primitive("abs",      np.abs,                              lambda g, y, x: g * np.sign(x))
clip      = primitive("clip",     _clip,                               lambda g, y, x, min=None, max=None: g * (x == y))
# fmt: on


def where(condition: Any, a: Any, b: Any) -> Tensor:
    """Return a where the truth values `condition` hold, else b; all three are broadcast."""
    return _where(a, b, np.array(values_of(condition), dtype=bool))


vars(op).update(power=power, relu=relu, abs=abs, clip=clip)

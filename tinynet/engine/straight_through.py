"""Steps with a straight-through gradient."""

from __future__ import annotations

import numpy as np

from tinynet.engine.tape import primitive


def _sign(x: np.ndarray) -> np.ndarray:
    return 2 * (x >= 0).astype(x.dtype) - 1  # sign(0) = +1; NumPy's sign(0) is 0


# fmt: off
#                  name     y = f(x)   cotangent of x: that of the surrogate
sign  = primitive("sign",  _sign,     lambda g, y, x: g * (np.abs(x) <= 1))
round = primitive("round", np.rint,   lambda g, y, x: g)

SURROGATES = {
    "sign":  lambda x: np.clip(x, -1, 1),
    "round": lambda x: x,
}
# fmt: on

"""Step functions that SGD can train through: the straight-through estimator.

The sign of x has slope zero wherever it has a slope at all. So no gradient passes, and SGD never changes the weights
before a sign. The straight-through estimator (Bengio, Leonard, Courville 2013, arXiv 1308.3432) computes the step in
the forward pass, but sends back the gradient of a similar function that has a slope to follow, its surrogate:

    sign     forward +1 or -1          surrogate clip(x, -1, 1), slope 1 for |x| <= 1 and 0 beyond
                                       (Courbariaux et al. 2016, arXiv 1602.02830, eq. 4)
    round    forward the nearest integer, or to(x) for another grid          surrogate x, slope 1
"""

from __future__ import annotations

import numpy as np

from tinynet.engine.tape import primitive


def _sign(x: np.ndarray) -> np.ndarray:
    return 2 * (x >= 0).astype(x.dtype) - 1  # sign(0) = +1; NumPy's sign(0) is 0


# fmt: off
#                  name     y = f(x)                       cotangent of x: that of the surrogate
sign  = primitive("sign",  _sign,                         lambda g, y, x: g * (np.abs(x) <= 1))
round = primitive("round", lambda x, to=np.rint: to(x),   lambda g, y, x, to=None: g)

SURROGATES = {
    "sign":  lambda x: np.clip(x, -1, 1),
    "round": lambda x, **_: x,
}
# fmt: on

"""The table of primitives goes on: sines and cosines, exp(x) - 1 and log(1 + x).

A small x loses its digits when 1 is added to it: 1 + 1e-20 is 1, and its logarithm is 0. expm1 and log1p keep them.
"""

from __future__ import annotations

import numpy as np

from tinynet.engine.operators import op
from tinynet.engine.tape import primitive

# fmt: off
#                   name      y = f(x)    cotangent of x
sin    = primitive("sin",     np.sin,     lambda g, y, x: g * np.cos(x))
cos    = primitive("cos",     np.cos,     lambda g, y, x: -g * np.sin(x))
sinh   = primitive("sinh",    np.sinh,    lambda g, y, x: g * np.cosh(x))
cosh   = primitive("cosh",    np.cosh,    lambda g, y, x: g * np.sinh(x))
expm1  = primitive("expm1",   np.expm1,   lambda g, y, x: g * np.exp(x))
log1p  = primitive("log1p",   np.log1p,   lambda g, y, x: g / (1 + x))
# fmt: on

vars(op).update(sin=sin, cos=cos, sinh=sinh, cosh=cosh, expm1=expm1, log1p=log1p)

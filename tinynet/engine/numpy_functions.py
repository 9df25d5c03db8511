"""NumPy's own functions on tensors: np.sin(x), np.where(c, x, 0), np.ones(3) + x, np.linalg.norm(x).

NumPy asks a tensor what to do when one of its functions meets one: methods.py says so. Where the engine has the same
function, the engine's runs, and the gradient passes. Any other function gets the values. If it then returned
floating-point numbers computed from a tensor that requires a gradient, that gradient would be lost without a word; so
the call is refused. Shapes, positions and comparisons have no gradient to lose, and `np.asarray(x)` says that only the
values are wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinynet.engine import einsum, kinks, more_primitives, primitives, reductions, shapes
from tinynet.engine.operators import op
from tinynet.engine.recording import mode
from tinynet.engine.tensor import Tensor, values_of

SAME_NAME = {
    primitives: "add matmul exp log sqrt tanh",
    more_primitives: "sin cos sinh cosh log1p expm1",
    kinks: "power mod maximum minimum abs where",
    reductions: "sum mean var std prod max min cumsum",
    shapes: "reshape squeeze expand_dims transpose swapaxes moveaxis broadcast_to repeat tile flip pad split "
            "concatenate stack vstack hstack",
    einsum: "einsum tensordot outer trace",
}  # fmt: skip
OURS: dict[Callable[..., Any], Callable[..., Any]] = {
    getattr(np, name): getattr(module, name) for module, names in SAME_NAME.items() for name in names.split()
} | {
    np.subtract: primitives.sub, np.multiply: primitives.mul, np.divide: primitives.div, np.negative: primitives.neg,
    np.square: lambda x: x * x, np.ravel: lambda x: shapes.reshape(x, -1),
    np.clip: lambda x, a_min=None, a_max=None, **named: kinks.clip(x, **{"min": a_min, "max": a_max, **named}),
}  # fmt: skip
NO_SLOPE = (np.zeros_like, np.ones_like, np.empty_like)  # they take only the shape and the dtype


def call(function: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
    """Return function(*args, **kwargs). TypeError where a gradient would be lost, or a tensor written to unnoticed."""
    ours, out = OURS.get(function), kwargs.get("out")
    if ours and out is None and all(x.dtype.kind == "f" for x in _tensors(args)):
        return ours(*args, **kwargs)
    home = getattr(function, "__module__", None)  # None for a method such as np.add.at, and before NumPy 2.2 for np.add
    name = f"{home or ('numpy' if isinstance(function, np.ufunc) else 'numpy.ufunc')}.{function.__name__}"
    lost = mode.recording and any(x.requires_grad for x in _tensors([*args, *kwargs.values()]))
    if out is not None and (lost or _tensors(out)):
        raise TypeError(f"{name}: the tape does not see what is written to out; write a = a + x, not a += x")
    result = function(*_values(args), **{key: _values(x) for key, x in kwargs.items()})
    written = args[0] if result is None else result  # np.add.at(a, i, x) returns None, and writes to a
    if lost and function not in NO_SLOPE and _has_slope(written):
        raise TypeError(
            f"{name}: the gradient of a tensor would be lost; use the operators and functions of tn.functional, or "
            "x.numpy() where only the values matter"
        )
    return result


def _has_slope(result: Any) -> bool:
    """Return whether there are floating-point numbers in the result, or in what is in its list or tuple."""
    if isinstance(result, (list, tuple)):
        return any(map(_has_slope, result))
    return isinstance(result, (np.ndarray, np.generic)) and result.dtype.kind in "fc"


def _tensors(x: Any) -> list[Tensor]:
    """Return x, or the tensors in it, if it is a list or a tuple."""
    if isinstance(x, (list, tuple)):
        return [tensor for one in x for tensor in _tensors(one)]
    return [x] if isinstance(x, Tensor) else []


def _values(x: Any) -> Any:
    """Return x with the arrays in place of the tensors, in lists and tuples too."""
    if isinstance(x, (list, tuple)):
        return [_values(one) for one in x] if isinstance(x, list) else tuple(map(_values, x))
    return values_of(x)


op.numpy_function = call

"""NumPy's own functions on tensors: np.sum(x), np.where(c, x, 0), np.linalg.norm(x).

NumPy asks a tensor what to do when one of its functions meets one (NEP 18). Where the engine has the same function, the
engine's runs, and the gradient passes. Any other function gets the values. If it then returned floating-point numbers
computed from a tensor that requires a gradient, that gradient would be lost without a word; so the call is refused.
Shapes, positions and comparisons have no gradient to lose, and `np.asarray(x)` says that only the values are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tinynet.engine import kinks, shapes
from tinynet.engine.operators import op
from tinynet.engine.recording import mode
from tinynet.engine.tensor import Tensor, values_of

OURS: dict[Callable[..., Any], Callable[..., Tensor]] = {
    np.where: kinks.where, np.clip: kinks.clip, np.sum: shapes.sum, np.mean: shapes.mean, np.max: shapes.max,
    np.min: shapes.min, np.var: shapes.var, np.std: shapes.std, np.reshape: shapes.reshape, np.squeeze: shapes.squeeze,
    np.transpose: shapes.transpose, np.swapaxes: shapes.swapaxes, np.broadcast_to: shapes.broadcast_to,
    np.concatenate: shapes.concatenate, np.stack: shapes.stack,
}  # fmt: skip


def call(function: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
    """Return function(*args, **kwargs). TypeError where a gradient would be lost."""
    tensors = list(_tensors([*args, *kwargs.values()]))
    if function in OURS and all(x.dtype.kind == "f" for x in tensors):
        return OURS[function](*args, **kwargs)
    result = function(*_values(args), **{name: _values(x) for name, x in kwargs.items()})
    lost = mode.recording and any(x.requires_grad for x in tensors)
    if lost and isinstance(result, (np.ndarray, np.generic)) and result.dtype.kind == "f":
        raise TypeError(
            f"{function.__module__}.{function.__name__}: the gradient of a tensor would be lost; use the operators and "
            "functions of tn.functional, or x.numpy() where only the values matter"
        )
    return result


def _tensors(x: Any) -> Iterator[Tensor]:
    """Yield x, or the tensors in it, if it is a list or a tuple."""
    if isinstance(x, Tensor):
        yield x
    elif isinstance(x, (list, tuple)):
        for one in x:
            yield from _tensors(one)


def _values(x: Any) -> Any:
    """Return x with the arrays in place of the tensors, in lists and tuples too."""
    if isinstance(x, (list, tuple)):
        return [_values(one) for one in x] if isinstance(x, list) else tuple(map(_values, x))
    return values_of(x)


op.numpy_function = call

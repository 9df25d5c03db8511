"""Tensors: NumPy arrays that remember how they were made.

You compute with a Tensor as you would with an array. Behind the scenes each operation notes what it did and to which
tensors. These notes, one node an operation, are the *tape*:

    x = Tensor(2.0, requires_grad=True)
    y = x * x + x                            # the tape: mul(x, x), then add
    y.backward()                             # walks it backwards, from y to x
    x.grad                                   # 5.0, which is dy/dx = 2 x + 1

tape.py writes the tape and walks it; primitives.py is the table of the operations.

You may change values in place; `backward` refuses if it still needed the old ones: see watch.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.engine.operators import op
from tinynet.engine.watch import Watched


class Tensor(Watched["Tensor"]):
    """A NumPy array that remembers how it was made.

    Args:
        data: anything `numpy.array` takes; it is copied, its dtype is kept.
        requires_grad: whether `backward` leaves a gradient in `.grad`. TypeError unless data is floating point.
    """

    grad: np.ndarray | None = None
    requires_grad = False
    retains_grad = False  # whether backward leaves a gradient here too, though this is not a leaf
    _node: Any = None  # the recorded operation that made this tensor (a tape.Node); None for a leaf, which has none

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self._data: np.ndarray = np.array(values_of(data))
        if requires_grad and self._data.dtype.kind != "f":
            raise TypeError(
                f"Tensor: an array of shape {self.shape} and dtype {self.dtype} cannot require a gradient; "
                "convert it first: array.astype(np.float32)"
            )
        self.requires_grad = requires_grad

    def detach(self) -> Tensor:
        """Return a constant with the same values: no gradient flows through it."""
        return Tensor(self._data)

    def backward(self, cotangent: Any = None) -> None:
        """Add the gradient of sum(cotangent * self) to `.grad` of every leaf that requires it: see tape.backward."""
        op.backward(self, cotangent)

    def __repr__(self) -> str:
        origin = f", made by {self._node.name}" if self._node else ", requires_grad=True" * self.requires_grad
        return f"Tensor({np.array2string(self._data, separator=', ', prefix='Tensor(')}, {self.dtype}{origin})"


class Parameter(Tensor):
    """A tensor that training changes.

    Args:
        data: floating-point values.
        step_scale: the optimizer's step is multiplied by it (a number, or an array of data's shape).
        bounds: values are clipped to (low, high) after each step, or None.
        grad_scale: the optimizer sees the gradient multiplied by it. SGD's steps follow, Adam's do not.
    """

    def __init__(
        self, data: Any, step_scale: float | np.ndarray = 1.0, bounds: tuple[float, float] | None = None,
        grad_scale: float | np.ndarray = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(data, requires_grad=True)
        self.step_scale, self.bounds, self.grad_scale = step_scale, bounds, grad_scale

    def move(self, step: np.ndarray) -> None:
        """Add step_scale * step to the values, in place, and clip them to the bounds."""
        self._data += scaled(step, self.step_scale)
        if self.bounds is not None:
            np.clip(self._data, *self.bounds, out=self._data)
        self._writes += 1  # a tape that still needs the old values will notice


def scaled(a: np.ndarray, scale: float | np.ndarray) -> np.ndarray:
    """Return scale * a in a's dtype."""
    return a if np.isscalar(scale) and scale == 1 else np.multiply(scale, a, dtype=a.dtype)


def values_of(x: Any) -> Any:
    """Return the array behind a Tensor, or x itself. TypeError for a list of tensors that require a gradient."""
    if isinstance(x, (list, tuple)) and wants_gradient(x):
        raise TypeError(f"a list of {len(x)} tensors has no tape, and their gradient would be lost; use F.stack")
    return x._data if isinstance(x, Tensor) else x


def wants_gradient(x: Any) -> bool:
    """Return whether x is, or holds in lists and tuples, a tensor that requires a gradient."""
    return x.requires_grad if isinstance(x, Tensor) else isinstance(x, (list, tuple)) and any(map(wants_gradient, x))

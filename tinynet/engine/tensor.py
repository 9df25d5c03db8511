"""Tensors: NumPy arrays that remember how they were made.

You compute with a Tensor as you would with an array. Behind the scenes each operation notes what it did and to which
tensors. These notes, one node an operation, are the *tape*:

    x = Tensor(2.0, requires_grad=True)
    y = x * x + x                            # the tape: mul(x, x), then add
    y.backward()                             # walks it backwards, from y to x
    x.grad                                   # 5.0, which is dy/dx = 2 x + 1

tape.py writes the tape and walks it; primitives.py is the table of the operations.

**Values may be written in place, but not under the feet of `backward`.** The tape keeps references, not copies. If
somebody overwrites a value between forward and backward pass, the gradient would be silently wrong, so `backward` must
notice. Every tensor counts its writes. An optimizer's step counts itself (`Parameter.move`). A write through `.data`
cannot be seen; so each array that was handed out has its checksum taken, and compared later.
"""

from __future__ import annotations

import sys
import zlib
from operator import attrgetter
from typing import Any

import numpy as np

from tinynet.engine.operators import Operators, op


class Tensor(Operators):
    """A NumPy array that remembers how it was made.

    Args:
        data: anything `numpy.array` takes; it is copied, its dtype is kept.
        requires_grad: whether `backward` leaves a gradient in `.grad`. TypeError unless data is floating point.

    Operators and methods are NumPy's, see operators.py.
    """

    __array_ufunc__ = None  # makes ndarray + Tensor call Tensor.__radd__
    grad: np.ndarray | None = None
    requires_grad = False
    retains_grad = False  # whether backward leaves a gradient here too, though this is no leaf
    _node: Any = None  # the note of the operation that made this tensor (tape.Node); None for a leaf
    _writes = 0  # in-place writes seen so far
    _handed_out: tuple[tuple[np.ndarray, int], ...] = ()  # arrays that others may hold, with their checksums
    _owner: Tensor | None = None  # whose values a constant is a view of

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self._data: np.ndarray = np.array(values_of(data))
        if requires_grad and self._data.dtype.kind != "f":
            raise TypeError(
                f"Tensor: an array of shape {self.shape} and dtype {self.dtype} cannot require a gradient; "
                "convert it first: array.astype(np.float32)"
            )
        self.requires_grad = requires_grad

    # ---- the values, and the watch over them

    @property
    def data(self) -> np.ndarray:
        """The values. Once handed out they are watched for writes, for as long as anyone holds them."""
        if not any(array is self._data for array, _ in self._handed_out):
            if self._data.base is not None:  # a view of another tensor's values: a write must not reach those
                self._data = self._data.copy()
            self._handed_out += ((self._data, _crc(self._data)),)
        return self._data

    @data.setter
    def data(self, values: np.ndarray) -> None:
        if values is not self._data:  # x.data += 1 assigns the array it has just written
            self._data = np.array(values)

    def writes(self) -> int:
        """Return how often the values have been written in place, as far as anyone can tell."""
        watched = []
        for array, checksum in self._handed_out:
            now = _crc(array)
            self._writes += now != checksum
            if sys.getrefcount(array) > (4 if array is self._data else 3):  # more than know of it here
                watched.append((array, now))
        self._handed_out = tuple(watched)
        return self._writes if self._owner is None else self._writes + self._owner.writes()

    # ---- what it shares with an array

    shape = property(attrgetter("_data.shape"), doc="The length of each axis.")
    dtype = property(attrgetter("_data.dtype"), doc="The number format.")
    ndim = property(attrgetter("_data.ndim"), doc="The number of axes.")
    size = property(attrgetter("_data.size"), doc="The number of entries.")

    def item(self) -> float:
        """Return the value of a tensor with one entry as a Python number."""
        return self._data.item()

    def numpy(self) -> np.ndarray:
        """Return a copy of the values, to look at and to change at will."""
        return self._data.copy()

    def detach(self) -> Tensor:
        """Return a constant with the same values: no gradient flows through it."""
        return Tensor(self._data)

    def backward(self, cotangent: Any = None) -> None:
        """Add the gradient of sum(cotangent * self) to `.grad` of every leaf that requires it: see tape.backward."""
        op.backward(self, cotangent)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self._data, dtype=dtype)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    def __repr__(self) -> str:
        origin = f", made by {self._node.name}" if self._node else ", requires_grad=True" * self.requires_grad
        return f"Tensor({np.array2string(self._data, separator=', ', prefix='Tensor(')}, {self.dtype}{origin})"


class Parameter(Tensor):
    """A tensor that training changes.

    Args:
        data: floating-point values.
        step_scale: the optimizer's step is multiplied by it (a number, or an array of data's shape).
        bounds: values are clipped to (low, high) after each step, or None.
    """

    def __init__(
        self, data: Any, step_scale: float | np.ndarray = 1.0, bounds: tuple[float, float] | None = None
    ) -> None:
        super().__init__(data, requires_grad=True)
        self.step_scale, self.bounds = step_scale, bounds

    def move(self, step: np.ndarray) -> None:
        """Add step_scale * step to the values, in place, and clip them to the bounds."""
        if not (np.isscalar(self.step_scale) and self.step_scale == 1):
            step = (self.step_scale * step).astype(self.dtype, copy=False)
        self._data += step
        if self.bounds is not None:
            np.clip(self._data, *self.bounds, out=self._data)
        self._writes += 1  # a tape that still needs the old values will notice


def values_of(x: Any) -> Any:
    """Return the array behind a Tensor, or x itself where it is none."""
    return x._data if isinstance(x, Tensor) else x


def _crc(a: np.ndarray) -> int:
    return zlib.crc32(np.ascontiguousarray(a).data)

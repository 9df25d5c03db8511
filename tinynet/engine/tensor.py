"""Tensors: NumPy arrays that remember how they were made.

A Tensor holds its values, perhaps a gradient, and perhaps the entry of the tape that it came from. autodiff.py writes
and walks that tape; primitives.py attaches the operators and methods, which are NumPy's.

The one hard part is the watch. VJPs use the values that the forward pass saw, so a value that is overwritten before
`backward` would give a silently wrong gradient. Copying every value would be slow. So whoever looks at `.data` starts a
watch: a checksum is taken, and compared whenever the tensor is read or walked, as long as somebody holds the array.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np


class Tensor:
    """A NumPy array that remembers how it was made.

    Args:
        data: anything `numpy.array` takes; it is copied, its dtype is kept.
        requires_grad: whether `backward` shall leave a gradient in `.grad`. TypeError unless data is floating point.

    Operators and the usual methods are those of NumPy, one row each in primitives.py. Writing into `.data` is allowed
    until a tape needs it: `backward` then raises RuntimeError, since the gradient would be silently wrong.
    """

    __array_ufunc__ = None  # makes ndarray + Tensor call Tensor.__radd__
    grad: np.ndarray | None = None
    requires_grad = False
    retains_grad = False  # whether backward shall leave a gradient here too, though this is no leaf
    _primitive: Primitive | None = None  # the row of the table that made this tensor; None for a leaf
    _tape: Record | None = None  # what its VJPs need; None for a leaf and once backward has used it
    _writes = 0  # in-place writes known so far
    _checksum: int | None = None  # of the values, while somebody else may hold them

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self._data: np.ndarray = np.array(values_of(data))
        if requires_grad and self._data.dtype.kind != "f":
            raise TypeError(
                f"Tensor: an array of shape {self.shape} and dtype {self.dtype} cannot require a gradient; "
                "convert it first: array.astype(np.float32)"
            )
        self.requires_grad = requires_grad

    @property
    def data(self) -> np.ndarray:
        """The values. Once handed out, they are watched for writes for as long as anyone holds them."""
        if self._checksum is None:
            if self._data.base is not None:  # a view of another tensor's values: a write must not reach those
                self._data = self._data.copy()
            self._checksum = _crc(self._data)
        return self._data

    @data.setter
    def data(self, values: np.ndarray) -> None:
        if values is not self._data:  # x.data += 1 assigns what it has already written in place
            self._version()  # a write before this assignment still counts
            self._data, self._checksum = np.array(values), None

    def _version(self) -> int:
        """Return how often the values were written in place, after looking for writes through `.data`."""
        if self._checksum is not None:
            now = _crc(self._data)
            self._writes += now != self._checksum
            self._checksum = now if sys.getrefcount(self._data) > 2 else None  # 2: nobody holds them but us
        return self._writes

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self._data.shape

    @property
    def dtype(self) -> np.dtype:
        """The number format."""
        return self._data.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._data.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._data.size

    def item(self) -> float:
        """Return the value of a tensor with one entry as a Python number."""
        return self._data.item()

    def numpy(self) -> np.ndarray:
        """Return a copy of the values, to look at and to change at will."""
        return self._data.copy()

    def detach(self) -> Tensor:
        """Return a constant of the same values: no gradient flows through it."""
        return Tensor(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __bool__(self) -> bool:
        return bool(self._data)

    def __float__(self) -> float:
        return float(self.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self._data, dtype=dtype)

    def __repr__(self) -> str:
        origin = f", made by {self._primitive.name}" if self._primitive else ""
        origin = ", requires_grad=True" if self.requires_grad and not origin else origin
        return f"Tensor({np.array2string(self._data, separator=', ', prefix='Tensor(')}, {self.dtype}{origin})"

    if TYPE_CHECKING:  # attached in autodiff.py and primitives.py

        def backward(self, cotangent: Any = None) -> None: ...
        def __getattr__(self, name: str) -> Callable[..., Tensor]: ...
        def _binary(self, other: Any) -> Tensor: ...
        def _unary(self) -> Tensor: ...

        T: Tensor
        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _binary
        __pow__ = __rpow__ = __matmul__ = __rmatmul__ = __getitem__ = _binary
        __neg__ = __abs__ = _unary


class Parameter(Tensor):
    """A stored tensor that training changes.

    Args:
        data: floating-point values.
        step_scale: the optimizer's step is multiplied by it (a number, or an array of data's shape).
        bounds: values are clipped to (low, high) after each step, or None.
    """

    def __init__(
        self, data: Any, step_scale: float | np.ndarray = 1.0, bounds: tuple[float, float] | None = None
    ) -> None:
        super().__init__(data, requires_grad=True)
        self.step_scale = step_scale
        self.bounds = bounds

    def move(self, step: np.ndarray) -> None:
        """Add step_scale * step to the values, in place, and clip them to the bounds."""
        if not (np.isscalar(self.step_scale) and self.step_scale == 1):
            step = (self.step_scale * step).astype(self.dtype, copy=False)
        self._data += step
        if self.bounds is not None:
            np.clip(self._data, *self.bounds, out=self._data)
        self._writes += 1  # a tape that still needs the old values will notice


class Record(NamedTuple):
    """One entry of the tape: what the VJPs of one operation need."""

    inputs: list[Tensor | None]  # None where no gradient is wanted
    values: list[np.ndarray]
    static: dict[str, Any]
    reads: list[tuple[Tensor, int]]  # every tensor that was read, constants too, and how often it had been written
    result: np.ndarray  # y itself: the tensor's values may be replaced before backward


class Primitive(NamedTuple):
    """One row of the table: y = forward(*values, **static), and the VJPs."""

    name: str
    forward: Callable[..., Any]
    vjps: Any
    fix: str


def values_of(x: Any) -> Any:
    """Return the array behind a Tensor, or x itself where it is none."""
    return x._data if isinstance(x, Tensor) else x


def _crc(a: np.ndarray) -> int:
    return zlib.crc32(np.ascontiguousarray(a).data)

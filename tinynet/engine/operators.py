"""NumPy's operators and methods on tensors, one line each.

`x + y` calls the primitive `add`, `x.tanh()` the primitive `tanh`. The rarer methods stand in methods.py, where a new
one takes one line. The primitives are defined further on, in terms of tensors; so they are looked up by name in `op`,
where their files put them.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

import numpy as np

op: Any = SimpleNamespace()  # the primitives by name
Out = TypeVar("Out")  # what an operation returns: a Tensor, also where a Parameter went in


class Operators(Generic[Out]):
    """What a Tensor can do that NumPy's arrays do too."""

    _data: np.ndarray

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

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self._data, dtype=dtype)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    # fmt: off
    def __add__(self, b: Any) -> Out:                               return op.add(self, b)
    def __radd__(self, a: Any) -> Out:                              return op.add(a, self)
    def __sub__(self, b: Any) -> Out:                               return op.sub(self, b)
    def __rsub__(self, a: Any) -> Out:                              return op.sub(a, self)
    def __mul__(self, b: Any) -> Out:                               return op.mul(self, b)
    def __rmul__(self, a: Any) -> Out:                              return op.mul(a, self)
    def __truediv__(self, b: Any) -> Out:                           return op.div(self, b)
    def __rtruediv__(self, a: Any) -> Out:                          return op.div(a, self)
    def __pow__(self, b: Any) -> Out:                               return op.power(self, b)
    def __rpow__(self, a: Any) -> Out:                              return op.power(a, self)
    def __matmul__(self, b: Any) -> Out:                            return op.matmul(self, b)
    def __rmatmul__(self, a: Any) -> Out:                           return op.matmul(a, self)
    def __neg__(self) -> Out:                                       return op.neg(self)
    def __abs__(self) -> Out:                                       return op.abs(self)
    def __getitem__(self, index: Any) -> Out:                       return op.getitem(self, index)
    def __iter__(self) -> Iterator[Out]:                           return (self[i] for i in range(len(self)))

    def __eq__(self, b: Any) -> Any:                                 return self._data == _values(b)
    def __ne__(self, b: Any) -> Any:                                 return self._data != _values(b)
    def __lt__(self, b: Any) -> Any:                                 return self._data < _values(b)
    def __le__(self, b: Any) -> Any:                                 return self._data <= _values(b)
    def __gt__(self, b: Any) -> Any:                                 return self._data > _values(b)
    def __ge__(self, b: Any) -> Any:                                 return self._data >= _values(b)
    def __len__(self) -> int:                                        return len(self._data)
    def __bool__(self) -> bool:                                      return bool(self._data)
    def __float__(self) -> float:                                    return float(self._data.item())
    __hash__ = object.__hash__  # == compares entries; sets and dictionaries tell tensors apart by identity

    def exp(self) -> Out:                                           return op.exp(self)
    def log(self) -> Out:                                           return op.log(self)
    def sqrt(self) -> Out:                                          return op.sqrt(self)
    def abs(self) -> Out:                                           return op.abs(self)
    def tanh(self) -> Out:                                          return op.tanh(self)
    def sigmoid(self) -> Out:                                       return op.sigmoid(self)
    def relu(self) -> Out:                                          return op.relu(self)
    def clip(self, min: Any = None, max: Any = None) -> Out:        return op.clip(self, min=min, max=max)
    def astype(self, dtype: Any) -> Out:                            return op.astype(self, dtype)
    def copy(self) -> Out:                                          return op.mul(self, 1)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Out: return op.sum(self, axis=axis, keepdims=keepdims)
    def mean(self, axis: Any = None, keepdims: bool = False) -> Out: return op.mean(self, axis=axis, keepdims=keepdims)
    def max(self, axis: Any = None, keepdims: bool = False) -> Out: return op.max(self, axis=axis, keepdims=keepdims)
    def min(self, axis: Any = None, keepdims: bool = False) -> Out: return op.min(self, axis=axis, keepdims=keepdims)
    def argmax(self, axis: int | None = None) -> Any:                return self._data.argmax(axis)

    def reshape(self, *shape: Any) -> Out:                          return op.reshape(self, _unpacked(shape))
    def transpose(self, *axes: Any) -> Out:                         return op.transpose(self, _unpacked(axes))
    def swapaxes(self, axis1: int, axis2: int) -> Out:              return op.swapaxes(self, axis1, axis2)
    def squeeze(self, axis: Any = None) -> Out:                     return op.squeeze(self, axis)
    def ravel(self) -> Out:                                         return op.reshape(self, -1)
    @property
    def T(self) -> Out:                    return op.transpose(self)
    # fmt: on


def _values(x: Any) -> Any:
    return x._data if isinstance(x, Operators) else x


def _unpacked(arguments: tuple) -> Any:
    """Return the shape or axes, whether given as in x.reshape(2, 3) or as in x.reshape((2, 3))."""
    single = len(arguments) == 1 and (arguments[0] is None or np.iterable(arguments[0]))
    return arguments[0] if single else arguments

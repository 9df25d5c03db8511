"""NumPy's rarer operators and methods on tensors, and how NumPy's own functions find a tensor.

The methods are as in operators.py, one line each. In `np.sin(x)` and in `np.ones(3) + x`, NumPy asks the tensor what to
do (NEP 13 for functions that work entry by entry, NEP 18 for the others). numpy_functions.py gives the answer.
"""

from __future__ import annotations

from typing import Any

from tinynet.engine.operators import Operators, Out, op


class Methods(Operators[Out]):
    """What a Tensor can do besides."""

    def __array_function__(self, function: Any, types: Any, args: tuple, kwargs: dict) -> Any:
        return op.numpy_function(function, args, kwargs)

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        return op.numpy_function(ufunc if method == "__call__" else getattr(ufunc, method), args, kwargs)

    # fmt: off
    def __mod__(self, b: Any) -> Out:                               return op.mod(self, b)
    def __rmod__(self, a: Any) -> Out:                              return op.mod(a, self)

    def sin(self) -> Out:                                           return op.sin(self)
    def cos(self) -> Out:                                           return op.cos(self)
    def sinh(self) -> Out:                                          return op.sinh(self)
    def cosh(self) -> Out:                                          return op.cosh(self)
    def log1p(self) -> Out:                                         return op.log1p(self)
    def expm1(self) -> Out:                                         return op.expm1(self)

    def var(self, axis: Any = None, keepdims: bool = False, ddof: float = 0) -> Out:
        return op.var(self, axis=axis, keepdims=keepdims, ddof=ddof)
    def std(self, axis: Any = None, keepdims: bool = False, ddof: float = 0) -> Out:
        return op.std(self, axis=axis, keepdims=keepdims, ddof=ddof)
    def prod(self, axis: Any = None, keepdims: bool = False) -> Out:
        return op.prod(self, axis=axis, keepdims=keepdims)
    def cumsum(self, axis: int | None = None) -> Out:               return op.cumsum(self, axis=axis)
    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Out:
        return op.trace(self, offset, axis1, axis2)
    def repeat(self, repeats: Any, axis: int | None = None) -> Out: return op.repeat(self, repeats, axis)
    def flatten(self) -> Out:                                       return op.reshape(self, -1)

    def argmin(self, axis: int | None = None) -> Any:               return self._data.argmin(axis)
    def tolist(self) -> Any:                                        return self._data.tolist()
    # fmt: on

"""Reverse-mode automatic differentiation: a tape of NumPy operations, walked backwards.

Notation
    x, a, b   inputs of an operation, NumPy arrays        y = f(x)   its output
    L         the scalar at the end of the graph          g          the cotangent of y: dL/dy, of y's shape
    VJP       vector-Jacobian product, g -> g (dy/dx): turns the cotangent of y into that of x

The chain rule, dL/dx = sum over the uses y of x of (dL/dy)(dy/dx), is all there is. Each primitive states f and one
VJP an input (the table in primitives.py); a Tensor remembers which primitive made it from what (the tape); `backward`
visits every tensor after all its uses, hands cotangents from outputs to inputs, and adds those that arrive at a leaf
to its `.grad`. The walk keeps its own stack, so depth costs memory and never recursion.

Source: Baydin et al. 2018, "Automatic differentiation in machine learning: a survey", section 3.2.
"""

from __future__ import annotations

import inspect
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np


class _Mode(threading.local):
    """Whether operations are recorded; a thread that evaluates must not stop another from training."""

    recording = True


_mode = _Mode()


def recording() -> bool:
    """Return whether operations are being recorded in this thread."""
    return _mode.recording


@contextmanager
def no_grad() -> Iterator[None]:
    """Within this context nothing is recorded: faster, and no memory is held for `backward`."""
    before, _mode.recording = _mode.recording, False
    try:
        yield
    finally:
        _mode.recording = before


class Tensor:
    """A NumPy array that remembers how it was made.

    Args:
        data: anything `numpy.array` takes; it is copied, its dtype is kept.
        requires_grad: whether `backward` shall leave a gradient in `.grad`. TypeError unless data is floating point.

    Operators and methods are those of NumPy, one row each in primitives.py. Writing into `.data` is allowed until a
    tape needs it: `backward` then raises RuntimeError, since a gradient at overwritten values would be silently wrong.
    """

    __array_ufunc__ = None  # makes ndarray + Tensor call Tensor.__radd__
    grad: np.ndarray | None = None
    requires_grad = False
    _primitive: Primitive | None = None  # the row of the table that made this tensor; None for a leaf
    _tape: Record | None = None  # what its VJPs need; None for a leaf and once backward has used it
    _writes = 0  # in-place writes known so far
    _checksum: int | None = None  # of the values, while somebody else may hold them

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self._data: np.ndarray = np.array(_values(data))
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
            self._checksum = _checksum(self._data)
        return self._data

    @data.setter
    def data(self, values: np.ndarray) -> None:
        self._data = np.asarray(values)

    def _version(self) -> int:
        """Return how often the values were written in place, after looking for writes through `.data`."""
        if self._checksum is not None:
            now = _checksum(self._data)
            self._writes += now != self._checksum
            self._checksum = now if sys.getrefcount(self._data) > 2 else None  # 2: nobody holds them but us
        return self._writes

    def backward(self, cotangent: Any = None) -> None:
        """Add dL/dx to `.grad` of every leaf x that requires it, where L = sum(cotangent * self).

        Args:
            cotangent: dL/dself, of self's shape; may be left out (then 1) where self has a single entry.

        Raises RuntimeError where there is no tape, where it has been used up, or where a value on it was overwritten;
        ValueError for a cotangent that is missing or of another shape. No `.grad` has been touched then.
        """
        g = self._first_cotangent(cotangent)
        if self._primitive is None:
            self._accumulate(g)
            return
        unvisited_uses = _count_uses(self)
        cotangents: dict[int, np.ndarray] = {id(self): g}
        ready = [self]
        while ready:
            y = ready.pop()
            g, tape, vjps = cotangents.pop(id(y)), y._tape, y._primitive.vjps  # type: ignore[union-attr]
            y._tape = None  # freed as we go
            for k, x in enumerate(tape.inputs):  # type: ignore[union-attr]
                if x is None:
                    continue
                gx = _unbroadcast(vjps[k](g, y._data, *tape.values, **tape.static), x._data)  # type: ignore[union-attr]
                if x._primitive is None:
                    x._accumulate(gx.copy() if gx is g or gx.base is not None else gx)
                    continue
                cotangents[id(x)] = cotangents[id(x)] + gx if id(x) in cotangents else gx
                unvisited_uses[id(x)] -= 1
                if unvisited_uses[id(x)] == 0:
                    ready.append(x)

    def _first_cotangent(self, cotangent: Any) -> np.ndarray:
        if not self.requires_grad:
            raise RuntimeError(
                f"backward: this tensor of shape {self.shape} depends on nothing that requires a gradient; create the "
                "inputs with requires_grad=True and compute outside no_grad()"
            )
        if cotangent is None:
            if self.size != 1:
                raise ValueError(
                    f"backward: a tensor of shape {self.shape} has no single gradient; reduce it first, as in "
                    "y.sum().backward(), or pass a cotangent of that shape: y.backward(g)"
                )
            return np.ones_like(self._data)
        g = np.array(_values(cotangent), dtype=self.dtype)
        if g.shape != self.shape:
            raise ValueError(f"backward: the cotangent has shape {g.shape}, the tensor {self.shape}; make them equal")
        return g

    def _accumulate(self, g: np.ndarray) -> None:
        if self.grad is None:
            self.grad = np.asarray(g)
        else:
            self.grad += g

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

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self._data, dtype=dtype)

    def __repr__(self) -> str:
        origin = f", made by {self._primitive.name}" if self._primitive else ""
        origin = ", requires_grad=True" if self.requires_grad and not origin else origin
        return f"Tensor({np.array2string(self._data, separator=', ', prefix='Tensor(')}, {self.dtype}{origin})"

    if TYPE_CHECKING:  # attached in primitives.py

        def __getattr__(self, name: str) -> Callable[..., Tensor]: ...
        def _binary(self, other: Any) -> Tensor: ...
        def _unary(self) -> Tensor: ...

        T: Tensor
        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _binary
        __pow__ = __rpow__ = __matmul__ = __rmatmul__ = __getitem__ = _binary
        __neg__ = __abs__ = _unary


class Record(NamedTuple):
    """One entry of the tape: what the VJPs of one operation need."""

    inputs: list[Tensor | None]  # None where no gradient is wanted
    values: list[np.ndarray]
    static: dict[str, Any]
    writes: list[int]  # how often each input had been written when it was read


class Primitive(NamedTuple):
    """One row of the table: y = forward(*values, **static), and the VJPs."""

    name: str
    forward: Callable[..., Any]
    vjps: Any
    fix: str


FIT = "shapes must be equal or broadcast: from the last axis backwards, lengths are equal or one of them is 1"


class every:
    """The VJPs of a primitive with any number of inputs: every(vjp)[k](g, ..) is vjp(k, g, ..)."""

    def __init__(self, vjp: Callable[..., np.ndarray]) -> None:
        self.vjp = vjp

    def __getitem__(self, k: int) -> Callable[..., np.ndarray]:
        return partial(self.vjp, k)


def primitive(name: str, forward: Callable[..., Any], *vjps: Any, fix: str = FIT) -> Callable[..., Tensor]:
    """Return the function `name`, from tensors and static arguments (an axis, a shape) to a tensor.

    Args:
        name: what errors and drawings call it.
        forward: y = forward(*values, **static), NumPy arrays in and out.
        vjps: one a tensor input: vjps[k](g, y, *values, **static) returns the cotangent of input k, in the shape that
            this input has after broadcasting. A single `every(vjp)` serves any number of inputs.
        fix: what to do about operands that do not fit, for the error message.
    """
    variadic = isinstance(vjps[0], every)
    row = Primitive(name, forward, vjps[0] if variadic else vjps, fix)
    count = sys.maxsize if variadic else len(vjps)
    static_names = [] if variadic else list(inspect.signature(vjps[0]).parameters)[2 + count :]

    def apply(*args: Any, **static: Any) -> Tensor:
        if len(args) > count:
            static.update(zip(static_names, args[count:], strict=False))
            args = args[:count]
        inputs: list[Tensor | None] = []
        values, wanted = [], False
        for x in args:
            if isinstance(x, Tensor):
                value, wants = x._data, x.requires_grad
            else:
                value, wants = _constant(x, args), False
            if value.dtype.kind != "f":
                raise _not_floating(name, args)
            values.append(value)
            inputs.append(x if wants else None)
            wanted |= wants
        try:
            y = forward(*values, **static)
        except (ValueError, IndexError) as error:
            kind = IndexError if type(error) is IndexError else ValueError
            raise kind(f"{name}: operands of shapes {_shapes(values)}: {error}; {fix}") from error
        out = Tensor.__new__(Tensor)
        out._data = y if type(y) is np.ndarray else np.asarray(y)
        if wanted and _mode.recording:
            writes = [0 if x is None else x._writes if x._checksum is None else x._version() for x in inputs]
            out.requires_grad = True
            out._primitive = row
            out._tape = Record(inputs, values, static, writes)
        return out

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"The primitive `{name}`: see its row in the table of primitives.py or functional.py."
    return apply


def _values(x: Any) -> Any:
    return x._data if isinstance(x, Tensor) else x


def _checksum(a: np.ndarray) -> int:
    return zlib.crc32(np.ascontiguousarray(a).data)


def _constant(x: Any, args: Sequence[Any]) -> np.ndarray:
    """Return a copy of x; a Python number, or an array of truth values, takes the dtype of the tensor beside it."""
    like = next((t.dtype for t in args if isinstance(t, Tensor)), None)
    weak = isinstance(x, (int, float)) or (isinstance(x, np.ndarray) and x.dtype.kind == "b")
    return np.array(x, dtype=like if weak else None)


def _shapes(values: Sequence[np.ndarray]) -> str:
    return " and ".join(str(v.shape) for v in values)


def _not_floating(name: str, args: Sequence[Any]) -> TypeError:
    values = [np.asarray(_values(x)) for x in args]
    return TypeError(
        f"{name}: operands of shapes {_shapes(values)} have dtypes {' and '.join(str(v.dtype) for v in values)}; "
        "gradients need floating point: convert with array.astype(np.float32)"
    )


def _count_uses(root: Tensor) -> dict[int, int]:
    """Return, by id, how many operations on the way to `root` read each tensor; check that the tape is whole."""
    uses: dict[int, int] = {}
    stack = [root]
    while stack:
        y = stack.pop()
        name, tape = y._primitive.name, y._tape  # type: ignore[union-attr]
        if tape is None:
            raise RuntimeError(
                f"{name}: backward has already walked through this tensor of shape {y.shape}, and its tape was freed; "
                "compute it again, or add the losses up and call backward once"
            )
        for x, writes in zip((y, *tape.inputs), (0, *tape.writes), strict=True):
            if x is not None and x._version() != writes:
                raise RuntimeError(
                    f"{name}: operands of shapes {_shapes(tape.values)}, result {y.shape}: a value of shape {x.shape} "
                    "was written in place after its use, so its gradient would be wrong; write to a copy "
                    "(x.numpy()), or after backward"
                )
        for x in tape.inputs:
            if x is not None and x._primitive is not None:
                if id(x) not in uses:
                    uses[id(x)] = 0
                    stack.append(x)
                uses[id(x)] += 1
    return uses


def _unbroadcast(g: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return g in x's shape and dtype: summed over the axes along which x was repeated."""
    if g.shape != x.shape:
        g = g.sum(axis=tuple(range(g.ndim - x.ndim)))
        g = g.sum(axis=tuple([i for i, n in enumerate(x.shape) if n == 1]), keepdims=True)
    return g if g.dtype == x.dtype else g.astype(x.dtype)

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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from tinynet.engine.tensor import Primitive, Record, Tensor, values_of

# ---- writing the tape


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


FIT = "shapes must be equal or broadcast: from the last axis backwards, lengths are equal or one of them is 1"


class every:
    """The VJPs of a primitive with any number of inputs: every(vjp)[k](g, ..) is vjp(k, g, ..)."""

    def __init__(self, vjp: Callable[..., np.ndarray]) -> None:
        self.vjp = vjp

    def __getitem__(self, k: int) -> Callable[..., np.ndarray]:
        return partial(self.vjp, k)


class Part(NamedTuple):
    """A cotangent that is g at a basic index and zero elsewhere.

    A VJP may return it, so that a tensor that is read piece by piece, as a sequence is step by step, costs its own size
    once and not once a piece.
    """

    index: Any
    g: np.ndarray


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
    static_names = ["axis"] if variadic else list(inspect.signature(vjps[0]).parameters)[2 + count :]
    allowed = set(static_names)

    def apply(*args: Any, **static: Any) -> Tensor:
        if len(args) > count:
            if len(args) > count + len(static_names):
                raise TypeError(f"{name}: {len(args)} arguments; it takes {count} tensors, then {static_names}")
            static.update(zip(static_names, args[count:], strict=False))
            args = args[:count]
        if static and not static.keys() <= allowed:
            raise TypeError(f"{name}: unknown arguments {sorted(static.keys() - allowed)}; it takes {static_names}")
        inputs: list[Tensor | None] = []
        values, reads, wanted = [], [], False
        for x in args:
            if isinstance(x, Tensor):
                reads.append((x, x._writes if x._checksum is None else x._version()))
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
            out.requires_grad = True
            out._primitive = row
            out._tape = Record(inputs, values, static, reads, out._data)
        return out

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"The primitive `{name}`: see its row in the table of primitives.py or functional.py."
    return apply


def _constant(x: Any, args: Sequence[Any]) -> np.ndarray:
    """Return a copy of x; a number, or an array of truth values, takes the dtype of the tensor beside it."""
    like = next((t.dtype for t in args if isinstance(t, Tensor)), None)
    weak = isinstance(x, (int, float, np.generic)) or (isinstance(x, np.ndarray) and x.dtype.kind == "b")
    return np.array(x, dtype=like if weak else None)


def _shapes(values: Sequence[np.ndarray]) -> str:
    return " and ".join(str(v.shape) for v in values)


def _not_floating(name: str, args: Sequence[Any]) -> TypeError:
    values = [np.asarray(values_of(x)) for x in args]
    return TypeError(
        f"{name}: operands of shapes {_shapes(values)} have dtypes {' and '.join(str(v.dtype) for v in values)}; "
        "gradients need floating point: convert with array.astype(np.float32)"
    )


# ---- walking it backwards


def backward(root: Tensor, cotangent: Any = None) -> None:
    """Add dL/dx to `.grad` of every leaf x that requires it, where L = sum(cotangent * this tensor).

    Of the tensors in between, those do likewise whose `retains_grad` was set to True.

    Args:
        cotangent: dL/d(this tensor), of the tensor's shape; may be left out (then 1) where self has a single entry.

    Raises RuntimeError where there is no tape, where it has been used up, or where a value on it was overwritten;
    ValueError for a cotangent that is missing or of another shape. No `.grad` has been touched then.
    """
    g = _first_cotangent(root, cotangent)
    if root._primitive is None:
        _accumulate(root, g)
        return
    unvisited_uses = _count_uses(root)
    cotangents: dict[int, np.ndarray] = {id(root): g}
    own: set[int] = set()  # of these, those that nothing else holds, so that parts can be added in place
    ready = [root]
    while ready:
        y = ready.pop()
        g, tape, vjps = cotangents.pop(id(y)), y._tape, y._primitive.vjps  # type: ignore[union-attr]
        y._tape = None  # freed as we go
        if y.retains_grad:
            _accumulate(y, g.copy())
        for k, x in enumerate(tape.inputs):  # type: ignore[union-attr]
            if x is None:
                continue
            gx = vjps[k](g, tape.result, *tape.values, **tape.static)  # type: ignore[union-attr]
            if type(gx) is not Part:
                gx = _unbroadcast(gx, tape.values[k])  # type: ignore[union-attr]
            if x._primitive is None:
                _accumulate(x, gx.copy() if type(gx) is not Part and (gx is g or gx.base is not None) else gx)
                continue
            _add(cotangents, own, x, gx)
            unvisited_uses[id(x)] -= 1
            if unvisited_uses[id(x)] == 0:
                ready.append(x)


def _first_cotangent(root: Tensor, cotangent: Any) -> np.ndarray:
    if not root.requires_grad:
        raise RuntimeError(
            f"backward: this tensor of shape {root.shape} depends on nothing that requires a gradient; create the "
            "inputs with requires_grad=True and compute outside no_grad()"
        )
    if cotangent is None:
        if root.size != 1:
            raise ValueError(
                f"backward: a tensor of shape {root.shape} has no single gradient; reduce it first, as in "
                "y.sum().backward(), or pass a cotangent of that shape: y.backward(g)"
            )
        return np.ones_like(root._data)
    g = np.array(values_of(cotangent), dtype=root.dtype)
    if g.shape != root.shape:
        raise ValueError(f"backward: the cotangent has shape {g.shape}, the tensor {root.shape}; make them equal")
    return g


def _accumulate(x: Tensor, g: np.ndarray | Part) -> None:
    if type(g) is Part:
        if x.grad is None:
            x.grad = np.zeros_like(x._data)
        x.grad[g.index] += g.g
    elif x.grad is None:
        x.grad = np.asarray(g)
    else:
        x.grad += g


def _add(cotangents: dict[int, np.ndarray], own: set[int], x: Tensor, g: np.ndarray | Part) -> None:
    """Add g to the cotangent of x."""
    key, before = id(x), cotangents.get(id(x))
    if type(g) is Part:
        if key not in own:
            cotangents[key] = np.zeros_like(x._data) if before is None else np.array(before)
            own.add(key)
        cotangents[key][g.index] += g.g
    else:
        cotangents[key] = g if before is None else before + g  # type: ignore[assignment]
        own.discard(key)


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
        for read, writes in ((y, 0), *tape.reads):
            if read._version() != writes:
                raise RuntimeError(
                    f"{name}: operands of shapes {_shapes(tape.values)}, result {y.shape}: a value of shape "
                    f"{read.shape} was written in place after its use, so its gradient would be wrong; write to a copy "
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


Tensor.backward = backward  # type: ignore[method-assign, assignment]

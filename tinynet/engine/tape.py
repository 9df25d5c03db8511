"""The tape: reverse-mode automatic differentiation, which is the chain rule and bookkeeping.

A network computes one number L, the loss, from many parameters x, and we want dL/dx for all of them. Work backwards.
If we know g = dL/dy for the result y of an operation y = f(x), the chain rule gives dL/dx = g (dy/dx). A tensor that
was used several times gets the sum of what its uses send back:

    dL/dx = sum over the uses y of x of (dL/dy)(dy/dx)

Notation
    x, a, b   inputs of an operation, NumPy arrays        y = f(x)   its output
    L         the scalar at the end of the graph          g          the cotangent of y: dL/dy, of y's shape
    VJP       vector-Jacobian product, g -> g (dy/dx): turns the cotangent of y into the cotangent of x

A *primitive* states f and one VJP for each input: a row of the table in primitives.py. Calling it computes y and notes,
in a `Node`, what was computed from what. `backward` visits every tensor after all of its uses, so that its sum is
complete, and hands cotangents from outputs to inputs. It keeps a list of what to visit next instead of calling itself:
a deep graph costs memory, not recursion (Baydin et al. 2018, "Automatic differentiation in machine learning: a
survey", section 3.2).
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from tinynet.engine import refusals
from tinynet.engine.operators import op
from tinynet.engine.recording import mode
from tinynet.engine.tensor import Tensor, values_of

# ---- writing the tape


class Node:
    """One entry of the tape: what was computed from what, and how to send a cotangent back."""

    __slots__ = ("inputs", "name", "reads", "result", "static", "values", "vjps")

    def __init__(self, name: str, vjps: Any, inputs: list, values: list, static: dict, reads: list, result: np.ndarray):
        self.name, self.vjps, self.values, self.static = name, vjps, values, static  # f was called with the last two
        self.inputs: list[Tensor | None] = inputs  # None where no gradient is wanted
        self.reads: list | None = reads  # each tensor read, and how often it had been written then
        self.result: np.ndarray | None = result  # y itself: the tensor's values may be replaced before backward

    def pull_back(self, g: np.ndarray) -> Iterator[tuple]:
        """Return each input, its share of g, and its value. This uses the node up, so that memory is freed early."""
        inputs, values, result = self.inputs, self.values, self.result
        self.inputs, self.values, self.result, self.reads = [], [], None, None
        shares: list = []
        for k, x in enumerate(inputs):
            shares.append(None if x is None else self.vjps[k](g, result, *values, **self.static))
        return zip(inputs, shares, values)  # noqa: B905


class Part(NamedTuple):
    """A cotangent that is g at a basic index and zero elsewhere: what reading a piece of a tensor sends back."""

    index: Any
    g: np.ndarray


def primitive(name: str, forward: Callable[..., Any], *vjps: Any, fix: str = refusals.FIT) -> Callable[..., Tensor]:
    """Return the function `name`, from tensors and static arguments (an axis, a shape) to a tensor.

    Args:
        name: what errors and drawings call it.
        forward: y = forward(*values, **static), NumPy arrays in and out.
        vjps: one for each tensor input. `vjps[k](g, y, *values, **static)` returns the cotangent of input k, in the
            shape that this input has after broadcasting. If the number of inputs varies: one object that gives vjps[k].
        fix: what to do about operands that do not fit, for the error message.
    """
    variadic = not callable(vjps[0])
    rules = vjps[0] if variadic else vjps
    count = sys.maxsize if variadic else len(vjps)
    static_names = ["axis"] if variadic else list(inspect.signature(vjps[0]).parameters)[2 + count :]
    allowed = set(static_names)

    def apply(*args: Any, **static: Any) -> Tensor:
        if len(args) > count + len(static_names) or (static and not static.keys() <= allowed):
            raise refusals.wrong_arguments(name, args, static, count, static_names)
        if len(args) > count:
            static.update(zip(static_names, args[count:], strict=False))  # what follows the tensors is static
            args = args[:count]
        inputs: list[Tensor | None] = []
        values, reads, wanted = [], [], False
        for x in args:
            if isinstance(x, Tensor):
                reads.append((x, x.writes() if x._handed_out or x._owner is not None else x._writes))  # see watch.py
                value, wants = x._data, x.requires_grad
            else:
                value, wants = _constant(x, args), False
            if value.dtype.kind != "f":
                raise refusals.not_floating(name, [np.asarray(values_of(x)) for x in args])
            values.append(value)
            inputs.append(x if wants else None)
            wanted |= wants
        try:
            y = forward(*values, **static)
        except (ValueError, IndexError) as error:
            raise refusals.do_not_fit(name, values, error, fix) from error
        out = Tensor.__new__(Tensor)
        out._data = y if type(y) is np.ndarray else np.asarray(y)
        if wanted and mode.recording:
            out.requires_grad = True
            out._node = Node(name, rules, inputs, values, static, reads, out._data)
        elif reads and out._data.base is not None:
            out._owner = reads[0][0]  # y is a view: whoever writes to the input writes to y, see watch.py
        return out

    apply.__name__ = apply.__qualname__ = name
    apply.__module__ = forward.__module__ if variadic else vjps[0].__module__
    apply.__doc__ = f"Primitive `{name}`, then {static_names}: its row in {apply.__module__} has the equation and VJPs."
    return apply


def _constant(x: Any, args: Sequence[Any]) -> np.ndarray:
    """Return a copy of x; a number, or an array of truth values, takes the dtype of the tensor beside it."""
    like = next((t.dtype for t in args if isinstance(t, Tensor)), None)
    weak = isinstance(x, (int, float, np.generic)) or getattr(x, "dtype", "") == np.dtype(bool)
    return np.array(values_of(x), dtype=like if weak else None)


# ---- walking it backwards


def backward(root: Tensor, cotangent: Any = None) -> None:
    """Add dL/dx to `.grad` of every leaf x that requires it (and of x that `retains_grad`), L = sum(cotangent * root).

    Args:
        root: where the walk begins.
        cotangent: dL/d(root), of root's shape; may be left out (then 1) where root has a single entry.

    Raises RuntimeError where there is no tape, where it has been used up, or where a value on it was overwritten;
    ValueError for a cotangent that is missing or of another shape. No `.grad` has been touched then.
    """
    cotangents = Cotangents()
    cotangents.add(root, _first_cotangent(root, cotangent))
    uses_left = _count_uses(root)
    ready = [root]  # tensors whose uses have all sent their share
    while ready:
        y = ready.pop()
        g = cotangents.pop(y)
        if y._node is None or y.retains_grad:
            _accumulate(y, g.copy())
        for x, gx, value in y._node.pull_back(g) if y._node else ():
            if x is None:
                continue
            if type(gx) is not Part and (gx.shape != value.shape or gx.dtype != value.dtype):
                gx = _unbroadcast(gx, value)
            if x._node is None:
                _accumulate(x, gx if type(gx) is Part or (gx is not g and gx.base is None) else gx.copy())
                continue
            cotangents.add(x, gx)
            uses_left[id(x)] -= 1
            if uses_left[id(x)] == 0:
                ready.append(x)


class Cotangents:
    """What the uses of each tensor have sent back so far: whole arrays, and pieces, added up."""

    def __init__(self) -> None:
        self.wholes, self.pieces = dict[int, np.ndarray](), dict[int, np.ndarray]()

    def add(self, x: Tensor, g: np.ndarray | Part) -> None:
        """Add g to the cotangent of x."""
        key = id(x)
        if isinstance(g, Part):
            if key not in self.pieces:
                self.pieces[key] = np.zeros_like(x._data)
            self.pieces[key][g.index] += g.g
        else:
            self.wholes[key] = self.wholes[key] + g if key in self.wholes else g  # never in place: VJPs share arrays

    def pop(self, x: Tensor) -> np.ndarray:
        """Return the cotangent of x, and forget it."""
        whole, pieces = self.wholes.pop(id(x), None), self.pieces.pop(id(x), None) if self.pieces else None
        return whole if pieces is None else pieces if whole is None else whole + pieces  # type: ignore[return-value]


def _accumulate(x: Tensor, g: np.ndarray | Part) -> None:
    if isinstance(g, Part):
        x.grad = np.zeros_like(x._data) if x.grad is None else x.grad
        x.grad[g.index] += g.g
    elif x.grad is None:
        x.grad = np.asarray(g)
    else:
        x.grad += g


def _first_cotangent(root: Tensor, cotangent: Any) -> np.ndarray:
    if not root.requires_grad:
        raise refusals.no_tape(root.shape)
    if cotangent is None and root.size != 1:
        raise refusals.many_entries(root.shape)
    g = np.ones_like(root._data) if cotangent is None else np.array(values_of(cotangent), dtype=root.dtype)
    if g.shape != root.shape:
        raise refusals.another_shape(g.shape, root.shape)
    return g


def _count_uses(root: Tensor) -> dict[int, int]:
    """Count, by id, the uses on the way to `root` of each tensor that has a node; check that the tape is whole."""
    uses: dict[int, int] = {}
    stack = [root] if root._node else []
    while stack:
        y = stack.pop()
        node = y._node
        if node.reads is None:
            raise refusals.used_up(node.name, y.shape)
        for read, writes in ((y, 0), *node.reads):
            if (read.writes() if read._handed_out or read._owner is not None else read._writes) != writes:
                raise refusals.overwritten(node.name, node.values, y.shape, read.shape)
        for x in node.inputs:
            if x is not None and x._node:
                uses[id(x)] = uses.get(id(x), 0) + 1
                if uses[id(x)] == 1:
                    stack.append(x)
    return uses


def _unbroadcast(g: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return g in x's shape and dtype: summed over the axes along which x was repeated."""
    if g.shape != x.shape:
        g = g.sum(axis=tuple(range(g.ndim - x.ndim)))
        g = g.sum(axis=tuple([i for i, n in enumerate(x.shape) if n == 1]), keepdims=True)
    return g if g.dtype == x.dtype else g.astype(x.dtype)


op.backward = backward

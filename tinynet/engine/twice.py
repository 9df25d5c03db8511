"""Gradients that have gradients: dL/dx as a tensor on the tape.

The VJPs of the engine are made of NumPy's operators and functions. Handed arrays, as in `backward`, they return arrays.
Handed tensors, they are recorded like any other computation, and can be differentiated again.

Take the gradient g = dL/dx and a direction v. The gradient of the number <g, v> is the Hessian of L times v, and the
Hessian itself, n x n numbers for n weights, is never made:

    H v = d<g, v>/dx        (Pearlmutter 1994, "Fast exact multiplication by the Hessian")
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from tinynet.engine.tape import Part, _count_uses, _first_cotangent, _unbroadcast, primitive
from tinynet.engine.tensor import Tensor


def _add_at(g: np.ndarray, shape: tuple[int, ...], index: Any) -> np.ndarray:
    """Return zeros of this shape, with g added at the index: what reading x[index] sends back."""
    out = np.zeros(shape, g.dtype)
    np.add.at(out, index, g)
    return out


scatter = primitive("scatter", _add_at, lambda g, y, x, shape, index: g[index])


def grad(y: Tensor, xs: Iterable[Tensor], cotangent: Any = None) -> list[Tensor]:
    """Return dL/dx for each x, L = sum(cotangent * y), on the tape. The tape stays, and no `.grad` is touched.

    Args:
        y: what was computed from the xs.
        xs: a list of tensors that require a gradient: leaves, or on the way to y.
        cotangent: dL/dy, of y's shape; may be left out (then 1) where y has a single entry.

    Raises ValueError for an x that requires no gradient, TypeError where an operation has first derivatives only, and
    what `backward` raises.
    """
    xs = [] if isinstance(xs, Tensor) else list(xs)
    if not xs or not all(x.requires_grad for x in xs):
        raise ValueError("grad: xs must be a list of tensors that require a gradient, as in grad(y, [x])")
    first = _first_cotangent(y, cotangent)
    cotangents = {id(y): cotangent if isinstance(cotangent, Tensor) else Tensor(first)}
    uses_left = _count_uses(y)
    ready = [y]  # tensors whose uses have all sent their share
    while ready:
        z = ready.pop()
        for x, gx in _pull_back(z, cotangents[id(z)]) if z._node else ():
            cotangents[id(x)] = cotangents[id(x)] + gx if id(x) in cotangents else gx
            if x._node:
                uses_left[id(x)] -= 1
                if uses_left[id(x)] == 0:
                    ready.append(x)
    return [cotangents[id(x)] if id(x) in cotangents else Tensor(np.zeros_like(x._data)) for x in xs]


def _pull_back(y: Tensor, g: Tensor) -> Iterator[tuple[Tensor, Any]]:
    """Yield the inputs of the operation that made y, with their shares of g, computed from tensors."""
    node = y._node
    operands = [value if x is None else x for x, value in zip(node.inputs, node.values, strict=True)]
    for k, x in enumerate(node.inputs):
        if x is None:
            continue
        vjp = node.vjps[k]
        if not getattr(vjp, "func", vjp).__module__.startswith("tinynet.engine."):  # may use arrays inside
            raise TypeError(f"grad: {node.name} has first derivatives only; use backward, and differences of gradients")
        gx = vjp(g, y, *operands, **node.static)
        yield x, _unbroadcast(scatter(gx.g, x.shape, gx.index) if isinstance(gx, Part) else gx, x)  # type: ignore[arg-type]

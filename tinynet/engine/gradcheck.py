"""Check a gradient of any size with two evaluations of the function.

For y = f(x), with the Jacobian J = dy/dx, a random cotangent u (of y's shape) and a random direction v (of x's shape):

    <v, vjp(u)>  =  <v, J^T u>  =  <u, J v>  ~  <u, (f(x + h v) - f(x - h v)) / 2h>

The left side comes from `backward`, the right side from two evaluations. A wrong entry anywhere in the gradient makes
them differ, barring coincidence. That is why u is random: with u all ones, a gradient that ignores u would pass.
(The test_util of autograd, Maclaurin et al. 2015, uses the same identity.)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tinynet.engine.recording import no_grad
from tinynet.engine.tensor import Tensor


def check_gradients(
    f: Callable[..., Tensor], *tensors: Tensor, seed: int = 0, step: float = 1e-5, tolerance: float = 1e-6
) -> None:
    """Raise AssertionError, naming the argument and both numbers, unless `backward` agrees with finite differences.

    Args:
        f: a deterministic function of the tensors, smooth within `step` of their values; its result may have any
            shape. It may ignore its arguments and use the tensors directly, as the parameters of a network.
        tensors: float64 leaves that require a gradient; each is tested on its own. Values and `.grad` stay as they are.
        seed: fixes the random cotangent and directions.
        step: h above. The difference quotient is off by about h^2 (f is no parabola) plus 1e-16 / h (rounding).
        tolerance: largest difference allowed, relative to the largest of 1 and the two numbers.

    Raises TypeError for tensors that are not float64, ValueError for any that is not a leaf with requires_grad=True.
    """
    for k, x in enumerate(tensors):
        if x.dtype != np.float64:
            raise TypeError(
                f"check_gradients: argument {k} is {x.dtype}; differences need float64: Tensor(x.astype(np.float64))"
            )
        if not x.requires_grad or x._node is not None:
            raise ValueError(f"check_gradients: argument {k} is no leaf with requires_grad=True; create it as one")
    rng = np.random.default_rng(seed)
    kept = [x.grad for x in tensors]
    try:
        for x in tensors:
            x.grad = None
        y = f(*tensors)
        u = rng.normal(size=y.shape)
        if y.requires_grad:
            y.backward(u)
        gradients = [np.zeros(x.shape) if x.grad is None else x.grad for x in tensors]
    finally:
        for x, grad in zip(tensors, kept, strict=True):
            x.grad = grad
    for k, (x, gradient) in enumerate(zip(tensors, gradients, strict=True)):
        v = rng.normal(size=x.shape)
        by_backward = float(np.sum(v * gradient))
        by_difference = _directional_difference(f, tensors, x, u, v, step)
        if not abs(by_backward - by_difference) <= tolerance * max(1, abs(by_backward), abs(by_difference)):
            raise AssertionError(
                f"argument {k}, of shape {x.shape}: backward gives <v, vjp(u)> = {by_backward:.9g}, "
                f"the difference quotient <u, Jv> = {by_difference:.9g}"
            )


def _directional_difference(
    f: Callable[..., Tensor], tensors: tuple[Tensor, ...], x: Tensor, u: np.ndarray, v: np.ndarray, h: float
) -> float:
    """Return <u, (f(x + h v) - f(x - h v)) / 2h>, with x's own values put back afterwards."""
    values = x._data
    try:
        with no_grad():
            x._data = values + h * v
            above = f(*tensors)._data
            x._data = values - h * v
            below = f(*tensors)._data
    finally:
        x._data = values
    return float(np.sum(u * (above - below))) / (2 * h)

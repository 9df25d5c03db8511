"""What the tape says when it must refuse. Each function returns the error to raise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

FIT = "shapes must be equal or broadcast: compared from the last axis backwards, lengths are equal or one of them is 1"


def wrong_arguments(name: str, args: Sequence[Any], static: dict, count: int, static_names: list[str]) -> TypeError:
    """Return the error for more arguments than a primitive takes, or for a name that it does not know."""
    if len(args) > count + len(static_names):
        return TypeError(f"{name}: {len(args)} arguments given; it takes {count} tensors, then {static_names}")
    return TypeError(f"{name}: unknown arguments {sorted(static.keys() - set(static_names))}; it takes {static_names}")


def not_floating(name: str, values: Sequence[np.ndarray]) -> TypeError:
    """Return the error for operands that cannot have a gradient."""
    return TypeError(
        f"{name}: operands of shapes {shapes(values)} have dtypes {' and '.join(str(v.dtype) for v in values)}; "
        "gradients need floating point: convert with array.astype(np.float32)"
    )


def do_not_fit(name: str, values: Sequence[np.ndarray], error: Exception, fix: str) -> Exception:
    """Return the error for operands whose shapes NumPy refuses."""
    kind = IndexError if type(error) is IndexError else ValueError
    if "zero-size array" in str(error):
        fix = "the axis that is reduced needs at least one entry"
    return kind(f"{name}: operands of shapes {shapes(values)}: {error}; {fix}")


def no_tape(shape: tuple[int, ...]) -> RuntimeError:
    """Return the error for a backward pass from a tensor that was not recorded."""
    return RuntimeError(
        f"backward: this tensor of shape {shape} depends on nothing that requires a gradient; create the inputs with "
        "requires_grad=True and compute outside no_grad()"
    )


def many_entries(shape: tuple[int, ...]) -> ValueError:
    """Return the error for a backward pass from more than one number, without a cotangent."""
    return ValueError(
        f"backward: a tensor of shape {shape} has no single gradient; reduce it first, as in y.sum().backward(), or "
        "pass a cotangent of that shape: y.backward(g)"
    )


def another_shape(cotangent: tuple[int, ...], shape: tuple[int, ...]) -> ValueError:
    """Return the error for a cotangent that does not fit its tensor."""
    return ValueError(f"backward: the cotangent has shape {cotangent}, the tensor {shape}; make them equal")


def used_up(name: str, shape: tuple[int, ...]) -> RuntimeError:
    """Return the error for a second backward pass over the same tape."""
    return RuntimeError(
        f"{name}: backward has already walked through this tensor of shape {shape}, and its tape was freed; compute it "
        "again, or add the losses up and call backward once"
    )


def overwritten(
    name: str, values: Sequence[np.ndarray], result: tuple[int, ...], shape: tuple[int, ...]
) -> RuntimeError:
    """Return the error for a value that was written in place while the tape still needed it."""
    return RuntimeError(
        f"{name}: operands of shapes {shapes(values)}, result {result}: a value of shape {shape} was written in place "
        "after its use, so the gradient would be wrong; write to a copy (x.numpy()), or after backward"
    )


def shapes(values: Sequence[np.ndarray]) -> str:
    """Return the shapes as text."""
    return " and ".join(str(v.shape) for v in values)

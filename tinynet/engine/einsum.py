"""Sums of products, as Einstein wrote them: einsum("ij,jk->ik", A, B) is the matrix product.

Each axis has a letter. Axes of one letter run together, and letters that the result does not name are summed over:

    y[result's letters] = sum over all other letters of a[its letters] b[its letters] ..

So y is linear in each operand, and the cotangent of an operand is again such a sum: g takes the operand's place, and
the two change sides.

    y = einsum("ij,jk->ik", A, B)        dL/dA = einsum("ik,jk->ij", g, B)        dL/dB = einsum("ij,ik->jk", A, g)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from string import ascii_letters
from typing import Any

import numpy as np

from tinynet.engine.operators import op
from tinynet.engine.primitives import mul
from tinynet.engine.shapes import every, moveaxis, reshape
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Tensor

_LETTERS = "each axis needs one letter, axes of one letter equal lengths, and the result only letters of the operands"
_SUMMED = "axes that are summed together need equal lengths, and each must exist"


def einsum(subscripts: str, *operands: Any, optimize: Any = False) -> Tensor:
    """Return the sum of products that the subscripts describe, as numpy.einsum does.

    Args:
        subscripts: letters for the axes of each operand, as in "ij,jk->ik"; "..." stands for all further axes.
        operands: tensors or arrays.
        optimize: whether NumPy looks for a good order to multiply in, which pays from three operands on.
    """
    if not isinstance(subscripts, str):
        raise TypeError(f"einsum: subscripts of type {type(subscripts).__name__}; write them as text: 'ij,jk->ik'")
    f = partial(np.einsum, subscripts, optimize=optimize)
    return primitive("einsum", f, _vjps(partial(_spell_out, subscripts)), fix=_LETTERS)(*operands)


def tensordot(a: Any, b: Any, axes: Any = 2) -> Tensor:
    """Return the sum of products over axes of a and of b, as numpy.tensordot does.

    Args:
        a, b: tensors or arrays.
        axes: how many of the last axes of a are summed with the first ones of b; or two lists, of a's axes and of b's.
    """
    axes = deepcopy(axes)
    f = partial(np.tensordot, axes=axes)
    return primitive("tensordot", f, _vjps(partial(_letters_of_axes, axes)), fix=_SUMMED)(a, b)


def outer(a: Any, b: Any) -> Tensor:
    """Return all products a[i] b[j]; what is no vector is flattened first."""
    return mul(reshape(a, (-1, 1)), reshape(b, (1, -1)))


def trace(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """Return the sum along a diagonal over two axes, `offset` columns to the right of the main one."""
    x = moveaxis(x, (axis1, axis2), (0, 1))[max(-offset, 0) :, max(offset, 0) :]
    n = min(x.shape[:2])
    return einsum("ii...", x[:n, :n])


# ---- which letters the axes have, and the cotangents


def _spell_out(subscripts: str, dimensions: Sequence[int]) -> tuple[list[str], str]:
    """Return the letters of each operand and of the result, with letters in place of dots and of a missing result."""
    left, arrow, result = subscripts.replace(" ", "").partition("->")
    unused = "".join(sorted(set(ascii_letters) - set(subscripts)))
    letters, longest = [], ""
    for own, n in zip(left.split(","), dimensions, strict=True):
        further = n - len(own.replace("...", ""))
        dots = unused[len(unused) - further :]
        letters.append(own.replace("...", dots))
        longest = max(longest, dots, key=len)
    if not arrow:
        result = "..." + "".join(sorted(c for c in set(left) - set(",.") if left.count(c) == 1))
    return letters, result.replace("...", longest)


def _letters_of_axes(axes: Any, dimensions: Sequence[int]) -> tuple[list[str], str]:
    """Return the letters of both operands and of the result, where `axes` are those of tensordot."""
    n, m = dimensions
    a, b = list(ascii_letters[:n]), list(ascii_letters[n : n + m])
    summed = (range(n - axes, n), range(axes)) if np.ndim(axes) == 0 else [np.ravel(one) for one in axes]
    for i, j in zip(*summed, strict=True):
        b[j] = a[i]
    return ["".join(a), "".join(b)], "".join(c for c in a + b if not (c in a and c in b))


def _vjps(spell: Callable[[Sequence[int]], tuple[list[str], str]]) -> every:
    """Return the VJPs of a product of operands; spell(their numbers of axes) gives its letters."""

    def to_operand(k: int, g: np.ndarray, y: np.ndarray, *operands: np.ndarray) -> np.ndarray:
        letters, result = spell([x.ndim for x in operands])
        factors = [(result, g), *((letters[i], x) for i, x in enumerate(operands) if i != k)]
        unused = iter(sorted(set(ascii_letters) - set(result).union(*letters)))
        own = ""
        for letter, n in zip(letters[k], operands[k].shape, strict=True):
            if letter in own:  # a diagonal was read: off it, the cotangent is zero
                factors.append((letter + (second := next(unused)), np.eye(n, dtype=g.dtype)))
                letter = second
            elif not any(letter in taken for taken, _ in factors):  # summed in this operand alone: the same for all
                factors.append((letter, np.ones(n, dtype=g.dtype)))
            own += letter
        subscripts = ",".join(taken for taken, _ in factors) + "->" + own
        gx = np.einsum(subscripts, *(x for _, x in factors), optimize=True)
        return np.broadcast_to(gx, np.broadcast_shapes(gx.shape, operands[k].shape))  # where others have length 1

    return every(to_operand)


vars(op).update(trace=trace)

"""Compiled: a loop over words for each product, without a trip through memory.

This is the equation as one would write it in C. Numba has no popcount of its own, so an `@intrinsic`, a function that
writes LLVM code (llvm.py), asks for the instruction.
"""

from __future__ import annotations

import numpy as np
from numba.extending import intrinsic

from tinynet.kernels.cached import njit


@intrinsic
def popcount(typing_context, word):
    """Return the number of ones of an integer."""

    def generate(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return word(word), generate


@njit()
def differences(a, i, b, j):
    """Return popcount(a_i ^ b_j), the number of places where row i of a and row j of b differ."""
    count = np.uint64(0)
    for w in range(a.shape[1]):
        count += popcount(a[i, w] ^ b[j, w])
    return np.int32(count)


@njit()
def words(a, b, n_bits, dot):
    """Fill dot (M, N), int32, with the products of the rows of a (M, W) and b (N, W)."""
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            dot[i, j] = n_bits - 2 * differences(a, i, b, j)

"""The XNOR product as plain compiled loops: the first two rungs above NumPy (see xnor.py for notation).

`words` is the definition, with one instruction for the ones of a word: Numba has no popcount of its own, so an
`@intrinsic` asks LLVM for it. `tile` computes 2 x 4 products at a time: eight sums in registers, for which it loads
2 + 4 words where `words` would load 16.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numba.extending import intrinsic

# The intrinsic stands in the file that uses it: Numba looks at this file alone to see whether cached code is stale.


@intrinsic
def popcount(typing_context, word):
    """Return the number of ones of an integer."""

    def generate(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return word(word), generate


@njit(cache=True, nogil=True)
def _count(a, i, b, j):
    count = np.uint64(0)
    for w in range(a.shape[1]):
        count += popcount(a[i, w] ^ b[j, w])
    return np.int32(count)


@njit(cache=True, nogil=True)
def words(a, b, n_bits, out):
    """Fill out (M, N), int32, with the products of the rows of a (M, W) and b (N, W)."""
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            out[i, j] = n_bits - 2 * _count(a, i, b, j)


@njit(cache=True, nogil=True)
def tile(a, b, n_bits, out):
    """Do the same, 2 x 4 products at a time."""
    m, n = out.shape
    whole_m, whole_n = m - m % 2, n - n % 4
    for i in range(0, whole_m, 2):
        for j in range(0, whole_n, 4):
            c00 = c01 = c02 = c03 = c10 = c11 = c12 = c13 = np.uint64(0)
            for w in range(a.shape[1]):
                a0, a1 = a[i, w], a[i + 1, w]
                b0, b1, b2, b3 = b[j, w], b[j + 1, w], b[j + 2, w], b[j + 3, w]
                c00, c01, c02, c03 = (
                    c00 + popcount(a0 ^ b0), c01 + popcount(a0 ^ b1), c02 + popcount(a0 ^ b2), c03 + popcount(a0 ^ b3),
                )  # fmt: skip
                c10, c11, c12, c13 = (
                    c10 + popcount(a1 ^ b0), c11 + popcount(a1 ^ b1), c12 + popcount(a1 ^ b2), c13 + popcount(a1 ^ b3),
                )  # fmt: skip
            out[i, j], out[i, j + 1], out[i, j + 2], out[i, j + 3] = c00, c01, c02, c03
            out[i + 1, j], out[i + 1, j + 1], out[i + 1, j + 2], out[i + 1, j + 3] = c10, c11, c12, c13
            for r in range(i, i + 2):
                for c in range(j, j + 4):
                    out[r, c] = n_bits - 2 * out[r, c]
    for i in range(m):  # what is left: the columns behind the last four, and the last row of an odd number
        for j in range(whole_n if i < whole_m else 0, n):
            out[i, j] = n_bits - 2 * _count(a, i, b, j)

"""Rows as streams of words and columns as panels of them, the form in which xnor_panels.py multiplies.

Words here have 32 bits, and the same word of 32 columns lies side by side, ready to be loaded as a vector:

    stream (M, S)         the words of each row, S of them
    panels (P, S, 32)     panels[p, s, c] is word s of column 32 p + c; behind the last column stands anything

    PLAIN     the words are the bits as they are

Fewer popcounts do. A full adder turns three bits of equal weight into their carry and their sum, in all lanes at once
(the idea of Harley and Seal; see Mula, Kurz, Lemire 2016, "Faster population counts using AVX2 instructions", arXiv
1611.07612):

    p + x + y = 2 majority(p, x, y) + (p ^ x ^ y)

Let x, y be the next two words of the difference a ^ b, and p the sum bit of all words before them. Then only carries
are counted, one for two words, and the last p. And p is a XOR of words, so that its parts in A and in B are computed
beforehand, once a row and once a column; so are those of p ^ x and p ^ y, from which the carry follows:

    majority(p, x, y) = p ^ ((p ^ x) & (p ^ y))

    CARRY     the words are p, p ^ x, p ^ y for each pair of words, and the last p

Pixels meet signs in the first layer of a network, bytes p = 0 .. 255 and s = +1 or -1, four to a word:

    BYTES     the words are four pixels of a row; four -s of a column, for the product subtracts
"""

from __future__ import annotations

import numpy as np
from numba import njit

# xnor_panels.py compiles these in. Numba looks at that file alone to see whether its cached code is stale, so whoever
# changes a number here changes a line there too.
PLAIN, CARRY, BYTES = range(3)
PARTS = (2, 3, 1)  # words in a step of each kind: 64 bits of a row, or four pixels
COLUMNS = 32  # of a panel


@njit(cache=True, nogil=True)
def panels_shape(n, words, kind):
    """Return (P, S, 32) for n columns of `words` words of 64 bits, PLAIN or CARRY."""
    return (n + COLUMNS - 1) // COLUMNS, 3 * words + 1 if kind == CARRY else 2 * words, COLUMNS


@njit(cache=True, nogil=True)
def streams(rows, kind):
    """Return uint32 (M, S) of bits (M, W), or of pixels as they are, four in a word."""
    halves = rows.view(np.uint32)  # in the order of the machine, the same for A and B
    if kind != CARRY:
        return halves
    out = np.empty((rows.shape[0], 3 * rows.shape[1] + 1), np.uint32)
    for i in range(rows.shape[0]):
        p = np.uint32(0)
        for w in range(rows.shape[1]):
            x, y = halves[i, 2 * w], halves[i, 2 * w + 1]
            out[i, 3 * w], out[i, 3 * w + 1], out[i, 3 * w + 2] = p, p ^ x, p ^ y
            p ^= x ^ y
        out[i, 3 * rows.shape[1]] = p
    return out


@njit(cache=True, nogil=True)
def panels(bits, kind):
    """Return uint32 (P, S, 32) of bits (N, W), panel after panel, PLAIN or CARRY."""
    n, words = bits.shape
    out = np.empty(panels_shape(n, words, kind), np.uint32)
    for p in range(out.shape[0]):
        stream = streams(bits[COLUMNS * p : COLUMNS * (p + 1)], kind)
        for s in range(out.shape[1]):
            for c in range(stream.shape[0]):
                out[p, s, c] = stream[c, s]
    return out


@njit(cache=True, nogil=True)
def byte_panels(bits, words):
    """Return uint32 (P, words, 32) of the signs in bits (N, W), four in a word: a byte -1 for a bit 1, and 1 for 0."""
    n = bits.shape[0]
    out = np.empty(((n + COLUMNS - 1) // COLUMNS, words, COLUMNS), np.uint32)
    for p in range(out.shape[0]):
        for s in range(words):
            for c in range(min(COLUMNS, n - COLUMNS * p)):
                four = (bits[COLUMNS * p + c, s // 16] >> np.uint64(4 * (s % 16))) & np.uint64(15)
                ones = (four * np.uint64(0x204081)) & np.uint64(0x01010101)  # bit k in byte k
                out[p, s, c] = np.uint32(np.uint64(0x01010101) + np.uint64(0xFE) * ones)
    return out

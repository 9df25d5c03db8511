"""8 x 32 products at a time, in vector registers: columns stored side by side, and half the popcounts.

A vector instruction wants 16 words that lie next to each other in memory. So we lay out b anew, 32 columns at a time,
with the same word of all 32 side by side. Words here have 32 bits.

    stream (M, S)         the words of each row of a, S of them
    panels (P, S, 32)     panels[p, s, c] is word s of column 32 p + c; whatever stands after the last column is ignored

A tile multiplies 8 streams by a panel: load a vector of the panel once, and use it for all 8 rows. vectors.py writes
the code of a tile. What the words are depends on the kind of product:

    PLAIN     the words are the bits as they are; a step takes two of them

Where the popcount is no single instruction, fewer popcounts pay. A full adder turns three bits of equal weight into a
carry and a sum bit, in all lanes at once (the idea of Harley and Seal; see Mula, Kurz, Lemire 2016, "Faster population
counts using AVX2 instructions", arXiv 1611.07612):

    p + x + y = 2 majority(p, x, y) + (p ^ x ^ y)

Let x, y be the next two words of the difference a ^ b, and p the sum bit of all words before them. Then only the
carries have to be counted, one for two words, and the last p. Better still, p is a XOR of words, so its share from a
and its share from b can be computed beforehand, once for each row and once for each column. The same is true of p ^ x
and of p ^ y, and the carry follows from these three:

    majority(p, x, y) = p ^ ((p ^ x) & (p ^ y))

    CARRY     a step takes p, p ^ x, p ^ y for a pair of words; the last p comes at the end

In the first layer of a network pixels 0 .. 255 meet signs +1 and -1 (layer.py), four bytes to a word:

    BYTES     a step takes four pixels of a row, and the four negated signs of a column, since tiles give -2 sums
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from tinynet.kernels.cached import njit
from tinynet.kernels.jit import cpu_features

PLAIN, CARRY, BYTES = range(3)
KINDS = ("plain", "carry", "bytes")
PARTS = (2, 3, 1)  # words in a step: 64 bits of a row, or four pixels
COLUMNS, ROWS = 32, 8  # of a tile
WIDE = "avx512vpopcntdq" in cpu_features()  # enough registers for all 8 rows; otherwise tiles have one
MULTIPLIES = ("avx512vnni" if WIDE else "avx2") in cpu_features()  # bytes
BLOCK = 64  # rows that pass by a panel while it stays in the first cache


# ---- the layout


@njit()
def panels_shape(n, words, kind):
    """Return (P, S, 32) for n columns of `words` words of 64 bits, PLAIN or CARRY."""
    return (n + COLUMNS - 1) // COLUMNS, 3 * words + 1 if kind == CARRY else 2 * words, COLUMNS


@njit()
def streams(rows, kind):
    """Return the stream, uint32 (M, S), of bits (M, W), or of pixels that are four to a word already."""
    halves = rows.view(np.uint32)  # in the machine's byte order, the same for a and b
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


@njit()
def panels(bits, kind):
    """Return the panels, uint32 (P, S, 32), of columns given as bits (N, W), PLAIN or CARRY."""
    n, words = bits.shape
    out = np.empty(panels_shape(n, words, kind), np.uint32)
    for p in range(out.shape[0]):
        stream = streams(bits[COLUMNS * p : COLUMNS * (p + 1)], kind)
        for s in range(out.shape[1]):
            for c in range(stream.shape[0]):
                out[p, s, c] = stream[c, s]
    return out


@njit()
def byte_panels(bits, words):
    """Return the panels, uint32 (P, words, 32), of the signs in bits (N, W): bytes, -1 for a bit 1 and 1 for a 0."""
    n = bits.shape[0]
    out = np.empty(((n + COLUMNS - 1) // COLUMNS, words, COLUMNS), np.uint32)
    for p in range(out.shape[0]):
        for s in range(words):
            for c in range(min(COLUMNS, n - COLUMNS * p)):
                four = (bits[COLUMNS * p + c, s // 16] >> np.uint64(4 * (s % 16))) & np.uint64(15)
                ones = (four * np.uint64(0x204081)) & np.uint64(0x01010101)  # bit k in byte k
                out[p, s, c] = np.uint32(np.uint64(0x01010101) + np.uint64(0xFE) * ones)
    return out


# ---- a tile


def _tile(rows: int, kind: int) -> Any:
    @intrinsic
    def tile(typing_context, stream, length, panel, steps, n_bits, dots, width):
        address, number = types.uintp, types.intp
        signature = types.void(address, number, address, number, types.int32, address, number)

        def generate(context, builder, signature, arguments):
            from tinynet.kernels.xnor import vectors  # needed only to compile

            vectors.tile(builder, KINDS[kind], rows, COLUMNS, PARTS[kind], arguments)
            return context.get_dummy_value()

        return signature, generate

    return tile


plain_8, plain_1 = _tile(ROWS, PLAIN), _tile(1, PLAIN)
carry_8, carry_1 = _tile(ROWS, CARRY), _tile(1, CARRY)
bytes_8, bytes_1 = (_tile(ROWS, BYTES), _tile(1, BYTES)) if MULTIPLIES else (plain_8, plain_1)  # the latter unused


@intrinsic
def at_least(typing_context, dots, thresholds):
    """Return as bits, uint32, which of 32 products reach their thresholds; both are addresses."""

    def generate(context, builder, signature, arguments):
        from tinynet.kernels.xnor import vectors

        return vectors.at_least(builder, COLUMNS, arguments)

    return types.uint32(types.uintp, types.uintp), generate


@njit()
def _rows_by_panel(stream, i, panels, p, steps, kind, n_bits, out, width):
    """Write the products of rows i .. i + 7, as far as there are so many, and panel p; return the number of rows.

    out: an address, where the products of a row begin `width` numbers after those of the row before.
    """
    rows, length = min(ROWS, stream.shape[0] - i), stream.shape[1]
    a = stream.ctypes.data + np.uintp(4 * length * i)
    b = panels.ctypes.data + np.uintp(4 * COLUMNS * length * p)
    if WIDE and rows == ROWS:
        if kind == PLAIN:
            plain_8(a, length, b, steps, n_bits, out, width)
        elif kind == CARRY:
            carry_8(a, length, b, steps, n_bits, out, width)
        else:
            bytes_8(a, length, b, steps, n_bits, out, width)
    else:
        for r in range(rows):
            row, to = a + np.uintp(4 * length * r), out + np.uintp(4 * width * r)
            if kind == PLAIN:
                plain_1(row, length, b, steps, n_bits, to, width)
            elif kind == CARRY:
                carry_1(row, length, b, steps, n_bits, to, width)
            else:
                bytes_1(row, length, b, steps, n_bits, to, width)
    return rows


# ---- all tiles


@njit()
def product(stream, panels, kind, n_bits, out):
    """Fill out (M, N), int32, with the products of the rows of a stream and the columns in panels.

    n_bits: int32, the entries of a row; 0 for BYTES, whose products are -2 sums.
    """
    dots, steps = np.empty((ROWS, COLUMNS), np.int32), stream.shape[1] // PARTS[kind]
    m, n = out.shape
    for block in range(0, m, BLOCK):
        for p in range(panels.shape[0]):
            first = COLUMNS * p
            for i in range(block, min(block + BLOCK, m), ROWS):
                if n - first >= COLUMNS:
                    address = out.ctypes.data + np.uintp(4 * (i * n + first))
                    _rows_by_panel(stream, i, panels, p, steps, kind, n_bits, address, n)
                else:
                    rows = _rows_by_panel(stream, i, panels, p, steps, kind, n_bits, dots.ctypes.data, COLUMNS)
                    out[i : i + rows, first:] = dots[:rows, : n - first]


@njit()
def compare(stream, panels, kind, n_bits, thresholds, flips, out):
    """Set the bits of out (M, ceil(N / 64)), zeros at first, where a product reaches its threshold, and flip some.

    thresholds: int32 (P, 32). flips: uint32 (P,), the columns whose answer is turned round.
    """
    dots, steps, m = np.empty((ROWS, COLUMNS), np.int32), stream.shape[1] // PARTS[kind], stream.shape[0]
    for block in range(0, m, BLOCK):
        for p in range(panels.shape[0]):
            limits = thresholds.ctypes.data + np.uintp(4 * COLUMNS * p)
            for i in range(block, min(block + BLOCK, m), ROWS):
                rows = _rows_by_panel(stream, i, panels, p, steps, kind, n_bits, dots.ctypes.data, COLUMNS)
                for r in range(rows):
                    ones = at_least(dots.ctypes.data + np.uintp(4 * COLUMNS * r), limits) ^ flips[p]
                    out[i + r, p // 2] |= np.uint64(ones) << np.uint64(32 * (p % 2))

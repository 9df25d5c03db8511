"""The fastest XNOR product: 32 columns at a time in vector registers, and a carry saved for every pair of words.

Numba compiles plain loops well, but not this one: sixteen running sums must stay in registers, and it must be written
so. An `@intrinsic` writes the compiler's intermediate code itself, here for one tile: 8 rows of A against a *panel* of
32 columns of B. All is in words of 32 bits, and the same word of the 32 columns lies side by side:

    stream  (M, S)           the words of a row, S of them           panels (P, S, 32)   panels[p, s, c]: word s of
    counts (8, 32)           of one tile: rows by columns                                column 32 p + c
    splat(a)                 the word a in all lanes of a vector

    plain    for each word s, row r:   counts[r] += popcount(splat(stream[r, s]) ^ panels[p, s])     3 instructions

Popcounts can be had for less. A full adder takes three bits of equal weight and gives their sum and their carry
(Harley and Seal; see Mula, Kurz, Lemire 2016, "Faster population counts using AVX2 instructions", arXiv 1611.07612):

    x + y + z = 2 majority(x, y, z) + (x ^ y ^ z)             in each bit

Feed the sum bit p of all words so far into the next pair x, y of words: popcount is then needed for the carries alone,
once for two words. What is more, p is a XOR of words of A and words of B, so that its part in A and its part in B
can be computed beforehand, once a row and once a column:

    p = p_A ^ p_B;   p ^ x = (p_A ^ x_A) ^ (p_B ^ x_B);   and majority(p, x, y) = p ^ ((p ^ x) & (p ^ y))

so a stream holds p, p ^ x, p ^ y for each pair, and the last p behind them:

    carry    u = splat(a1) ^ b1;  v = u & (splat(a2) ^ b2);  counts += popcount(splat(a0) ^ b0 ^ v)  5 instructions,
    (AVX-512 does any function of three words in one)                                                two words

The total is 2 counts + popcount(last p). Without AVX-512's popcount of 32-bit lanes, sums are kept in bytes (AVX2 finds
those of half bytes in a table) and widened before one can pass 255.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from tinynet.kernels.cpu import features

COLUMNS, ROWS = 32, 8  # of a tile
WIDE = "avx512vpopcntdq" in features()  # sums in 32-bit lanes of 512-bit vectors; else in bytes of 256-bit vectors
LANES = 16 if WIDE else 8  # words in a vector
VECTORS = COLUMNS // LANES
WORD = ir.IntType(32)
VECTOR = ir.VectorType(WORD, LANES)
SUMS = VECTOR if WIDE else ir.VectorType(ir.IntType(8), 4 * LANES)
SPAN_PLAIN, SPAN_CARRY = (1 << 30, 1 << 30) if WIDE else (15, 31)  # 64-bit words until a byte could pass 255

# ---- the tile, in the compiler's own language


def _splat(builder: ir.IRBuilder, word: ir.Value) -> ir.Value:
    nothing = ir.Constant(VECTOR, ir.Undefined)
    first = builder.insert_element(nothing, word, WORD(0))
    return builder.shuffle_vector(first, nothing, ir.Constant(VECTOR, [0] * LANES))


def _widen(builder: ir.IRBuilder, sums: ir.Value) -> ir.Value:
    """Add the four bytes of each lane, unless the lane is one sum already."""
    if WIDE:
        return sums
    constant = lambda value: ir.Constant(VECTOR, [value] * LANES)
    x = builder.bitcast(sums, VECTOR)
    even, odd = builder.and_(x, constant(0xFF00FF)), builder.and_(builder.lshr(x, constant(8)), constant(0xFF00FF))
    x = builder.add(even, odd)
    return builder.add(builder.and_(x, constant(0xFFFF)), builder.lshr(x, constant(16)))


def _emit(builder: ir.IRBuilder, rows: int, carry: bool, arguments: list[ir.Value]) -> None:
    """Write the code of a tile: counts[r, c] += popcounts of row r against column c, over `words` 64-bit words."""
    stream, row_length, panel, words, counts = arguments
    number, parts = words.type, 3 if carry else 2
    stream = builder.inttoptr(stream, WORD.as_pointer())
    panel, counts = (builder.inttoptr(address, VECTOR.as_pointer()) for address in (panel, counts))
    ctpop = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(SUMS, [SUMS]), f"llvm.ctpop.v{SUMS.count}i{SUMS.element.width}"
    )

    def load(base: ir.Value, index: ir.Value) -> ir.Value:
        value = builder.load(builder.gep(base, [index]))
        value.align = 4  # all that NumPy promises
        return value

    # The sums are variables of the stack frame in name only: LLVM sees that each stays in one register.
    sums = [[cgutils.alloca_once_value(builder, ir.Constant(SUMS, None)) for _ in range(VECTORS)] for _ in range(rows)]
    with cgutils.for_range(builder, words) as loop:
        s = builder.mul(loop.index, number(parts))
        at = [builder.mul(builder.add(s, number(part)), number(VECTORS)) for part in range(parts)]
        b = [[load(panel, builder.add(start, number(v))) for v in range(VECTORS)] for start in at]
        for r in range(rows):
            row = builder.add(builder.mul(row_length, number(r)), s)
            a = [_splat(builder, load(stream, builder.add(row, number(part)))) for part in range(parts)]
            for v in range(VECTORS):
                x = [builder.xor(a[part], b[part][v]) for part in range(parts)]
                for ones in [builder.xor(x[0], builder.and_(x[1], x[2]))] if carry else x:
                    count = builder.call(ctpop, [builder.bitcast(ones, SUMS)])
                    builder.store(builder.add(builder.load(sums[r][v]), count), sums[r][v])
    for r in range(rows):
        for v in range(VECTORS):
            place = number(r * VECTORS + v)
            total = builder.add(load(counts, place), _widen(builder, builder.load(sums[r][v])))
            builder.store(total, builder.gep(counts, [place]), align=4)


def _tile(rows: int, carry: bool) -> Any:
    @intrinsic
    def tile(typing_context, stream, row_length, panel, words, counts):  # addresses and lengths, as integers
        signature = types.void(types.uintp, types.intp, types.uintp, types.intp, types.uintp)

        def generate(context, builder, signature, arguments):
            _emit(builder, rows, carry, arguments)
            return context.get_dummy_value()

        return signature, generate

    return tile


plain_8, plain_1 = _tile(ROWS, False), _tile(1, False)
carry_8, carry_1 = _tile(ROWS, True), _tile(1, True)


@intrinsic
def popcount(typing_context, word):
    """Return the number of ones of an integer: one instruction."""

    def generate(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return word(word), generate


# ---- streams and panels


@njit(cache=True, nogil=True)
def _fill_stream(bits, carry, stream):
    """Fill stream (S,) from the words of one row."""
    p = np.uint32(0)
    for w in range(len(bits)):
        x, y = np.uint32(bits[w]), np.uint32(bits[w] >> np.uint64(32))
        if carry:
            stream[3 * w], stream[3 * w + 1], stream[3 * w + 2] = p, p ^ x, p ^ y
            p ^= x ^ y
        else:
            stream[2 * w], stream[2 * w + 1] = x, y
    if carry:
        stream[3 * len(bits)] = p


@njit(cache=True, nogil=True)
def streams(bits, carry):
    """Return uint32 (M, S) of bits (M, W): S = 3 W + 1 with carries, 2 W without."""
    rows, words = bits.shape
    out = np.empty((rows, 3 * words + 1 if carry else 2 * words), np.uint32)
    for i in range(rows):
        _fill_stream(bits[i], carry, out[i])
    return out


@njit(cache=True, nogil=True)
def panels(bits, carry):
    """Return uint32 (P, S, 32) of bits (N, W): panel after panel, zeros for the columns behind the last."""
    n, words = bits.shape
    stream = np.zeros((COLUMNS, 3 * words + 1 if carry else 2 * words), np.uint32)
    out = np.empty(((n + COLUMNS - 1) // COLUMNS, stream.shape[1], COLUMNS), np.uint32)
    for p in range(len(out)):
        if n < COLUMNS * (p + 1):
            stream[:] = 0
        for c in range(min(COLUMNS, n - COLUMNS * p)):
            _fill_stream(bits[COLUMNS * p + c], carry, stream[c])
        for s in range(stream.shape[1]):
            for c in range(COLUMNS):
                out[p, s, c] = stream[c, s]
    return out


# ---- products


@njit(cache=True, nogil=True)
def _dots(stream, i, panel, words, carry, n_bits, dots):
    """Fill dots (8, 32) with the products of rows i .. i + 7 (or as many as there are) and a panel (S, 32)."""
    rows, length = min(ROWS, len(stream) - i), stream.shape[1]
    dots[:rows] = 0
    parts, span = (3, SPAN_CARRY) if carry else (2, SPAN_PLAIN)
    for w in range(0, words, span):
        a, b = stream[i, parts * w :].ctypes.data, panel[parts * w :].ctypes.data
        some = min(span, words - w)
        if WIDE and rows == ROWS:
            if carry:
                carry_8(a, length, b, some, dots.ctypes.data)
            else:
                plain_8(a, length, b, some, dots.ctypes.data)
        else:
            for r in range(rows):
                if carry:
                    carry_1(a + np.uintp(4 * length * r), length, b, some, dots[r].ctypes.data)
                else:
                    plain_1(a + np.uintp(4 * length * r), length, b, some, dots[r].ctypes.data)
    for r in range(rows):
        for c in range(COLUMNS):
            count = dots[r, c]
            if carry:
                count = 2 * count + np.int32(popcount(stream[i + r, -1] ^ panel[-1, c]))
            dots[r, c] = n_bits - 2 * count


@njit(cache=True, nogil=True)
def product(bits, panels, carry, n_bits, out):
    """Fill out (M, N), int32, with the products of the rows of bits (M, W) and the columns in panels."""
    stream, dots = streams(bits, carry), np.empty((ROWS, COLUMNS), np.int32)
    for p in range(len(panels)):  # the panel stays in the first cache while all rows pass by
        first = COLUMNS * p
        columns = min(COLUMNS, out.shape[1] - first)
        for i in range(0, len(bits), ROWS):
            _dots(stream, i, panels[p], bits.shape[1], carry, n_bits, dots)
            for r in range(min(ROWS, len(bits) - i)):
                out[i + r, first : first + columns] = dots[r, :columns]


@njit(cache=True, nogil=True)
def compare(bits, panels, carry, n_bits, thresholds, flips, out):
    """Set the bits of out (M, ceil(N / 64)), zeros, where a product reaches its threshold, int32 (P, 32); flip them."""
    stream, dots = streams(bits, carry), np.empty((ROWS, COLUMNS), np.int32)
    for p in range(len(panels)):
        for i in range(0, len(bits), ROWS):
            _dots(stream, i, panels[p], bits.shape[1], carry, n_bits, dots)
            for r in range(min(ROWS, len(bits) - i)):
                ones = np.uint32(0)
                for c in range(COLUMNS):
                    ones |= np.uint32(dots[r, c] >= thresholds[p, c]) << np.uint32(c)
                out[i + r, p // 2] |= np.uint64(ones ^ flips[p]) << np.uint64(32 * (p % 2))

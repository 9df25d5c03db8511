"""The XNOR product in vector registers: tiles of 8 x 32 products, and a way to count half as often.

Numba compiles plain loops well, but not this one: sums must stay in registers while words pass by. So an `@intrinsic`
writes the intermediate code of LLVM itself, for one tile: 8 rows of A against a *panel* of 32 columns of B. Words here
have 32 bits, and the same word of 32 columns lies side by side, ready to be loaded as a vector:

    stream (M, S)         the words of a row, S of them
    panels (P, S, 32)     panels[p, s, c] is word s of column 32 p + c; behind the last column stands anything
    sums (8, 32)          of a tile; 16 sums are one AVX-512 register
    splat(a)              the word a in every lane of a vector

    plain     a stream is the words of the row, and for each word s and row r

              sums[r] += popcount(splat(stream[r, s]) ^ panels[p, s])                   3 instructions a word

Fewer popcounts do. A full adder turns three bits of equal weight into their carry and their sum, in all lanes at once
(the idea of Harley and Seal; see Mula, Kurz, Lemire 2016, "Faster population counts using AVX2 instructions", arXiv
1611.07612):

    p + x + y = 2 majority(p, x, y) + (p ^ x ^ y)

Let x, y be the next two words of the difference a ^ b, and p the sum bit of all words before them. Then only carries
are counted, one for two words, and the last p. And p is a XOR of words, so that its parts in A and in B are computed
beforehand, once a row and once a column; so are those of p ^ x and p ^ y, from which the carry follows:

    majority(p, x, y) = p ^ ((p ^ x) & (p ^ y))

    carry     a stream is p, p ^ x, p ^ y for each pair of words, and the last p; with a, b their parts in A and B

              sums[r] += popcount((splat(a0) ^ b0) ^ ((splat(a1) ^ b1) & (splat(a2) ^ b2)))

With AVX-512, which computes any function of three words in one instruction, two words take 5 in place of 6. With AVX2
the gain is larger: a popcount there takes six (it looks up the ones of half bytes in a table), and its sums are kept in
bytes, widened before one can pass 255.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from tinynet.kernels.jit import cpu_features

COLUMNS, ROWS = 32, 8  # of a tile
WIDE = "avx512vpopcntdq" in cpu_features()  # sums in 32-bit lanes of 512-bit vectors; else in bytes of 256-bit vectors
LANES = 16 if WIDE else 8  # words in a vector
VECTORS = COLUMNS // LANES
WORD = ir.IntType(32)
VECTOR = ir.VectorType(WORD, LANES)
SUMS = VECTOR if WIDE else ir.VectorType(ir.IntType(8), 4 * LANES)
SPAN = 1 << 30 if WIDE else 31  # popcounts that a sum can take: a byte 31 of 8 bits

# ---- the tile, in the compiler's own language


def _all(value: int) -> ir.Constant:
    return ir.Constant(VECTOR, [value] * LANES)


def _splat(builder: ir.IRBuilder, word: ir.Value) -> ir.Value:
    first = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), word, WORD(0))
    return builder.shuffle_vector(first, first, _all(0))


def _popcount(builder: ir.IRBuilder, x: ir.Value, kind: ir.VectorType) -> ir.Value:
    name = f"llvm.ctpop.v{kind.count}i{kind.element.width}"
    ctpop = cgutils.get_or_insert_function(builder.module, ir.FunctionType(kind, [kind]), name)
    return builder.call(ctpop, [builder.bitcast(x, kind)])


def _widen(builder: ir.IRBuilder, sums: ir.Value) -> ir.Value:
    """Add the four bytes of each lane, unless the lane is one sum already."""
    if WIDE:
        return sums
    x = builder.bitcast(sums, VECTOR)
    low, high = builder.and_(x, _all(0xFF00FF)), builder.and_(builder.lshr(x, _all(8)), _all(0xFF00FF))
    x = builder.add(low, high)
    return builder.add(builder.and_(x, _all(0xFFFF)), builder.lshr(x, _all(16)))


def _emit(builder: ir.IRBuilder, rows: int, carry: bool, arguments: list[ir.Value]) -> None:
    """Write the code of a tile: dots[r, c] = n_bits - 2 popcount(row r ^ column c), over `words` words of 64 bits."""
    stream, length, panel, words, n_bits, dots, width = arguments  # length and width: of rows of stream and dots
    number, parts = words.type, 3 if carry else 2
    cells = [(r, v) for r in range(rows) for v in range(VECTORS)]
    stream = builder.inttoptr(stream, WORD.as_pointer())
    panel = builder.inttoptr(panel, VECTOR.as_pointer())
    dots = builder.inttoptr(dots, WORD.as_pointer())

    def load(base: ir.Value, index: ir.Value) -> ir.Value:
        return builder.load(builder.gep(base, [index]), align=4)

    def row_word(r: int, s: ir.Value) -> ir.Value:
        return _splat(builder, load(stream, builder.add(builder.mul(length, number(r)), s)))

    def column_words(s: ir.Value) -> list[ir.Value]:
        return [load(panel, builder.add(builder.mul(s, number(VECTORS)), number(v))) for v in range(VECTORS)]

    def add(variable: ir.Value, value: ir.Value) -> None:
        builder.store(builder.add(builder.load(variable), value), variable)

    # Variables are on the stack in name only: LLVM keeps each in a register.
    totals = {cell: cgutils.alloca_once_value(builder, _all(0)) for cell in cells}
    sums = {cell: cgutils.alloca_once(builder, SUMS) for cell in cells}
    span = number(SPAN if carry else SPAN // 2)
    with cgutils.for_range_slice(builder, number(0), words, span) as (first, _):
        for cell in cells:
            builder.store(ir.Constant(SUMS, None), sums[cell])
        rest = builder.sub(words, first)
        some = builder.select(builder.icmp_signed("<", rest, span), rest, span)
        with cgutils.for_range(builder, builder.add(first, some), start=first) as loop:
            places = [builder.add(builder.mul(loop.index, number(parts)), number(part)) for part in range(parts)]
            b = [column_words(s) for s in places]
            for r in range(rows):
                a = [row_word(r, s) for s in places]
                for v in range(VECTORS):
                    x = [builder.xor(a[part], b[part][v]) for part in range(parts)]
                    for ones in [builder.xor(x[0], builder.and_(x[1], x[2]))] if carry else x:
                        add(sums[r, v], _popcount(builder, ones, SUMS))
        for cell in cells:
            add(totals[cell], _widen(builder, builder.load(sums[cell])))

    last = builder.mul(words, number(parts))
    for r, v in cells:
        total = builder.load(totals[r, v])
        if carry:
            ones = builder.xor(row_word(r, last), column_words(last)[v])
            total = builder.add(builder.add(total, total), _popcount(builder, ones, VECTOR))
        dot = builder.sub(_splat(builder, n_bits), builder.add(total, total))
        place = builder.gep(dots, [builder.add(builder.mul(width, number(r)), number(v * LANES))])
        builder.store(dot, builder.bitcast(place, VECTOR.as_pointer()), align=4)


def _tile(rows: int, carry: bool) -> Any:
    @intrinsic
    def tile(typing_context, stream, length, panel, words, n_bits, dots, width):
        address, number = types.uintp, types.intp
        signature = types.void(address, number, address, number, types.int32, address, number)

        def generate(context, builder, signature, arguments):
            _emit(builder, rows, carry, arguments)
            return context.get_dummy_value()

        return signature, generate

    return tile


plain_8, plain_1 = _tile(ROWS, False), _tile(1, False)
carry_8, carry_1 = _tile(ROWS, True), _tile(1, True)


@intrinsic
def at_least(typing_context, dots, thresholds):
    """Return as bits, uint32, which of 32 products reach their thresholds; both are addresses."""

    def generate(context, builder, signature, arguments):
        left, right = (builder.inttoptr(address, VECTOR.as_pointer()) for address in arguments)
        bits = WORD(0)
        for v in range(VECTORS):
            x, y = (builder.load(builder.gep(base, [WORD(v)]), align=4) for base in (left, right))
            some = builder.bitcast(builder.icmp_signed(">=", x, y), ir.IntType(LANES))  # a bit for each lane
            bits = builder.or_(bits, builder.shl(builder.zext(some, WORD), WORD(v * LANES)))
        return bits

    return types.uint32(types.uintp, types.uintp), generate


# ---- streams and panels


@njit(cache=True, nogil=True)
def panels_shape(n, words, carry):
    """Return (P, S, 32) for n columns of `words` words of 64 bits."""
    return (n + COLUMNS - 1) // COLUMNS, 3 * words + 1 if carry else 2 * words, COLUMNS


@njit(cache=True, nogil=True)
def streams(bits, carry):
    """Return uint32 (M, S) of bits (M, W)."""
    halves = bits.view(np.uint32)  # in the order of the machine, the same for A and B
    if not carry:
        return halves
    rows, words = bits.shape
    out = np.empty((rows, 3 * words + 1), np.uint32)
    for i in range(rows):
        p = np.uint32(0)
        for w in range(words):
            x, y = halves[i, 2 * w], halves[i, 2 * w + 1]
            out[i, 3 * w], out[i, 3 * w + 1], out[i, 3 * w + 2] = p, p ^ x, p ^ y
            p ^= x ^ y
        out[i, 3 * words] = p
    return out


@njit(cache=True, nogil=True)
def panels(bits, carry):
    """Return uint32 (P, S, 32) of bits (N, W), panel after panel."""
    n, words = bits.shape
    out = np.empty(panels_shape(n, words, carry), np.uint32)
    for p in range(out.shape[0]):
        stream = streams(bits[COLUMNS * p : COLUMNS * (p + 1)], carry)
        for s in range(out.shape[1]):
            for c in range(stream.shape[0]):
                out[p, s, c] = stream[c, s]
    return out


# ---- products

BLOCK = 64  # rows that pass by a panel while it stays in the first cache


@njit(cache=True, nogil=True)
def _rows_by_panel(stream, i, panels, p, words, carry, n_bits, out, width):
    """Write the products of rows i .. i + 7, or as many as there are, and panel p to the address out; return the rows.

    Rows of out are `width` numbers apart.
    """
    rows, length = min(ROWS, stream.shape[0] - i), stream.shape[1]
    a = stream.ctypes.data + np.uintp(4 * length * i)
    b = panels.ctypes.data + np.uintp(4 * COLUMNS * length * p)
    if WIDE and rows == ROWS:
        if carry:
            carry_8(a, length, b, words, n_bits, out, width)
        else:
            plain_8(a, length, b, words, n_bits, out, width)
    else:
        for r in range(rows):
            row, to = a + np.uintp(4 * length * r), out + np.uintp(4 * width * r)
            if carry:
                carry_1(row, length, b, words, n_bits, to, width)
            else:
                plain_1(row, length, b, words, n_bits, to, width)
    return rows


@njit(cache=True, nogil=True)
def product(bits, panels, carry, n_bits, out):
    """Fill out (M, N), int32, with the products of the rows of bits (M, W) and the columns in panels."""
    stream, dots = streams(bits, carry), np.empty((ROWS, COLUMNS), np.int32)
    (m, n), words = out.shape, bits.shape[1]
    for block in range(0, m, BLOCK):
        for p in range(panels.shape[0]):
            first = COLUMNS * p
            for i in range(block, min(block + BLOCK, m), ROWS):
                if n - first >= COLUMNS:
                    address = out.ctypes.data + np.uintp(4 * (i * n + first))
                    _rows_by_panel(stream, i, panels, p, words, carry, n_bits, address, n)
                else:
                    rows = _rows_by_panel(stream, i, panels, p, words, carry, n_bits, dots.ctypes.data, COLUMNS)
                    out[i : i + rows, first:] = dots[:rows, : n - first]


@njit(cache=True, nogil=True)
def compare(bits, panels, carry, n_bits, thresholds, flips, out):
    """Set the bits of out (M, ceil(N / 64)), zeros, where a product reaches its threshold, int32 (P, 32); flip them."""
    stream, dots = streams(bits, carry), np.empty((ROWS, COLUMNS), np.int32)
    m, words = bits.shape
    for block in range(0, m, BLOCK):
        for p in range(panels.shape[0]):
            limits = thresholds.ctypes.data + np.uintp(4 * COLUMNS * p)
            for i in range(block, min(block + BLOCK, m), ROWS):
                rows = _rows_by_panel(stream, i, panels, p, words, carry, n_bits, dots.ctypes.data, COLUMNS)
                for r in range(rows):
                    ones = at_least(dots.ctypes.data + np.uintp(4 * COLUMNS * r), limits) ^ flips[p]
                    out[i + r, p // 2] |= np.uint64(ones) << np.uint64(32 * (p % 2))

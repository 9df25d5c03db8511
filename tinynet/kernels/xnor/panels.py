"""Products in vector registers: tiles of 8 x 32, of bits in two ways, and of pixels.

Numba compiles plain loops well, but not this one: sums must stay in registers while words pass by. So an `@intrinsic`
writes the intermediate code of LLVM itself, for one tile: 8 streams of A against a panel of 32 columns of B, as
xnor_streams.py makes them.

    sums (8, 32)          of a tile; 16 sums are one AVX-512 register
    dots (8, 32)          n_bits - 2 sums, what a tile gives
    splat(a)              the word a in every lane of a vector

In each step, for each row r, with words a of the row and the vectors b of its panel:

    plain     sums[r] += popcount(splat(a0) ^ b0), and the same with a1, b1                       6 instructions
    carry     sums[r] += popcount((splat(a0) ^ b0) ^ ((splat(a1) ^ b1) & (splat(a2) ^ b2)))       5
    bytes     sums[r] += the four products of bytes in each lane, splat(a0) by b0                 1

With AVX-512 a step is that many instructions for 16 columns: it computes any function of three words in one, counts the
ones of a lane in one, and multiplies bytes, unsigned by signed, and adds them up in one (`vpdpbusd` of VNNI). With AVX2
a popcount takes six (it looks up the ones of half bytes in a table), and its sums are kept in bytes, widened before one
can pass 255; products of bytes are added in 16 bits, where 64 sums of two fit, as 64 * 2 * 255 < 2^15.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from tinynet.kernels.jit import cpu_features
from tinynet.kernels.xnor.streams import BYTES, CARRY, COLUMNS, PARTS, PLAIN

ROWS = 8  # of a tile
WIDE = "avx512vpopcntdq" in cpu_features()  # sums in 32-bit lanes of 512-bit vectors; else less in 256-bit vectors
MULTIPLIES = ("avx512vnni" if WIDE else "avx2") in cpu_features()  # bytes
LANES = 16 if WIDE else 8  # words in a vector
VECTORS = COLUMNS // LANES
WORD = ir.IntType(32)
VECTOR = ir.VectorType(WORD, LANES)
OCTETS, PAIRS = ir.VectorType(ir.IntType(8), 4 * LANES), ir.VectorType(ir.IntType(16), 2 * LANES)
SUMS = [VECTOR] * 3 if WIDE else [OCTETS, OCTETS, PAIRS]  # by kind
SPAN = [1 << 30] * 3 if WIDE else [15, 31, 64]  # steps that a sum can take: a byte 31 popcounts of 8 bits

# ---- the tile, in the compiler's own language


def _all(value: int, kind: ir.VectorType = VECTOR) -> ir.Constant:
    return ir.Constant(kind, [value] * kind.count)


def _splat(builder: ir.IRBuilder, word: ir.Value) -> ir.Value:
    first = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), word, WORD(0))
    return builder.shuffle_vector(first, first, _all(0))


def _call(builder: ir.IRBuilder, name: str, result: ir.Type, *arguments: ir.Value) -> ir.Value:
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


def _popcount(builder: ir.IRBuilder, x: ir.Value, kind: ir.VectorType) -> ir.Value:
    name = f"llvm.ctpop.v{kind.count}i{kind.element.width}"
    return _call(builder, name, kind, builder.bitcast(x, kind))


def _step(builder: ir.IRBuilder, kind: int, sums: ir.Value, a: list[ir.Value], b: list[ir.Value]) -> ir.Value:
    """Return the sums after another step, whose words are a and b."""
    if kind == BYTES:
        if WIDE:
            return _call(builder, "llvm.x86.avx512.vpdpbusd.512", VECTOR, sums, a[0], b[0])
        octets = builder.bitcast(a[0], OCTETS), builder.bitcast(b[0], OCTETS)
        return builder.add(sums, _call(builder, "llvm.x86.avx2.pmadd.ub.sw", PAIRS, *octets))
    x = [builder.xor(left, right) for left, right in zip(a, b, strict=True)]
    for ones in [builder.xor(x[0], builder.and_(x[1], x[2]))] if kind == CARRY else x:
        sums = builder.add(sums, _popcount(builder, ones, sums.type))
    return sums


def _widen(builder: ir.IRBuilder, sums: ir.Value) -> ir.Value:
    """Add the bytes or pairs of bytes of each lane, unless the lane is one sum already."""
    if sums.type == PAIRS:
        return _call(builder, "llvm.x86.avx2.pmadd.wd", VECTOR, sums, _all(1, PAIRS))
    if WIDE:
        return sums
    x = builder.bitcast(sums, VECTOR)
    low, high = builder.and_(x, _all(0xFF00FF)), builder.and_(builder.lshr(x, _all(8)), _all(0xFF00FF))
    x = builder.add(low, high)
    return builder.add(builder.and_(x, _all(0xFFFF)), builder.lshr(x, _all(16)))


def _emit(builder: ir.IRBuilder, rows: int, kind: int, arguments: list[ir.Value]) -> None:
    """Write the code of a tile, dots[r, c] = n_bits - 2 sums[r, c], over `steps` steps."""
    stream, length, panel, steps, n_bits, dots, width = arguments  # length and width: of rows of stream and dots
    number, parts = steps.type, PARTS[kind]
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
    sums = {cell: cgutils.alloca_once(builder, SUMS[kind]) for cell in cells}
    span = number(SPAN[kind])
    with cgutils.for_range_slice(builder, number(0), steps, span) as (first, _):
        for cell in cells:
            builder.store(ir.Constant(SUMS[kind], None), sums[cell])
        rest = builder.sub(steps, first)
        some = builder.select(builder.icmp_signed("<", rest, span), rest, span)
        with cgutils.for_range(builder, builder.add(first, some), start=first) as loop:
            places = [builder.add(builder.mul(loop.index, number(parts)), number(part)) for part in range(parts)]
            b = [column_words(s) for s in places]
            for r in range(rows):
                a = [row_word(r, s) for s in places]
                for v in range(VECTORS):
                    after = _step(builder, kind, builder.load(sums[r, v]), a, [words[v] for words in b])
                    builder.store(after, sums[r, v])
        for cell in cells:
            add(totals[cell], _widen(builder, builder.load(sums[cell])))

    last = builder.mul(steps, number(parts))
    for r, v in cells:
        total = builder.load(totals[r, v])
        if kind == CARRY:
            ones = builder.xor(row_word(r, last), column_words(last)[v])
            total = builder.add(builder.add(total, total), _popcount(builder, ones, VECTOR))
        dot = builder.sub(_splat(builder, n_bits), builder.add(total, total))
        place = builder.gep(dots, [builder.add(builder.mul(width, number(r)), number(v * LANES))])
        builder.store(dot, builder.bitcast(place, VECTOR.as_pointer()), align=4)


def _tile(rows: int, kind: int) -> Any:
    @intrinsic
    def tile(typing_context, stream, length, panel, steps, n_bits, dots, width):
        address, number = types.uintp, types.intp
        signature = types.void(address, number, address, number, types.int32, address, number)

        def generate(context, builder, signature, arguments):
            _emit(builder, rows, kind, arguments)
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
        left, right = (builder.inttoptr(address, VECTOR.as_pointer()) for address in arguments)
        bits = WORD(0)
        for v in range(VECTORS):
            x, y = (builder.load(builder.gep(base, [WORD(v)]), align=4) for base in (left, right))
            some = builder.bitcast(builder.icmp_signed(">=", x, y), ir.IntType(LANES))  # a bit for each lane
            bits = builder.or_(bits, builder.shl(builder.zext(some, WORD), WORD(v * LANES)))
        return bits

    return types.uint32(types.uintp, types.uintp), generate


# ---- products

BLOCK = 64  # rows that pass by a panel while it stays in the first cache


@njit(cache=True, nogil=True)
def _rows_by_panel(stream, i, panels, p, steps, kind, n_bits, out, width):
    """Write the products of rows i .. i + 7, or as many as there are, and panel p to the address out; return the rows.

    Rows of out are `width` numbers apart.
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


@njit(cache=True, nogil=True)
def product(stream, panels, kind, n_bits, out):
    """Fill out (M, N), int32, with the products of the rows of a stream (M, S) and the columns in panels.

    kind: of the streams. n_bits: int32, entries in a row; 0 for BYTES, whose products are doubled.
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


@njit(cache=True, nogil=True)
def compare(stream, panels, kind, n_bits, thresholds, flips, out):
    """Set the bits of out (M, ceil(N / 64)), zeros, where a product reaches its threshold, int32 (P, 32); flip them."""
    dots, steps, m = np.empty((ROWS, COLUMNS), np.int32), stream.shape[1] // PARTS[kind], stream.shape[0]
    for block in range(0, m, BLOCK):
        for p in range(panels.shape[0]):
            limits = thresholds.ctypes.data + np.uintp(4 * COLUMNS * p)
            for i in range(block, min(block + BLOCK, m), ROWS):
                rows = _rows_by_panel(stream, i, panels, p, steps, kind, n_bits, dots.ctypes.data, COLUMNS)
                for r in range(rows):
                    ones = at_least(dots.ctypes.data + np.uintp(4 * COLUMNS * r), limits) ^ flips[p]
                    out[i + r, p // 2] |= np.uint64(ones) << np.uint64(32 * (p % 2))

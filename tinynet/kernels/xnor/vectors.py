"""The code of one tile of 8 x 32 products in vector registers, written in LLVM's language (see llvm.py).

Numba compiles plain loops well, but not this one: its sums must stay in registers while the words pass by. panels.py
says how the words of 32 columns lie side by side, and which kinds of products there are.

    sums (8, 32)          of a tile; 16 of them fill one AVX-512 register
    splat(a)              the word a in every lane of a vector

In each step, for each row r, with the words a of that row and the vectors b of its panel:

    plain     sums[r] += popcount(splat(a0) ^ b0), and the same with a1, b1                       6 instructions
    carry     sums[r] += popcount((splat(a0) ^ b0) ^ ((splat(a1) ^ b1) & (splat(a2) ^ b2)))       5
    bytes     sums[r] += the four products of bytes in each lane, splat(a0) by b0                 1

That is the number of instructions for 16 columns with AVX-512: one computes any function of three words, one counts the
ones of every lane, and one multiplies bytes, unsigned by signed, and adds them up (`vpdpbusd` of VNNI). AVX2 spends six
instructions on a popcount, because it looks up the ones of each half byte in a table. There the sums are kept in bytes,
and widened before one can pass 255. Products of bytes are added in 16 bits, where 64 sums of two fit, since
64 * 2 * 255 < 2^15.
"""

from __future__ import annotations

from llvmlite import ir
from numba.core import cgutils

from tinynet.kernels.jit import cpu_features
from tinynet.kernels.llvm import add_to, call, constant, popcount, splat

WIDE = "avx512vpopcntdq" in cpu_features()  # 512-bit vectors with sums in 32-bit lanes; otherwise 256 bits and less
LANES = 16 if WIDE else 8  # words in a vector
WORD = ir.IntType(32)
VECTOR = ir.VectorType(WORD, LANES)
OCTETS, PAIRS = ir.VectorType(ir.IntType(8), 4 * LANES), ir.VectorType(ir.IntType(16), 2 * LANES)
FOREVER = 1 << 30  # steps
SUMS = {  # the type of a sum, and the steps it can take: a byte holds 31 popcounts of 8 bits
    "plain": (VECTOR, FOREVER) if WIDE else (OCTETS, 15),
    "carry": (VECTOR, FOREVER) if WIDE else (OCTETS, 31),
    "bytes": (VECTOR, FOREVER) if WIDE else (PAIRS, 64),
}


def tile(builder: ir.IRBuilder, kind: str, rows: int, columns: int, parts: int, arguments: list[ir.Value]) -> None:
    """Write the code of a tile: dots[r, c] = n_bits - 2 sums[r, c] after `steps` steps of `parts` words each.

    Args:
        arguments: addresses of the stream, the panel and the dots, and between them `length` and `width`, how far the
            rows of the stream and of the dots are apart; see `_tile` in panels.py.
    """
    stream, length, panel, steps, n_bits, dots, width = arguments
    number, vectors = steps.type, columns // LANES
    cells = [(r, v) for r in range(rows) for v in range(vectors)]
    stream = builder.inttoptr(stream, WORD.as_pointer())
    panel = builder.inttoptr(panel, VECTOR.as_pointer())
    dots = builder.inttoptr(dots, WORD.as_pointer())

    def load(base: ir.Value, index: ir.Value) -> ir.Value:
        return builder.load(builder.gep(base, [index]), align=4)

    def row_word(r: int, s: ir.Value) -> ir.Value:
        return splat(builder, VECTOR, load(stream, builder.add(builder.mul(length, number(r)), s)))

    def column_words(s: ir.Value) -> list[ir.Value]:
        return [load(panel, builder.add(builder.mul(s, number(vectors)), number(v))) for v in range(vectors)]

    sum_type, most_steps = SUMS[kind]
    totals = {cell: cgutils.alloca_once_value(builder, constant(VECTOR, 0)) for cell in cells}
    sums = {cell: cgutils.alloca_once(builder, sum_type) for cell in cells}
    span = number(most_steps)
    with cgutils.for_range_slice(builder, number(0), steps, span) as (first, _):
        for cell in cells:
            builder.store(ir.Constant(sum_type, None), sums[cell])
        rest = builder.sub(steps, first)
        some = builder.select(builder.icmp_signed("<", rest, span), rest, span)
        with cgutils.for_range(builder, builder.add(first, some), start=first) as loop:
            places = [builder.add(builder.mul(loop.index, number(parts)), number(part)) for part in range(parts)]
            b = [column_words(s) for s in places]
            for r in range(rows):
                a = [row_word(r, s) for s in places]
                for v in range(vectors):
                    after = _step(builder, kind, builder.load(sums[r, v]), a, [words[v] for words in b])
                    builder.store(after, sums[r, v])
        for cell in cells:
            add_to(builder, totals[cell], _widened(builder, builder.load(sums[cell])))

    last = builder.mul(steps, number(parts))
    for r, v in cells:
        total = builder.load(totals[r, v])
        if kind == "carry":  # each carry stands for two differences; the last sum bit is left
            ones = builder.xor(row_word(r, last), column_words(last)[v])
            total = builder.add(builder.add(total, total), popcount(builder, ones))
        dot = builder.sub(splat(builder, VECTOR, n_bits), builder.add(total, total))
        place = builder.gep(dots, [builder.add(builder.mul(width, number(r)), number(v * LANES))])
        builder.store(dot, builder.bitcast(place, VECTOR.as_pointer()), align=4)


def _step(builder: ir.IRBuilder, kind: str, sums: ir.Value, a: list[ir.Value], b: list[ir.Value]) -> ir.Value:
    """Return the sums after one more step, whose words are a and b."""
    if kind == "bytes":
        if WIDE:
            return call(builder, "llvm.x86.avx512.vpdpbusd.512", VECTOR, sums, a[0], b[0])
        octets = builder.bitcast(a[0], OCTETS), builder.bitcast(b[0], OCTETS)
        return builder.add(sums, call(builder, "llvm.x86.avx2.pmadd.ub.sw", PAIRS, *octets))
    x = [builder.xor(left, right) for left, right in zip(a, b, strict=True)]
    for ones in [builder.xor(x[0], builder.and_(x[1], x[2]))] if kind == "carry" else x:
        sums = builder.add(sums, popcount(builder, builder.bitcast(ones, sums.type)))
    return sums


def _widened(builder: ir.IRBuilder, sums: ir.Value) -> ir.Value:
    """Return the sums of the bytes, or pairs of bytes, of each lane, unless the lane is one sum already."""
    if sums.type == PAIRS:
        return call(builder, "llvm.x86.avx2.pmadd.wd", VECTOR, sums, constant(PAIRS, 1))
    if WIDE:
        return sums
    x, octets = builder.bitcast(sums, VECTOR), constant(VECTOR, 0xFF00FF)
    x = builder.add(builder.and_(x, octets), builder.and_(builder.lshr(x, constant(VECTOR, 8)), octets))
    return builder.add(builder.and_(x, constant(VECTOR, 0xFFFF)), builder.lshr(x, constant(VECTOR, 16)))


def at_least(builder: ir.IRBuilder, columns: int, arguments: list[ir.Value]) -> ir.Value:
    """Return, as the bits of one word, which of the products of a row reach their thresholds; both are addresses."""
    left, right = (builder.inttoptr(address, VECTOR.as_pointer()) for address in arguments)
    bits = WORD(0)
    for v in range(columns // LANES):
        x, y = (builder.load(builder.gep(base, [WORD(v)]), align=4) for base in (left, right))
        some = builder.bitcast(builder.icmp_signed(">=", x, y), ir.IntType(LANES))  # a bit for each lane
        bits = builder.or_(bits, builder.shl(builder.zext(some, WORD), WORD(v * LANES)))
    return bits

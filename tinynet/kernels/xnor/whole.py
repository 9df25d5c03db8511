"""A whole binary network in one compiled call, for a few rows: from pixels to the sums of the last layer.

One row meets each weight once, so it runs as fast as memory delivers the weights, and during every call between two
layers nothing is read. Here there are no such calls, and the weights of all layers lie one after the other. See
equation.py for sums over signs, and bits.py for the order of the bits.

    pixels (N, n)         uint8
    net                   uint64, the whole network in one array, since in cold code every further argument costs time:
        plan (5 + 5 L)    int64, at the beginning: the number of layers, of classes, and of units in the widest layer;
                          where ones and tail begin; then for each layer n_in, n_out, and where its rows, limits and
                          flips begin
        rows              uint64: the weights of each unit, padded to whole words
        limits, flips     int32, and a bit each: hidden unit j is on as (z_j >= limits_j) != flips_j
        ones              int32: how many weights are 1 in each row of the first layer
        tail (classes + 1)  float32: scores are (z + tail_j) tail_classes, each step rounded as in training

The first layer is z = sum_i (2 p_i - 255) s_i over signs s_i = 2 w_i - 1, computed in one of two ways. By planes: the
eight bits of all pixels are eight rows of signs. They lie next to each other, so a word of weights is read once and
meets all eight in one vector:

    planes (W, 8)      z = sum_k 2^k (n - 2 d_k) = 255 n - 2 sum_k 2^k d_k,      d_k = popcount(planes_k ^ w)

AVX2 spends six instructions on a popcount, so there products of bytes are faster. Let q_i = p_i - 128, which fits a
signed byte. Then 2 p_i - 255 = 2 q_i + 1, and with c the ones of w, which do not depend on the picture,

    centred (V, 8, 32)      z = 2 sum_i w_i (2 q_i + 1) - sum_i (2 q_i + 1) = 4 sum_i w_i q_i + 2 c - sum_i (2 q_i + 1)

32 bytes of weights are 256 weights. A mask keeps bit k of each byte, which leaves 2^k w_i. `vpmaddubsw` multiplies that
by the 32 q_i that belong to bit k, and adds neighbours, in 16 bits.

Other layers take z = n - 2 popcount(signs ^ row), 8 words in a vector, and are done before the next weights arrive.
Rows stream in from STREAMS places of a layer at a time, because a processor fetches ahead of each and gets more bytes a
second from four than from one. Some processors look ahead too little, so each step asks for what is wanted AHEAD bytes
later. And where a page of memory ends, fetching ahead stops and an address has to be looked up. So that the streams do
not all get there at once, each is a quarter of a page ahead of its neighbour, which is `shift` rows:

    unit = k step + (j + k shift) mod step      of stream k in step j, where step = ceil(n_out / STREAMS)
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tinynet.kernels.cached import njit
from tinynet.kernels.jit import cpu_features
from tinynet.kernels.llvm import INT, add_to, call, constant, splat
from tinynet.kernels.llvm import popcount as popcounts
from tinynet.kernels.xnor.words import popcount

STREAMS = 4
AHEAD, QUARTER = 2048, 1024  # bytes; QUARTER of a page
BYTES = "avx2" in cpu_features() and "avx512vpopcntdq" not in cpu_features()
SPAN = 8  # vectors of weights whose products fit 16 bits: 8 * 2 * 2 * 2^3 * -128 = -2^15
WORD, EIGHT = ir.IntType(64), ir.VectorType(ir.IntType(64), 8)
OCTETS, PAIRS, FOURS = (ir.VectorType(ir.IntType(256 // lanes), lanes) for lanes in (32, 16, 8))

# ---- inner loops, in LLVM's language


def _load(builder: ir.IRBuilder, address: ir.Value, kind: ir.Type, index: ir.Value) -> ir.Value:
    return builder.load(builder.gep(builder.inttoptr(address, kind.as_pointer()), [index]), align=1)


def _ask_ahead(builder: ir.IRBuilder, address: ir.Value, kind: ir.Type, index: ir.Value) -> None:
    """Ask for what lies AHEAD bytes after an entry, without waiting for it; it need not exist."""
    entry = builder.gep(builder.inttoptr(address, kind.as_pointer()), [index])
    place = builder.gep(builder.bitcast(entry, ir.IntType(8).as_pointer()), [WORD(AHEAD)])
    call(builder, "llvm.prefetch.p0", ir.VoidType(), place, INT(0), INT(2), INT(1))  # read, second cache, data


@intrinsic
def differences(typing_context, planes, row, words):
    """Return sum_k 2^k popcount(planes_k ^ row), over `words` words at two addresses."""

    def generate(context, builder, signature, arguments):
        planes, row, words = arguments
        sums = cgutils.alloca_once_value(builder, constant(EIGHT, 0))
        with cgutils.for_range(builder, words) as loop:
            _ask_ahead(builder, row, WORD, loop.index)
            word = splat(builder, EIGHT, _load(builder, row, WORD, loop.index))
            different = builder.xor(word, _load(builder, planes, EIGHT, loop.index))
            add_to(builder, sums, popcounts(builder, different))
        weighted = builder.shl(builder.load(sums), ir.Constant(EIGHT, list(range(8))))
        return call(builder, "llvm.vector.reduce.add.v8i64", WORD, weighted)

    return types.int64(types.uintp, types.uintp, types.intp), generate


@intrinsic
def differences_of_four(typing_context, signs, a, b, c, d, vectors):
    """Return popcount(signs ^ row) for four rows, over `vectors` times 8 words at five addresses."""

    def generate(context, builder, signature, arguments):
        *addresses, vectors = arguments
        sums = [cgutils.alloca_once_value(builder, constant(EIGHT, 0)) for _ in range(STREAMS)]
        with cgutils.for_range(builder, vectors) as loop:
            signs, *rows = [_load(builder, address, EIGHT, loop.index) for address in addresses]
            for address in addresses[1:]:
                _ask_ahead(builder, address, EIGHT, loop.index)
            for some, row in zip(sums, rows, strict=True):
                add_to(builder, some, popcounts(builder, builder.xor(signs, row)))
        totals = [call(builder, "llvm.vector.reduce.add.v8i64", WORD, builder.load(some)) for some in sums]
        return cgutils.pack_array(builder, totals)

    return types.UniTuple(types.int64, STREAMS)(*[types.uintp] * 5, types.intp), generate


@intrinsic
def products(typing_context, centred, row, vectors):
    """Return 8 sum_i w_i q_i over at most SPAN vectors of 32 bytes of weights, at two addresses. AVX2."""

    def generate(context, builder, signature, arguments):
        centred, row, vectors = arguments
        sums = [cgutils.alloca_once_value(builder, constant(PAIRS, 0)) for _ in range(4)]  # sums_k counts 2^k-fold
        with cgutils.for_range(builder, vectors) as loop:
            _ask_ahead(builder, row, OCTETS, loop.index)
            low = _load(builder, row, OCTETS, loop.index)
            high = builder.bitcast(builder.lshr(builder.bitcast(low, PAIRS), constant(PAIRS, 4)), OCTETS)
            for k in range(8):
                ones = builder.and_(low if k < 4 else high, constant(OCTETS, 1 << k % 4))
                q = _load(builder, centred, OCTETS, builder.add(builder.shl(loop.index, WORD(3)), WORD(k)))
                add_to(builder, sums[k % 4], call(builder, "llvm.x86.avx2.pmadd.ub.sw", PAIRS, ones, q))
        total = constant(FOURS, 0)
        for k, some in enumerate(sums):
            equal = constant(PAIRS, 8 >> k)
            total = builder.add(total, call(builder, "llvm.x86.avx2.pmadd.wd", FOURS, builder.load(some), equal))
        return builder.sext(call(builder, "llvm.vector.reduce.add.v8i32", INT, total), WORD)

    return types.int64(types.uintp, types.uintp, types.intp), generate


# ---- the first layer: a row of pixels is spread out once; a sum is then an offset and a part for each row of weights


@njit()
def planes_of(pixels):
    """Return the planes of pixels (n,), uint64 (W, 8), and 255 n. A product collects bit k of 8 pixels in one byte."""
    n = pixels.size
    planes = np.zeros(((n + 63) // 64, 8), np.uint64)
    for first in range(0, n, 8):
        eight = np.uint64(0)
        for i in range(min(8, n - first)):
            eight |= np.uint64(pixels[first + i]) << np.uint64(8 * i)
        for k in range(8):
            bits = (eight >> np.uint64(k)) & np.uint64(0x0101010101010101)
            octet = (bits * np.uint64(0x0102040810204080)) >> np.uint64(56)
            planes[first // 64, k] |= octet << np.uint64(first % 64)
    return planes, 255 * n


@njit()
def plane_part(planes, row, words, ones):
    """Return z - 255 n for the weights at the address `row`."""
    return -2 * differences(planes.ctypes.data, row, words)


@njit()
def centred_of(pixels):
    """Return q of pixels (n,), int8 (V, 8, 32), [v, k, c] for bit k of byte c of vector v, and -sum_i (2 q_i + 1)."""
    n, offset = pixels.size, np.int64(0)
    q = np.zeros(((n + 255) // 256, 8, 32), np.int8)
    for i in range(n):
        centre = np.int64(pixels[i]) - 128
        q[i // 256, i % 8, i // 8 % 32] = centre
        offset -= 2 * centre + 1
    return q, offset


@njit()
def centred_part(q, row, words, ones):
    """Return z + sum_i (2 q_i + 1) for the weights at the address `row`, of which `ones` are 1."""
    address, eightfold, left = q.ctypes.data, 0, (words + 3) // 4
    while left > 0:  # once, up to 2048 pixels
        eightfold += products(address, row, min(SPAN, left))
        address, row, left = address + np.uintp(256 * SPAN), row + np.uintp(32 * SPAN), left - SPAN
    return (eightfold >> 1) + 2 * ones


spread, part = (centred_of, centred_part) if BYTES else (planes_of, plane_part)

# ---- all layers


@njit()
def _steps(n_in, n_out):
    """Return the words of a row, the steps of a layer, and how many rows a stream is ahead of its neighbour."""
    words, step = (n_in + 63) // 64, (n_out + STREAMS - 1) // STREAMS
    return words, step, min(max(1, QUARTER // (8 * words)), step // STREAMS)


@njit()
def _unit(k, j, step, shift, n_out):
    """Return the unit of stream k in step j. Where there are no more, the last one is computed again."""
    j += k * shift
    return min(k * step + (j if j < step else j - step), n_out - 1)


@njit()
def _first(pixels, net, row, n_out, ones, sums):
    """Fill sums (n_out,) for the first layer, a row of each stream in turn."""
    operand, offset = spread(pixels)
    words, step, shift = _steps(pixels.size, n_out)
    first = net.ctypes.data + np.uintp(8 * row)
    for j in range(step):
        for k in range(STREAMS):
            unit = _unit(k, j, step, shift, n_out)
            sums[unit] = offset + part(operand, first + np.uintp(8 * words * unit), words, ones[unit])


@njit()
def _next(signs, net, row, n_in, n_out, sums):
    """Fill sums (n_out,) = n_in - 2 popcount(signs ^ row) for another layer, a row of each stream at once."""
    words, step, shift = _steps(n_in, n_out)
    first, size = net.ctypes.data + np.uintp(8 * row), 8 * words
    for j in range(step):
        a, b = _unit(0, j, step, shift, n_out), _unit(1, j, step, shift, n_out)
        c, d = _unit(2, j, step, shift, n_out), _unit(3, j, step, shift, n_out)
        different = differences_of_four(
            signs.ctypes.data, first + np.uintp(size * a), first + np.uintp(size * b), first + np.uintp(size * c),
            first + np.uintp(size * d), words // 8,
        )  # fmt: skip
        units = (a, b, c, d)
        for k in range(STREAMS):
            rest = np.int64(0)
            for w in range(words - words % 8, words):
                rest += np.int64(popcount(signs[w] ^ net[row + words * units[k] + w]))
            sums[units[k]] = n_in - 2 * (different[k] + rest)


@njit()
def _compare(sums, limits, flips, signs):
    """Set the signs of units, packed: bit j is (sums_j >= limits_j) != flips_j."""
    n = limits.size
    for w in range(n // 64):
        word = flips[w]
        for k in range(64):
            word ^= np.uint64(sums[64 * w + k] >= limits[64 * w + k]) << np.uint64(k)
        signs[w] = word
    if n % 64:
        signs[n // 64] = flips[n // 64]
    for j in range(n - n % 64, n):
        signs[n // 64] ^= np.uint64(sums[j] >= limits[j]) << np.uint64(j % 64)


PIXELS, NET = types.Array(types.uint8, 2, "C", readonly=True), types.uint64[::1]


@njit(types.void(PIXELS, NET, types.float32[:, ::1]))
def scores(pixels, net, out):
    """Fill out, float32 (N, classes). ValueError for pixels that do not have the width of the first layer."""
    plan, int32s, floats = net.view(np.int64), net.view(np.int32), net.view(np.float32)
    n_layers, n_classes, widest, ones, tail = plan[:5]
    if pixels.shape[1] != plan[5] or out.shape != (pixels.shape[0], n_classes):
        raise ValueError("whole: the pixels or the scores do not have the widths of the network")
    sums, signs = np.empty(widest, np.int32), np.empty((widest + 63) // 64, np.uint64)
    for i in range(pixels.shape[0]):
        for layer in range(n_layers):
            n_in, n_out, row, limit, flip = plan[5 + 5 * layer : 10 + 5 * layer]
            if layer == 0:
                _first(pixels[i], net, row, n_out, int32s[2 * ones :], sums)
            else:
                _next(signs, net, row, n_in, n_out, sums)
            if layer < n_layers - 1:
                _compare(sums, int32s[2 * limit : 2 * limit + n_out], net[flip:], signs)
        for k in range(n_classes):
            out[i, k] = (np.float32(sums[k]) + floats[2 * tail + k]) * floats[2 * tail + n_classes]


@njit(types.void(PIXELS, NET, types.int64[::1]))
def classes(pixels, net, out):
    """Fill out, int64 (N,), with the place of the highest score in each row; NumPy's argmax would be cold code."""
    found = np.empty((pixels.shape[0], np.int64(net[1])), np.float32)
    scores(pixels, net, found)
    for i in range(pixels.shape[0]):
        out[i] = found[i].argmax()

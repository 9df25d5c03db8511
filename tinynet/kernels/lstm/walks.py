"""The walks of an LSTM, compiled: a small matrix product in vector registers, and the gates in one pass.

At each step a few rows meet the whole of U. A BLAS would lay out U anew each time. Here that is done once a sequence,
in *panels* two vectors wide, and the product goes by tiles: up to 6 rows of A against a panel, with their 6 x 2 sums in
registers while the common axis passes by.

    panels (P, K, COLUMNS)    panels[p, k, c] = B[k, COLUMNS p + c], zeros after the last column
    tile                      out[r, c] += sum_k A[r, k] panels[p, k, c]

Each sum runs over k in order, whatever the tile. So the result of a row depends neither on its neighbours nor on the
number of threads.

The gates need exp, which LLVM does not offer for vectors; a polynomial it does. With y = n ln 2 + f, n whole and
|f| <= ln 2 / 2,

    exp(y) - 1 = 2^n (exp(f) - 1) + (2^n - 1)      exp(f) - 1 = f + f^2 / 2! + .. + f^7 / 7!  (the next term < 6e-9)
    s(z) = 1 / (2 + (exp(-z) - 1))                 tanh(z) = m / (m + 2), m = exp(2 z) - 1

both with a relative error of about 2e-7, even near zero. (The reduction to f is from Cody & Waite 1980, "Software
manual for the elementary functions".)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tinynet.kernels.cached import njit
from tinynet.kernels.jit import cpu_features
from tinynet.kernels.llvm import call, constant, splat

LANES = 16 if "avx512f" in cpu_features() else 8  # floats in a vector
BLOCK = 256  # rows of a panel that fit the first cache, 16 KB
COLUMNS, ROWS = 2 * LANES, 6  # of a tile: 12 sums, 2 vectors of a panel and an entry of A fit 16 registers
FLOAT = ir.FloatType()
VECTOR = ir.VectorType(FLOAT, LANES)

# ---- the tile, in LLVM's language


def _emit(builder: ir.IRBuilder, rows: int, arguments: list[ir.Value]) -> None:
    """Write the code of a tile: out (rows, COLUMNS) += A (rows, depth) panel (depth, COLUMNS)."""
    a, down, along, panel, depth, out, width = arguments  # a, panel, out: addresses; see `_tile`
    number = depth.type
    a, panel, out = (builder.inttoptr(p, t.as_pointer()) for p, t in ((a, FLOAT), (panel, VECTOR), (out, FLOAT)))

    def place(r: int, v: int) -> ir.Value:
        entry = builder.add(builder.mul(width, number(r)), number(v * LANES))
        return builder.bitcast(builder.gep(out, [entry]), VECTOR.as_pointer())

    cells = [(r, v) for r in range(rows) for v in range(2)]
    sums = {(r, v): cgutils.alloca_once_value(builder, constant(VECTOR, 0.0)) for r, v in cells}
    with cgutils.for_range(builder, depth) as loop:
        b = [
            builder.load(builder.gep(panel, [builder.add(builder.mul(loop.index, number(2)), number(v))]), align=4)
            for v in range(2)
        ]
        for r in range(rows):
            place_a = builder.add(builder.mul(down, number(r)), builder.mul(along, loop.index))
            entry = splat(builder, VECTOR, builder.load(builder.gep(a, [place_a])))
            for v in range(2):
                after = call(builder, f"llvm.fmuladd.v{LANES}f32", VECTOR, entry, b[v], builder.load(sums[r, v]))
                builder.store(after, sums[r, v])
    for r, v in cells:
        total = builder.fadd(builder.load(place(r, v), align=4), builder.load(sums[r, v]))
        builder.store(total, place(r, v), align=4)


@intrinsic
def _tile(typing_context, rows, a, down, along, panel, depth, out, width):
    """Compute a tile of 1 to 6 rows, see `_emit`.

    a, panel, out: addresses; A[r, k] is `down` r + `along` k numbers after a, out[r, c] is `width` r + c after out.
    """
    address, number = types.uintp, types.intp

    def generate(context, builder, signature, arguments):
        end = builder.append_basic_block("end")
        switch = builder.switch(arguments[0], end)
        for rows in range(1, ROWS + 1):
            block = builder.append_basic_block(f"rows_{rows}")
            switch.add_case(arguments[0].type(rows), block)
            builder.position_at_end(block)
            _emit(builder, rows, arguments[1:])
            builder.branch(end)
        builder.position_at_end(end)
        return context.get_dummy_value()

    return types.void(number, address, number, number, address, number, address, number), generate


def _compiled(function: Any) -> Any:
    options = dict(error_model="numpy", fastmath={"contract"})  # contract: a b + c in one instruction
    return njit(**options)(function)


@_compiled
def _fill(panels, B, first):
    """Copy the rows of B, from column COLUMNS first on, to panels (P, K, COLUMNS)."""
    K, N = B.shape
    for k in range(K):
        for p in range(len(panels)):
            column = COLUMNS * (first + p)
            if N - column >= COLUMNS:
                for c in range(COLUMNS):  # a number known when compiling: two vectors
                    panels[p, k, c] = B[k, column + c]
            else:
                for c in range(N - column):
                    panels[p, k, c] = B[k, column + c]


@_compiled
def panels(B):
    """Return B (K, N) in panels (P, K, COLUMNS)."""
    K, N = B.shape
    out = np.zeros(((N + COLUMNS - 1) // COLUMNS, K, COLUMNS), np.float32)
    _fill(out, B, 0)
    return out


@_compiled
def _tiles(rows, a, down, along, panel, depth, out, width):
    """Compute a tile of any number of rows by tiles of nearly equal height."""
    tiles = (rows + ROWS - 1) // ROWS
    for tile in range(tiles):
        i, end = tile * rows // tiles, (tile + 1) * rows // tiles
        _tile(end - i, a + np.uintp(4 * down * i), down, along, panel, depth, out + np.uintp(4 * width * i), width)


@_compiled
def add_product(A, panels, out, first, last):
    """Add A (M, K) times the matrix in panels to out (M, N), for the rows first .. last - 1."""
    K, N, rows = A.shape[1], out.shape[1], last - first
    a = A.ctypes.data + np.uintp(4 * K * first)
    for p in range(len(panels)):
        panel, column = panels[p].ctypes.data, COLUMNS * p
        if N - column >= COLUMNS:
            _tiles(rows, a, K, 1, panel, K, out.ctypes.data + np.uintp(4 * (N * first + column)), N)
        else:
            edge = np.zeros((rows, COLUMNS), np.float32)
            _tiles(rows, a, K, 1, panel, K, edge.ctypes.data, COLUMNS)
            out[first:last, column:] += edge[:, : N - column]


@_compiled
def transposed_product(A, B, out, first, last):
    """Write A^T B to the panels first .. last - 1 of out (M, N); A (K, M) and B (K, N) meet in blocks of rows."""
    (K, M), N, P = A.shape, B.shape[1], last - first
    block, sums = np.zeros((P, BLOCK, COLUMNS), np.float32), np.zeros((P, M, COLUMNS), np.float32)
    for k in range(0, K, BLOCK):
        depth = min(BLOCK, K - k)
        _fill(block, B[k : k + depth], first)
        for p in range(P):
            _tiles(M, A[k:].ctypes.data, 1, M, block[p].ctypes.data, depth, sums[p].ctypes.data, COLUMNS)
    for m in range(M):
        for p in range(P):
            column = COLUMNS * (first + p)
            for c in range(min(COLUMNS, N - column)):
                out[m, column + c] = sums[p, m, c]


# ---- the gates

LOG2_E, LN_2 = np.float32(1 / math.log(2)), np.float32(math.log(2))  # LN_2 is off by 2e-9 only
ROUNDING = np.float32(1.5 * 2**23)  # x + ROUNDING has no digits after the point, and its lowest bits are the bits of n
LARGEST = np.float32(87)  # exp(87) is still finite
ONE, TWO = np.float32(1), np.float32(2)
D2, D3, D4, D5, D6, D7 = (np.float32(1 / math.factorial(k)) for k in range(2, 8))


@_compiled
def _expm1(y):
    """Return exp(y) - 1 for -87 <= y <= 87, the value at that end for y beyond it, and NaN for NaN."""
    y = LARGEST if y > LARGEST else y
    y = -LARGEST if y < -LARGEST else y
    rounded = np.float32(y * LOG2_E + ROUNDING)
    n = rounded - ROUNDING
    two_n = np.int32((rounded.view(np.int32) << np.int32(23)) + np.int32(127 << 23)).view(np.float32)
    f = y - n * LN_2
    return two_n * (f * (ONE + f * (D2 + f * (D3 + f * (D4 + f * (D5 + f * (D6 + f * D7))))))) + (two_n - ONE)


@_compiled
def _sigmoid(z):
    return ONE / (TWO + _expm1(-z))


@_compiled
def _tanh(z):
    m = _expm1(z + z)
    return m / (m + TWO)


# ---- the walks


@_compiled
def _cell(z, c, h, y):
    """Turn one row of z (4H,) into gates, c and h (H,) into their next values, and write h to y too.

    Each loop writes to few arrays, so that LLVM can tell them apart and use vectors.
    """
    H = len(c)
    i, f, g, o = z[:H], z[H : 2 * H], z[2 * H : 3 * H], z[3 * H :]
    for j in range(2 * H):
        z[j] = _sigmoid(z[j])
    for j in range(H):
        g[j] = _tanh(g[j])
    for j in range(H):
        o[j] = _sigmoid(o[j])
    for j in range(H):
        c[j] = f[j] * c[j] + i[j] * g[j]
    for j in range(H):
        h[j] = o[j] * _tanh(c[j])
        y[j] = h[j]


@_compiled
def forward(x, W, U, b, lengths, gates, cells, y, first, last):
    """Walk rows first .. last - 1 through all steps. W and U in panels; y[-2] and y[-1] begin as the first h and c."""
    T, keep = len(x), len(gates) == len(x)
    h, c = y[T + 1], y[T + 2]
    for t in range(T):
        z = gates[t if keep else 0]
        z[first:last] = b
        add_product(x[t], W, z, first, last)
        add_product(h, U, z, first, last)
        for r in range(first, last):
            if keep:
                cells[t, r] = c[r]
            if t < lengths[r]:
                _cell(z[r], c[r], h[r], y[t + 1, r])
            else:
                y[t + 1, r] = 0


@_compiled
def _cell_back(z, c, gy, dh, dc, tanh_c):
    """Turn one row of gates z (4H,) into dz, dc (H,) into the dc of the step before, dh into 0; tanh_c is scratch."""
    H = len(c)
    i, f, g, o = z[:H], z[H : 2 * H], z[2 * H : 3 * H], z[3 * H :]
    for j in range(H):
        tanh_c[j] = _tanh(f[j] * c[j] + i[j] * g[j])  # c here is c_t-1
    for j in range(H):
        dh[j] += gy[j]
        dc[j] += dh[j] * o[j] * (ONE - tanh_c[j] * tanh_c[j])
    for j in range(H):
        o[j] = dh[j] * tanh_c[j] * o[j] * (ONE - o[j])  # dz_o
        dh[j] = 0  # room for dz U^T
    for j in range(H):
        dz_g = dc[j] * i[j] * (ONE - g[j] * g[j])
        i[j] = dc[j] * g[j] * i[j] * (ONE - i[j])  # dz_i
        g[j] = dz_g
    for j in range(H):
        dz_f = dc[j] * c[j] * f[j] * (ONE - f[j])
        dc[j] *= f[j]
        f[j] = dz_f


@_compiled
def backward(gy, U, lengths, gates, cells, dh, dc, first, last):
    """Walk rows first .. last - 1 back through all steps, U^T in panels, and overwrite gates with dz.

    dh and dc are given for the last h and c, and become those for the first.
    """
    tanh_c = np.empty(dh.shape[1], np.float32)
    for t in range(len(gates) - 1, -1, -1):
        z = gates[t]
        for r in range(first, last):
            if t < lengths[r]:
                _cell_back(z[r], cells[t, r], gy[t + 1, r], dh[r], dc[r], tanh_c)
            else:
                z[r] = 0
        add_product(z, U, dh, first, last)

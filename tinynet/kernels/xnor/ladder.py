"""The matrix product of signs, by XOR and popcount (Rastegari et al. 2016, "XNOR-Net", arXiv 1603.05279).

Notation
    A (M, K), B (N, K)   entries +1 and -1               a (M, W), b (N, W)   their bits, W = ceil(K / 64), see bits.py
    n_bits               K                               dot (M, N)           A B^T, int32

Two signs multiply to +1 where their bits agree and to -1 where they differ, so with d = popcount(a_i ^ b_j) differences

    dot_ij = (K - d) - d = K - 2 popcount(a_i ^ b_j)

Padding is 0 in both rows and never differs. (XNOR, which counts the agreements, would count the padding too.)
One XOR and one popcount do 64 multiplications. A ladder of functions computes the same integers, from the clearest to
the fastest:

    xnor_matmul_numpy    the equation in NumPy, slower than a float product: popcounts travel through memory
    xnor_matmul_words    compiled: a loop over words for each product
    xnor_matmul_tile     2 x 4 products at a time, in registers
    xnor_matmul_panel    8 x 32 products at a time, in vector registers; columns stored side by side
    xnor_matmul_carry    the same with half the popcounts, which pays where popcount is not one instruction

`xnor_matmul` takes the best for the machine: panel with AVX-512 VPOPCNTDQ, carry with AVX2 or Neon, else tile. All are
exact, so threads, each with its own rows, change nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tinynet.kernels.bits import check_bits, n_words, pack_signs, popcount
from tinynet.kernels.jit import cpu_features, numba_found
from tinynet.kernels.threads import share

BLOCK_WORDS = 2**20  # of the XOR in NumPy: 8 MB
FEW_ROWS = 16  # of a: fewer do not pay for packing b into panels
WORTH_A_THREAD = 2**31  # multiplications, about a millisecond; to start a thread takes a tenth of it
NEVER = 2**31 - 1  # a threshold beyond any product

# ---- the ladder


def xnor_matmul_numpy(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int) -> np.ndarray:
    """Return dot (M, N) by NumPy alone, a row at a time, in blocks that keep the XOR below 8 MB."""
    n_bits = check_bits("xnor_matmul", n_bits, a_bits=a_bits, b_bits=b_bits)
    dot = np.empty((len(a_bits), len(b_bits)), np.int32)
    step = max(1, BLOCK_WORDS // max(1, a_bits.shape[1]))
    for i, row in enumerate(a_bits):
        for j in range(0, len(b_bits), step):
            dot[i, j : j + step] = n_bits - 2 * popcount(row ^ b_bits[j : j + step])
    return dot


def xnor_matmul_words(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None = None) -> np.ndarray:
    """Return dot (M, N) by the plain triple loop over rows, columns and words."""
    return _by_loops("words", a_bits, b_bits, n_bits, threads)


def xnor_matmul_tile(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None = None) -> np.ndarray:
    """Return dot (M, N) by tiles of 2 x 4 products, eight sums that stay in registers."""
    return _by_loops("tile", a_bits, b_bits, n_bits, threads)


def _by_loops(name: str, a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None) -> np.ndarray:
    if not numba_found():
        return xnor_matmul_numpy(a_bits, b_bits, n_bits)
    from tinynet.kernels.xnor import loops as xnor_loops

    n_bits = check_bits("xnor_matmul", n_bits, a_bits=a_bits, b_bits=b_bits)
    dot, loops = np.empty((len(a_bits), len(b_bits)), np.int32), getattr(xnor_loops, name)
    _share(lambda rows: loops(a_bits[rows], b_bits, np.int32(n_bits), dot[rows]), dot.size * n_bits, dot, threads)
    return dot


def xnor_matmul_panel(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None = None) -> np.ndarray:
    """Return dot (M, N) by tiles of 8 x 32 products: with AVX-512, 3 instructions for 512 multiplications."""
    return _by_panels("panel", a_bits, b_bits, n_bits, threads)


def xnor_matmul_carry(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None = None) -> np.ndarray:
    """Return dot (M, N) by tiles of 8 x 32 products that count the ones of carries, one for two words."""
    return _by_panels("carry", a_bits, b_bits, n_bits, threads)


def _by_panels(
    rung: str,
    a_bits: np.ndarray,
    b_bits: np.ndarray,
    n_bits: int,
    threads: int | None,
    panels: np.ndarray | None = None,
) -> np.ndarray:
    if not numba_found():
        return xnor_matmul_numpy(a_bits, b_bits, n_bits)
    n_bits = check_bits("xnor_matmul", n_bits, a_bits=a_bits, b_bits=b_bits)
    return products(a_bits, _panels(b_bits, rung, panels), _kind(rung), n_bits, len(b_bits), threads)


def _kind(rung: str) -> int:
    from tinynet.kernels.xnor.streams import CARRY, PLAIN

    return CARRY if rung == "carry" else PLAIN


def _panels(b_bits: np.ndarray, rung: str, panels: np.ndarray | None) -> np.ndarray:
    """Return the panels of b, or those given, if they can be its."""
    from tinynet.kernels.xnor import streams as xnor_streams

    if panels is None:
        return xnor_streams.panels(b_bits, _kind(rung))
    shape = xnor_streams.panels_shape(*b_bits.shape, _kind(rung))
    if panels.dtype != np.uint32 or panels.shape != shape or not panels.flags.c_contiguous:
        raise ValueError(
            f"xnor_matmul: panels is {panels.dtype} {panels.shape}; b_bits {b_bits.shape} takes uint32 {shape}: "
            "make them with pack_panels(b_bits)"
        )
    return panels


def products(
    rows: np.ndarray, panels: np.ndarray, kind: int, n_bits: int, n: int, threads: int | None = None
) -> np.ndarray:
    """Return the products int32 (M, n) of rows and panels of a kind (xnor_streams.py), shared among threads."""
    from tinynet.kernels.xnor.panels import product
    from tinynet.kernels.xnor.streams import streams

    dot = np.empty((len(rows), n), np.int32)
    _share(
        lambda some: product(streams(rows[some], kind), panels, kind, np.int32(n_bits), dot[some]),
        8 * rows.nbytes * n, dot, threads,
    )  # fmt: skip
    return dot


def comparisons(
    rows: np.ndarray, panels: np.ndarray, kind: int, n_bits: int, thresholds: np.ndarray, flip: np.ndarray,
    threads: int | None = None,
) -> np.ndarray:  # fmt: skip
    """Return as bits where such products reach thresholds int32 (N,), turned round where flip, bool (N,), is True."""
    from tinynet.kernels.xnor.panels import compare
    from tinynet.kernels.xnor.streams import streams

    n = len(thresholds)
    limits = np.full(panels.shape[::2], NEVER, np.int32)  # (P, 32): padding reaches none
    limits.reshape(-1)[:n] = thresholds
    flips = pack_signs(np.append(flip, np.zeros(limits.size - n, bool)).reshape(limits.shape))[:, 0].astype(np.uint32)
    out = np.zeros((len(rows), n_words(n)), np.uint64)
    _share(
        lambda some: compare(streams(rows[some], kind), panels, kind, np.int32(n_bits), limits, flips, out[some]),
        8 * rows.nbytes * n, out, threads,
    )  # fmt: skip
    return out


def _share(run: Callable[[slice], None], work: int, out: np.ndarray, threads: int | None) -> None:
    """Call run(rows) for slices of the rows of out, whole tiles; `work` multiplications of bits in all."""
    share(lambda first, last: run(slice(first, last)), len(out), threads, 1 + work // WORTH_A_THREAD, unit=8, turns=8)


# ---- what the networks call


def best_rung() -> str:
    """Return the name of the fastest rung for this machine: numpy, tile, panel or carry."""
    if not numba_found():
        return "numpy"
    if "avx512vpopcntdq" in cpu_features():
        return "panel"
    return "carry" if {"avx2", "neon"} & cpu_features() else "tile"


def pack_panels(b_bits: np.ndarray) -> np.ndarray | None:
    """Return b as the fastest rung wants it, to be kept by who multiplies by it often; None if it wants nothing."""
    if best_rung() not in ("panel", "carry"):
        return None
    return _panels(b_bits, best_rung(), None)


def xnor_matmul(
    a_bits: np.ndarray,
    b_bits: np.ndarray,
    n_bits: int,
    *,
    threads: int | None = None,
    panels: np.ndarray | None = None,
) -> np.ndarray:
    """Return A B^T, int32 (M, N), of two sign matrices given by their bits, on the fastest rung for this machine.

    Args:
        a_bits: uint64 (M, ceil(n_bits / 64)), from `pack_signs`.
        b_bits: uint64 (N, ceil(n_bits / 64)): the columns of the weight matrix, one in a row.
        n_bits: K, the entries in a row, at most 2^30.
        threads: how many; None for as many as Numba would use, fewer where the product is small.
        panels: `pack_panels(b_bits)` where that is at hand.

    Raises TypeError and ValueError for operands of another type, shape or layout, or with ones behind bit K.
    """
    rung = best_rung()
    if rung == "numpy":
        return xnor_matmul_numpy(a_bits, b_bits, n_bits)
    if rung == "tile" or (panels is None and len(a_bits) < FEW_ROWS):
        return _by_loops("tile" if len(a_bits) > 1 else "words", a_bits, b_bits, n_bits, threads)
    return _by_panels(rung, a_bits, b_bits, n_bits, threads, panels)


def xnor_threshold(
    a_bits: np.ndarray,
    b_bits: np.ndarray,
    n_bits: int,
    thresholds: np.ndarray,
    flip: np.ndarray,
    *,
    threads: int | None = None,
    panels: np.ndarray | None = None,
) -> np.ndarray:
    """Return as bits where A B^T reaches a threshold of its column: uint64 (M, ceil(N / 64)), the next layer's input.

    Bit j of row i is (dot_ij >= thresholds_j) ^ flip_j. The products are compared while they are in the cache.

    Args:
        a_bits, b_bits, n_bits, threads, panels: as for `xnor_matmul`.
        thresholds: int32 (N,).
        flip: bool (N,), the columns whose answer is turned round.
    """
    n_bits = check_bits("xnor_threshold", n_bits, a_bits=a_bits, b_bits=b_bits)
    n = len(b_bits)
    for name, array, dtype in (("thresholds", thresholds, np.dtype(np.int32)), ("flip", flip, np.dtype(bool))):
        if not isinstance(array, np.ndarray) or array.dtype != dtype:
            raise TypeError(f"xnor_threshold: {name} is {getattr(array, 'dtype', type(array).__name__)}; pass {dtype}")
        if array.shape != (n,):
            raise ValueError(f"xnor_threshold: {name} has shape {array.shape}; b_bits has {n} rows: pass ({n},)")
    rung = best_rung()
    if rung not in ("panel", "carry") or (panels is None and len(a_bits) < FEW_ROWS):
        return pack_signs((xnor_matmul(a_bits, b_bits, n_bits, threads=threads) >= thresholds) ^ flip)
    return comparisons(a_bits, _panels(b_bits, rung, panels), _kind(rung), n_bits, thresholds, flip, threads)

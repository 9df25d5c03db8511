"""The ladder as functions, and the choice of the best rung for this machine.

Every rung is exact, so `xnor_matmul` may take whichever is fastest: panel where AVX-512 counts bits (VPOPCNTDQ), carry
with AVX2 or Neon, tile on anything else, and NumPy where Numba is missing. Rows are shared among threads, which changes
no bit either.

The network's own product is `xnor_threshold`. A hidden layer needs only the signs of its sums, so the products are
compared with their thresholds and packed again while they are still in the cache.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tinynet.kernels.bits import check_bits, n_words, pack_signs
from tinynet.kernels.jit import cpu_features, numba_found
from tinynet.kernels.threads import share
from tinynet.kernels.xnor.equation import xnor_matmul_numpy

FEW_ROWS = 16  # of a: fewer do not pay for laying out b in panels
WORTH_A_THREAD = 2**31  # multiplications, about a millisecond; starting a thread costs a tenth of that
NEVER = 2**31 - 1  # a threshold that no product reaches

# ---- the rungs


def xnor_matmul_words(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None = None) -> np.ndarray:
    """Return dot (M, N) by the plain triple loop over rows, columns and words."""
    return _by_loops("words", a_bits, b_bits, n_bits, threads)


def xnor_matmul_tile(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None = None) -> np.ndarray:
    """Return dot (M, N) by tiles of 2 x 4 products, whose eight sums stay in registers."""
    return _by_loops("tile", a_bits, b_bits, n_bits, threads)


def xnor_matmul_panel(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None = None) -> np.ndarray:
    """Return dot (M, N) by tiles of 8 x 32 products: with AVX-512, 3 instructions for 512 multiplications."""
    return _by_panels("panel", a_bits, b_bits, n_bits, threads)


def xnor_matmul_carry(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None = None) -> np.ndarray:
    """Return dot (M, N) by the same tiles with half the popcounts: only carries are counted, one for two words."""
    return _by_panels("carry", a_bits, b_bits, n_bits, threads)


def _by_loops(rung: str, a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None) -> np.ndarray:
    if not numba_found():
        return xnor_matmul_numpy(a_bits, b_bits, n_bits)
    if rung == "words":
        from tinynet.kernels.xnor.words import words as fill
    else:
        from tinynet.kernels.xnor.tile import tile as fill

    n_bits = check_bits("xnor_matmul", n_bits, a_bits=a_bits, b_bits=b_bits)
    dot = np.empty((len(a_bits), len(b_bits)), np.int32)
    _share(lambda rows: fill(a_bits[rows], b_bits, np.int32(n_bits), dot[rows]), dot.size * n_bits, dot, threads)
    return dot


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
    return products(a_bits, *_panels(b_bits, rung, panels), n_bits, len(b_bits), threads)


def _panels(b_bits: np.ndarray, rung: str, panels: np.ndarray | None) -> tuple[np.ndarray, int]:
    """Return the panels of b, or the ones given if they can be b's, and their kind."""
    from tinynet.kernels.xnor import panels as layout

    kind = layout.CARRY if rung == "carry" else layout.PLAIN
    if panels is None:
        return layout.panels(b_bits, kind), kind
    shape = layout.panels_shape(*b_bits.shape, kind)
    if panels.dtype != np.uint32 or panels.shape != shape or not panels.flags.c_contiguous:
        raise ValueError(
            f"xnor_matmul: panels is {panels.dtype} {panels.shape}; b_bits {b_bits.shape} takes uint32 {shape}: "
            "make them with pack_panels(b_bits)"
        )
    return panels, kind


def products(
    rows: np.ndarray, panels: np.ndarray, kind: int, n_bits: int, n: int, threads: int | None = None
) -> np.ndarray:
    """Return the products, int32 (M, n), of rows with n columns in panels of any kind (panels.py)."""
    from tinynet.kernels.xnor.panels import product, streams

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
    """Return as bits, uint64 (M, words), where such products reach their thresholds, turned round where flip is True.

    thresholds: int32 (N,). flip: bool (N,).
    """
    from tinynet.kernels.xnor.panels import compare, streams

    n = len(thresholds)
    limits = np.full(panels.shape[::2], NEVER, np.int32)  # (P, 32): the places after the last column stay 0
    limits.reshape(-1)[:n] = thresholds
    flips = pack_signs(np.append(flip, np.zeros(limits.size - n, bool)).reshape(limits.shape))[:, 0].astype(np.uint32)
    out = np.zeros((len(rows), n_words(n)), np.uint64)
    _share(
        lambda some: compare(streams(rows[some], kind), panels, kind, np.int32(n_bits), limits, flips, out[some]),
        8 * rows.nbytes * n, out, threads,
    )  # fmt: skip
    return out


def _share(run: Callable[[slice], None], work: int, out: np.ndarray, threads: int | None) -> None:
    """Call run(rows) for slices of the rows of out, whole tiles each; `work` is multiplications of bits in all."""
    worth = 1 + work // WORTH_A_THREAD
    if threads is None and worth == 1:
        run(slice(0, len(out)))
    else:
        share(lambda first, last: run(slice(first, last)), len(out), threads, worth, unit=8, turns=8)


# ---- what the networks call


def best_rung() -> str:
    """Return the name of the fastest rung for this machine: numpy, tile, panel or carry."""
    if not numba_found():
        return "numpy"
    if "avx512vpopcntdq" in cpu_features():
        return "panel"
    return "carry" if {"avx2", "neon"} & cpu_features() else "tile"


def pack_panels(b_bits: np.ndarray) -> np.ndarray | None:
    """Return b as the fastest rung wants it, worth keeping if you multiply by b often; None if it wants nothing."""
    return _panels(b_bits, best_rung(), None)[0] if best_rung() in ("panel", "carry") else None


def xnor_matmul(
    a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, *, threads: int | None = None, panels: np.ndarray | None = None
) -> np.ndarray:
    """Return A B^T, int32 (M, N), of two sign matrices given by their bits, on the fastest rung for this machine.

    Args:
        a_bits: uint64 (M, ceil(n_bits / 64)), from `pack_signs`.
        b_bits: uint64 (N, ceil(n_bits / 64)), the columns of the weight matrix, one a row.
        n_bits: K, the entries of a row, at most 2^30.
        threads: how many; None for as many as Numba would use, fewer where the product is small.
        panels: `pack_panels(b_bits)`, if you have kept it.

    Raises TypeError and ValueError for operands of another type, shape or layout, or with ones after bit K.
    """
    rung = best_rung()
    if rung == "numpy":
        return xnor_matmul_numpy(a_bits, b_bits, n_bits)
    if rung == "tile" or (panels is None and len(a_bits) < FEW_ROWS):
        return _by_loops("tile" if len(a_bits) > 1 else "words", a_bits, b_bits, n_bits, threads)
    return _by_panels(rung, a_bits, b_bits, n_bits, threads, panels)


def xnor_threshold(
    a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, thresholds: np.ndarray, flip: np.ndarray, *,
    threads: int | None = None, panels: np.ndarray | None = None,
) -> np.ndarray:  # fmt: skip
    """Return as bits where A B^T reaches the threshold of its column: uint64 (M, ceil(N / 64)), the next layer's input.

    Bit j of row i is (dot_ij >= thresholds_j) ^ flip_j.

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
    return comparisons(a_bits, *_panels(b_bits, rung, panels), n_bits, thresholds, flip, threads)

"""The products of signs for everyone: operands are checked, and each rung can be called by its name.

Kernels read memory by address, so an array of another type or shape would give nonsense or crash. Here every operand is
looked at first. Networks, whose layers have checked their own, call layer.py directly.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.kernels.bits import check_bits
from tinynet.kernels.jit import numba_found
from tinynet.kernels.xnor.equation import xnor_matmul_numpy
from tinynet.kernels.xnor.layer import by_loops, panels_of, products, signs, sums


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
    n_bits = check_bits("xnor_matmul", n_bits, a_bits=a_bits, b_bits=b_bits)
    return sums(a_bits, b_bits, n_bits, threads, panels)


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
    return signs(a_bits, b_bits, n_bits, thresholds, flip, threads, panels)


# ---- the rungs above NumPy, by name


def xnor_matmul_words(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None = None) -> np.ndarray:
    """Return dot (M, N) by the plain triple loop over rows, columns and words."""
    return _on("words", a_bits, b_bits, n_bits, threads)


def xnor_matmul_tile(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None = None) -> np.ndarray:
    """Return dot (M, N) by tiles of 2 x 4 products, whose eight sums stay in registers."""
    return _on("tile", a_bits, b_bits, n_bits, threads)


def xnor_matmul_panel(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None = None) -> np.ndarray:
    """Return dot (M, N) by tiles of 8 x 32 products: with AVX-512, 3 instructions for 512 multiplications."""
    return _on("panel", a_bits, b_bits, n_bits, threads)


def xnor_matmul_carry(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, threads: int | None = None) -> np.ndarray:
    """Return dot (M, N) by the same tiles with half the popcounts: only carries are counted, one for two words."""
    return _on("carry", a_bits, b_bits, n_bits, threads)


def _on(rung: str, a_bits: Any, b_bits: Any, n_bits: int, threads: int | None) -> np.ndarray:
    n_bits = check_bits("xnor_matmul", n_bits, a_bits=a_bits, b_bits=b_bits)
    if not numba_found():
        return xnor_matmul_numpy(a_bits, b_bits, n_bits)
    if rung in ("words", "tile"):
        return by_loops(rung, a_bits, b_bits, n_bits, threads)
    return products(a_bits, *panels_of(b_bits, rung), n_bits, len(b_bits), threads)

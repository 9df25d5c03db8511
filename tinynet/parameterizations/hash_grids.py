"""More uses of the hash: all of it as a grid, counts and means of buckets, a product that never holds the matrix."""

from __future__ import annotations

import numpy as np

from tinynet.parameterizations import hashing
from tinynet.parameterizations.base import MOST_ENTRIES


def matmul(x: np.ndarray, w: np.ndarray, seed: int, n: int, rows: int = 64) -> np.ndarray:
    """Return x W, (.., m) to (.., n), hashing `rows` rows of W at a time and dropping them after use.

    Args:
        x: float (.., m).
        w: float (K,), the stored numbers.
        seed: the seed of the layer.
        n: the number of columns of W.

    Besides the result it holds a block of W with its places, 8 rows n bytes, and (w, -w), 8 K bytes (in float32).
    """
    m = x.shape[-1]
    y = np.zeros((*x.shape[:-1], n), np.result_type(x, w))
    for first in range(0, m, rows):
        block = x[..., first : first + rows]
        y += block @ hashing.gather(w, hashing.places(seed, block.shape[-1], n, len(w), first))
    return y


def occupancy(seed: int, m: int, n: int, K: int, rows: int = 64) -> np.ndarray:
    """Return the number of entries in each bucket, int64 (K,), looking at `rows` rows at a time."""
    counts = np.zeros(K, np.int64)
    for first in range(0, m, rows):
        places = hashing.places(seed, min(rows, m - first), n, K, first)
        counts += np.bincount((places.ravel() % np.uint32(K)).astype(np.intp), minlength=K)
    return counts


def means(W: np.ndarray, places: np.ndarray, K: int) -> np.ndarray:
    """Return the mean of the entries in each bucket, each times its sign, (K,) of W's dtype; 0 where there are none."""
    count = np.maximum(1, np.bincount((places.ravel() % np.uint32(K)).astype(np.intp), minlength=K))
    sums = hashing.scatter_add(W.astype(np.float64) / MOST_ENTRIES, places, K)  # so none of them overflows
    return (MOST_ENTRIES * (sums / count)).astype(W.dtype)


def hash_grid(seed: int, stream: int, m: int, n: int) -> np.ndarray:
    """Return the hash of (seed, stream, i, j) for every entry (i, j), uint64 (m, n)."""
    columns = hashing.GOLDEN * np.arange(1, n + 1, dtype=np.uint64)
    return hashing.mix64(hashing.row_hashes(seed, stream, m)[:, None] + columns)

"""Hashing: K numbers behind a matrix of m n entries (Chen et al. 2015, arXiv 1504.04788).

Notation
    i, j       input (row) and output (column) of an entry          w (K,)    the stored numbers
    h(i, j)    bucket of the entry, 0 .. K - 1                      W (m, n)  the virtual matrix
    xi(i, j)   sign of the entry, +1 or -1                          G (m, n)  the cotangent of W

h and xi come from two streams of one hash, computed and never stored: the 64-bit finalizer of SplitMix64 (Steele, Lea,
Flood 2014, "Fast splittable pseudorandom number generators"; constants of Stafford's variant 13), applied to the seed,
the stream, i, then j. It uses only 64-bit xor, shift and product, so it is the same on every machine.

Training keeps bucket and sign in one number: place = h, plus K where xi = -1. It is an index into the doubled table
(w, -w). Then W is a plain look-up and its gradient a plain scatter, without a branch on a random sign, which a
processor would mispredict every other time.
"""

from __future__ import annotations

import numpy as np

BUCKET, SIGN = 0, 1  # streams
GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio, odd
MIX1, MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
A, B, C = np.uint64(30), np.uint64(27), np.uint64(31)  # shifts of the finalizer
HALF, TOP = np.uint64(32), np.uint64(63)


def mix64(z: np.ndarray) -> np.ndarray:
    """Return SplitMix64's finalizer of uint64 values: a bijection in which each bit of z reaches all bits."""
    z = (z ^ (z >> A)) * MIX1
    z = (z ^ (z >> B)) * MIX2
    return z ^ (z >> C)


def row_hashes(seed: int, stream: int, m: int, first: int = 0) -> np.ndarray:
    """Return the hash of (seed, stream, i), uint64 (m,), for the rows i = first, first + 1, .."""
    if not 0 <= seed < 2**64:
        raise ValueError(f"hash: seed={seed}; it must lie in 0 .. 2^64 - 1")
    z = mix64(mix64(np.array([seed], np.uint64)) + GOLDEN * np.array([stream + 1], np.uint64))
    return mix64(z + GOLDEN * np.arange(first + 1, first + m + 1, dtype=np.uint64))


# ---- training: places once, then a look-up and a scatter at every step


def places_of_rows(h_rows: np.ndarray, xi_rows: np.ndarray, n: int, K: int) -> np.ndarray:
    """Return h(i, j) + K [xi(i, j) < 0], uint32 (m, n), from the hashes of the rows in the two streams."""
    j = GOLDEN * np.arange(1, n + 1, dtype=np.uint64)
    h = ((mix64(h_rows[:, None] + j) >> HALF) * np.uint64(K)) >> HALF  # the upper half scaled to 0 .. K - 1
    return (h + np.uint64(K) * (mix64(xi_rows[:, None] + j) >> TOP)).astype(np.uint32)  # K more where xi is -1


def places(seed: int, m: int, n: int, K: int, first: int = 0) -> np.ndarray:
    """Return the places of the m rows from `first` on, uint32 (m, n). ValueError unless 0 < K < 2^31."""
    if not 0 < K < 2**31:
        raise ValueError(f"hash: K={K} buckets; there must be between 1 and 2^31 - 1")
    return places_of_rows(row_hashes(seed, BUCKET, m, first), row_hashes(seed, SIGN, m, first), n, K)


def gather(w: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return W (m, n) of w's dtype from the stored w (K,) and the places of its entries."""
    return np.concatenate([w, -w]).take(place.astype(np.intp))


def scatter_add(G: np.ndarray, place: np.ndarray, K: int) -> np.ndarray:
    """Return the sum over h(i, j) = k of xi(i, j) G[i, j], (K,) of G's dtype; summed in float32 at least, in order."""
    doubled = np.zeros(2 * K, np.result_type(G, np.float32))
    np.add.at(doubled, place.ravel().astype(np.intp), G.ravel())
    return (doubled[:K] - doubled[K:]).astype(G.dtype)

"""Hashing: K numbers behind a matrix of m n entries (Chen et al. 2015, arXiv 1504.04788).

Notation
    i, j       input (row) and output (column) of an entry          w (K,)    the stored numbers
    h(i, j)    bucket of the entry, 0 .. K - 1                      W (m, n)  the virtual matrix
    xi(i, j)   sign of the entry, +1 or -1                          G (m, n)  the cotangent of W

    W[i, j] = xi(i, j) w[h(i, j)]                       (their eq. 7, with a sign)
    dL/dw_k = sum over h(i, j) = k of xi(i, j) G[i, j]  (their eq. 12)

h and xi come from two streams of one hash, computed and never stored: the 64-bit finalizer of SplitMix64 (Steele, Lea,
Flood 2014, "Fast splittable pseudorandom number generators"; constants of Stafford's variant 13), applied to the seed
and stream, then to i, then to j. It uses only 64-bit xor, shift and product, so it is the same on every machine.
"""

from __future__ import annotations

import numpy as np

from tinynet.kernels.jit import compiled

BUCKET, SIGN = 0, 1  # streams
GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio
MIX1, MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


# ------------------------------------------------------------------------------------------------ the hash


def mix64(z: np.ndarray) -> np.ndarray:
    """Return the SplitMix64 finalizer of uint64 values: a bijection in which each bit of z reaches all bits."""
    z = (z ^ (z >> np.uint64(30))) * MIX1
    z = (z ^ (z >> np.uint64(27))) * MIX2
    return z ^ (z >> np.uint64(31))


def hash_grid(seed: int, stream: int, m: int, n: int) -> np.ndarray:
    """Return the hash of every (i, j), uint64 (m, n)."""
    start = _start(seed, stream)
    rows = mix64(start + GOLDEN * np.arange(1, m + 1, dtype=np.uint64))  # (m,)
    return mix64(rows[:, None] + GOLDEN * np.arange(1, n + 1, dtype=np.uint64))


def _start(seed: int, stream: int) -> np.ndarray:
    if not 0 <= seed < 2**64:
        raise ValueError(f"hash: seed={seed}; it must lie in 0 .. 2^64 - 1")
    return mix64(mix64(np.array([seed], dtype=np.uint64)) + GOLDEN * np.array([stream + 1], dtype=np.uint64))


def _range(grid: np.ndarray, K: int) -> np.ndarray:
    """Return the top 32 bits of each hash scaled to 0 .. K - 1, without a division."""
    if not 0 < K < 2**31:
        raise ValueError(f"hash: K={K} buckets; there must be between 1 and 2^31 - 1")
    return ((grid >> np.uint64(32)) * np.uint64(K)) >> np.uint64(32)


def buckets(seed: int, m: int, n: int, K: int) -> np.ndarray:
    """Return h(i, j), int32 (m, n)."""
    return _range(hash_grid(seed, BUCKET, m, n), K).astype(np.int32)


def signs(seed: int, m: int, n: int) -> np.ndarray:
    """Return xi(i, j), int8 (m, n), +1 or -1: the top bit of the second stream."""
    return np.where(hash_grid(seed, SIGN, m, n) >> np.uint64(63), -1, 1).astype(np.int8)


def uniforms(seed: int, stream: int, m: int, n: int) -> np.ndarray:
    """Return float32 (m, n) in [-1, 1), the same on every machine: the top 24 bits of the hash, exactly."""
    return ((hash_grid(seed, stream, m, n) >> np.uint64(40)).astype(np.float32) - 2**23) / np.float32(2**23)


def mask(seed: int, m: int, n: int, K: int) -> np.ndarray:
    """Return the flat indices of the K entries of smallest hash, int64, ascending."""
    if not 0 < K <= m * n:
        raise ValueError(f"mask: K={K} entries of {m} x {n}; there must be between 1 and {m * n}")
    order = np.argsort(hash_grid(seed, BUCKET, m, n), axis=None, kind="stable")
    return np.sort(order[:K])


def signed_index(seed: int, m: int, n: int, K: int) -> np.ndarray:
    """Return h(i, j) where xi is +1 and its complement -1 - h(i, j) where xi is -1, int32 (m, n)."""
    h = buckets(seed, m, n, K)
    return np.where(signs(seed, m, n) > 0, h, ~h)


# ------------------------------------------------------------------------------------------------ training


def gather_reference(w: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Return W[i, j] = xi(i, j) w[h(i, j)], (m, n) of w's dtype, from the signed index."""
    return np.where(index < 0, -w[~index], w[index])


@compiled(gather_reference)
def gather(w, index):
    m, n = index.shape
    W = np.empty((m, n), w.dtype)
    for i in range(m):
        for j in range(n):
            s = index[i, j]
            W[i, j] = w[s] if s >= 0 else -w[~s]
    return W


def scatter_add_reference(G: np.ndarray, index: np.ndarray, K: int) -> np.ndarray:
    """Return the sum over h(i, j) = k of xi(i, j) G[i, j], (K,) of G's dtype."""
    signed = np.where(index < 0, -G, G).ravel()
    return np.bincount(np.where(index < 0, ~index, index).ravel(), signed, minlength=K).astype(G.dtype)


@compiled(scatter_add_reference)
def scatter_add(G, index, K):
    out = np.zeros(K, G.dtype)
    m, n = index.shape
    for i in range(m):
        for j in range(n):
            s = index[i, j]
            if s >= 0:
                out[s] += G[i, j]
            else:
                out[~s] -= G[i, j]
    return out


# ------------------------------------------------------------------------------------------------ inference


def matmul(x: np.ndarray, w: np.ndarray, seed: int, n: int, block: int = 64) -> np.ndarray:
    """Return x W, (batch, m) to (batch, n), holding only `block` rows of W at a time."""
    m = x.shape[1]
    y = np.zeros((len(x), n), np.result_type(x, w))
    for i in range(0, m, block):
        rows = min(block, m - i)
        y += x[:, i : i + rows] @ gather(w, signed_index_rows(seed, i, rows, n, len(w)))
    return y


def signed_index_rows(seed: int, first: int, rows: int, n: int, K: int) -> np.ndarray:
    """Return the signed index of the rows from `first` on."""
    i = np.arange(first + 1, first + rows + 1, dtype=np.uint64)
    j = GOLDEN * np.arange(1, n + 1, dtype=np.uint64)
    h, xi = (mix64(mix64(_start(seed, s) + GOLDEN * i)[:, None] + j) for s in (BUCKET, SIGN))
    h = _range(h, K).astype(np.int32)
    return np.where(xi >> np.uint64(63), ~h, h)

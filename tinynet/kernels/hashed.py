"""Compiled twins of what hashing does entry by entry (parameterizations/hashing.py has the equations).

The same numbers in one pass, without the arrays in between. `scatter_add` sums in the precision of G, one entry after
the other, where the reference sums in double precision.
"""

from __future__ import annotations

import numpy as np

from tinynet.kernels.jit import compiled
from tinynet.parameterizations import hashing
from tinynet.parameterizations.hashing import GOLDEN, HALF, MIX1, MIX2, TOP, A, B, C


@compiled(hashing.places_of_rows.reference)
def _places(h_rows, xi_rows, n, K):
    m = len(h_rows)
    out = np.empty((m, n), np.uint32)
    for i in range(m):
        for j in range(n):
            step = GOLDEN * np.uint64(j + 1)
            z = h_rows[i] + step
            z = (z ^ (z >> A)) * MIX1
            z = (z ^ (z >> B)) * MIX2
            h = (((z ^ (z >> C)) >> HALF) * np.uint64(K)) >> HALF
            z = xi_rows[i] + step
            z = (z ^ (z >> A)) * MIX1
            z = (z ^ (z >> B)) * MIX2
            out[i, j] = h + np.uint64(K) * ((z ^ (z >> C)) >> TOP)
    return out


@compiled(hashing.gather.reference)
def gather(w, place):
    """Do what the reference does, in one pass."""
    doubled = np.empty(2 * len(w), w.dtype)
    doubled[: len(w)], doubled[len(w) :] = w, -w
    W = np.empty(place.shape, w.dtype)
    entries, where = W.reshape(-1), place.reshape(-1)
    for e in range(len(where)):
        entries[e] = doubled[where[e]]
    return W


@compiled(hashing.scatter_add.reference)
def scatter_add(G, place, K):
    """Do what the reference does, in one pass, with sums in the precision of G, entry after entry."""
    doubled = np.zeros(2 * K, G.dtype)
    entries, where = np.ascontiguousarray(G).reshape(-1), place.reshape(-1)
    for e in range(len(where)):
        doubled[where[e]] += entries[e]
    return doubled[:K] - doubled[K:]


hashing.places_of_rows.fast, hashing.gather.fast, hashing.scatter_add.fast = _places, gather, scatter_add

"""Compiled twins of the functions that hash every entry; parameterizations/hashing.py has the equations.

They do the same in one pass, and importing this file puts them in the place of the NumPy functions. Sums run over the
entries in the same order, so that each bit is the same.
"""

from __future__ import annotations

import numpy as np

from tinynet.kernels.jit import compiled
from tinynet.parameterizations import hashing
from tinynet.parameterizations.hashing import GOLDEN, HALF, MIX1, MIX2, TOP, A, B, C

REFERENCES = {f.__name__: f for f in (hashing.places_of_rows, hashing.gather, hashing.scatter_add)}


@compiled(hashing.places_of_rows)
def places_of_rows(h_rows, xi_rows, n, K):
    """Return bucket and sign of every entry, as one number, uint32 (m, n)."""
    m = len(h_rows)
    if len(xi_rows) != m:
        raise ValueError("places_of_rows: there must be as many hashes of rows in both streams")
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


@compiled(hashing.gather)
def gather(w, place):
    """Return W (m, n) from w (K,) and the places of its entries."""
    doubled = np.empty(2 * len(w), w.dtype)
    doubled[: len(w)], doubled[len(w) :] = w, -w
    W = np.empty(place.shape, w.dtype)
    entries, where = W.reshape(-1), place.reshape(-1)
    for e in range(len(where)):
        entries[e] = doubled[where[e]]
    return W


@compiled(hashing.scatter_add)
def scatter_add(G, place, K):
    """Return the sum over h(i, j) = k of xi(i, j) G[i, j], (K,)."""
    doubled = np.zeros(2 * K, G.dtype)
    entries, where = np.ascontiguousarray(G).reshape(-1), place.reshape(-1)
    if len(entries) != len(where):
        raise ValueError("scatter_add: there must be a place for each entry")
    for e in range(len(where)):
        doubled[where[e]] += entries[e]
    return doubled[:K] - doubled[K:]


# ---- Numba knows no float16, so such numbers go to the NumPy functions

numpy_gather, numpy_scatter_add = hashing.gather, hashing.scatter_add


def gather_any(w, place):
    """Return W (m, n) from w (K,) of any precision."""
    return numpy_gather(w, place) if w.dtype == np.float16 else gather(w, place)


def scatter_add_any(G, place, K):
    """Return the sum over each bucket, (K,), of a G of any precision."""
    return numpy_scatter_add(G, place, K) if G.dtype == np.float16 else scatter_add(G, place, K)


hashing.places_of_rows, hashing.gather, hashing.scatter_add = places_of_rows, gather_any, scatter_add_any

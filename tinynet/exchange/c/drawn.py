"""Matrices of which much follows from a hash: computed again wherever it is needed, it takes no flash."""

from __future__ import annotations

import numpy as np

from tinynet.exchange.c.rows import Product, by_rows, note, seed
from tinynet.exchange.c.source import Place, Source, number
from tinynet.parameterizations import Bank, Circulant, Sparse, Supermask, bank, hash_grids, hashing


def sparse(source: Source, name: str, W: Sparse, takes: str) -> Product:
    """Write x W for K numbers at the places of least hash: whether it is small enough says if an entry is kept."""
    hashes = hash_grids.hash_grid(W.seed, hashing.BUCKET, W.m, W.n).ravel()
    last = hashes[W.kept].max()
    if (hashes <= last).sum() != W.K:
        raise ValueError(f"two entries have the same hash {last}, so it cannot tell which of them is kept")
    source.use("mix64")
    note(source, name, W, f": {W.K} numbers, at the entries whose hash is at most {last}")
    at = source.floats(f"{name}_w", W.w._data)
    row = f"""
        uint64_t h = row_hash({seed(W)}, BUCKET, i);
        for (uint32_t j = 0; j < {W.n}; j++)
            if (mix64(h + GOLDEN * (j + 1)) <= UINT64_C({last}))
                z[j] += x_i * {at("k++")};
    """
    return by_rows(source, name, W, takes, row, before="uint32_t k = 0;", skips=False)


def circulant(source: Source, name: str, W: Circulant, takes: str, at: Place) -> Product:
    """Write x W for rings of numbers."""
    source.use("mix64")
    note(source, name, W, f": blocks of {W.k} numbers in a ring; row i is shifted by i, with a sign by the hash")
    place = f"(j % {W.k} + {W.k} - i % {W.k}) % {W.k} * {W.P * W.Q} + i / {W.k} * {W.Q} + j / {W.k}"
    row = f"""
        if (row_hash({seed(W)}, SIGN, i) >> 63)
            x_i = -x_i;
        for (uint32_t j = 0; j < {W.n}; j++)
            z[j] += x_i * {at(place)};
    """
    return by_rows(source, name, W, takes, row)


def supermask(source: Source, name: str, W: Supermask, takes: str) -> Product:
    """Write x W for random numbers of which some stay."""
    signs = W.values == "signs"
    source.use("codes", "uniform")
    note(source, name, W, f": random {'signs' if signs else 'numbers'} by the hash, and a bit that says which stay")
    codes = source.array(f"{name}_mask", W.mask.state()["bits"])
    s = source.floats(f"{name}_s", W.s._data)
    random = "uniform(h, j) < 0.0f ? -x_i : x_i" if signs else "x_i * uniform(h, j)"
    row = f"""
        uint64_t h = row_hash({seed(W)}, {bank.STREAM}, i);
        struct codes row = codes_at({codes}, 1, {W.n} * i);
        for (uint32_t j = 0; j < {W.n}; j++)
            if (next_code(&row))
                z[j] += {random};
    """
    return by_rows(source, name, W, takes, row, after=f"for (uint32_t j = 0; j < {W.n}; j++)\n    z[j] *= {s('0')};")


def random_bank(source: Source, name: str, W: Bank, takes: str) -> Product:
    """Write x W for uniform numbers."""
    source.use("uniform")
    note(source, name, W, ": uniform numbers by the hash")
    row = f"""
        uint64_t h = row_hash({seed(W)}, {bank.STREAM}, i);
        for (uint32_t j = 0; j < {W.n}; j++)
            z[j] += x_i * uniform(h, j);
    """
    size = number(np.sqrt(3 / W.m))
    return by_rows(source, name, W, takes, row, after=f"for (uint32_t j = 0; j < {W.n}; j++)\n    z[j] *= {size};")

"""Temporary: signs in uint64 words, in NumPy; see xnor.py."""

from __future__ import annotations

import numpy as np


def pack_signs(x: np.ndarray) -> np.ndarray:
    """Return uint64 (rows, words): bit k of word w is 1 where entry 64 w + k is at least 0 (or is True)."""
    on = x if x.dtype == bool else x >= 0
    rows, n_bits = on.shape
    padded = np.zeros((rows, -(-n_bits // 64) * 8), np.uint8)
    packed = np.packbits(on, axis=1, bitorder="little")
    padded[:, : packed.shape[1]] = packed
    return padded.view("<u8").astype(np.uint64, copy=False)

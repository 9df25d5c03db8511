"""Temporary: products of packed signs, in NumPy."""

from __future__ import annotations

import numpy as np

from tinynet.kernels.bits import pack_signs


def xnor_matmul(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int) -> np.ndarray:
    """Return int32 (M, N): n_bits - 2 popcount(a xor b)."""
    dot = np.full((len(a_bits), len(b_bits)), n_bits, np.int32)
    for first in range(0, len(a_bits), 16):
        some = slice(first, first + 16)
        for w in range(a_bits.shape[1]):
            dot[some] -= 2 * np.bitwise_count(a_bits[some, w, None] ^ b_bits[None, :, w]).astype(np.int32)
    return dot


def xnor_threshold(
    a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, thresholds: np.ndarray, flip: np.ndarray
) -> np.ndarray:
    """Return uint64 (M, words of N): bit n is (dot >= thresholds[n]) != flip[n]."""
    return pack_signs((xnor_matmul(a_bits, b_bits, n_bits) >= thresholds) != flip)

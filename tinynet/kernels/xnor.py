"""Temporary: products of packed signs, in NumPy."""

from __future__ import annotations

import numpy as np

from tinynet.kernels.bits import pack_signs


def xnor_matmul(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int) -> np.ndarray:
    """Return int32 (M, N): n_bits - 2 popcount(a xor b)."""
    count = np.zeros((len(a_bits), len(b_bits)), np.int32)
    for w in range(a_bits.shape[1]):
        count += np.bitwise_count(a_bits[:, w, None] ^ b_bits[None, :, w])
    return n_bits - 2 * count


def xnor_threshold(
    a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int, thresholds: np.ndarray, flip: np.ndarray
) -> np.ndarray:
    """Return uint64 (M, words of N): bit n is (dot >= thresholds[n]) != flip[n]."""
    return pack_signs((xnor_matmul(a_bits, b_bits, n_bits) >= thresholds) != flip)

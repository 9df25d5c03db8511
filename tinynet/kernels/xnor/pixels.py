"""The first layer of a network of signs: its inputs are pixels, not signs.

A pixel p = 0 .. 255 stands for the odd integer 2 p - 255, and meets weights of +1 and -1.

    pixels (M, K)   uint8        words (N, W)   bits of the signs s (N, K)        z_ij = sum_k (2 p_ik - 255) s_jk

There are two ways to these integers. The first needs nothing but the XNOR products that we have. A byte is eight bits,
p = sum_b 2^b p_b, and since 255 = sum_b 2^b as well, 2 p - 255 = sum_b 2^b (2 p_b - 1). So the eight bits of the pixels
are eight rows of signs, called planes:

    z = sum_b 2^b (XNOR product of plane b)

The second way multiplies the bytes themselves, where the processor does that (vectors.py). With AVX-512 it takes one
instruction where planes take three, and no sum over planes:

    z = 2 sum_k p_k s_k - c,      c_j = 255 sum_k s_jk
"""

from __future__ import annotations

import numpy as np

from tinynet.kernels.bits import pack_signs, popcount
from tinynet.kernels.xnor.matmul import FEW_ROWS, best_rung, comparisons, pack_panels, products, xnor_matmul

TOGETHER = 16  # pictures whose eight planes are multiplied at once, so that the sums stay in the cache


def pixel_sums(pixels: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return z, int32 (M, N), for pixels uint8 (M, K) and the bits of signs (N, W). K <= 2^22, so that 2 z fits."""
    if not _by_bytes(pixels):
        return sums_by_planes(pixels, words)
    z = products(*_fours(pixels, words), len(words))
    z -= _offsets(words, pixels.shape[1])
    return z


def pixel_threshold(pixels: np.ndarray, words: np.ndarray, thresholds: np.ndarray, flip: np.ndarray) -> np.ndarray:
    """Return as bits, uint64 (M, words), where z reaches the threshold of its column: (z_ij >= thresholds_j) != flip_j.

    Args:
        pixels, words: as for `pixel_sums`.
        thresholds: int32 (N,), between -255 K and 255 K + 1, so that z + c fits.
        flip: bool (N,).
    """
    if not _by_bytes(pixels):
        return pack_signs((sums_by_planes(pixels, words) >= thresholds) != flip)
    return comparisons(*_fours(pixels, words), thresholds + _offsets(words, pixels.shape[1]), flip)


def _by_bytes(pixels: np.ndarray) -> bool:
    """Return whether the processor multiplies bytes, and there are rows enough to pay for unpacking the signs."""
    if len(pixels) < FEW_ROWS or best_rung() not in ("panel", "carry"):
        return False
    from tinynet.kernels.xnor.panels import MULTIPLIES

    return MULTIPLIES


def _fours(pixels: np.ndarray, words: np.ndarray) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Return pixels and signs four to a word, uint32 (M, S) and panels, their kind, and 0 for n_bits."""
    from tinynet.kernels.xnor.panels import BYTES, byte_panels

    padded = np.pad(pixels, [(0, 0), (0, -pixels.shape[1] % 4)]) if pixels.shape[1] % 4 else pixels
    rows = np.ascontiguousarray(padded).view(np.uint32)
    return rows, byte_panels(words, rows.shape[1]), BYTES, 0


def _offsets(words: np.ndarray, n: int) -> np.ndarray:
    """Return c, int32 (N,)."""
    return 255 * (2 * popcount(words) - np.int32(n))


def sums_by_planes(pixels: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return z by planes of bits, summed by Horner's rule from the highest bit down: z = 2 z + (the next product)."""
    rows, n = pixels.shape
    z = np.empty((rows, len(words)), np.int32)
    panels = pack_panels(words) if rows > 1 else None
    for first in range(0, rows, TOGETHER):
        some = slice(first, first + TOGETHER)
        planes = np.unpackbits(pixels[some, :, None], axis=2).transpose(2, 0, 1)  # (8, some, K), highest bit first
        bits = pack_signs(planes.reshape(-1, n).astype(bool))
        sums = xnor_matmul(bits, words, n, panels=panels).reshape(8, -1, len(words))
        total = z[some]
        total[:] = sums[0]
        for plane in sums[1:]:
            total *= 2
            total += plane
    return z

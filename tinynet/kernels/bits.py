"""Signs as bits, 64 to a word: what a binary network stores, and what its products read.

Notation
    x (rows, n)     numbers, of which only the signs count         W = ceil(n / 64)   words in a row
    bits (rows, W)  uint64; bit k of word w stands for entry j = 64 w + k

    bit = 1 where x >= 0, standing for +1;   bit = 0 where x < 0, standing for -1

Zero counts as positive, here as in training. (NumPy's own sign(0) is 0, a third value, for which a bit has no room.)
The bits after the last entry of a row are 0, so that they cancel in the XOR of two rows.
"""

from __future__ import annotations

import numpy as np

from tinynet.kernels.jit import compiled

WORD = 64


def n_words(n_bits: int) -> int:
    """Return the number of words that hold n bits, ceil(n / 64)."""
    return -(-n_bits // WORD)


def pack_reference(x: np.ndarray) -> np.ndarray:
    """Return the signs of x (rows, n), float or bool, as uint64 (rows, W)."""
    octets = np.packbits(x if x.dtype == bool else x >= 0, axis=1, bitorder="little")  # 8 entries each, then zeros
    padded = np.zeros((len(x), 8 * n_words(x.shape[1])), np.uint8)
    padded[:, : octets.shape[1]] = octets
    return padded.view("<u8").astype(np.uint64)  # entry 0 is the lowest bit, whatever the byte order of the machine


@compiled(pack_reference)
def _pack(x):
    rows, n = x.shape
    bits = np.zeros((rows, (n + 63) // 64), np.uint64)
    for i in range(rows):
        for w in range(n // 64):
            word = np.uint64(0)
            for k in range(64):
                word |= np.uint64(x[i, 64 * w + k] >= 0) << np.uint64(k)
            bits[i, w] = word
        for j in range(n - n % 64, n):
            bits[i, j // 64] |= np.uint64(x[i, j] >= 0) << np.uint64(j % 64)
    return bits


def pack_signs(x: np.ndarray) -> np.ndarray:
    """Return the signs of x as bits: uint64 (rows, ceil(n / 64)), 1 where x >= 0 or True; NaN packs as 0.

    Args:
        x: float or bool (rows, n).

    Raises TypeError for another dtype and ValueError for another number of axes.
    """
    x = np.asarray(x)
    if x.dtype != bool and not np.issubdtype(x.dtype, np.floating):
        raise TypeError(f"pack_signs: x is {x.dtype}; it must be float or bool: pass x >= 0")
    if x.ndim != 2:
        raise ValueError(f"pack_signs: x has shape {x.shape}; it must be (rows, n): pass x.reshape(rows, n)")
    if x.dtype == bool:
        return _pack(np.ascontiguousarray(x).view(np.int8) - np.int8(1))  # True is 0, False is -1
    return _pack(np.ascontiguousarray(x, np.float64 if x.dtype.itemsize > 4 else np.float32))


def unpack_signs(bits: np.ndarray, n_bits: int) -> np.ndarray:
    """Return the signs that bits (rows, W) stand for: int8 (rows, n_bits), +1 and -1. Errors as in `check_bits`."""
    n_bits = check_bits("unpack_signs", n_bits, bits=bits)
    octets = bits.astype("<u8").view(np.uint8)
    ones = np.unpackbits(octets, axis=1, count=n_bits, bitorder="little") if n_bits else octets[:, :0]
    return 2 * ones.astype(np.int8) - np.int8(1)


def popcount(bits: np.ndarray) -> np.ndarray:
    """Return the number of ones along the last axis, int32."""
    return np.bitwise_count(bits).sum(axis=-1, dtype=np.int32)


def check_bits(caller: str, n_bits: int, **operands: np.ndarray) -> int:
    """Return n_bits as an int. TypeError or ValueError unless operands are rows of n_bits bits, followed by zeros."""
    if isinstance(n_bits, bool) or not isinstance(n_bits, int | np.integer):
        raise TypeError(f"{caller}: n_bits is {n_bits!r}; it must be an integer, the number of entries in a row")
    if not 0 <= n_bits <= 2**30:
        raise ValueError(f"{caller}: n_bits={n_bits}; it must lie in 0 .. 2^30, so that sums fit int32")
    n_bits = int(n_bits)  # NumPy's integers would overflow in products, the unsigned ones when negated
    for name, bits in operands.items():
        if not isinstance(bits, np.ndarray) or bits.dtype != np.uint64:
            found = bits.dtype if isinstance(bits, np.ndarray) else type(bits).__name__
            raise TypeError(f"{caller}: {name} is {found}; it must be a uint64 array: make it with pack_signs")
        if bits.ndim != 2 or bits.shape[1] != n_words(n_bits):
            raise ValueError(
                f"{caller}: {name} has shape {bits.shape}; {n_bits} bits take (rows, {n_words(n_bits)}): "
                "pass the n_bits that pack_signs was given"
            )
        if not bits.flags.c_contiguous:
            raise ValueError(
                f"{caller}: {name} has strides {bits.strides}; its rows must lie one after the other: "
                "pass np.ascontiguousarray of it"
            )
        if n_bits % WORD and (bits[:, -1] >> np.uint64(n_bits % WORD)).any():
            raise ValueError(
                f"{caller}: {name} has ones behind bit {n_bits} of a row, where all must be 0, to cancel: "
                "pack with pack_signs, and pass the same n_bits"
            )
    return n_bits

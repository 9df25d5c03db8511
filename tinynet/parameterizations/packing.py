"""Pack small codes into bytes, so that a file is as small as it should be.

Codes below 2^k take k bits each, lowest bit first, running on from byte to byte. Ternary codes go five to a byte as the
digits of a number in base 3 (3^5 = 243 <= 256): 1.6 bits each, and log2(3) = 1.58 is the least possible.
"""

from __future__ import annotations

import numpy as np

from tinynet.parameterizations.state import State, take

POWERS_OF_3 = 3 ** np.arange(5)


def packed_bits(count: int, base: int) -> int:
    """Return the bits that `count` codes below `base` take, before padding to bytes."""
    return 8 * -(-count // 5) if base == 3 else count * (base - 1).bit_length()


def pack(codes: np.ndarray, base: int) -> np.ndarray:
    """Return codes (any shape, integers in 0 .. base - 1) packed into uint8 (bytes,), the last padded with zeros."""
    codes = np.asarray(codes).astype(np.uint8).ravel()
    if base == 3:
        return (np.pad(codes, (0, -len(codes) % 5)).reshape(-1, 5) @ POWERS_OF_3).astype(np.uint8)
    bits = np.unpackbits(codes[:, None], axis=1, count=(base - 1).bit_length(), bitorder="little")  # (count, k)
    return np.packbits(bits, bitorder="little")


def unpack(packed: np.ndarray, shape: tuple[int, ...], base: int) -> np.ndarray:
    """Return the codes, uint8 of the given shape. ValueError if the padding is not zero or a byte is too large."""
    count = int(np.prod(shape))
    if base == 3:
        if packed.size and packed.max() >= 3**5:
            raise ValueError(f"a byte of five ternary codes is {packed.max()}; it must be below {3**5}")
        codes = (packed[:, None] // POWERS_OF_3 % 3).astype(np.uint8).ravel()
    else:
        width = (base - 1).bit_length()
        bits = np.unpackbits(packed, bitorder="little")
        codes = bits[: count * width].reshape(count, width) @ (1 << np.arange(width)).astype(np.uint8)
        codes = np.concatenate([codes, bits[count * width :]])
    if codes[count:].any():
        raise ValueError(f"the {len(codes) - count} padding places after {count} codes must be zero")
    return codes[:count].reshape(shape)


def take_codes(state: State, name: str, shape: tuple[int, ...], base: int) -> np.ndarray:
    """Return the codes in a packed array of a state, after checking that it has as many bytes as they take."""
    if callable(read := state.get(name)):  # the array of a Coded matrix says itself how to read it
        return read(shape, base)
    return unpack(take(state, name, (-(-packed_bits(int(np.prod(shape)), base) // 8),), "u1"), shape, base)


def scale_shape(scale: str | None, shape: tuple[int, int]) -> tuple[int, int]:
    """Return the shape of the scales of a weight matrix (m, n): one per layer or one per column."""
    if scale not in ("layer", "column", None):
        raise ValueError(f"scale={scale!r}; it must be 'layer', 'column' or None")
    return (1, shape[1]) if scale == "column" else (1, 1)

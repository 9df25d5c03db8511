"""Plain values as bytes and back, for talking with a process that is not trusted.

MessagePack carries None, booleans, 64-bit integers, floats and strings as they are. Everything else becomes a list
whose first entry says what it is:

    ["t", item, ...]          a tuple             ["a", dtype, [shape], bytes]    an array
    ["l", item, ...]          a list              ["n", dtype, bytes]             a NumPy scalar
    ["d", key, value, ...]    a dictionary        ["i", digits]                   an integer beyond 64 bits
                                                  ["f", number]                   a function, to be called by message

Unlike a pickle, such bytes cannot run code. Decoding takes nothing on faith: sizes, dtypes, shapes and depth are
checked against the bytes that are there, and anything that does not fit raises a WireError.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np

HEADER = 4  # bytes in front of a message that hold its length
MESSAGE = 8 << 20  # bytes of a message; the arrays in exercises are far smaller
ITEMS = 1 << 16  # entries of a list
DEPTH = 32  # levels of lists within lists
BITS = 1024  # bits of an integer
DTYPES = {np.dtype(code).str for code in "?bBhHiIlLqQefdg"}


class WireError(ValueError):
    """A value that cannot be sent, or bytes that stand for no value."""


def encode(value: Any, functions: list[Callable] | None = None) -> bytes:
    """Return a plain value as bytes.

    Args:
        value: a plain value; where `functions` is given, functions may stand in it.
        functions: a list to which these functions are appended, each once; their positions are sent.

    Raises:
        WireError: the value is too large, or not plain.
    """
    try:
        data = msgpack.packb(_listed(value, functions, DEPTH))
    except UnicodeEncodeError:
        raise WireError("a string with half a surrogate pair, which is no text") from None
    if len(data) > MESSAGE:
        raise WireError(f"{len(data):,} bytes, where at most {MESSAGE:,} can be sent")
    return data


def fingerprints(values: tuple, functions: list[Callable]) -> tuple[str, ...]:
    """Return a digest of each value, "" for one that cannot be sent; values differ if their digests do."""

    def fingerprint(value: Any) -> str:
        try:
            return hashlib.sha256(encode(value, functions)).hexdigest()
        except WireError:
            return ""

    return tuple(map(fingerprint, values))


def encodable(text: str) -> str:
    """Return a text in which an escape stands for whatever UTF-8 cannot encode."""
    return text.encode("utf-8", "backslashreplace").decode()


def frame(message: tuple, functions: list[Callable] | None = None) -> bytes:
    """Return a message as it is sent: its length, then its bytes."""
    data = encode(message, functions)
    return len(data).to_bytes(HEADER, "big") + data


def decode(data: bytes, function: Callable[[int], Callable] | None = None) -> Any:
    """Return the value that the bytes stand for.

    Args:
        data: bytes from anywhere.
        function: returns what stands in for the function with a number; without it, functions are refused.

    Raises:
        WireError: the bytes stand for no value, or for one beyond the limits.
    """
    if len(data) > MESSAGE:
        raise WireError(f"a message of {len(data):,} bytes, where at most {MESSAGE:,} are read")
    try:
        listed = msgpack.unpackb(data, max_array_len=ITEMS, max_map_len=0, max_ext_len=0)
        return _value(listed, function, DEPTH)
    except WireError:
        raise
    except Exception as error:  # whatever decoding raises: the bytes may be anything
        raise WireError(f"bytes that are no value ({type(error).__name__})") from None


def _listed(value: Any, functions: list[Callable] | None, depth: int) -> Any:
    kind = type(value)
    if value is None or kind in (bool, float, str):
        return value
    if kind is int:
        return _integer(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return _array(value)
    if functions is not None and callable(value):
        if not any(value is function for function in functions):
            functions.append(value)
        return ["f", next(i for i, function in enumerate(functions) if function is value)]
    if kind not in (tuple, list, dict):
        raise WireError(f"an object of type {kind.__name__}, where an array or a number was expected")
    if depth == 0 or len(value) >= ITEMS // 2:
        raise WireError(f"a {kind.__name__} too deep or too long to be sent")
    items = [part for pair in value.items() for part in pair] if kind is dict else value
    return [kind.__name__[0], *(_listed(item, functions, depth - 1) for item in items)]


def _integer(value: int) -> Any:
    if value.bit_length() > BITS:
        raise WireError(f"an integer of more than {BITS} bits")
    return value if -(1 << 63) <= value < 1 << 63 else ["i", f"{value:x}"]


def _array(value: np.ndarray | np.generic) -> list:
    dtype = value.dtype.str
    if dtype not in DTYPES and value.dtype.kind in "biuf":  # the other byte order
        value, dtype = value.astype(value.dtype.newbyteorder("=")), value.dtype.newbyteorder("=").str
    if dtype not in DTYPES:
        raise WireError(f"an array of dtype {value.dtype}, where numbers were expected")
    if value.nbytes > MESSAGE:
        raise WireError(f"an array of {value.nbytes:,} bytes, where at most {MESSAGE:,} can be sent")
    return (
        ["n", dtype, value.tobytes()]
        if isinstance(value, np.generic)
        else ["a", dtype, [*value.shape], value.tobytes()]
    )


def _value(listed: Any, function: Callable[[int], Callable] | None, depth: int) -> Any:
    if not isinstance(listed, list):
        if listed is not None and type(listed) not in (bool, int, float, str):
            raise WireError(f"{type(listed).__name__} where a value was expected")
        return listed
    if depth < 0:
        raise WireError(f"lists more than {DEPTH} deep")
    match listed:
        case ["t" | "l" | "d" as kind, *items]:
            values = [_value(item, function, depth - 1) for item in items]
            if kind == "d":
                return dict(zip(values[::2], values[1::2], strict=True))
            return tuple(values) if kind == "t" else values
        case ["a", str(dtype), list(shape), bytes(data)]:
            return _numbers(dtype, tuple(shape), data)
        case ["n", str(dtype), bytes(data)]:
            return _numbers(dtype, (), data)[()]
        case ["i", str(digits)] if len(digits) <= BITS // 4 + 1:
            return int(digits, 16)
        case ["f", int(number)] if function is not None:
            return function(number)
    raise WireError("a list that is no value")


def _numbers(dtype: str, shape: tuple, data: bytes) -> np.ndarray:
    if dtype not in DTYPES:
        raise WireError("an array of an unknown dtype")
    if not all(type(n) is int and 0 <= n <= MESSAGE for n in shape) or len(shape) > DEPTH:
        raise WireError("an array of an impossible shape")
    if math.prod(shape) * np.dtype(dtype).itemsize != len(data):
        raise WireError(f"an array of shape {shape} and dtype {dtype} in {len(data)} bytes")
    return np.frombuffer(data, dtype).reshape(shape).copy()

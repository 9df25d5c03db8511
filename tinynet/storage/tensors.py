"""The safetensors format, by the library of that name, or where it is missing by this file.

A file is three things in a row:

    8 bytes     n, the length of the header: an unsigned integer, lowest byte first
    n bytes     the header: a JSON object, {name: {"dtype": .., "shape": [..], "data_offsets": [begin, end]}}, and under
                the name "__metadata__" an object of strings; filled with spaces to a multiple of 8
    the rest    the arrays, row by row, lowest byte first, each where its offsets say, without a gap between them

The library is written in Rust, and there is none of it for a browser. What this file writes is the same to the byte,
but for the order of the metadata, which the library leaves to chance. What it reads is read the same; what the library
refuses is refused here too, and so is a name that occurs twice. Source: the format's page,
https://github.com/huggingface/safetensors.
"""

from __future__ import annotations

import json
import os
import re
from itertools import pairwise
from math import prod
from types import SimpleNamespace
from typing import Any

import numpy as np

HEADER, NESTING, AXES = 10**8, 3, 64  # at most: bytes of header, brackets inside brackets, axes of an array
BY_SIZE = {  # as they lie in a file: the types with the widest numbers first
    "U64": "u8", "I64": "i8", "F64": "f8", "F32": "f4", "U32": "u4", "I32": "i4", "F16": "f2", "U16": "u2", "I16": "i2",
    "I8": "i1", "U8": "u1", "BOOL": "b1",
}  # fmt: skip
OTHERS = {"BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1}  # bytes of a number that NumPy has no type for


class SafetensorError(ValueError):
    """The file is not in the format; the message says why."""


def library() -> Any:
    """Return what reads and writes the format, with `save`, `safe_open` and `SafetensorError`."""
    try:
        from safetensors import SafetensorError as error
        from safetensors import numpy as found
    except ImportError:
        return SimpleNamespace(save=save, safe_open=safe_open, SafetensorError=SafetensorError)
    return SimpleNamespace(save=found.save, safe_open=found.safe_open, SafetensorError=error)


def save(arrays: dict[str, np.ndarray], metadata: dict[str, str] | None = None) -> bytes:
    """Return the content of a file. ValueError for an array of a type that the format lacks."""
    rank = {kind: i for i, kind in enumerate(BY_SIZE)}
    kinds = {name: _kind(name, a) for name, a in arrays.items()}
    header: dict[str, Any] = {} if metadata is None else {"__metadata__": metadata}
    content: list[bytes] = []
    end = 0
    for name in sorted(arrays, key=lambda name: (rank[kinds[name]], name.encode())):
        data = np.ascontiguousarray(arrays[name], np.dtype(BY_SIZE[kinds[name]]).newbyteorder("<")).tobytes()
        header[name] = dict(dtype=kinds[name], shape=list(arrays[name].shape), data_offsets=[end, end + len(data)])
        content.append(data)
        end += len(data)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *content])


class safe_open:
    """A file to read, as a context. SafetensorError if it is not in the format, OSError if it cannot be read.

    Args:
        path: the file.
        framework: "numpy"; the library has others.
    """

    def __init__(self, path: str | os.PathLike, framework: str = "numpy") -> None:
        with open(path, "rb") as file:
            content = file.read()
        start = 8 + int.from_bytes(content[:8], "little")
        if len(content) < 8 or start > min(len(content), 8 + HEADER):
            raise SafetensorError(f"a file of {len(content)} bytes with a header of {start - 8}")
        self._data = memoryview(content)[start:]
        self._described, self._metadata = _header(content[8:start], len(self._data))

    def __enter__(self) -> safe_open:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def metadata(self) -> dict[str, str] | None:
        """Return the strings that stand beside the arrays."""
        return self._metadata

    def keys(self) -> list[str]:
        """Return the names of the arrays."""
        return sorted(self._described)

    def get_slice(self, name: str) -> Any:
        """Return an array's description; its `get_dtype()` is the type as the format writes it, such as "F32"."""
        return SimpleNamespace(get_dtype=lambda: self._described[name]["dtype"])

    def get_tensor(self, name: str) -> np.ndarray:
        """Return an array. SafetensorError for a type that NumPy lacks."""
        kind, shape, (begin, end) = (self._described[name][key] for key in ("dtype", "shape", "data_offsets"))
        if kind in OTHERS:
            raise SafetensorError(f"NumPy has no {kind}")
        stored = np.frombuffer(self._data[begin:end], np.dtype(BY_SIZE[kind]).newbyteorder("<"))
        return stored.astype(BY_SIZE[kind]).reshape(shape)  # a copy, which may be written to


def _kind(name: str, a: np.ndarray) -> str:
    for kind, code in BY_SIZE.items():
        if a.dtype.newbyteorder("<") == np.dtype(code).newbyteorder("<"):
            return kind
    raise ValueError(f"{name!r} is {a.dtype}; a file holds bool, integers and floats of {', '.join(BY_SIZE)}")


def _header(text: bytes, size: int) -> tuple[dict[str, Any], dict[str, str] | None]:
    """Return the arrays' descriptions and the metadata, after checking that the arrays fill `size` bytes exactly."""
    try:
        marks = np.frombuffer(re.sub(rb'"(?:[^"\\]|\\.)*"', b"", text), np.uint8)  # all but strings
        opened, closed = (np.isin(marks, list(kind)).cumsum(dtype=int) for kind in (b"[{", b"]}"))
        if (opened - closed).max(initial=0) > NESTING:  # json itself would go as deep, and may crash
            raise ValueError(f"nested more than {NESTING} deep")
        header = json.loads(text.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise SafetensorError(f"its header is not JSON: {error}") from error
    if not isinstance(header, dict):
        raise SafetensorError("its header is not a JSON object")
    metadata = header.pop("__metadata__", None)
    if metadata is not None and not (isinstance(metadata, dict) and all(isinstance(v, str) for v in metadata.values())):
        raise SafetensorError("its metadata are not strings")
    spans = sorted(_span(name, array) for name, array in header.items())
    ends = [(0, 0), *spans, (size, size)]
    if any(end != begin for (_, end), (begin, _) in pairwise(ends)):
        raise SafetensorError(f"its arrays do not fill the {size} bytes behind the header one after the other")
    return header, metadata


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _span(name: str, array: Any) -> tuple[int, int]:
    """Return where an array begins and ends. SafetensorError unless its type and shape take just these bytes."""
    if not (isinstance(array, dict) and array.keys() == {"dtype", "shape", "data_offsets"}):
        raise SafetensorError(f"{name[:40]!r} is not described by dtype, shape and data_offsets")
    kind, shape, offsets = array["dtype"], array["shape"], array["data_offsets"]
    known = isinstance(kind, str) and (kind in BY_SIZE or kind in OTHERS)
    if not (known and _counts(shape) and len(shape) <= AXES and _counts(offsets) and len(offsets) == 2):
        raise SafetensorError(f"{name[:40]!r} has a type or a shape that is not allowed")
    width = OTHERS.get(kind) or np.dtype(BY_SIZE[kind]).itemsize
    if prod(shape) * width != offsets[1] - offsets[0]:
        raise SafetensorError(f"{name[:40]!r} has other bytes than its type and its shape take")
    return offsets[0], offsets[1]


def _counts(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 2**63 for value in values)

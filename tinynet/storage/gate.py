"""The gate: what every file passes that is saved or loaded, a network or a checkpoint.

A file holds arrays, and a description of the network in JSON. Its format is safetensors. The header also names the
kind of file, with a version, and holds a checksum over the rest. The same content always gives the same bytes.

Compression lets a small file stand for a large network: 400 bytes could ask for a hashed matrix that fills all memory.
So a file has a budget, which grows with its payload:

    header     <=  2^16 + payload bytes     2 KB are usual; in a checkpoint it grows with the history
    nesting    <=  64 brackets of JSON      a recipe inside a recipe takes 2, a network inside a network 3
    objects    <=  2^13 + payload / 8       of JSON; a layer or a recipe takes 2
    size       <=  2^24 + 512 payload       512 entries a byte: one in 64 is kept, with a single bit

The size is what one row meets on its way through the network: the entries of the matrices, and for each layer and each
part of a matrix a row as wide as the widest one (at least 1,024, for Python's own work). Of a matrix made of others
count its own entries or theirs, whichever are more. A layer, and an object, counts in every place where it stands; an
inner recipe counts twice, since a low-rank matrix makes two of it, times `copies` of the class where more are made. The
first three are checked before anything is built, the size before any array is made, and when saving as well.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from importlib import import_module
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tinynet.parameterizations.state import RECIPES, State, Storable
from tinynet.quoting import quoted

NESTING, OBJECTS = 64, 2**13
FREE, A_BYTE = 2**24, 512  # the size that any file may have, and what each byte of the payload adds
PYTHON = 2**10  # entries that take as long as Python does to call a layer


class Kind(NamedTuple):
    """A kind of file: its name and version, what its description is called, and the header beyond the payload."""

    name: str
    version: str
    description: str
    header: int


def _library() -> Any:
    """Return what reads and writes the format: safetensors, or where it is missing, as in a browser, tensors.py."""
    return import_module("safetensors.numpy" if find_spec("safetensors") else "tinynet.storage.tensors")


def packed(kind: Kind, description: str, arrays: State) -> bytes:
    """Return the content of a file. ValueError where `unpacked` would refuse it."""
    metadata = {kind.name: kind.version, kind.description: description, "check": checksum(description, arrays)}
    content = _library().save({name: np.asarray(a, order="C") for name, a in arrays.items()}, metadata)
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start]) | {"__metadata__": metadata}  # safetensors has another order each time
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    parsed(kind, description, 8 + len(text), len(content) - start)
    return len(text).to_bytes(8, "little") + text + content[start:]


def unpacked(path: str | os.PathLike, kind: Kind) -> tuple[Any, State]:
    """Return the description, as JSON values, and the arrays. ValueError with the reason for anything else."""
    if not Path(path).is_file():
        raise ValueError("it is a directory, a pipe or a device, not a file")
    with _library().safe_open(path, framework="numpy") as file:
        metadata = file.metadata() or {}
        if kind.name not in metadata:
            raise ValueError("it is a safetensors file, but not one of tinynet")
        if metadata[kind.name] != kind.version:
            found = quoted(metadata[kind.name], 20)
            raise ValueError(f"it has version '{found}', this tinynet reads version {kind.version!r}")
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (no mapping)
    text, payload = metadata.get(kind.description, ""), sum(a.nbytes for a in arrays.values())
    if metadata.get("check") != checksum(text, arrays):
        raise ValueError("its checksum is wrong: it was changed after it was saved")
    return parsed(kind, text, os.path.getsize(path) - payload, payload), arrays


def checksum(description: str, arrays: State) -> str:
    """Return 16 hexadecimal digits that change when the description or any array does."""
    digest = hashlib.blake2b(description.encode(), digest_size=8)
    for name in sorted(arrays):
        digest.update(f"{name}{arrays[name].dtype}{arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()


def parsed(kind: Kind, description: str, header: int, payload: int) -> Any:
    """Return the values of a text in JSON. ValueError for a header, nesting or number of objects beyond the budget."""
    if header > (most := kind.header + payload):
        raise ValueError(f"a header of {header:,} bytes; a payload of {payload:,} bytes allows {most:,}")
    marks = np.frombuffer(re.sub(r'"(?:[^"\\]|\\.)*"', "", description).encode(), np.uint8)
    opened, closed = (np.isin(marks, list(kind)).astype(int) for kind in (b"[{", b"]}"))
    if np.cumsum(opened - closed).max(initial=0) > NESTING:  # json itself would go as deep, and may crash
        raise ValueError(f"its description is nested more than {NESTING} deep")
    values = json.loads(description)
    if (count := _objects(values)) > (allowed := OBJECTS + payload // 8):
        raise ValueError(f"its description has {count:.3g} parts; a payload of {payload:,} bytes allows {allowed:,}")
    return values


def _inside(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _objects(value: Any) -> int:
    """Return how many JSON objects are in a value, as the head of this file counts them."""
    if not isinstance(value, dict):
        return sum(map(_objects, _inside(value)))
    times = {name: getattr(RECIPES.get(name), "copies", 1) for name in value} | {"inner": 2}
    counts = [_objects(inner) * times[name] for name, inner in value.items() if name != "layers"]
    of_layers = [_objects(layer) for layer in _inside(value.get("layers"))]
    standing = _inside(value.get("places")) or range(len(of_layers))
    layers = [of_layers[i] for i in standing if isinstance(i, int) and -len(of_layers) <= i < len(of_layers)]
    return 1 + sum(counts) + sum(layers)


def check_size(net: Storable, payload: int) -> None:
    """Raise ValueError for a network, built or still without arrays, that is too large for this payload."""
    if (size := size_of(net)) > (allowed := FREE + A_BYTE * payload):
        what = f"the network meets each row with {min(size, 10**30):.3g} numbers"
        raise ValueError(f"{what}; a payload of {payload:,} bytes allows {allowed:,}")


def size_of(net: Storable) -> int:
    """Return the size of a network, as the head of this file counts it."""
    known: dict[int, tuple[int, int, int]] = {}

    def measure(part: Any) -> tuple[int, int, int]:
        """Return the number of parts, their entries, and the widest row; each part is measured once."""
        if id(part) not in known:
            own = vars(part)
            held = [own.get(attribute) for attribute, *_ in part.holds.values()]
            inside = [inner for value in held for inner in (value if isinstance(value, list) else [value])]
            found = [measure(inner) for inner in inside if isinstance(inner, Storable)]
            shape, widths = own.get("shape", ()), [own.get(name, 0) for name in ("n", "n_in", "n_out", "n_hidden")]
            known[id(part)] = (
                1 + sum(parts for parts, _, _ in found),
                max(prod(shape), sum(entries for _, entries, _ in found)),
                max(*shape, *widths, *(widest for _, _, widest in found)),
            )
        return known[id(part)]

    parts, entries, widest = measure(net)
    return entries + parts * max(PYTHON, widest)

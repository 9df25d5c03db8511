"""What a file may ask for: a budget that grows with the file, checked before any array is made.

Compression lets a small file stand for a large network. Without a limit, 400 bytes could ask for a hashed matrix that
fills all memory, for a scaled matrix inside a scaled matrix inside .., or for one layer in a million places. So every
file has to stay within

    header     <=  2^16 + payload bytes     2 KB are usual
    nesting    <=  64 brackets of JSON      a recipe inside a recipe takes 2, a network inside a network 3
    objects    <=  2^13 + payload / 8       of JSON; a layer or a recipe takes 2
    size       <=  2^22 + 512 payload       512 entries a byte: one in 64 is kept, with a single bit

The size of a network is what one row meets on its way: the entries of the matrices, and for each layer and each part of
a matrix a row as wide as the widest one (at least 1,024, for Python's own work). Of a matrix made of others count its
own entries or theirs, whichever are more. A layer, and an object, counts in every place where it stands; an inner
recipe counts twice, since a low-rank matrix makes two of it.

`save` refuses what `load` would refuse.
"""

from __future__ import annotations

import json
from math import prod
from typing import Any

from tinynet.parameterizations.state import Storable

HEADER, NESTING, OBJECTS = 2**16, 64, 2**13
FREE, A_BYTE = 2**22, 512  # entries of any file, and what each byte of the payload adds
PYTHON = 2**10  # entries that take as long as Python does to call a layer


def check_header(header: int, payload: int) -> None:
    """Raise ValueError for a header of more bytes than the budget has for this payload."""
    if header > HEADER + payload:
        raise ValueError(f"a header of {header:,} bytes for a payload of {payload:,}; {HEADER + payload:,} are allowed")


def parsed(description: str, payload: int) -> Any:
    """Return the values of a text in JSON. ValueError where they are nested too deep, or too many for the payload."""
    try:
        values = json.loads(description)
        level = [values]
        for _ in range(NESTING + 1):  # level by level, without going deep
            level = [inner for value in level for inner in _inside(value)]
    except RecursionError:
        level = [description]
    if level:
        raise ValueError(f"its description is nested more than {NESTING} deep")
    count, allowed = _objects(values), OBJECTS + payload // 8
    if count > allowed:
        raise ValueError(f"its description has {count:.3g} parts; a payload of {payload:,} bytes allows {allowed:,}")
    return values


def _inside(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _objects(value: Any) -> int:
    """Return how many JSON objects are in a value, as the head of this file counts them."""
    if not isinstance(value, dict):
        return sum(map(_objects, _inside(value)))
    counts = {name: _objects(inner) * (1 + (name == "inner")) for name, inner in value.items() if name != "layers"}
    of_layers = [_objects(layer) for layer in _inside(value.get("layers"))]
    standing = _inside(value.get("places")) or range(len(of_layers))
    layers = [of_layers[i] for i in standing if isinstance(i, int) and -len(of_layers) <= i < len(of_layers)]
    return 1 + sum(counts.values()) + sum(layers)


def check_size(net: Storable, payload: int) -> None:
    """Raise ValueError for a network, built or not yet filled, that is too large for this payload."""
    size, allowed = size_of(net), FREE + A_BYTE * payload
    if size > allowed:
        raise ValueError(
            f"the network meets each row with {min(size, 10**30):.3g} numbers; "
            f"a payload of {payload:,} bytes allows {allowed:,}"
        )


def size_of(net: Storable) -> int:
    """Return how many numbers one call of the network works on, as the head of this file counts them."""
    known: dict[int, tuple[int, int, int]] = {}

    def measure(part: Any) -> tuple[int, int, int]:
        """Return the number of parts, their entries, and the widest row; each part is measured once."""
        if id(part) not in known:
            held = [vars(part).get(attribute) for attribute, *_ in part.holds.values()]
            inside = [inner for value in held for inner in (value if isinstance(value, list) else [value])]
            found = [measure(inner) for inner in inside if isinstance(inner, Storable)]
            shape = getattr(part, "shape", ())
            widths = [getattr(part, name, 0) for name in ("n", "n_in", "n_out")]
            known[id(part)] = (
                1 + sum(parts for parts, _, _ in found),
                max(prod(shape), sum(entries for _, entries, _ in found)),
                max(*shape, *widths, *(widest for _, _, widest in found)),
            )
        return known[id(part)]

    parts, entries, widest = measure(net)
    return entries + parts * max(PYTHON, widest)

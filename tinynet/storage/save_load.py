"""Saving a network at its true size.

A file is in the safetensors format: eight bytes of header length, a JSON header, then the arrays one after the other.
The header says how to build the net; the arrays are what each parameterization stores, packed, and nothing else, so

    bytes on disk  =  header (at most 2 KB for the nets of this project)  +  payload (the frontier's axis)

Loading runs no code from the file: names of layers and recipes are looked up. A file of a few bytes cannot ask for a
network of any size (gate.py), and every array is checked against the shape that the header asks for.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from tinynet.layers.base import Layer
from tinynet.quoting import quoted
from tinynet.storage import ties
from tinynet.storage.atomic import write_atomically
from tinynet.storage.file_size import FileSize, ModelFileError
from tinynet.storage.gate import Kind, check_size, packed, unpacked

NETWORK = Kind("tinynet", version="1", description="net", header=2**16)


def save(net: Layer, path: str | os.PathLike, data: Any = None) -> FileSize:
    """Write the network to a file, whole or not at all, and return its size in bytes.

    What is stored is what `net.state()` returns: no latent weights, no optimizer. Those belong to a checkpoint
    (`fit(checkpoint=..)`). Of `data`, which it was trained on, the header keeps the names and levels: `about` of a
    loaded net. Raises ValueError where a value is not finite, and for a network that `load` would refuse.
    """
    if not isinstance(net, Layer):
        raise TypeError(f"save: {net!r:.80} is not a network; pass it first, then the path: save(net, path)")
    state = net.state()
    for name, a in state.items():
        if a.dtype.kind == "f" and not np.isfinite(a).all():
            raise ValueError(f"save: the array {name!r} holds values that are not finite; the network has diverged")
    about = getattr(net, "about", None) if data is None else data.description.to_json()
    description = net.to_json() | ({} if about is None else {"about": about})
    if len(set(map(id, held := net.held()))) < len(held) and (tied := ties.ties(net)):
        state, description["ties"] = ties.without(state, tied), tied
    payload = sum(a.nbytes for a in state.values())
    check_size(net, payload)
    content = packed(NETWORK, json.dumps(description, separators=(",", ":")), state)
    write_atomically(path, content)
    return FileSize(len(content) - payload, payload)


def load(path: str | os.PathLike) -> Layer:
    """Return the network in a file that `save` wrote, in evaluation mode; its scores are the same bit for bit.

    Raises FileNotFoundError, or ModelFileError with the reason for a file that is truncated, edited, of another
    version or not a network.
    """
    if not Path(path).exists():
        raise FileNotFoundError(f"load: there is no file {os.fspath(path)!r}")
    try:
        description, state = unpacked(path, NETWORK)
        payload = sum(a.nbytes for a in state.values())
        beside = description if isinstance(description, dict) else {}
        about, tied = beside.pop("about", None), beside.pop("ties", None)
        if tied:
            state = ties.with_all(state, tied)
        net = Layer.from_json(description)  # without arrays
        check_size(net, payload)
        net.restore(state)
        if tied:
            ties.tie(net, tied)
        if extra := set(state) - set(net.state()):
            raise ValueError(f"it holds arrays that the network does not use: {sorted(extra)[:5]}")
        net.about = about
        return net.eval()
    except Exception as error:  # whatever fails here was caused by the file's content
        raise ModelFileError(f"load: {os.fspath(path)!r} is not a readable network: {quoted(error)}") from error

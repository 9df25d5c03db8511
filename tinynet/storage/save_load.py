"""Saving a network at its true size.

A file is in the safetensors format: eight bytes of header length, a JSON header, then the arrays one after the other.
The header says how to build the net; the arrays are what each parameterization stores, packed, and nothing else, so

    bytes on disk  =  header (at most 2 KB for the nets of this project)  +  payload (the frontier's axis)

Loading runs no code from the file: names of layers and recipes are looked up, and every array is checked against the
shape that the header asks for before anything of that size is made.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tinynet.layers.base import Layer
from tinynet.storage.atomic import write_atomically

VERSION = "1"


class FileSize(NamedTuple):
    """The bytes of a saved network."""

    header: int
    payload: int


class ModelFileError(ValueError):
    """A file that is no network of this version, or is damaged; the message says where."""


def save(net: Layer, path: str | os.PathLike) -> FileSize:
    """Write the network to a file, whole or not at all, and return its size in bytes.

    What is stored is what `net.state()` returns: no latent weights, no optimizer. Those belong to a checkpoint
    (`fit(checkpoint=..)`). Raises ValueError where a value is not finite.
    """
    from safetensors.numpy import save as to_bytes

    if not isinstance(net, Layer):
        raise TypeError(f"save: {net!r:.80} is not a network; pass it first, then the path: save(net, path)")
    state = net.state()
    for name, a in state.items():
        if a.dtype.kind == "f" and not np.isfinite(a).all():
            raise ValueError(f"save: the array {name!r} holds values that are not finite; the network has diverged")
    description = json.dumps(net.to_json(), separators=(",", ":"))
    metadata = {"tinynet": VERSION, "net": description, "check": checksum(description, state)}
    content = to_bytes({name: np.ascontiguousarray(a) for name, a in state.items()}, metadata)
    write_atomically(path, content)
    payload = sum(a.nbytes for a in state.values())
    return FileSize(len(content) - payload, payload)


def load(path: str | os.PathLike) -> Layer:
    """Return the network in a file that `save` wrote, in evaluation mode; its scores are the same bit for bit.

    Raises FileNotFoundError, or ModelFileError with the reason for a file that is truncated, edited, of another
    version or not a network.
    """
    from safetensors import safe_open

    if not Path(path).is_file():
        if not Path(path).exists():
            raise FileNotFoundError(f"load: there is no file {os.fspath(path)!r}")
        raise ModelFileError(f"load: {os.fspath(path)!r} is a directory or device, not a file")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if "tinynet" not in metadata:
                raise ValueError("it is a safetensors file, but not one of tinynet")
            if metadata["tinynet"] != VERSION:
                raise ValueError(f"it has version {metadata['tinynet'][:20]!r}, this tinynet reads version {VERSION!r}")
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (no mapping)
        if metadata.get("check") != checksum(metadata.get("net", ""), state):
            raise ValueError("its checksum is wrong: it was changed after it was saved")
        net = Layer.from_json(json.loads(metadata["net"]))
        net.restore(state)
        if extra := set(state) - set(net.state()):
            raise ValueError(f"it holds arrays that the network does not use: {sorted(extra)[:5]}")
        return net.eval()
    except Exception as error:  # whatever fails here was caused by the file's content
        raise ModelFileError(f"load: {os.fspath(path)!r} is not a readable network: {error}") from error


def checksum(description: str, arrays: dict[str, np.ndarray]) -> str:
    """Return 16 hexadecimal digits that change when the description or any array does."""
    digest = hashlib.blake2b(description.encode(), digest_size=8)
    for name in sorted(arrays):
        digest.update(f"{name}{arrays[name].dtype}{arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()

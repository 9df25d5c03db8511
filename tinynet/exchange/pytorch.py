"""Files of PyTorch: what safetensors.torch.save_file(model.state_dict(), path) writes.

    Linear         weight (out, in), bias (out,)                                         z = x weight^T + bias
    BatchNorm1d    weight, bias, running_mean, running_var (n,)
    LSTM           weight_ih_l0 (4 H, in), weight_hh_l0 (4 H, H), and two biases (4 H,)  gates i, f, g, o, as here

A file holds arrays under names, not the network. In a Sequential the names are numbers: 0.weight, 0.bias, 2.weight, ..
A number that is left out belongs to something without arrays, which is taken for the activation. Names such as
fc1.weight, fc2.weight, .. are put in order by their numbers, with an activation before every Linear but the first.
What other names say about the order is anybody's guess, so it must be given.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tinynet.exchange.arrays import activations, linear, numbers
from tinynet.layers.base import Layer, Sequential
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.linear import Linear
from tinynet.quoting import quoted
from tinynet.sequences.network import SequenceNet
from tinynet.sequences.recurrent import LSTM
from tinynet.storage.tensors import library

Arrays = dict[str, np.ndarray]
NORM = {"weight", "bias", "running_mean", "running_var"}
NUMBERED = re.compile(r"(.*?)(\d+)")  # a stem, the same for all, and a number
RECURRENT = re.compile(r"(weight_ih|weight_hh|bias_ih|bias_hh)_l(\d+)(.*)")


def import_safetensors(
    path: str | os.PathLike, activation: str = "tanh", last: bool = True, names: Sequence[str] | None = None
) -> Sequential:
    """Return the network in a file of PyTorch's, in evaluation mode, with the same scores to about 1e-6.

    Args:
        path: a file in the format safetensors; see the head of this file for what it may hold.
        activation: "tanh", "relu", "sigmoid" or "identity", between Linear layers: no file tells it.
        last: of an LSTM with batch_first=True, whether the layers on top see only its last output.
        names: the modules in the order in which they compute, where their names do not tell.

    Raises FileNotFoundError, and ValueError with the name of the array for a file that holds something else.
    """
    modules = _in_order(_modules(_arrays(path)), names)
    recurrent = {name: arrays for name, arrays in modules.items() if any(map(RECURRENT.fullmatch, arrays))}
    layers: list[Any] = [layer for name, arrays in recurrent.items() for layer in _lstms(name, arrays)]
    rows = [(name, arrays) for name, arrays in modules.items() if name not in recurrent]
    width = layers[-1].n_hidden if layers else None
    gaps = [_something_between(a, b) for (a, _), (b, _) in pairwise(rows)]
    for i, (name, arrays) in enumerate(rows):
        layer = _layer(name, arrays, width)
        before = i > 0 and (isinstance(layer, Linear) if gaps[i - 1] is None else gaps[i - 1])
        layers += [*(activations(activation) if before else []), layer]
        width = getattr(layer, "n_out", width)
    return (SequenceNet(*layers, last=last) if recurrent else Sequential(*layers)).eval()


def _arrays(path: str | os.PathLike) -> Arrays:
    """Return the arrays of a file by name. ValueError for a file that holds none, or of a type that NumPy lacks."""
    name, safetensors = os.fspath(path), library()
    if not os.path.exists(path):
        raise FileNotFoundError(f"import_safetensors: there is no file {name!r}")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            if "tinynet" in (file.metadata() or {}):
                raise ValueError(f"import_safetensors: {name!r} is a file of tinynet's own; use tn.load")
            found = {}
            for key in file.keys():  # noqa: SIM118  (no mapping)
                if file.get_slice(key).get_dtype() in ("BF16", "F8_E4M3", "F8_E5M2"):
                    kind = file.get_slice(key).get_dtype()
                    raise ValueError(f"import_safetensors: {key!r} is {kind}; save the model as float32: model.float()")
                found[key] = file.get_tensor(key)
    except (safetensors.SafetensorError, OSError) as error:
        raise ValueError(f"import_safetensors: {name!r} is no safetensors file: {quoted(error)}") from error
    if not found:
        raise ValueError(f"import_safetensors: {name!r} holds no arrays")
    return found


def _modules(arrays: Arrays) -> dict[str, Arrays]:
    """Return the arrays of each module: {"0": {"weight": .., "bias": ..}} for 0.weight and 0.bias, in order."""
    modules: dict[str, Arrays] = {}
    for key, a in arrays.items():
        module, _, name = key.rpartition(".")
        if name != "num_batches_tracked":
            modules.setdefault(module, {})[name] = a
    return modules


def _in_order(modules: dict[str, Arrays], names: Sequence[str] | None) -> dict[str, Arrays]:
    """Return the modules as they compute: in the order of `names`, or, behind an LSTM, by the number in each name."""
    if names is not None:
        if sorted(names) != sorted(modules):
            raise ValueError(f"import_safetensors: names={list(names)}; the file has {sorted(modules)}, name each once")
        return {name: modules[name] for name in names}
    rows = [name for name in modules if not any(map(RECURRENT.fullmatch, modules[name]))]
    places = {name: NUMBERED.fullmatch(name) for name in rows}
    stems = {place[1] for place in places.values() if place}
    if len(rows) > 1 and (None in places.values() or len(stems) > 1):
        raise ValueError(
            f"import_safetensors: what comes first, {', '.join(sorted(rows))}? Their names do not tell; give "
            "names=[..] in the order in which they compute"
        )
    rows.sort(key=lambda name: int(places[name][2]) if places[name] else 0)  # type: ignore[index]
    return {name: modules[name] for name in [*sorted(set(modules) - set(rows)), *rows]}


def _something_between(a: str, b: str) -> bool | None:
    """Return whether a Sequential holds something between two of its modules; None where names are no numbers."""
    if not all(re.fullmatch(r"(.*\.)?\d+", name) for name in (a, b)):
        return None
    return int(b.rpartition(".")[2]) - int(a.rpartition(".")[2]) > 1


def _layer(name: str, arrays: Arrays, width: int | None) -> Layer:
    """Return the layer of a module. ValueError for one that is neither Linear nor BatchNorm1d."""
    what = f"import_safetensors: {name or 'the module'!r}"
    if set(arrays) == NORM:
        rows = [numbers(f"{what}, {key}", arrays[key], 1) for key in ("weight", "bias", "running_mean", "running_var")]
        if len({row.shape for row in rows}) > 1 or width not in (None, len(rows[0])):
            raise ValueError(f"{what}: batch norm of {[len(row) for row in rows]} numbers behind {width} columns")
        norm = BatchNorm(len(rows[0]))
        norm.restore({"gamma,beta,mean,var": np.stack(rows)})
        return norm
    W = arrays.get("weight")
    if W is None or set(arrays) - {"weight", "bias"} or W.ndim != 2:
        held = ", ".join(f"{key} {a.dtype}{list(a.shape)}" for key, a in arrays.items())
        kind = "a convolution? " if W is not None and W.ndim > 2 else ""
        raise ValueError(f"{what} holds {held}: {kind}Linear, BatchNorm1d and LSTM can be brought in")
    return linear(what, W.T, arrays.get("bias"), width)


def _lstms(name: str, arrays: Arrays) -> list[LSTM]:
    """Return the layers of an LSTM. ValueError for one that reads both ways or projects its outputs, and for a GRU."""
    what = f"import_safetensors: {name or 'the LSTM'!r}"
    parts: dict[int, Arrays] = {}
    for key, a in arrays.items():
        match = RECURRENT.fullmatch(key)
        if not match or match[3]:
            raise ValueError(f"{what} holds {key}; an LSTM that reads one way, without projection, can be brought in")
        parts.setdefault(int(match[2]), {})[match[1]] = a
    layers: list[LSTM] = []
    for i, part in sorted(parts.items()):
        if not {"weight_ih", "weight_hh"} <= set(part):
            raise ValueError(f"{what}: layer {i} lacks weight_ih_l{i} or weight_hh_l{i}")
        W, U = (numbers(f"{what}, {key}_l{i}", part[key], 2).T for key in ("weight_ih", "weight_hh"))
        H = U.shape[0]
        if U.shape != (H, 4 * H) or W.shape[1] != 4 * H:
            raise ValueError(f"{what}: weight_hh_l{i} {list(U.T.shape)}; an LSTM has (4 H, H). A GRU or RNN has not")
        zero = np.zeros(4 * H, np.float32)
        b = sum((numbers(f"{what}, {key}_l{i}", part[key], 1) for key in ("bias_ih", "bias_hh") if key in part), zero)
        layer = LSTM(W.shape[0], H)
        layer.restore({"W.W": np.ascontiguousarray(W), "U.W": np.ascontiguousarray(U), "b": b})
        layers.append(layer)
    return layers

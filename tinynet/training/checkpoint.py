"""Checkpoints: everything that training needs to go on as if it had never stopped.

A saved network (storage/) holds what is needed to use it. A checkpoint holds what is needed to go on training it: the
latent weights behind the stored bits, running statistics, the optimizer's running arrays and step count, the state of
each random generator, the history, and the best epoch so far. Whatever must be the same when training goes on is
compared: the optimizer with everything it was given, the schedule by its value at every step, what a seed fixes for
good. Only the loss function is not, since two functions cannot be compared. A checkpoint too is a safetensors file,
written whole or not at all.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tinynet.layers.base import Layer
from tinynet.parameterizations.state import State, take
from tinynet.quoting import quoted
from tinynet.storage.atomic import write_atomically
from tinynet.storage.file_size import ModelFileError
from tinynet.storage.gate import Kind, checksum, packed, unpacked
from tinynet.training.optimizer import Optimizer
from tinynet.training.schedules import Schedule, constant

CHECKPOINT = Kind("tinynet checkpoint", version="2", description="run", header=2**30)
CHANGING = ("parameters", "running", "steps", "schedule", "total_steps")  # of an optimizer: what is no setting


@dataclass
class Snapshot:
    """A copy of all arrays that training changes in a net: parameters as they are, then running statistics."""

    arrays: list[np.ndarray]

    @classmethod
    def of(cls, net: Layer) -> Snapshot:
        """Return the net's arrays as they are now."""
        return cls([p.numpy() for p in net.parameters()] + [b.copy() for b in net.buffers()])

    def put_back(self, net: Layer) -> None:
        """Put these arrays back into the net."""
        parameters = net.parameters()
        for p, a in zip(parameters, self.arrays, strict=False):
            p.data = a.copy()
        for buffer, a in zip(net.buffers(), self.arrays[len(parameters) :], strict=True):
            buffer[...] = a


class Checkpoint:
    """The checkpoint file of one training run.

    Args:
        path: where it is written.
        net, optimizer: the network in training, and what trains it.
        data: the training and validation arrays; their checksum is compared like a setting.
        settings: what must be the same when training goes on.
        schedule, epochs: settings of the run; with a constant schedule the number of epochs may change.
    """

    def __init__(
        self, path: str | os.PathLike, net: Layer, optimizer: Optimizer, data: Any, settings: dict[str, Any],
        schedule: Schedule, epochs: int,
    ) -> None:  # fmt: skip
        self.path, self.net, self.optimizer = Path(path), net, optimizer
        if not self.path.parent.is_dir():
            raise FileNotFoundError(f"fit: there is no folder {str(self.path.parent)!r} for the checkpoint; create it")
        rule, steps = optimizer.schedule or schedule, optimizer.total_steps or epochs
        values = [] if rule is constant else [rule(t / steps) for t in range(steps)]
        self.settings = settings | {
            "optimizer": type(optimizer).__name__,
            "settings of the optimizer": {n: _plain(v) for n, v in vars(optimizer).items() if n not in CHANGING},
            "schedule": [rule(t / 8) for t in range(9)],
            "epochs": "any" if rule is constant else epochs,
            "whole schedule": _plain(np.array(values)),
            "net": net.to_json(),
            "seeds": {n: a.tolist() for n, a in net.state().items() if n.split(".")[-1] == "seed"},
            "scales and bounds": [_plain([p.grad_scale, p.step_scale, p.bounds]) for p in net.parameters()],
            "data": checksum("", {str(i): a for i, a in enumerate(data)}),
        }

    def exists(self) -> bool:
        """Return whether there is a file to go on from."""
        return self.path.exists()

    def write(self, history: dict[str, Any], best: Snapshot) -> None:
        """Write the state after an epoch."""
        record = {
            "settings": self.settings,
            "history": history,
            "steps": self.optimizer.steps,
            "generators": [g.bit_generator.state for g in self.net.generators()],
        }
        write_atomically(self.path, packed(CHECKPOINT, json.dumps(record), self._arrays(best)))

    def resume(self, make: Callable[..., Any]) -> tuple[Any, Snapshot]:
        """Put net, optimizer and generators back to where they were; return the history and the best snapshot.

        make: makes the history from its entries. Raises ModelFileError if the file is no checkpoint, and ValueError if
        it belongs to another run; then nothing has been touched.
        """
        with self._reading():
            record, arrays = unpacked(self.path, CHECKPOINT)
            settings = dict(record["settings"])
        for name, now in self.settings.items():
            then = settings.get(name)
            if then != json.loads(json.dumps(now)):
                raise ValueError(
                    f"fit: the checkpoint {str(self.path)!r} was made with {name}={quoted(then, 200)}, now it is "
                    f"{quoted(now, 200)}; delete it or give another path"
                )
        with self._reading():
            history, steps = make(**record["history"]), record["steps"]
            _check_history(history, make())
            if type(steps) is not int or not 0 <= steps <= (self.optimizer.total_steps or steps):
                raise ValueError(f"it has taken {steps!r} steps")
            kept = {name: _taken(arrays, name, a) for name, a in self._arrays(Snapshot.of(self.net)).items()}
            generators = deepcopy(self.net.generators())
            for generator, state in zip(generators, record["generators"], strict=True):
                generator.bit_generator.state = state
        count = len(Snapshot.of(self.net).arrays)
        Snapshot([kept[f"now.{i}"] for i in range(count)]).put_back(self.net)
        for i, running in enumerate(self.optimizer.running):
            for name in running:
                running[name][...] = kept[f"running.{i}.{name}"]
        self.optimizer.steps = steps
        for generator, ready in zip(self.net.generators(), generators, strict=True):
            generator.bit_generator.state = ready.bit_generator.state
        return history, Snapshot([kept[f"best.{i}"] for i in range(count)])

    def _arrays(self, best: Snapshot) -> State:
        """Return the arrays of the file: of the net as it is now, of its best epoch, and of the optimizer."""
        arrays = {f"now.{i}": a for i, a in enumerate(Snapshot.of(self.net).arrays)}
        arrays |= {f"best.{i}": a for i, a in enumerate(best.arrays)}
        for i, running in enumerate(self.optimizer.running):
            arrays |= {f"running.{i}.{name}": a for name, a in running.items()}
        return arrays

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # whatever fails here was caused by the file's content
            what = f"fit: {str(self.path)!r} is no readable checkpoint ({quoted(error)})"
            raise ModelFileError(f"{what}; delete it or give another path") from error


def _taken(arrays: State, name: str, like: np.ndarray) -> np.ndarray:
    """Return an array of the file. ValueError unless it has the shape and dtype of the array in its place."""
    a = take(arrays, name, like.shape, like.dtype.str[1:])
    if a.dtype.kind == "i" and (a < 0).any():
        raise ValueError(f"the array {name!r} counts below 0")
    return a


def _check_history(history: Any, empty: Any) -> None:
    """Raise ValueError for a history whose lists do not hold a number for each epoch."""
    for name, value in vars(history).items():
        if isinstance(vars(empty)[name], list):
            numbers = isinstance(value, list) and all(isinstance(v, float) or type(v) is int for v in value)
            fits = numbers and len(value) in (0, len(history))
        else:
            fits = value is None or (type(value) in (bool, int) and 0 <= value < max(2, len(history)))
        if not fits:
            raise ValueError(f"its history has {name}={value!r}")


def _plain(value: Any) -> Any:
    """Return a setting as JSON values, an array as its checksum, and anything else as the name of its type."""
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return checksum("", {"": value})
    value = value.item() if isinstance(value, np.generic) else value
    return value if isinstance(value, bool | int | float | str | None) else type(value).__name__

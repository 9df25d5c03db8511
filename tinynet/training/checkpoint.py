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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tinynet.layers.base import Layer
from tinynet.storage.atomic import write_atomically
from tinynet.storage.gate import checksum
from tinynet.training.optimizer import Optimizer
from tinynet.training.schedules import Schedule, constant

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
        from safetensors.numpy import save

        arrays = {f"now.{i}": a for i, a in enumerate(Snapshot.of(self.net).arrays)}
        arrays |= {f"best.{i}": a for i, a in enumerate(best.arrays)}
        for i, running in enumerate(self.optimizer.running):
            arrays |= {f"running.{i}.{name}": a for name, a in running.items()}
        record = {
            "settings": self.settings,
            "history": history,
            "steps": self.optimizer.steps,
            "generators": [g.bit_generator.state for g in self.net.generators()],
        }
        text = json.dumps(record)
        write_atomically(self.path, save(arrays, {"tinynet checkpoint": text, "check": checksum(text, arrays)}))

    def resume(self) -> tuple[dict[str, Any], Snapshot]:
        """Put net, optimizer and generators back to where they were; return the history and the best snapshot.

        Raises ValueError if the file is no checkpoint, or belongs to another run.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self.path, framework="numpy") as file:
                metadata = file.metadata() or {}
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (no mapping)
            text = metadata.get("tinynet checkpoint", "")
            if metadata.get("check") != checksum(text, arrays):
                raise ValueError("it is not one, or was changed after it was written")
            record = json.loads(text)
        except (SafetensorError, OSError, ValueError) as error:
            raise ValueError(f"fit: {str(self.path)!r} is no readable checkpoint ({error}); delete it") from error
        for name, now in self.settings.items():
            then = record["settings"].get(name)
            if then != json.loads(json.dumps(now)):
                raise ValueError(
                    f"fit: the checkpoint {str(self.path)!r} was made with {name}={str(then)[:200]}, now it is "
                    f"{str(now)[:200]}; delete it or give another path"
                )
        count = len(Snapshot.of(self.net).arrays)
        Snapshot([arrays[f"now.{i}"] for i in range(count)]).put_back(self.net)
        for i, running in enumerate(self.optimizer.running):
            for name in running:
                running[name][...] = arrays[f"running.{i}.{name}"]
        self.optimizer.steps = record["steps"]
        for generator, state in zip(self.net.generators(), record["generators"], strict=True):
            generator.bit_generator.state = state
        return record["history"], Snapshot([arrays[f"best.{i}"] for i in range(count)])


def _plain(value: Any) -> Any:
    """Return a setting as JSON values, an array as its checksum, and anything else as the name of its type."""
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return checksum("", {"": value})
    value = value.item() if isinstance(value, np.generic) else value
    return value if isinstance(value, bool | int | float | str | None) else type(value).__name__

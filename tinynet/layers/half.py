"""Half: a network whose numbers take 16 bits each in a file.

In a small network of few bits, the codes are no longer all that counts. A matrix of 64 x 64 ternary codes takes 820
bytes, its 64 steps and 64 biases in float32 another 512. Nobody needs them with seven digits: float16 has three, and a
scale that is wrong by one part in 2,000 moves a score by as little. So `half` rounds every number of a trained network
to float16, and the file holds it in two bytes. Computation stays in float32, where it is fast. Packed codes and seeds
are no floats and stay as they are.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np

from tinynet.layers.base import Sequential
from tinynet.layers.checks import check_sequential
from tinynet.layers.table import network_table, payload_bytes
from tinynet.parameterizations.state import State

SMALLEST = np.finfo(np.float16).smallest_subnormal  # 6e-8: a step must stay positive


class Half(Sequential):
    """The layers given, whose floats a file holds in 16 bits. `tn.half` makes it; further training rounds nothing."""

    def state(self) -> State:
        """Return the arrays that a file must hold, with every float rounded to float16. ValueError beyond 65,504."""
        return {name: _rounded(name, a) if a.dtype.kind == "f" else a for name, a in super().state().items()}

    def restore(self, state: State) -> None:
        super().restore({name: a.astype(np.float32) if a.dtype.kind == "f" else a for name, a in state.items()})

    def stored_bits(self) -> int:
        saved = sum(a.nbytes - 2 * a.size for a in super().state().values() if a.dtype.kind == "f")
        return super().stored_bits() - 8 * saved

    def to_json(self) -> dict[str, Any]:
        return {"Half": self.config()}

    def __repr__(self) -> str:
        table = network_table(Sequential(*self.layers))
        return f"Half of a {table}\n with every float in 16 bits: {payload_bytes(self):,} bytes"


def half(net: Sequential) -> Half:
    """Return a copy of a trained network, in evaluation mode, with every number rounded to float16.

    It saves and loads like any other, at half the bytes for each float, and its scores before and after are the same.
    Raises TypeError for anything but layers one after the other, and ValueError for a number beyond 65,504.
    """
    check_sequential("half", net)
    rounded = Half(*deepcopy(net.layers))
    rounded.restore(rounded.state())
    return rounded.eval()


def _rounded(name: str, a: np.ndarray) -> np.ndarray:
    """Return a in float16; what is not zero does not become zero."""
    with np.errstate(over="ignore"):
        small = a.astype(np.float16)
    if not np.isfinite(small).all():
        raise ValueError(f"half: the array {name!r} holds {np.abs(a).max():.3g}; float16 ends at 65,504. Scale it down")
    return np.where((small == 0) & (a != 0), np.copysign(SMALLEST, a), small).astype(np.float16)

"""Draw a digit, the Python side: what some networks say of a picture, and how long they take.

The page's compiled networks come from the same files by `tn.export_c`; their scores agree with these to rounding.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import tinynet as tn


class Reader:
    """Some networks in files, by name."""

    def __init__(self, files: dict[str, str]) -> None:
        self.nets = {name: tn.load(path) for name, path in files.items()}

    def read(self, pixels: Any) -> dict[str, Any]:
        """Return each network's scores (10,) of a picture, 784 pixels of 0 .. 255, and the microseconds it takes."""
        inputs = tn.datasets.from_pixels(np.asarray(pixels, np.uint8).reshape(1, -1))
        answers = {}
        for name, net in self.nets.items():
            seconds = _seconds(lambda net=net: _scores(net, inputs))
            answers[name] = {"scores": _scores(net, inputs)[0], "microseconds": 1e6 * seconds}
        return answers


def _scores(net: tn.Layer, inputs: np.ndarray) -> np.ndarray:
    with tn.no_grad():
        return net(inputs).numpy()


def _seconds(call: Callable[[], Any]) -> float:
    """Return the mean seconds of a call. It is repeated for 5 ms or more: a browser's clock ticks every 0.1 ms."""
    calls, passed, start = 0, 0.0, time.perf_counter()
    while passed < 0.005:
        call()
        calls, passed = calls + 1, time.perf_counter() - start
    return passed / calls

"""Whether operations are recorded, and how to switch that off: alone, or together with a network's training mode."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Mode(threading.local):
    """Whether operations are recorded; a thread that evaluates must not stop another from training."""

    recording = True


mode = _Mode()


@contextmanager
def no_grad() -> Iterator[None]:
    """Within this context nothing is recorded: faster, and no memory is held for `backward`."""
    before, mode.recording = mode.recording, False
    try:
        yield
    finally:
        mode.recording = before


@contextmanager
def evaluating(*nets: Any) -> Iterator[None]:
    """Within this context the networks are in evaluation mode, and nothing is recorded.

    Afterwards every layer is in its own mode again, whatever happened: a Dropout that was switched off stays off.
    """
    layers = list(nets)
    for layer in layers:  # grows while it is walked
        layers += layer.sublayers()
    modes = [layer.training for layer in layers]
    try:
        with no_grad():
            for net in nets:
                net.eval()
            yield
    finally:
        for layer, was_training in zip(layers, modes, strict=True):
            layer.training = was_training

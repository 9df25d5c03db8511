"""One run: from settings to a row of results.

A run trains one net, saves it, loads it again, and measures the file and the error of what the file holds. It uses one
thread, so that the same settings give the same bits however many runs work side by side.
"""

from __future__ import annotations

import platform
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from tinynet import optim
from tinynet.datasets import Dataset
from tinynet.datasets import load as load_data
from tinynet.frontier.methods import build, recipe
from tinynet.layers import Sequential
from tinynet.models import MLP, compress
from tinynet.storage import load, save
from tinynet.training import evaluate, fit

STAGES = ("trained", "after", "tuned")  # under the constraint; compressed after training; and then fine-tuned


@dataclass(frozen=True)
class Settings:
    """Everything that a run depends on; two runs with equal settings give equal results.

    factor is text such as "1/8", so that it has one spelling. lr and epochs are those of training from the start;
    fine-tuning takes half the epochs at a third of the rate.
    """

    data: str
    method: str
    factor: str
    hidden: tuple[int, ...] = (256,)
    stage: str = "trained"
    epochs: int = 60
    batch_size: int = 50
    lr: float = 0.1
    momentum: float = 0.9
    seed: int = 0

    def widths(self) -> list[int]:
        """Return the widths of the full net on this data."""
        data = _data(self.data)
        return [data.n_features, *self.hidden, data.n_classes]

    def possible(self) -> bool:
        """Return whether the method has anything to offer at this factor and stage."""
        if self.stage != "trained" and self.method == "dense":
            return False  # a narrower net has no nearest member
        return recipe(self.method, float(Fraction(self.factor)), self.widths()) is not None


def run(settings: Settings) -> dict[str, Any]:
    """Return the row of one run: settings, bytes, errors on the splits, seconds, versions."""
    from threadpoolctl import threadpool_limits

    start = time.perf_counter()
    with threadpool_limits(limits=1):
        net = _trained(settings)
        data = _data(settings.data)
        with tempfile.TemporaryDirectory() as folder:
            size = save(net, Path(folder, "net.safetensors"))
            net = load(Path(folder, "net.safetensors"))  # type: ignore[assignment]
        valid_error, test_error = evaluate(net, data.valid), evaluate(net, data.test)
    return asdict(settings) | {
        "payload_bytes": size.payload,
        "header_bytes": size.header,
        "valid_error": valid_error,
        "test_error": test_error,
        "seconds": time.perf_counter() - start,
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "tinynet": _version()},
    }


def _trained(settings: Settings) -> Sequential:
    factor = float(Fraction(settings.factor))
    if settings.stage == "trained":
        net = build(settings.method, factor, settings.widths(), settings.seed)
        assert net is not None
        return _fit(net, settings)
    weight = recipe(settings.method, factor, settings.widths())
    assert weight is not None
    net = compress(_dense(replace(settings, method="dense", factor="1", stage="trained")), weight, settings.seed)
    if settings.stage == "tuned":
        net = _fit(net, replace(settings, epochs=max(1, settings.epochs // 2), lr=settings.lr / 3))
    return net


def _fit(net: Sequential, settings: Settings) -> Sequential:
    data = _data(settings.data)
    history = fit(
        net, data.train, data.valid, epochs=settings.epochs, batch_size=settings.batch_size, lr=settings.lr,
        momentum=settings.momentum, schedule=optim.cosine, seed=settings.seed, progress=False,
    )  # fmt: skip
    if history.interrupted:
        raise KeyboardInterrupt
    return net


@lru_cache(maxsize=8)
def _dense(settings: Settings) -> Sequential:
    """Return the trained dense net that compression after training starts from; `compress` copies it."""
    return _fit(MLP(settings.widths(), seed=settings.seed), settings)


@lru_cache(maxsize=4)
def _data(name: str) -> Dataset:
    return load_data(name)


def _version() -> str:
    import tinynet

    return tinynet.__version__

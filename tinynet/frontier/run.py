"""One run: from settings to a row of results.

A run trains one network, saves it, loads it again, and measures the file and the error of what the file holds. Methods
want different learning rates, so each run tries several and keeps the one with the least error on the validation split.
The test split is looked at only once. A run uses one thread, so its result does not depend on how many runs work side
by side.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from fractions import Fraction
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np

from tinynet import datasets
from tinynet.datasets import Dataset, SequenceDataset, kept
from tinynet.frontier.after_training import compress
from tinynet.frontier.methods import NARROWED, WINDOWED, available, recipe
from tinynet.frontier.settings import NORM, Own, Settings, Teacher
from tinynet.frontier.tasks import task_of
from tinynet.kernels.jit import numba_found
from tinynet.kernels.threads import at_most
from tinynet.layers.base import Sequential
from tinynet.storage.save_load import load, save
from tinynet.storage.temporary import temporary_folder
from tinynet.training.checks import Diverged
from tinynet.training.distillation import scores_of
from tinynet.training.fit import TrainingError

DECIDING = ("tinynet", "numpy", "numba", "blas")


def widths_of(settings: Settings) -> list[int]:
    """Return the widths of the full network on this data."""
    data = data_of(settings)
    return [data.n_features, *settings.hidden, data.n_classes]


def possible(settings: Settings) -> bool:
    """Return whether the method has anything to offer at this factor and stage."""
    method = settings.plain()
    if settings.stage != "trained" and not has_copies(method):
        return False
    if settings.stage == "after" and settings.teacher:
        return False  # nothing is trained that could learn from a teacher
    shapes = task_of(settings.data, settings.own).shapes(widths_of(settings))
    return available(method.removesuffix(NORM), float(Fraction(settings.factor)), shapes)


def has_copies(method: str) -> bool:
    """Return whether a trained dense network has a nearest copy under a method, which trains no other network."""
    return method not in (*NARROWED, *WINDOWED, "binary-mlp") and not method.endswith(NORM)


def run(settings: Settings, content: bytes | None = None) -> dict[str, Any]:
    """Return the row of one run: its settings, bytes, errors, seconds, and the versions that it was made with.

    content: the data set of `settings.own`, as `kept.packed` gives it, for a process that may not know it yet.
    """
    from threadpoolctl import threadpool_limits

    start = time.perf_counter()
    if content is not None and settings.own and settings.own.checksum not in KNOWN:
        know(kept.unpacked(content))
    with threadpool_limits(limits=1), at_most(1):
        net, lr = _trained(settings)
        data, task = data_of(settings), task_of(settings.data, settings.own)
        with temporary_folder() as folder:
            size = save(task.finished(net), folder / "net.safetensors")
            net = load(folder / "net.safetensors")  # type: ignore[assignment]
        valid_error, test_error = task.error(net, data.valid), task.error(net, data.test)
    return asdict(settings) | {
        "lr": lr,
        "payload_bytes": size.payload,
        "header_bytes": size.header,
        "valid_error": valid_error,
        "test_error": test_error,
        "seconds": time.perf_counter() - start,
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return what made a result besides its settings; the figures depend on DECIDING, to the last bit.

    BLAS and Numba add up a sum in the order that suits the processor, and another order rounds differently.
    """
    from threadpoolctl import threadpool_info

    blas = [library for library in threadpool_info() if library["user_api"] == "blas"]
    blas.sort(key=lambda library: "numpy" not in library["filepath"])  # SciPy brings one of its own
    kernel = [blas[0].get(name) or "" for name in ("internal_api", "version", "architecture")] if blas else []
    tinynet = sys.modules["tinynet"]  # loaded already; to import it here would close a circle
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": version("numba") if numba_found() else "none",
        "tinynet": tinynet.__version__,
        "blas": " ".join([*kernel, platform.machine()]),
    }


def _trained(settings: Settings) -> tuple[Sequential, float]:
    """Return the trained network of these settings and the rate that made it (0 where nothing was trained)."""
    factor, task, widths = float(Fraction(settings.factor)), task_of(settings.data, settings.own), widths_of(settings)
    if settings.stage == "trained":
        return best_rate(lambda: task.build(settings.plain(), factor, widths, settings.seed), settings)
    weight = recipe(settings.plain(), factor, task.shapes(widths))
    dense = _dense(replace(settings, method="dense", factor="1", stage="trained", teacher=None))
    if settings.stage == "after":
        return compress(dense, weight, settings.seed), 0.0
    shorter = replace(settings, epochs=max(1, settings.epochs // 2), rates=tuple(r / 3 for r in settings.rates))
    return best_rate(lambda: compress(dense, weight, settings.seed), shorter)


def best_rate(new_net: Callable[[], Sequential], settings: Settings) -> tuple[Sequential, float]:
    """Train a new network at each rate; return the first with the least validation error, and its rate."""
    data, task = data_of(settings), task_of(settings.data, settings.own)
    best, best_error, failure = None, np.inf, None
    soft = soft_targets(settings) if settings.teacher else {}
    for lr in settings.rates:
        net = new_net()
        try:
            history = task.fit(net, data, settings, lr, **soft)
        except (TrainingError, Diverged) as error:  # this rate was too high
            failure = error
            continue
        if history.interrupted:
            raise KeyboardInterrupt
        error_now = task.error(net, data.valid)  # of the best epoch, which `fit` restored
        if error_now < best_error:
            best, best_error = (net, lr), error_now
    if best is None:
        raise TrainingError(f"{settings.method} at {settings.factor}: training diverged at every rate; {failure}")
    return best


@lru_cache(maxsize=8)
def _dense(settings: Settings) -> Sequential:
    """Return the trained dense network that compression after training starts from; `compress` copies it."""
    task = task_of(settings.data, settings.own)
    return best_rate(lambda: task.build("dense", 1, widths_of(settings), settings.seed), settings)[0]


def soft_targets(settings: Settings) -> dict[str, Any]:
    """Return what `fit` needs to know about the teacher: its scores on the training inputs, and its settings."""
    return _soft_targets(settings.data, settings.own, settings.teacher)


@lru_cache(maxsize=4)
def _soft_targets(data: str, own: Own | None, teacher: Teacher) -> dict[str, Any]:
    scores = scores_of(load(teacher.file), (KNOWN[own.checksum] if own else _load(data)).train.inputs)
    return dict(teacher=scores, temperature=teacher.temperature, mix=teacher.mix)


KNOWN: dict[str, Dataset] = {}  # the latest data sets of the user's own, by their checksums


def know(data: Dataset) -> Own:
    """Remember a data set, so that runs in this process find it, and return what `Settings` say of it."""
    own = Own(kept.checksum(data), data.train.labels.ndim == 2)
    KNOWN.pop(own.checksum, None)
    KNOWN[own.checksum] = data
    for checksum in list(KNOWN)[:-4]:
        del KNOWN[checksum]
    return own


def identified(caller: str, data: str | Dataset) -> tuple[str, Own | None]:
    """Return what `Settings` say of a data set: its name and, if it is not one of tinynet's, its content."""
    if isinstance(data, str) and data in datasets.LOADERS and not datasets.built_in(data):
        data = datasets.load(data)  # type: ignore[assignment]
    if isinstance(data, str):
        return data, None
    if isinstance(data, SequenceDataset):
        raise ValueError(f"{caller}: {data!r}; of your own data, only rows can be swept")
    return data.name, know(data)


def data_of(settings: Settings) -> Dataset | SequenceDataset:
    """Return the data set of a run; one of the user's own must be known."""
    return KNOWN[settings.own.checksum] if settings.own else _load(settings.data)


@lru_cache(maxsize=4)
def _load(name: str) -> Dataset | SequenceDataset:
    return datasets.load(name)

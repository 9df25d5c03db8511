"""The frontier of one trained network, yours: how well does it still work at each size?

For each method and each share of the bytes, a copy is made in which the nearest member stands for each matrix
(after_training.py). Fine-tuning trains the copy further under its constraint, and mends most of what rounding or
cutting broke. So there are three stages at most:

    the network as it is        compressed after training        the same, fine-tuned

`choose` then picks the best copy that fits a size, or the smallest that keeps an error. It looks at the validation
split alone, so the test error of what it picks is a fair one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from tinynet.datasets import Dataset, SequenceDataset
from tinynet.frontier.after_training import compress
from tinynet.frontier.methods import FACTORS, available, checked_factor, named, recipe
from tinynet.frontier.run import best_rate, data_of, has_copies, identified
from tinynet.frontier.settings import Settings
from tinynet.frontier.tasks import task_of
from tinynet.layers.base import Sequential
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.folding import fold
from tinynet.storage.save_load import save
from tinynet.storage.temporary import temporary_folder
from tinynet.training.fit import TrainingError

UNITS = {"": 1, "b": 1, "kb": 1e3, "mb": 1e6, "kib": 2**10, "mib": 2**20}


class Copy(NamedTuple):
    """A compressed copy of the network, and its row, as a sweep has them."""

    row: dict[str, Any]
    net: Sequential


def of_network(
    net: Sequential,
    data: str | Dataset,
    methods: Sequence[str] | None = None,
    factors: Sequence[str | float] = FACTORS,
    fine_tune: int = 0,
    seed: int = 0,
) -> list[Copy]:
    """Return the network itself and its copies under each method at each factor, in this order.

    Args:
        net: trained, with matrices of any kind; batch norm is folded into them first. It stays as it is.
        data: the name of a data set, or a data set of your own, that fits the network.
        methods, factors: as for `sweep`, but methods that train another network have no copy of this one.
        fine_tune: how many epochs each copy is trained on, at several rates, of which validation picks one; 0 for none.
        seed: of what methods draw, and of the order of examples in fine-tuning.

    Raises ValueError for methods without copies, and where data and network do not fit each other.
    """
    name, own = identified("of_network", data)
    task = task_of(name, own)
    if unable := [method for method in methods or () if not has_copies(method)]:
        raise ValueError(f"of_network: {', '.join(unable)}: no copy of a given network, since another one is trained")
    chosen = [method for method in named(methods or task.methods, task.methods) if has_copies(method)]
    if any(isinstance(layer, BatchNorm) for layer in net.layers):
        net = fold(net)
    shapes = [shape for layer in net.layers for _, _, shape in layer.matrices()]
    if not shapes:
        raise ValueError(f"of_network: {type(net).__name__} has no matrices to compress")
    defaults = {key: value for key, value in task.defaults.items() if key != "hidden"}
    given = Settings(name, "as given", "1", stage="after", seed=seed, own=own, **defaults)
    everything = data_of(given)
    copies = [Copy(_row(given, net, task, everything), net)]
    for method in chosen:
        for factor in map(checked_factor, factors):
            if not available(method, share := float(Fraction(factor)), shapes):
                continue
            weight = recipe(method, share, shapes)
            settings = replace(given, method=method, factor=factor)
            copy = compress(net, weight, seed)
            copies.append(Copy(_row(settings, copy, task, everything), copy))
            if fine_tune:
                tuned = _tuned(net, weight, settings, fine_tune)
                if tuned is not None:
                    copies.append(Copy(_row(*tuned, task, everything), tuned[1]))
    return copies


def _tuned(net: Sequential, weight: Any, settings: Settings, epochs: int) -> tuple[Settings, Sequential] | None:
    """Return the copy trained on, with its settings; None where that diverged at every rate."""
    rates = tuple(rate / 3 for rate in settings.rates)
    settings = replace(settings, stage="tuned", epochs=epochs, rates=rates)
    try:
        return settings, best_rate(lambda: compress(net, weight, settings.seed), settings)[0]
    except TrainingError:
        return None


def _row(settings: Settings, net: Sequential, task: Any, data: Dataset | SequenceDataset) -> dict[str, Any]:
    """Return the row of a copy: its settings, the bytes of its file, and its errors."""
    with temporary_folder() as folder:
        size = save(net, folder / "net.safetensors")
    errors = {"valid_error": task.error(net, data.valid), "test_error": task.error(net, data.test)}
    return vars(settings) | {"payload_bytes": size.payload, "header_bytes": size.header} | errors


def choose(copies: Sequence[Copy], at_most: float | None = None, error: float | None = None) -> Copy:
    """Return the copy of least validation error with at most so many bytes, or the smallest with at most this error.

    at_most: payload bytes. error: on the validation split. Without both, the copy of least error; with both, the one of
    least error that keeps them. Raises ValueError, with the nearest miss, where no copy does.
    """
    fit = [c for c in copies if at_most is None or c.row["payload_bytes"] <= at_most]
    good = [c for c in fit if error is None or c.row["valid_error"] <= error]
    if not good:
        near = min(fit or copies, key=lambda c: c.row["valid_error"] if fit else c.row["payload_bytes"])
        wanted = [f"{at_most:,.0f} bytes"] if at_most is not None else []
        wanted += [f"an error of {error}"] if error is not None else []
        raise ValueError(
            f"choose: no copy keeps {' and '.join(wanted)}; the nearest is {near.row['method']} at "
            f"{near.row['factor']}, {near.row['payload_bytes']:,} bytes, validation error "
            f"{near.row['valid_error']:.4g}. Fine-tuning or other factors may help"
        )
    smallest = at_most is None and error is not None
    return min(good, key=lambda c: (c.row["payload_bytes"], c.row["valid_error"])[:: 1 if smallest else -1])


def parsed_size(text: str) -> float:
    """Return the bytes that a text such as "20KB", "1.5 MB", "16KiB" or "20480" means. ValueError for another."""
    match = re.fullmatch(r"\s*([\d.,_]+)\s*([a-zA-Z]*)\s*", text)
    try:
        return float(match[1].replace(",", "")) * UNITS[match[2].lower()]  # type: ignore[index]
    except (TypeError, ValueError, KeyError):
        raise ValueError(
            f"a size of {text!r}: give bytes, or KB, MB (1,000 each), KiB, MiB (1,024), as in 20KB"
        ) from None


def parsed_share(text: str) -> float:
    """Return the number that a text such as "3%" or "0.03" means. ValueError for another."""
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        if 0 <= share <= 1:  # 5 would be 500 %, which any copy keeps
            return share
    except ValueError:
        pass
    raise ValueError(f"an error of {text!r}: give a share, as in 3% or 0.03")

"""What lessons with committed results share: reading the rows, telling a difference from chance, smaller pictures.

Experiments that need longer than a lesson may take come as a CSV file, beside the script that made it. The lesson reads
the rows, runs a few of the experiments again, and draws them over the others.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tinynet.datasets import Split


def read_rows(path: Path, **kinds: Callable[[str], Any]) -> list[dict[str, Any]]:
    """Return the rows of a CSV file as dictionaries. kinds: what turns a column's text into a value, as in seed=int."""
    with path.open(newline="", encoding="utf-8") as file:
        return [row | {name: kind(row[name]) for name, kind in kinds.items()} for row in csv.DictReader(file)]


def worse(a: Any, b: Any) -> bool:
    """Return whether errors a (K,) exceed errors b (L,) in the mean by more than twice the standard error.

    The two are taken as independent: the variance of the difference of means is var a / K + var b / L.
    """
    noise = np.sqrt(np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b))
    return bool(np.mean(a) - np.mean(b) > 2 * noise)


def halved(data: Iterable[Split], sizes: Iterable[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the first pictures of each split, 28 x 28, as (n, 196): each block of 2 x 2 pixels becomes its mean."""
    found = []
    for split, n in zip(data, sizes, strict=True):
        blocks = split.inputs[:n].reshape(n, 14, 2, 14, 2)
        found.append((blocks.mean(axis=(2, 4)).reshape(n, 196), split.labels[:n]))
    return found

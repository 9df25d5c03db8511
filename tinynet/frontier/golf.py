"""Golf: in how few bytes does a network fit that is right often enough?

A file is all that counts: it is loaded, its payload measured, and the network that comes out of it reads the test
split. Training has its luck, so what is judged is the mean of several files that differ in their seed alone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from tinynet.datasets import load as load_data
from tinynet.storage.file_size import file_size
from tinynet.storage.save_load import load
from tinynet.training.evaluate import evaluate


class Score(NamedTuple):
    """What a file scored."""

    file: str
    bytes: int  # of the payload
    error: float  # share of the test examples that it gets wrong


def scores(files: Sequence[str | os.PathLike], data: str = "mnist") -> list[Score]:
    """Return bytes and test error of each file. ValueError where one holds no network for this data."""
    test, nets = load_data(data).test, [load(file) for file in files]
    return [
        Score(os.fspath(file), file_size(file).payload, evaluate(net, test, name=data))
        for file, net in zip(files, nets, strict=True)
    ]

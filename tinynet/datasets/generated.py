"""Splits that are generated: how one seed serves several random draws without mixing them up.

A seed stands for a row of random generators, numbered 0, 1, 2, .., each independent of the others. Every split draws
from its own, so asking for more test examples leaves the training set as it was.
"""

from collections.abc import Callable

import numpy as np

from tinynet.datasets.base import Split


def generator(seed: int, k: int) -> np.random.Generator:
    """Return the random generator number k of this seed."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(k,)))


def draw_splits(
    sample: Callable[[int, np.random.Generator], Split], seed: int, *, train: int, valid: int, test: int, first: int = 0
) -> tuple[Split, Split, Split]:
    """Return the three splits, each sampled with a generator of its own.

    Args:
        sample: called as sample(n, rng), returns a split of n examples.
        seed: of the generators.
        train, valid, test: sizes of the splits.
        first: number of the generator that serves train, where those before it serve something else.
    """
    check_sizes(train=train, valid=valid, test=test)
    return (
        sample(train, generator(seed, first)),
        sample(valid, generator(seed, first + 1)),
        sample(test, generator(seed, first + 2)),
    )


def check_sizes(**sizes: int) -> None:
    """Raise ValueError unless every size is an integer, at least 1."""
    for part, size in sizes.items():
        if not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(f"{part}={size!r}: a split needs at least one example; pass a positive integer")

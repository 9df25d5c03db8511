"""Sharing the rows of a compiled loop among threads.

They are threads of Python's, since compiled code holds no interpreter lock; Numba's own would not survive a fork, nor
two products at once in some of its builds.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def share(
    run: Callable[[int, int], None], rows: int, work: int, worth: int, threads: int | None = None, unit: int = 1
) -> None:
    """Call run(first, last) for pieces of the rows 0 .. rows - 1, each in a thread of its own.

    Args:
        run: computes rows first .. last - 1, whatever the other pieces do.
        rows: how many there are.
        work: multiplications in all.
        worth: multiplications that pay for a thread, whose start takes a tenth of a millisecond.
        threads: how many; None for as many as Numba would use and `work` is worth.
        unit: pieces are multiples of it, but the last.
    """
    if threads is None:
        from numba.core import config

        threads = min(config.NUMBA_NUM_THREADS, 1 + work // worth)
    step = unit * max(1, -(-rows // (unit * threads)))
    pieces = [(first, min(first + step, rows)) for first in range(0, rows, step)]
    if len(pieces) < 2:
        run(0, rows)
    else:
        with ThreadPoolExecutor(len(pieces)) as pool:
            list(pool.map(lambda piece: run(*piece), pieces))

"""Sharing the rows of a compiled loop among threads.

They are threads of Python's, since compiled code holds no interpreter lock; Numba's own would not survive a fork, nor
two products at once in some of its builds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar

_most: ContextVar[int | None] = ContextVar("most", default=None)


@contextmanager
def at_most(threads: int) -> Iterator[None]:
    """Within this context no loop takes more threads: for those who run several things side by side themselves."""
    before = _most.set(threads)
    try:
        yield
    finally:
        _most.reset(before)


def share(
    run: Callable[[int, int], None], rows: int, threads: int | None, worth: int, unit: int = 1, turns: int = 1
) -> None:
    """Call run(first, last) for pieces of the rows 0 .. rows - 1, each thread taking the next when it is free.

    Args:
        run: computes rows first .. last - 1, whatever the other pieces do.
        rows: how many there are.
        threads: how many; None for as many as Numba would use, but no more than `worth` and `at_most`.
        worth: the threads that the work pays for; to start one takes a tenth of a millisecond.
        unit: pieces are multiples of it, but the last.
        turns: pieces for each thread. Cores are not equally fast where others use them too, so several are fairer.
    """
    if threads is None:
        from numba.core import config

        threads = min(_most.get() or config.NUMBA_NUM_THREADS, worth)
    elif threads < 1:
        raise ValueError(f"threads={threads}; there must be at least 1, or None for all that are worth it")
    step = unit * max(1, -(-rows // (unit * threads * turns)))
    pieces = [(first, min(first + step, rows)) for first in range(0, rows, step)]
    threads = min(threads, len(pieces))
    if threads < 2:
        run(0, rows)
        return
    left = iter(pieces)  # gives each piece to one thread, whoever asks first

    def work() -> None:
        for piece in left:
            run(*piece)

    with ThreadPoolExecutor(threads - 1) as pool:
        others = [pool.submit(work) for _ in range(threads - 1)]
        work()
        for other in others:
            other.result()

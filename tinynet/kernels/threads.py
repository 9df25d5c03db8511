"""Share the rows of a compiled loop among threads.

Python's own threads will do, because compiled code does not hold the interpreter lock. Numba's threads would not
survive a fork, and in some builds not even two products at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar

_most: ContextVar[int | None] = ContextVar("most", default=None)


@contextmanager
def at_most(threads: int) -> Iterator[None]:
    """Let no loop take more threads within this context: for callers that run several things side by side."""
    before = _most.set(threads)
    try:
        yield
    finally:
        _most.reset(before)


def share(
    run: Callable[[int, int], None], rows: int, threads: int | None, worth: int, unit: int = 1, turns: int = 1
) -> None:
    """Call run(first, last) for pieces of the rows 0 .. rows - 1; each thread takes the next piece when it is free.

    Args:
        run: computes rows first .. last - 1, independently of the other pieces.
        rows: how many there are.
        threads: how many; None for as many as Numba would use, but no more than `worth` and `at_most` allow.
        worth: how many threads the work pays for; starting one costs a tenth of a millisecond.
        unit: the size of each piece is a multiple of it, except for the last.
        turns: pieces for each thread. Several even out cores that are slowed down by other programs.
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
    left = iter(pieces)  # shared by all threads: each piece goes to whichever asks first

    def work() -> None:
        for piece in left:
            run(*piece)

    with ThreadPoolExecutor(threads - 1) as pool:
        others = [pool.submit(work) for _ in range(threads - 1)]
        work()
        for other in others:
            other.result()

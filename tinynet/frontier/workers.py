"""Who does the runs of a sweep: processes of this machine, or a Dask cluster.

Processes end with the one that started them, however it ends. Each worker holds the reading end of a pipe, and waits
there in a thread. Nothing is ever sent: the writing end closes when the sweep is stopped, or, since the system closes
what a dead process held open, when the parent is killed. Either way the worker ends at once.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from typing import Any

from tinynet.training.progress import say

STOPPING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def cores() -> int:
    """Return how many processes are worth starting: one for each core, and in a browser, where none can start, 1."""
    return 1 if sys.platform == "emscripten" else os.cpu_count() or 1


@contextmanager
def processes(count: int) -> Iterator[Executor]:
    """Yield an executor of `count` processes; an exception in this context ends them in the middle of their runs."""
    import multiprocessing  # here, since a browser has no processes
    from concurrent.futures import ProcessPoolExecutor

    spawn = multiprocessing.get_context("spawn")  # a fork would copy the threads of BLAS
    with undisturbed():  # this starts the process that tracks Python's semaphores
        reading, writing = spawn.Pipe(duplex=False)
        pool = ProcessPoolExecutor(count, spawn, _end_with_parent, (reading,))
    with reading, writing, pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            writing.close()
            raise


def _end_with_parent(pipe: Any) -> None:
    """Prepare a worker: leave Ctrl-C, and a terminal that closes, to the parent, and end when the pipe does."""
    for number in set(STOPPING) - {signal.SIGTERM}:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)  # `undisturbed` had blocked them
    threading.Thread(target=_wait, args=(pipe,), daemon=True).start()


def _wait(pipe: Any) -> None:
    try:
        pipe.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off Ctrl-C, SIGTERM and SIGHUP to the end of this context; processes started in it do not hear them.

    An interpreter that is interrupted while it starts prints a traceback. And a row that has been computed should be
    written, even if the user stops the sweep just then.
    """
    came: list[int] = []
    handlers: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():  # Python's handlers run in this thread alone
        known = [number for number in STOPPING if signal.getsignal(number) is not None]
        handlers = {number: signal.signal(number, lambda number, _: came.append(number)) for number in known}
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING) if hasattr(signal, "pthread_sigmask") else None
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if masked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)
        for number in came:
            signal.raise_signal(number)


@contextmanager
def cluster(address: str, first: float = 10, then: float = 60) -> Iterator[Executor]:
    """Yield the executor of a Dask cluster; while it has no workers, say so after 10 seconds and then every minute."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError('--dask needs Dask: pip install -e ".[dask]"') from error
    done, start = threading.Event(), f"dask worker {address}"

    def watch() -> None:
        wait = first
        with suppress(Exception):  # of a cluster that is gone; the runs will say so
            while not done.wait(wait):
                if not client.nthreads():
                    say(f"the Dask cluster at {address} has no workers, so nothing runs; start some: {start}")
                wait = then

    with Client(address) as client:
        threading.Thread(target=watch, daemon=True).start()
        try:
            yield client.get_executor()
        finally:
            done.set()

"""All runs of a sweep, on any `concurrent.futures.Executor`.

Runs are independent of each other, so any executor will do: a pool of processes on one machine, threads, or a Dask
cluster's `Client.get_executor()`. Each row is written as soon as its run ends, and rows that the store already holds
are not computed again.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

from tinynet.frontier.methods import FACTORS, checked_factor
from tinynet.frontier.run import possible, run, soft_targets, widths_of
from tinynet.frontier.settings import SOFT, STAGES, Settings, Teacher
from tinynet.frontier.store import Store
from tinynet.frontier.tasks import task_of
from tinynet.storage.gate import checksum
from tinynet.storage.save_load import load
from tinynet.training.distillation import check_softness
from tinynet.training.progress import wanted


def sweep(
    data: str = "digits",
    methods: Sequence[str] | None = None,
    factors: Sequence[str | float] = FACTORS,
    seeds: int | Sequence[int] = 3,
    after_training: bool = False,
    store: str | os.PathLike | Store = ":memory:",
    executor: Executor | None = None,
    jobs: int | None = None,
    progress: bool | None = None,
    teacher: str | os.PathLike | None = None,
    temperature: float = 4.0,
    mix: float = 0.5,
    **settings: Any,
) -> list[dict[str, Any]]:
    """Train every method at every factor and seed, and return the rows, in that order.

    Args:
        data: a name that `tn.datasets.load` knows.
        methods: names in METHODS, or of parameterization classes; by default all that suit the data.
        factors: shares of the dense weight bytes, "1/8" or 0.125; a method skips those that it cannot meet.
        seeds: how many, or which.
        after_training: also apply each method to a trained dense network, with and without fine-tuning.
        store: an SQLite file to keep the rows in, or a Store.
        executor: where runs go; by default `jobs` processes, one a core. Each process imports the calling script, which
            therefore needs `if __name__ == "__main__":`. With jobs=1 everything runs here and now.
        progress: show a bar with the time left; by default only on a terminal.
        teacher: a file written by `tn.save`. Every method is then trained a second time, as "hashed+soft" for example,
            on the soft targets of this network too.
        temperature, mix: of the soft targets, as for `tn.fit`.
        settings: further fields of `Settings`: hidden, epochs, batch_size, rates, momentum. Their defaults depend on
            the kind of data; see tasks.py.

    Raises ValueError for an unknown method, data set or factor. If a run fails, the others are still done; then
    RuntimeError names it.
    """
    with nullcontext(store) if isinstance(store, Store) else closing(Store(store)) as results:
        todo = plan(data, methods, factors, seeds, after_training, **settings)
        if teacher is not None:
            todo = with_soft_targets(todo, teacher, temperature, mix)
        missing = [s for s in todo if results.get(s) is None]
        failures = _execute(missing, results, executor, jobs, progress)
        if failures:
            first, error = failures[0]
            message = f"sweep: {len(failures)} of {len(todo)} runs failed, the first {first}: {error}"
            raise RuntimeError(message) from error
        return [row for s in todo if (row := results.get(s)) is not None]


def plan(
    data: str, methods: Sequence[str] | None, factors: Sequence[str | float], seeds: int | Sequence[int],
    after_training: bool, **settings: Any,
) -> list[Settings]:  # fmt: skip
    """Return the settings of every run of a sweep."""
    if isinstance(methods, str) or isinstance(factors, str):
        raise ValueError(f"sweep: methods={methods!r}, factors={factors!r}; give lists, also of one")
    stages = STAGES if after_training else STAGES[:1]
    methods, settings = methods or task_of(data).methods, task_of(data).defaults | settings
    everything = [
        Settings(data=data, method=m, factor=f, stage=stage, seed=seed, **settings)
        for stage in stages
        for m in dict.fromkeys(methods)
        for f in dict.fromkeys(map(checked_factor, factors))
        for seed in (range(seeds) if isinstance(seeds, int) else seeds)
    ]
    todo = [s for s in everything if possible(s)]
    if not todo:
        raise ValueError(
            f"sweep: nothing to run with seeds={seeds}: none of {', '.join(methods)} can meet a factor of "
            f"{', '.join(map(str, factors))}"
        )
    return todo


def with_soft_targets(runs: list[Settings], file: str | os.PathLike, temperature: float, mix: float) -> list[Settings]:
    """Return the runs, and after them the same methods again, taught by the network in a file."""
    if not task_of(runs[0].data).teachable:
        raise ValueError(
            f"sweep: a teacher for {runs[0].data}; soft targets need class labels, and examples that stay the same in "
            "every epoch. Sweep this data set without a teacher"
        )
    net = load(file)
    teacher = Teacher(os.fspath(file), checksum(json.dumps(net.to_json()), net.state()), temperature, mix)
    scores, classes = soft_targets(runs[0].data, teacher)["teacher"], widths_of(runs[0])[-1]
    if scores.shape[-1] != classes:
        raise ValueError(f"sweep: the teacher has {scores.shape[-1]} outputs; {runs[0].data} has {classes} classes")
    check_softness("sweep", scores, temperature, mix)
    taught = [replace(s, method=s.method + SOFT, teacher=teacher) for s in runs]
    return runs + [s for s in taught if possible(s)]


def _execute(
    todo: list[Settings], results: Store, executor: Executor | None, jobs: int | None, progress: bool | None
) -> list[tuple[Settings, Exception]]:
    """Run all of `todo`, store each row as it comes, and return what failed."""
    failures: list[tuple[Settings, Exception]] = []
    with _bar(len(todo), progress) as tick:
        for settings, outcome in _outcomes(todo, executor, jobs):
            try:
                row = outcome()
            except BrokenProcessPool as error:
                raise RuntimeError(
                    "sweep: a worker process died. In a script, put the call under `if __name__ == '__main__':`, for "
                    "workers import the script; or pass jobs=1"
                ) from error
            except Exception as error:
                failures.append((settings, error))
            else:
                results.add(settings, row)
            tick()
    return failures


def _outcomes(
    todo: list[Settings], executor: Executor | None, jobs: int | None
) -> Iterator[tuple[Settings, Callable[[], dict[str, Any]]]]:
    """Yield each run's settings, and a function that returns its row or raises, in the order in which they end."""
    jobs = min(jobs or os.cpu_count() or 1, len(todo))
    if executor is not None:
        yield from _submitted(todo, executor)
    elif jobs <= 1:
        yield from ((s, partial(run, s)) for s in todo)
    else:
        spawn = multiprocessing.get_context("spawn")  # a fork would copy the threads of BLAS
        with ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_ignore_ctrl_c) as pool:
            yield from _submitted(todo, pool)


def _submitted(todo: list[Settings], executor: Executor) -> Iterator[tuple[Settings, Callable[[], dict[str, Any]]]]:
    futures = {executor.submit(run, s): s for s in todo}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result
    finally:  # after Ctrl-C, runs that have not begun are dropped
        for future in futures:
            future.cancel()


def _ignore_ctrl_c() -> None:
    """Leave Ctrl-C to the parent, which drops the runs that have not begun."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _bar(tasks: int, show: bool | None) -> Iterator[Any]:
    """Yield a function to call after each run; it moves the bar, where one is shown and something is left to run."""
    if not tasks or not wanted(show):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("training", total=tasks)
        yield lambda: bar.advance(task)

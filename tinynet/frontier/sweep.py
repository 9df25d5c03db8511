"""All runs of a sweep, on any `concurrent.futures.Executor`.

Runs are independent of each other, so any executor will do: a pool of processes on one machine, threads, or a Dask
cluster's `Client.get_executor()`. Each row is written as soon as its run ends, and rows that the store already holds
are not computed again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

from tinynet.datasets import Dataset, kept
from tinynet.frontier.methods import FACTORS, checked_factor, named
from tinynet.frontier.run import DECIDING, KNOWN, identified, possible, run, soft_targets, versions, widths_of
from tinynet.frontier.settings import SOFT, STAGES, Settings, Teacher
from tinynet.frontier.store import Store
from tinynet.frontier.tasks import task_of
from tinynet.frontier.workers import cores, processes, undisturbed
from tinynet.storage.gate import checksum
from tinynet.storage.save_load import load
from tinynet.training.distillation import check_softness
from tinynet.training.progress import say, wanted

Outcomes = Generator[tuple[Settings, Callable[[], dict[str, Any]]], None, None]


def sweep(
    data: str | Dataset = "digits",
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
        data: a name that `tn.datasets.load` knows, or a data set of your own, as `tn.datasets.from_arrays` makes it.
            Its content, and not its name, tells whether rows in the store are about it.
        methods: names in METHODS or MEMBERS, "all" for both, or names of parameterization classes; by default those of
            METHODS that suit the data.
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
        found = [results.get(s) for s in todo]
        _say_where_from([row for row in found if row is not None])
        missing = [s for s, row in zip(todo, found, strict=True) if row is None]
        failures = _execute(missing, results, executor, jobs, progress)
        if failures:
            first, error = failures[0]
            message = f"sweep: {len(failures)} of {len(todo)} runs failed, the first {first}: {error}"
            raise RuntimeError(message) from error
        return [row for s in todo if (row := results.get(s)) is not None]


def plan(
    data: str | Dataset, methods: Sequence[str] | None, factors: Sequence[str | float], seeds: int | Sequence[int],
    after_training: bool, **settings: Any,
) -> list[Settings]:  # fmt: skip
    """Return the settings of every run of a sweep."""
    if isinstance(methods, str) or isinstance(factors, str):
        raise ValueError(f"sweep: methods={methods!r}, factors={factors!r}; give lists, also of one")
    stages = STAGES if after_training else STAGES[:1]
    name, own = identified("sweep", data)
    task = task_of(name, own)
    methods, settings = named(methods or task.methods, task.methods), task.defaults | settings
    everything = [
        Settings(data=name, method=m, factor=f, stage=stage, seed=seed, own=own, **settings)
        for stage in stages
        for m in methods
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
    if not task_of(runs[0].data, runs[0].own).teachable:
        raise ValueError(
            f"sweep: a teacher for {runs[0].data}; soft targets need class labels, and examples that stay the same in "
            "every epoch. Sweep this data set without a teacher"
        )
    net = load(file)
    teacher = Teacher(os.fspath(file), checksum(json.dumps(net.to_json()), net.state()), temperature, mix)
    scores, classes = soft_targets(replace(runs[0], teacher=teacher))["teacher"], widths_of(runs[0])[-1]
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
    with _bar(len(todo), progress) as tick, closing(_outcomes(todo, executor, jobs)) as outcomes:
        for settings, outcome in outcomes:
            try:
                row = outcome()
            except BrokenExecutor as error:
                raise RuntimeError(
                    "sweep: a worker process died. In a script, put the call under `if __name__ == '__main__':`, for "
                    "workers import the script; or pass jobs=1"
                ) from error
            except Exception as error:
                failures.append((settings, error))
            else:
                with undisturbed():
                    results.add(settings, row)
            tick()
    return failures


def _outcomes(todo: list[Settings], executor: Executor | None, jobs: int | None) -> Outcomes:
    """Yield each run's settings, and a function that returns its row or raises, in the order in which they end."""
    jobs, futures = min(jobs or cores(), len(todo)), dict[Future, Settings]()
    if executor is not None:
        try:
            yield from _submitted(todo, executor, futures)
        finally:  # when the sweep is stopped, runs that have not begun are dropped
            for future in futures:
                future.cancel()
    elif jobs <= 1:
        yield from ((s, partial(run, s)) for s in todo)
    else:
        with processes(jobs) as pool:
            yield from _submitted(todo, pool, futures)


def _submitted(todo: list[Settings], executor: Executor, futures: dict[Future, Settings]) -> Outcomes:
    contents = {own: kept.packed(KNOWN[own.checksum]) if own else None for own in {s.own for s in todo}}
    with undisturbed():  # the first calls start the workers
        futures |= {executor.submit(run, s, contents[s.own]): s for s in todo}
    for future in as_completed(futures):
        yield futures[future], future.result


def _say_where_from(finished: list[dict[str, Any]]) -> None:
    """Say which finished runs were made by another version, or with another kernel of BLAS, than runs here would be."""
    here = versions()
    there = [row["versions"] for row in finished]
    differing = [name for name in DECIDING if any(versions.get(name) != here[name] for versions in there)]
    if differing:
        made = [" and ".join(f"{name} {of.get(name, 'unknown')}" for name in differing) for of in (here, *there)]
        others = [text for text in made[1:] if text != made[0]]
        say(
            f"{len(others)} of the {len(finished)} finished runs were made with {', or '.join(sorted(set(others)))}; "
            f"here it is {made[0]}. They are reused, though made here their figures could differ a little; to make "
            "all of them here, choose a new store (--out)"
        )


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

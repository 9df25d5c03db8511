"""What all benchmarks share: two sides that take turns, each in a process of its own, and results with their origin.

Machines are noisy, so a figure is a ratio. Both sides run in turn, and we quote the median over the rounds with its
quartiles. The number of threads is fixed before the libraries load.
"""

from __future__ import annotations

import argparse
import datetime
import json
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Collection, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def asked(about: str | None, what: str, known: Collection[str]) -> list[str]:
    """Return the names that the command line asks for; all that are known if it names none."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    there = ", ".join(known)
    parser.add_argument("names", nargs="*", metavar=what, help=f"{there} (all by default)")
    names = parser.parse_args().names
    if unknown := set(names) - set(known):
        parser.error(f"no {what} {', '.join(unknown)}; there are {there}")
    return names or list(known)


def alternate(
    sides: dict[str, tuple[Callable, tuple]],
    threads: int,
    rounds: int = 21,
    seconds: float = 0.1,
    clock: str = "perf_counter",
) -> dict[str, list[float]]:
    """Return, for each side, the seconds that a call took in each round; the sides take turns within a round.

    A side is (make, arguments): `make(*arguments)`, called in the side's own process, returns the function to time.
    Each turn repeats this function for about `seconds`. The clock is a function of the module `time`. "process_time"
    leaves out the time that a busy machine gives to other processes, which is fair only for one thread. If the function
    has an attribute `prepare`, it is called before each of 3 repetitions and is not timed.
    """
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(threads)))
    context = multiprocessing.get_context("spawn")
    workers = {}
    try:
        for name, side in sides.items():
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(there, *side, threads, seconds, clock), daemon=True)
            process.start()
            there.close()  # so that recv raises if the side dies
            workers[name] = (process, here)
        for _, pipe in workers.values():
            pipe.recv()  # wait until it is warm
        times: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(rounds):
            for name, (_, pipe) in workers.items():
                pipe.send("go")
                times[name].append(pipe.recv())
    finally:
        for process, _ in workers.values():
            process.terminate()
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
    return times


def _serve(pipe: Any, make: Callable, arguments: tuple, threads: int, seconds: float, clock: str) -> None:
    if "torch" in make.__name__:
        import torch

        torch.set_num_threads(threads)
    from tinynet.kernels import worth

    worth.PATIENCE = 0  # what is timed is the compiled kernel
    call = make(*arguments)
    now = getattr(time, clock)
    for _ in range(5):
        call()
    start = now()
    call()
    repeats = 3 if hasattr(call, "prepare") else max(1, round(seconds / (now() - start)))
    pipe.send("warm")
    while pipe.recv():
        pipe.send(_seconds(call, repeats, now))


def _seconds(call: Callable, repeats: int, now: Callable[[], float]) -> float:
    """Return the seconds of a call, averaged over the repeats."""
    prepare, total = getattr(call, "prepare", None), 0.0
    if prepare is None:
        start = now()
        for _ in range(repeats):
            call()
        return (now() - start) / repeats
    for _ in range(repeats):
        prepare()
        start = now()
        call()
        total += now() - start
    return total / repeats


def ratio(numerator: Sequence[float], denominator: Sequence[float]) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper quartile of the ratios, taken round by round."""
    low, middle, high = statistics.quantiles([a / b for a, b in zip(numerator, denominator, strict=True)], n=4)
    return low, middle, high


def origin(*packages: str) -> dict[str, str]:
    """Return the date, the machine and the versions, to be printed with the figures."""
    found = {}
    for name in ("numpy", "numba", *packages):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    cpu = {}
    for line in _lines("/proc/cpuinfo"):
        name, _, value = line.partition(":")
        cpu.setdefault(name.strip(), value.strip())
    chip = f"{cpu.get('model name', '?')} (family {cpu.get('cpu family', '?')}, model {cpu.get('model', '?')})"
    return {
        "date": datetime.date.today().isoformat(),
        "machine": f"{chip}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **found,
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def write(name: str, text: str, figures: dict[str, Any]) -> None:
    """Print the text, and write the text and the figures to results/."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text + "\n")
    (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(text)
    print(f"\nWrote {RESULTS / name}.md and .json", file=sys.stderr)


def markdown(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)

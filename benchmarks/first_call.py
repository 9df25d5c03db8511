"""What somebody waits for at a first call, who has just installed tinynet: Numba, its compiler, or neither.

Each job runs in processes of their own, in four ways:

    NumPy       without Numba, NUMBA_DISABLE_JIT=1
    now         as it comes: NumPy at first, and kernels when they have become worth it (tinynet/kernels/worth.py)
    at once     all kernels compiled at the first call, with an empty folder for machine code: how it was before
    kept        the same again, with the machine code of the run before

The figures are seconds of processor time, because other work on a machine does not count in them: of the job itself,
and of the whole process, with the start of Python and `import tinynet`. A figure is the least of `--rounds` runs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from benchmarks.common import THREAD_VARIABLES, markdown, origin, write

WAYS = ("NumPy", "now", "at once", "kept")


def hashed() -> Callable[[], object]:
    """Fit 64-256-10 hashed to 1/8 for 3 epochs on the digits."""
    import tinynet as tn

    train, valid, _ = tn.datasets.load("digits")
    net = tn.MLP([64, 256, 10], tn.Hashed(1 / 8))
    return lambda: tn.fit(net, train, valid, epochs=3, lr=0.03)


def wide() -> Callable[[], object]:
    """Take 1,000 steps with 784-1000-10 hashed to 1/8, 50 examples each: long enough for the moment to come."""
    import numpy as np

    import tinynet as tn

    x, labels = np.random.default_rng(0).normal(size=(50_000, 784)).astype(np.float32), np.arange(50_000) % 10
    net = tn.MLP([784, 1000, 10], tn.Hashed(1 / 8))
    return lambda: tn.fit(net, (x, labels), epochs=1, batch_size=50, lr=0.01)


def xnor() -> Callable[[], object]:
    """Pack two matrices of 300 x 1,000 signs, and multiply them."""
    import numpy as np

    import tinynet as tn

    a, b = np.random.default_rng(0).normal(size=(2, 300, 1000))
    return lambda: tn.xnor_matmul(tn.pack_signs(a), tn.pack_signs(b), 1000)


def frozen(rows: int = 300) -> Callable[[], object]:
    """Freeze 784-500-10 and ask it about 300 pictures."""
    import numpy as np

    import tinynet as tn

    net, pixels = tn.BinaryMLP([784, 500, 10]), np.full((rows, 784), 200, np.uint8)
    return lambda: tn.freeze(net).predict(pixels)


def frozen_one() -> Callable[[], object]:
    """Freeze 784-500-10 and ask it about one picture."""
    return frozen(1)


def lstm() -> Callable[[], object]:
    """Take one step forward and back through an LSTM of 20 units, 20 steps, 16 rows."""
    import numpy as np

    import tinynet as tn

    net, symbols = tn.RecurrentNet([7, 20, 7]), np.arange(320).reshape(20, 16) % 7
    return lambda: (net(symbols) ** 2).sum().backward()


def run() -> Callable[[], object]:
    """Make one row of a frontier: a hashed network on the digits, 3 epochs."""
    import tinynet as tn

    settings = tn.frontier.Settings("digits", "hashed", "1/8", epochs=3)
    return lambda: tn.frontier.run(settings)


JOBS = {job.__name__: job for job in (hashed, wide, xnor, frozen, frozen_one, lstm, run)}
CHILD = """
import sys, time
from benchmarks.first_call import JOBS
import tinynet as tn

job, at_once = sys.argv[1:]
if at_once:
    tn.kernels.worth.PATIENCE = 0
call = JOBS[job]()
before = time.process_time()
call()
print(time.process_time() - before, time.process_time())
"""


def measured(job: str, way: str, cache: str) -> tuple[float, float]:
    """Return the processor time of the job alone and of its process."""
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, "1") | {"NUMBA_CACHE_DIR": cache}
    if way == "NumPy":
        environment["NUMBA_DISABLE_JIT"] = "1"
    command = [sys.executable, "-c", CHILD, job, "at once" if way in ("at once", "kept") else ""]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    alone, whole = done.stdout.split()[-2:]
    return float(alone), float(whole)


def main() -> None:
    """Run all jobs in all ways, and write results/first_call.md and .json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    about, found = origin(), {job: {way: (float("inf"),) * 2 for way in WAYS} for job in JOBS}
    began, worked = time.perf_counter(), 0.0
    for _ in range(rounds):
        for job, ways in found.items():
            with tempfile.TemporaryDirectory() as kept:
                for way in WAYS:
                    with tempfile.TemporaryDirectory() as empty:
                        times = measured(job, way, kept if way in ("at once", "kept") else empty)
                    worked += times[1]
                    ways[way] = min(ways[way][0], times[0]), min(ways[way][1], times[1])
    share = worked / (time.perf_counter() - began)
    lines = [
        [job, *(f"{ways[way][0]:.2f}" for way in WAYS), *(f"{ways[way][1]:.2f}" for way in WAYS)]
        for job, ways in found.items()
    ]
    header = ["job", *WAYS, *(f"{way}, with the start" for way in WAYS)]
    text = (
        "# The first call after an installation\n\n" + "; ".join(f"{k}: {v}" for k, v in about.items())
        + f"; rounds: {rounds}\n\nSeconds of processor time. The processes got {share:.0%} of a core"
        + (": other work shared the machine.\n\n" if share < 0.9 else ".\n\n")
        + "\n".join(f"- {name}: {(job.__doc__ or '').strip()}" for name, job in JOBS.items())
        + f"\n\n{markdown(header, lines)}"
    )  # fmt: skip
    write("first_call", text, {"about": about, "share_of_a_core": share, "seconds": found})


if __name__ == "__main__":
    main()

"""Measure the speed of the XNOR products: python -m benchmarks.xnor [--rounds N] [--name NAME]   (from the root)

OpenBLAS in float32, as NumPy calls it, is compared with every rung of tinynet/kernels/xnor/, and with C with AVX-512
intrinsics (xnor_reference.c) if gcc and the instructions are there. GMAC/s is 10^9 multiply-adds of two signs a second.
Panels are packed in every call, except in the rows that begin with "best", where they are kept. One thread is timed by
its CPU seconds, two threads by wall-clock time. One machine plays three:

    as found      what each library chooses for this processor
    AVX-512 BLAS  OpenBLAS made to use its AVX-512 kernels, which it might not choose (OPENBLAS_CORETYPE=SkylakeX)
    AVX2          both restricted: NUMBA_CPU_NAME=haswell, NUMBA_CPU_FEATURES=+avx2,+popcnt, OPENBLAS_CORETYPE=Haswell
"""

from __future__ import annotations

import argparse
import ctypes
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import numpy as np

from benchmarks.common import RESULTS, alternate, markdown, origin, ratio, write

CUBES = [(1024, 1024, 1024), (2048, 2048, 2048), (4096, 4096, 4096), (1024, 1024, 8192)]  # M, N, K
BIG = CUBES[2]
AVX2 = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+popcnt", "OPENBLAS_CORETYPE": "Haswell"}
WIDE_BLAS = {"OPENBLAS_CORETYPE": "SkylakeX"}
COLD = 2**27  # bytes of weights that take turns, so that no call finds its own in the caches


def _floats(rows: int, n: int) -> np.ndarray:
    return np.random.default_rng(rows + n).normal(size=(rows, n)).astype(np.float32)


# ---- the sides; each returns a function to time


def sgemm(m: int, n: int, k: int) -> Callable[[], object]:
    """Return the float32 product as a function to time."""
    a, b = _floats(m, k), _floats(k, n)
    return lambda: a @ b


def rung(name: str, m: int, n: int, k: int, threads: int | None) -> Callable[[], object]:
    """Return the product of signs, by a rung of the ladder."""
    from tinynet.kernels import xnor
    from tinynet.kernels.bits import pack_signs

    a, b, product = pack_signs(_floats(m, k)), pack_signs(_floats(n, k)), getattr(xnor, f"xnor_matmul_{name}")
    return (lambda: product(a, b, k)) if name == "numpy" else (lambda: product(a, b, k, threads=threads))


def packed_product(m: int, n: int, k: int, threads: int) -> Callable[[], object]:
    """Return the product of signs with float activations, which are packed in the call, and packed weights."""
    from tinynet.kernels import xnor
    from tinynet.kernels.bits import pack_signs

    a, b = _floats(m, k), pack_signs(_floats(n, k))
    panels = xnor.pack_panels(b)
    return lambda: xnor.xnor_matmul(pack_signs(a), b, k, threads=threads, panels=panels)


def threshold(m: int, n: int, k: int, threads: int) -> Callable[[], object]:
    """Return a hidden layer, from bits to bits, with packed weights."""
    from tinynet.kernels import xnor
    from tinynet.kernels.bits import pack_signs

    a, b = pack_signs(_floats(m, k)), pack_signs(_floats(n, k))
    panels, limits, flip = xnor.pack_panels(b), np.zeros(n, np.int32), np.zeros(n, bool)
    return lambda: xnor.xnor_threshold(a, b, k, limits, flip, threads=threads, panels=panels)


def _in_turn(calls: list[Callable[[], object]]) -> Callable[[], object]:
    turn = iter(range(2**62))
    return lambda: calls[next(turn) % len(calls)]()


def sgemv_cold(n: int, k: int) -> Callable[[], object]:
    """Return the product of one row and a float matrix that is not in the caches."""
    x, W = _floats(1, k), _floats(k, n)
    copies = [W.copy() for _ in range(max(2, COLD // W.nbytes))]
    return _in_turn([lambda W=W: x @ W for W in copies])


def xnor_cold(n: int, k: int) -> Callable[[], object]:
    """Return the product of one packed row and packed weights that are not in the caches."""
    from tinynet.kernels import xnor
    from tinynet.kernels.bits import pack_signs

    a, b = pack_signs(_floats(1, k)), pack_signs(_floats(n, k))
    copies = [b.copy() for _ in range(COLD // b.nbytes)]
    return _in_turn([lambda b=b: xnor.xnor_matmul(a, b, k, threads=1) for b in copies])


def c_tile(library: str, m: int, n: int, k: int) -> Callable[[], object]:
    """Return the product of signs by C with intrinsics. AssertionError if its integers differ from ours."""
    from tinynet.kernels import xnor
    from tinynet.kernels.bits import pack_signs

    a, b = pack_signs(_floats(m, k)), pack_signs(_floats(n, k))
    function = ctypes.CDLL(library).xnor
    address, long = ctypes.c_void_p, ctypes.c_long
    function.argtypes = [address, address, long, long, long, ctypes.c_int, address]

    def call() -> np.ndarray:
        dot = np.empty((m, n), np.int32)  # allocated in every call, as on all sides
        if function(a.ctypes.data, b.ctypes.data, m, n, a.shape[1], k, dot.ctypes.data):
            raise MemoryError("the C reference found no memory for its panels")
        return dot

    if not np.array_equal(call()[:16], xnor.xnor_matmul(a[:16], b, k)):
        raise AssertionError("the C reference gives other integers")
    return call


TURNS = 1_000_000


def c_ceiling(library: str) -> Callable[[], object]:
    """Return a function that runs the instructions for TURNS x 12 vectors of 512 bits, on registers alone."""
    function = ctypes.CDLL(library).ceiling
    return lambda: function(ctypes.c_long(TURNS))


# ---- measuring


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _blas_core() -> str:
    """Return the name of the kernels that OpenBLAS chooses in a fresh process."""
    code = "import numpy, threadpoolctl; print(threadpoolctl.threadpool_info()[0].get('architecture', '?'))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _compile(folder: str) -> str | None:
    """Return the path of the compiled C reference; None if gcc or the instructions are missing."""
    from tinynet.kernels.jit import cpu_features

    if which("gcc") is None or "avx512vpopcntdq" not in cpu_features():
        return None
    library = str(Path(folder) / "xnor_reference.so")
    source = str(Path(__file__).parent / "xnor_reference.c")
    subprocess.run(["gcc", "-O3", "-march=native", "-shared", "-fPIC", source, "-o", library], check=True)
    return library


def measure(sides: dict, work: int, threads: int, rounds: int, **about: object) -> list[dict]:
    """Return a row of figures for each side; the others are compared with the first side."""
    times = alternate(sides, threads, rounds, clock="process_time" if threads == 1 else "perf_counter")
    base = times[next(iter(sides))]
    return [
        about | {"threads": threads, "side": side, "ms": 1e3 * statistics.median(seconds),
                 "GMAC/s": work / statistics.median(seconds) / 1e9, "times faster": ratio(base, seconds)}
        for side, seconds in times.items()
    ]  # fmt: skip


def cubes(machine: str, shapes: list[tuple[int, int, int]], rounds: int, library: str | None) -> list[dict]:
    """Compare every rung with OpenBLAS, and on one thread with C."""
    figures = []
    for m, n, k in shapes:
        for threads in (1, 2):
            sides: dict = {"OpenBLAS": (sgemm, (m, n, k))}
            if (m, n, k) == CUBES[0] and threads == 1 and machine == "as found":
                sides["numpy"] = (rung, ("numpy", m, n, k, 1))
            names = ("panel", "carry") if machine == "AVX-512 BLAS" else ("words", "tile", "panel", "carry")
            sides |= {name: (rung, (name, m, n, k, threads)) for name in names}
            if library and threads == 1 and machine == "as found":
                sides["C"] = (c_tile, (library, m, n, k))
            if (m, n, k) == BIG:
                sides["best, activations packed too"] = (packed_product, (m, n, k, threads))
                sides["best, to packed bits"] = (threshold, (m, n, k, threads))
            figures += measure(sides, m * n * k, threads, rounds, machine=machine, shape=f"{m} x {n} x {k}")
            print(machine, (m, n, k), threads, {row["side"]: round(row["GMAC/s"]) for row in figures[-len(sides) :]})
    return figures


def batch_one(machine: str, rounds: int) -> list[dict]:
    """Compare the products of one row, with cold caches."""
    _, n, k = BIG
    sides = {"OpenBLAS": (sgemv_cold, (n, k)), "best": (xnor_cold, (n, k))}
    return measure(sides, n * k, 1, rounds, machine=machine, shape=f"1 x {n} x {k}, caches cold")


def table(figures: list[dict]) -> str:
    """Return the figures as a Markdown table."""
    rows = [
        [row["shape"], row["threads"], row["side"], f"{row['ms']:.2f}", f"{row['GMAC/s']:.0f}",
         "{1:.1f} ({0:.1f} to {2:.1f})".format(*row["times faster"])]
        for row in figures
    ]  # fmt: skip
    return markdown(["M x N x K", "threads", "side", "ms", "GMAC/s", "times faster, median (quartiles)"], rows)


def find(figures: list[dict], machine: str, side: str, shape: tuple[int, int, int] = BIG, threads: int = 1) -> dict:
    """Return the row for this machine, side, shape and number of threads."""
    wanted = {"machine": machine, "side": side, "shape": "{} x {} x {}".format(*shape), "threads": threads}
    return next(row for row in figures if wanted.items() <= row.items())


def roofline(figures: list[dict], library: str | None, rounds: int) -> tuple[str, float]:
    """Measure what registers alone can do, in turn with the products; return the text about it and the GMAC/s."""
    if not library:
        return "Not measured: gcc or AVX-512 VPOPCNTDQ is missing.", 0.0
    sides = {"ceiling": (c_ceiling, (library,)), "panel": (rung, ("panel", *BIG, 1)), "C": (c_tile, (library, *BIG))}
    sides["carry"] = (rung, ("carry", *BIG, 1))
    times = alternate(sides, 1, rounds, clock="process_time")
    best = {name: min(seconds) for name, seconds in times.items()}  # a ceiling is what an undisturbed run reaches
    work = dict.fromkeys(times, BIG[0] * BIG[1] * BIG[2]) | {"ceiling": TURNS * 12 * 512}
    speed = {name: work[name] / best[name] / 1e9 for name in times}
    shares = ", ".join(f"{name} {speed[name] / speed['ceiling']:.0%}" for name in ("panel", "carry", "C"))
    text = (
        f"The ceiling is XOR, popcount and addition of 512 bits each, on registers alone: {speed['ceiling']:.0f} "
        f"GMAC/s on one thread, the best of {rounds} rounds. The products reach these shares of it at 4096 x 4096 x "
        f"4096, from packed bits to int32 in memory, with panels packed in each call: {shares}. (carry needs 5 "
        "instructions for two words, not 6, so its own ceiling is a fifth higher.)"
    )
    figures.append({"machine": "as found", "shape": "registers", "threads": 1, "side": "ceiling",
                    "GMAC/s": speed["ceiling"], "best GMAC/s": speed})  # fmt: skip
    return text, speed["ceiling"]


def plot(figures: list[dict], ceiling: float, name: str) -> None:
    """Draw the speeds at 4096 x 4096 x 4096 on one thread, in results/NAME.png."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    machines = [machine for machine in ("as found", "AVX2") if any(row["machine"] == machine for row in figures)]
    figure, axes = plt.subplots(1, len(machines), figsize=(5.5 * len(machines), 3.6), squeeze=False, layout="tight")
    for axis, machine in zip(axes[0], machines, strict=True):
        shape = "{} x {} x {}".format(*BIG)
        rows = [r for r in figures if r["machine"] == machine and r["shape"] == shape and r["threads"] == 1]
        bars = axis.barh([row["side"] for row in rows], [row["GMAC/s"] for row in rows], color="tab:blue")
        axis.bar_label(bars, [f"{row['times faster'][1]:.1f} x" for row in rows], padding=3)
        if machine == "as found" and ceiling:
            axis.axvline(ceiling, color="tab:red", linestyle="--", label="popcount on registers")
            axis.legend(loc="upper right", fontsize="small")
        axis.set(title=f"{machine}, one thread", xlabel=f"GMAC/s, {shape}")
        axis.invert_yaxis()
        axis.margins(x=0.2)
    figure.savefig(RESULTS / f"{name}.png", dpi=120)


def main() -> None:
    """Measure everything, and write results/NAME.md, .json and .png."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--name", default="xnor", help="name of the files in results/; other machines have their own")
    args = parser.parse_args()
    rounds = args.rounds
    figures, sections = [], {}
    with tempfile.TemporaryDirectory() as folder:
        library = _compile(folder)
        machines = [("as found", {}, CUBES), ("AVX-512 BLAS", WIDE_BLAS, CUBES[::2]), ("AVX2", AVX2, CUBES[::2])]
        for machine, variables, shapes in machines if library else machines[:1]:
            with _environment(variables):
                rows = cubes(machine, shapes, rounds, library) + batch_one(machine, rounds)
                sections[f"{machine}, OpenBLAS kernels: {_blas_core()}"] = table(rows)
            figures += rows
        sentence, ceiling = roofline(figures, library, rounds)
    scaling = [
        f"{side} {find(figures, 'as found', side, threads=2)['GMAC/s'] / find(figures, 'as found', side)['GMAC/s']:.2f}"
        for side in ("OpenBLAS", "words", "tile", "panel", "carry")
    ]
    about = origin("llvmlite")
    text = "# XNOR products\n\n" + "; ".join(f"{k}: {v}" for k, v in about.items()) + f"; rounds: {rounds}\n\n"
    text += "Every figure is a median of rounds in which the sides took turns. " + __doc__.split("\n\n", 1)[1]
    text += f"\n![GMAC/s of each side]({args.name}.png)\n"
    text += "".join(f"\n## {title}\n\n{section}\n" for title, section in sections.items())
    text += f"\n## Roofline\n\n{sentence}\n"
    text += f"\n## Speed of two threads relative to one, 4096 x 4096 x 4096\n\n{', '.join(scaling)}\n"
    write(args.name, text.rstrip(), {"about": about | {"rounds": rounds}, "figures": figures})
    plot(figures, ceiling, args.name)


if __name__ == "__main__":
    main()

"""Measure speed and memory of training: python -m benchmarks.training [--rounds N]   (from the root; extra: bench)

step         forward pass, backward pass and SGD with momentum, beside PyTorch in eager mode on the same threads
hashed       a step of a hashed network beside a step of the dense network with the same widths
memory       hashed inference without the matrix, beside the size of the dense matrix
import       the seconds that `import tinynet` adds to `import numpy`
primitives   the time that a primitive takes on tiny arrays, forward and backward, beside autograd
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from benchmarks.common import alternate, markdown, origin, ratio, write

SHAPES = [((784, 1000, 1000, 10), 100), ((784, 128, 10), 32), ((64, 256, 10), 50)]


def tinynet_step(widths: tuple[int, ...], batch: int, factor: float | None = None) -> Callable[[], None]:
    """Return a function that makes one training step of a tanh MLP, dense or hashed."""
    import tinynet as tn

    net = tn.MLP(widths, weight=tn.Dense() if factor is None else tn.Hashed(factor))
    optimizer = tn.SGD(net.parameters(), lr=0.01, momentum=0.9)
    x, y = _batch(widths, batch)

    def step() -> None:
        optimizer.zero_grad()
        tn.functional.softmax_cross_entropy(net(x), y).backward()
        optimizer.step()

    return step


def torch_step(widths: tuple[int, ...], batch: int) -> Callable[[], None]:
    """Return the same step in PyTorch."""
    import torch

    layers: list[torch.nn.Module] = []
    for m, n in pairwise(widths):
        layers += [torch.nn.Linear(m, n), torch.nn.Tanh()]
    net = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    x, y = (torch.from_numpy(a) for a in _batch(widths, batch))

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()

    return step


def _batch(widths: tuple[int, ...], batch: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(batch, widths[0])).astype(np.float32), rng.integers(widths[-1], size=batch)


DEPTH = 20


def tinynet_chain() -> Callable[[], None]:
    """Return a function that differentiates a chain of 3 x DEPTH primitives on 3 numbers."""
    import tinynet as tn

    x = tn.Tensor(np.linspace(0.1, 0.3, 3), requires_grad=True)

    def chain() -> None:
        y = x
        for _ in range(DEPTH):
            y = (y * y + x).tanh()
        y.backward(np.ones(3))

    return chain


def autograd_chain() -> Callable[[], None]:
    """Return the same chain in HIPS autograd."""
    import autograd.numpy as anp
    from autograd import make_vjp

    def f(x):
        y = x
        for _ in range(DEPTH):
            y = anp.tanh(y * y + x)
        return y

    x = np.linspace(0.1, 0.3, 3)
    return lambda: make_vjp(f)(x)[0](np.ones(3))


def steps(rounds: int) -> tuple[str, list[dict]]:
    """Compare training steps with PyTorch."""
    figures, rows = [], []
    for threads in (1, 2):
        for widths, batch in SHAPES:
            times = alternate(
                {"tinynet": (tinynet_step, (widths, batch)), "torch": (torch_step, (widths, batch))}, threads, rounds
            )
            low, middle, high = ratio(times["torch"], times["tinynet"])
            ours, theirs = (1e3 * statistics.median(times[name]) for name in ("tinynet", "torch"))
            name = "-".join(map(str, widths))
            rows.append(
                [name, batch, threads, f"{ours:.3f}", f"{theirs:.3f}", f"{middle:.2f} ({low:.2f} to {high:.2f})"]
            )
            figures.append({"net": name, "batch": batch, "threads": threads, "tinynet_ms": ours, "torch_ms": theirs,
                            "times_faster": [low, middle, high]})  # fmt: skip
    header = ["net", "batch", "threads", "tinynet ms", "PyTorch ms", "times faster, median (quartiles)"]
    return markdown(header, rows), figures


def hashed_step(rounds: int) -> tuple[str, list[dict]]:
    """Compare a hashed step with a dense one."""
    figures, rows = [], []
    widths, batch = (784, 1000, 10), 50
    for threads in (1, 2):
        times = alternate(
            {"dense": (tinynet_step, (widths, batch)), "hashed": (tinynet_step, (widths, batch, 1 / 8))},
            threads,
            rounds,
        )
        low, middle, high = ratio(times["hashed"], times["dense"])
        dense, hashed = (1e3 * statistics.median(times[name]) for name in ("dense", "hashed"))
        rows.append([threads, f"{dense:.3f}", f"{hashed:.3f}", f"{middle:.2f} ({low:.2f} to {high:.2f})"])
        figures.append({"threads": threads, "dense_ms": dense, "hashed_ms": hashed, "ratio": [low, middle, high]})
    return markdown(["threads", "dense ms", "hashed 1/8 ms", "hashed / dense, median (quartiles)"], rows), figures


def memory() -> tuple[str, dict]:
    """Measure the peak memory of a hashed product that never builds its matrix."""
    import tinynet as tn

    m, n = 784, 1000
    layer = tn.Linear(m, n, tn.Hashed(1 / 8))
    x = np.zeros((1, m), np.float32)
    with tn.no_grad():
        layer(tn.Tensor(x))  # compile first
        tracemalloc.start()
        layer(tn.Tensor(x))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    figures = {"dense_matrix_bytes": 4 * m * n, "hashed_peak_bytes": peak, "stored_bytes": layer.stored_bits() // 8}
    row = [f"{figures['dense_matrix_bytes']:,}", f"{peak:,}", f"{figures['stored_bytes']:,}"]
    return markdown(["dense 784 x 1000, bytes", "peak of the hashed product, bytes", "stored, bytes"], [row]), figures


def imports(rounds: int) -> tuple[str, dict]:
    """Time `import tinynet` beside `import numpy`, in fresh processes that take turns."""
    code = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
    times: dict[str, list[float]] = {"numpy": [], "tinynet": []}
    for _ in range(rounds):
        for name, seconds in times.items():
            done = subprocess.run([sys.executable, "-c", code.format(name)], capture_output=True, text=True, check=True)
            seconds.append(float(done.stdout))
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    extra = medians["tinynet"] - medians["numpy"]
    row = [f"{medians['numpy']:.3f}", f"{medians['tinynet']:.3f}", f"{extra:.3f}"]
    return markdown(["import numpy, s", "import tinynet, s", "more, s"], [row]), medians | {"more": extra}


def primitives(rounds: int) -> tuple[str, dict]:
    """Compare the time that a primitive takes with autograd's."""
    times = alternate({"tinynet": (tinynet_chain, ()), "autograd": (autograd_chain, ())}, 1, rounds)
    low, middle, high = ratio(times["autograd"], times["tinynet"])
    ours, theirs = (1e6 * statistics.median(times[name]) / (3 * DEPTH) for name in ("tinynet", "autograd"))
    row = [f"{ours:.2f}", f"{theirs:.2f}", f"{middle:.2f} ({low:.2f} to {high:.2f})"]
    header = ["tinynet us a primitive", "autograd us", "times faster, median (quartiles)"]
    return markdown(header, [row]), {"tinynet_us": ours, "autograd_us": theirs, "times_faster": [low, middle, high]}


def main() -> None:
    """Run everything, and write results/training.md and .json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    about = origin("torch", "autograd")
    sections = {
        "A training step": steps(rounds),
        "A hashed step against a dense one, 784-1000-10 at batch 50": hashed_step(rounds),
        "Hashed inference without the matrix": memory(),
        "Import": imports(rounds),
        "Overhead of a primitive, forward and backward, on 3 numbers": primitives(rounds),
    }
    text = (
        "# Training: speed and memory\n\n" + "; ".join(f"{k}: {v}" for k, v in about.items()) + f"; rounds: {rounds}\n"
    )
    text += "\nIf a row is slower on two threads than on one, the second core was busy with something else.\n"
    text += "".join(f"\n## {title}\n\n{table}\n" for title, (table, _) in sections.items())
    write("training", text.rstrip(), {"about": about} | {title: figures for title, (_, figures) in sections.items()})


if __name__ == "__main__":
    main()

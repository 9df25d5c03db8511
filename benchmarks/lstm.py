"""Measure speed and memory of the fused LSTM: python -m benchmarks.lstm [--rounds N]   (from the root; extra: bench)

step         the forward pass, and the backward pass to the gradients with respect to all weights but not to x, beside
             torch.nn.LSTM on the CPU
inference    the forward pass alone, with nothing recorded
floor        the time that a step's matrix products would take at the rate of a large product, which is measured too
memory       how much a step raises the peak memory of a process, in a fresh process for each side

Both sides follow the same rules: float32, the same shapes, a gradient for all outputs, and states that begin at zero. A
step has five matrix products over steps x batch rows: x W, h U, dz U^T, x^T dz and h^T dz. With H hidden units, they
take 4 H (2 n_in + 3 H) multiplications for each row.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import alternate, markdown, origin, ratio, write

SHAPES = [(50, 32, 64, 128), (28, 64, 28, 256), (35, 20, 200, 200)]  # steps, batch, inputs, hidden units
Shape = tuple[int, int, int, int]
LARGE = 1024  # side of the product that measures the rate


def _arrays(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Return x and the gradient with respect to the outputs."""
    T, B, n_in, H = shape
    rng = np.random.default_rng(0)
    return rng.normal(size=(T, B, n_in)).astype(np.float32), rng.normal(size=(T, B, H)).astype(np.float32)


def _tinynet(shape: Shape) -> tuple[Callable, list]:
    """Return the layer as a function of x, and its weights."""
    import tinynet as tn

    _, _, n_in, H = shape
    rng, scale = np.random.default_rng(1), H**-0.5
    shapes = ((n_in, 4 * H), (H, 4 * H), (4 * H,))
    weights = [tn.Parameter(rng.uniform(-scale, scale, s).astype(np.float32)) for s in shapes]
    return lambda x: tn.functional.lstm(x, *weights)[0], weights


def tinynet_step(shape: Shape) -> Callable[[], None]:
    """Return a function that makes one training step of the layer, without the optimizer's update."""
    import tinynet as tn

    layer, weights = _tinynet(shape)
    optimizer = tn.SGD(weights, lr=0.01)
    x, g = _arrays(shape)
    x = tn.Tensor(x)

    def step() -> None:
        optimizer.zero_grad()
        layer(x).backward(g)

    return step


def torch_step(shape: Shape) -> Callable[[], None]:
    """Return the same training step in PyTorch."""
    import torch

    layer = torch.nn.LSTM(*shape[2:])
    x, g = (torch.from_numpy(a) for a in _arrays(shape))

    def step() -> None:
        layer.zero_grad()
        layer(x)[0].backward(g)

    return step


def tinynet_inference(shape: Shape) -> Callable[[], None]:
    """Return a function that evaluates the layer."""
    import tinynet as tn

    layer, _ = _tinynet(shape)
    x = tn.Tensor(_arrays(shape)[0])

    def evaluate() -> None:
        with tn.no_grad():
            layer(x)

    return evaluate


def torch_inference(shape: Shape) -> Callable[[], None]:
    """Return the same evaluation in PyTorch."""
    import torch

    layer, x = torch.nn.LSTM(*shape[2:]), torch.from_numpy(_arrays(shape)[0])

    def evaluate() -> None:
        with torch.no_grad():
            layer(x)

    return evaluate


def numpy_product(m: int, k: int, n: int) -> Callable[[], None]:
    """Return a function that multiplies (m, k) by (k, n)."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(m, k)).astype(np.float32), rng.normal(size=(k, n)).astype(np.float32)
    out = np.empty((m, n), np.float32)
    return lambda: np.dot(a, b, out=out)


def products(shape: Shape, training: bool) -> int:
    """Return the number of multiplications in the matrix products of a step, or of a forward pass."""
    T, B, n_in, H = shape
    return T * B * 4 * H * (2 * n_in + 3 * H if training else n_in + H)


def speed(rounds: int, training: bool) -> tuple[str, list[dict]]:
    """Compare training steps, or forward passes, with PyTorch and with the floor."""
    ours, theirs = (tinynet_step, torch_step) if training else (tinynet_inference, torch_inference)
    figures, rows = [], []
    sizes = {"large": (LARGE, LARGE, LARGE)} | {str(shape): (shape[1], shape[3], 4 * shape[3]) for shape in SHAPES}
    for threads in (1, 2):
        seconds = alternate({name: (numpy_product, size) for name, size in sizes.items()}, threads, rounds)
        rates = {name: np.prod(size, dtype=float) / statistics.median(seconds[name]) for name, size in sizes.items()}
        for shape in SHAPES:
            times = alternate({"tinynet": (ours, (shape,)), "torch": (theirs, (shape,))}, threads, rounds)
            low, middle, high = ratio(times["torch"], times["tinynet"])
            a, b = (statistics.median(times[name]) for name in ("tinynet", "torch"))
            rate, small_rate = rates["large"], rates[str(shape)]
            floor = products(shape, training) / rate
            rows.append([*shape, threads, f"{1e3 * a:.2f}", f"{1e3 * b:.2f}",
                         f"{middle:.2f} ({low:.2f} to {high:.2f})", f"{1e3 * floor:.2f}", f"{floor / a:.0%}",
                         f"{rate / 1e9:.0f}", f"{small_rate / 1e9:.0f}"])  # fmt: skip
            figures.append({"shape": shape, "threads": threads, "tinynet_ms": 1e3 * a, "torch_ms": 1e3 * b,
                            "times_faster": [low, middle, high], "floor_ms": 1e3 * floor,
                            "large_gmacs": rate / 1e9, "small_gmacs": small_rate / 1e9})  # fmt: skip
    header = ["steps", "batch", "inputs", "hidden", "threads", "tinynet ms", "PyTorch ms",
              "times faster, median (quartiles)", "floor ms", "floor / tinynet", "large product, 10^9 mult. / s",
              "h U in NumPy, 10^9 mult. / s"]  # fmt: skip
    return markdown(header, rows), figures


def _peak(pipe: Any, make: Callable, shape: Shape) -> None:
    make((1, 1, *shape[2:]))()  # load what is loaded only once, such as compiled code
    step = make(shape)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on (man 5 proc)
    before = _status("VmRSS")
    step()
    pipe.send(_status("VmHWM") - before)


def _status(name: str) -> int:
    """Return an entry of /proc/self/status, in bytes."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return 1024 * int(line.split()[1])


def memory(rounds: int) -> tuple[str, list[dict]]:
    """Compare how much the first step raises the peak memory of a process."""
    context, figures, rows = multiprocessing.get_context("spawn"), [], []
    for shape in SHAPES:
        peaks: dict[str, list[int]] = {"tinynet": [], "torch": []}
        for _ in range(rounds):
            for name, make in (("tinynet", tinynet_step), ("torch", torch_step)):
                here, there = context.Pipe()
                process = context.Process(target=_peak, args=(there, make, shape))
                process.start()
                peaks[name].append(here.recv())
                process.join()
        ours, theirs = (statistics.median(peaks[name]) for name in ("tinynet", "torch"))
        rows.append([*shape, f"{ours / 2**20:.2f}", f"{theirs / 2**20:.2f}", f"{ours / theirs:.2f}"])
        figures.append({"shape": shape, "tinynet_bytes": ours, "torch_bytes": theirs, "ratio": ours / theirs})
    header = ["steps", "batch", "inputs", "hidden", "tinynet MiB", "PyTorch MiB", "tinynet / PyTorch"]
    return markdown(header, rows), figures


def main() -> None:
    """Run everything, and write results/lstm.md and .json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    about = origin("torch")
    sections = {
        "A training step": speed(rounds, training=True),
        "Inference": speed(rounds, training=False),
        "Memory: what a step adds to a process at its peak": memory(3),
    }
    text = "# The fused LSTM: speed and memory\n\n" + "; ".join(f"{k}: {v}" for k, v in about.items())
    text += f"; rounds: {rounds}\n\nBoth sides compute in float32, with gradients with respect to all weights but not "
    text += "to x. The floor is the time that a step's matrix products would take at the rate of a large product.\n"
    text += "".join(f"\n## {title}\n\n{table}\n" for title, (table, _) in sections.items())
    write("lstm", text.rstrip(), {"about": about} | {title: figures for title, (_, figures) in sections.items()})


if __name__ == "__main__":
    main()

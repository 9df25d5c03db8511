"""Time a whole network from uint8 pixels to classes: python -m benchmarks.inference [--rounds N] [--name NAME]

frozen    tn.freeze(tn.BinaryMLP([784, 4096, 4096, 4096, 10])), including pixels, packing and thresholds
numpy     a float32 network of the same widths, doing the least that it must: x = 2 p / 255 - 1 for a pixel p, then
          matrix products, biases and ReLU
torch     the same in PyTorch on the CPU (extra: bench)

Batches of 1,000 run one after the other. A batch of 1 runs with cold caches: before each call, and not timed, 256 MB of
other data are read or written. (Written data must go back to memory, and so they compete with the weights that are
coming in.) A batch of 1 spends most of its time waiting for the weights. So we also time a loop that only reads them:

packed    compiled code that reads the words of the frozen network, from four places at a time

Speed does not depend on the values of the weights, so the networks are not trained.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import alternate, markdown, origin, ratio, write

WIDTHS = [784, 4096, 4096, 4096, 10]
Call = Callable[[], Any]


def pixels_of(batch: int) -> np.ndarray:
    """Return random pixels, uint8 (batch, 784)."""
    return np.random.default_rng(0).integers(0, 256, (batch, WIDTHS[0])).astype(np.uint8)


def cold(call: Call, how: str) -> Call:
    """Return the call with a `prepare` that reads or writes other data before it; with none if `how` is empty."""
    if how:
        other = np.ones(2**25)

        def prepare() -> None:
            if how == "read":
                other.sum()
            else:
                other[:] += 1

        call.prepare = prepare  # type: ignore[attr-defined]
    return call


def frozen_classes(batch: int, how: str) -> Call:
    """Return the frozen network's prediction as a function to time."""
    import tinynet as tn

    frozen, pixels = tn.freeze(tn.BinaryMLP(WIDTHS)), pixels_of(batch)
    return cold(lambda: frozen.predict(pixels), how)


def floats() -> list[tuple[np.ndarray, np.ndarray]]:
    """Return float32 weights and biases for the widths."""
    rng = np.random.default_rng(0)
    return [
        (rng.standard_normal((m, n), np.float32) / np.float32(m**0.5), np.zeros(n, np.float32))
        for m, n in pairwise(WIDTHS)
    ]


def numpy_classes(batch: int, how: str) -> Call:
    """Return the float network's prediction in NumPy as a function to time."""
    layers, pixels = floats(), pixels_of(batch)

    def predict() -> np.ndarray:
        x = pixels.astype(np.float32)
        x *= np.float32(2 / 255)
        x -= 1
        for i, (W, b) in enumerate(layers):
            x = x @ W
            x += b
            if i < len(layers) - 1:
                np.maximum(x, 0, out=x)
        return x.argmax(axis=1)

    return cold(predict, how)


def torch_classes(batch: int, how: str) -> Call:
    """Return the float network's prediction in PyTorch as a function to time."""
    import torch

    modules: list[torch.nn.Module] = []
    for W, b in floats():
        linear = torch.nn.Linear(*W.shape)
        linear.weight.data, linear.bias.data = torch.from_numpy(W.T.copy()), torch.from_numpy(b)
        modules += [linear, torch.nn.ReLU()]
    net, pixels = torch.nn.Sequential(*modules[:-1]).eval(), torch.from_numpy(pixels_of(batch))

    @torch.inference_mode()
    def predict() -> torch.Tensor:
        return net(pixels.float().mul_(2 / 255).sub_(1)).argmax(1)

    return cold(lambda: predict(), how)


def packed_words(how: str) -> Call:
    """Return a function that reads as many words as a frozen network has, from four places in turn."""
    from numba import njit

    words = np.ones(sum(-(-m // 64) * n for m, n in pairwise(WIDTHS)), np.uint64)

    @njit(nogil=True)
    def read(words: np.ndarray) -> int:
        quarter = words.size // 4
        a = b = c = d = np.uint64(0)
        for i in range(quarter):
            a += words[i]
            b += words[quarter + i]
            c += words[2 * quarter + i]
            d += words[3 * quarter + i]
        return a + b + c + d

    return cold(lambda: read(words), how)


def equal() -> int:
    """Return how many of 200 examples get the same scores before and after freezing, with random batch norm."""
    import tinynet as tn

    net, rng = tn.BinaryMLP(WIDTHS), np.random.default_rng(1)
    for layer in net.layers:
        if isinstance(layer, tn.BatchNorm):
            layer.gamma.data = rng.standard_normal(layer.n, np.float32)
            layer.beta.data = rng.standard_normal(layer.n, np.float32)
            layer.running_var[:] = rng.uniform(1, 100, layer.n)
    pixels = pixels_of(200)
    with tn.no_grad():
        expected = net.eval()(tn.datasets.from_pixels(pixels)).numpy()
    return int((tn.freeze(net).scores(pixels) == expected).all(axis=1).sum())


def sizes() -> tuple[str, dict]:
    """Compare the sizes of the files."""
    import tinynet as tn

    with tempfile.TemporaryDirectory() as folder:
        small = sum(tn.save(tn.freeze(tn.BinaryMLP(WIDTHS)), Path(folder, "frozen")))
        large = sum(tn.save(tn.MLP(WIDTHS), Path(folder, "float")))
    row = [f"{large:,}", f"{small:,}", f"{large / small:.1f}"]
    return markdown(["float32, bytes", "frozen, bytes", "times smaller"], [row]), {"float": large, "frozen": small}


def speed(rounds: int) -> tuple[str, list[dict]]:
    """Compare the times from pixels to classes."""
    rows, figures = [], []
    sides = {"frozen": frozen_classes, "numpy": numpy_classes, "torch": torch_classes}
    for threads in (1, 2):
        for batch, how in ((1000, ""), (1, "read"), (1, "written")):
            calls: dict = {name: (make, (batch, how)) for name, make in sides.items()}
            if how:
                calls["packed"] = (packed_words, (how,))
            times = alternate(calls, threads, rounds)
            ms = {name: 1e3 * statistics.median(seconds) for name, seconds in times.items()}
            against = {name: ratio(times[name], times["frozen"]) for name in ("numpy", "torch")}
            faster = [f"{middle:.1f} ({low:.1f} to {high:.1f})" for low, middle, high in against.values()]
            alone = f"{ms['packed']:.2f}" if how else ""
            shown = f"{batch}, others {how}" if how else batch
            rows.append([shown, threads, *(f"{ms[name]:.2f}" for name in sides), *faster, alone])
            figures.append({"batch": batch, "others": how, "threads": threads, "ms": ms, "times_faster": against})
    header = ["batch", "threads", "frozen ms", "NumPy ms", "PyTorch ms", "times faster than NumPy, median (quartiles)",
              "than PyTorch", "reading the packed weights alone, ms"]  # fmt: skip
    return markdown(header, rows), figures


def main() -> None:
    """Run everything, and write results/NAME.md and .json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--name", default="inference", help="name of the files in results/; other machines have their own"
    )
    args = parser.parse_args()
    rounds = args.rounds
    about, same = origin("torch"), equal()
    (size_table, size_figures), (speed_table, speed_figures) = sizes(), speed(rounds)
    text = "\n\n".join([
        f"# Inference: {'-'.join(map(str, WIDTHS))}, from uint8 pixels to classes",
        "; ".join(f"{k}: {v}" for k, v in about.items()) + f"; rounds: {rounds}",
        f"With random batch norm, {same} of 200 examples get exactly the scores that they got before freezing.",
        f"## Files\n\n{size_table}",
        f"## Time\n\nA batch of 1 has cold caches: other data, 256 MB, are read or written before.\n\n{speed_table}",
    ])  # fmt: skip
    write(args.name, text, {"about": about, "equal": same, "bytes": size_figures, "speed": speed_figures})


if __name__ == "__main__":
    main()

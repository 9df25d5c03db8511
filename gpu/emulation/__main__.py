"""Show what the threads of the XNOR kernels read and write: python -m gpu.emulation [--out FILE.png]   (from the root)

The kernels run on the CPU, on random signs of shape 128 x 1,024 for each operand. Every access of the first block is
recorded. The table gives the mean bytes for each thread. What tensor cores read themselves is not in it, because no
thread reads it. The picture shows the first tile of xnor_tiled.cu:

    left     which thread fetches which word of a and b, and how many threads then read it from shared memory
    right    the banks in which 16 lanes find the words that they read at the same time, with the padding and without
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import numpy as np

from gpu.emulation import launch
from gpu.launch import TABLE
from tinynet.layers.table import aligned

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIDE, BITS, WORDS = 128, 1024, 16
SHARED = -1  # how a record numbers shared memory
KINDS = {"global read": (False, 0), "global written": (False, 1), "shared read": (True, 0), "shared written": (True, 1)}


def record(name: str) -> np.ndarray:
    """Return the record of what a kernel's first block reads and writes; see `gpu.emulation.launch`."""
    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, 2**64, (SIDE, WORDS), np.uint64) for _ in range(2))
    ones = [np.bitwise_count(x).sum(axis=1, dtype=np.int32) for x in (a, b)] if "mma" in name else []
    kernel, out = TABLE[name], np.empty((SIDE, SIDE), np.int32)
    arguments = (a, b, out, SIDE, SIDE, WORDS, BITS, *ones)
    return launch(name, (1, 1, 1), kernel.block, *arguments, shared=kernel.shared, record=True)


def traffic(name: str) -> dict[str, float]:
    """Return the bytes that a thread of a kernel reads and writes, averaged over the first block."""
    rows, threads = record(name), np.prod(TABLE[name].block)
    return {
        kind: rows["bytes"][((rows["array"] == SHARED) == shared) & (rows["write"] == write)].sum() / threads
        for kind, (shared, write) in KINDS.items()
    }


def table(names: list[str]) -> str:
    """Return a table of the traffic, and of the bytes that one output costs."""
    rows: list[tuple[str, ...]] = [("bytes per thread", *KINDS, "outputs", "global read per output")]
    for name in names:
        bytes_, outputs = traffic(name), np.prod(TABLE[name].tile) / np.prod(TABLE[name].block)
        cells = [*bytes_.values(), outputs, bytes_["global read"] / outputs]
        rows.append((name, *[f"{cell:,.0f}" for cell in cells]))
    return aligned(rows, left=1)


def first_tile(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return, for each word of the first tile (2, 16, 8), the thread that fetches it, its place, and its reads there.

    A thread reads a word of a (array 0) or b (array 1) from global memory and immediately writes it to shared memory.
    """
    thread, place, reads = (np.zeros((2, 16, 8), int) for _ in range(3))
    for number in range(256):
        mine = rows[rows["thread"] == number]
        fetched, stored = mine[:2]
        cell = fetched["array"], *divmod(fetched["offset"] // 8, WORDS)
        thread[cell], place[cell] = number, stored["offset"]
    tile_end = np.flatnonzero(rows["write"] == 1)[256]  # the second tile's first word
    used = rows[:tile_end]["offset"][(rows["array"] == SHARED)[:tile_end] & (rows["write"] == 0)[:tile_end]]
    for cell in np.ndindex(thread.shape):
        reads[cell] = (used == place[cell]).sum()
    return thread, place, reads


def draw() -> Figure:
    """Return the picture of the first tile."""
    from matplotlib.figure import Figure

    thread, place, reads = first_tile(record("xnor_tiled"))
    figure = Figure(figsize=(13, 6), layout="constrained")
    left, middle, upper, lower = figure.subplot_mosaic("abc;abd", width_ratios=[1, 1, 1.6]).values()
    for axes, name, threads, often in zip((left, middle), "ab", thread, reads, strict=True):
        _draw_tile(axes, threads)
        axes.set_title(f"{name}: thread that fetches a word;\nthen {often.min()} threads read it")
    column = place[1, :, 0]  # lanes 0 to 15 read these words at the same time: word 0 of each row of b
    _draw_banks(upper, column, "read together: word 0 of 16 rows of b_tile, rows of 9 words")
    _draw_banks(lower, np.arange(16) * 64, "the same with rows of 8 words")
    return figure


def _draw_tile(axes: Axes, threads: np.ndarray) -> None:
    """Write the thread's number on each word, coloured by its warp."""
    axes.imshow(threads // 32, cmap="tab10", vmin=0, vmax=9, alpha=0.5, aspect="auto")
    for (row, word), number in np.ndenumerate(threads):
        axes.text(word, row, f"{number}", ha="center", va="center", fontsize=7)
    axes.set(xlabel="word of the row", ylabel="row; the colour is the warp", yticks=range(0, 16, 2))


def _draw_banks(axes: Axes, offsets: np.ndarray, title: str) -> None:
    """Show in which of the 32 banks 16 words of 8 bytes lie, one line for each lane."""
    banks = np.zeros((16, 32))
    for lane, offset in enumerate(offsets):
        banks[lane, offset // 4 % 32 + np.arange(2)] = 1
    most = int(banks.sum(axis=0).max())
    axes.imshow(banks, cmap="Blues", vmin=0, vmax=1.5, aspect="auto")
    axes.set(xlabel="bank", ylabel="lane", yticks=range(0, 16, 4), title=f"{title}:\nup to {most} in a bank")


def main() -> None:
    """Print the table and save the picture."""
    parser = argparse.ArgumentParser(prog="python -m gpu.emulation", description=__doc__.split("\n")[0])
    parser.add_argument("--out", default="tiles.png", help="file of the picture (tiles.png)")
    out = parser.parse_args().out
    try:
        print(table(["xnor_naive", "xnor_tiled", "xnor_registers", "xnor_mma", "xnor_wgmma"]))
    except RuntimeError as error:  # g++ is missing
        sys.exit(str(error))
    draw().savefig(out, dpi=100)
    print(f"the first tile of xnor_tiled: {out}")


if __name__ == "__main__":
    main()

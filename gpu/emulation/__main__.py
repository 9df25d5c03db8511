"""What the threads of the XNOR kernels read and write: python -m gpu.emulation [--out FILE.png]   (from the root)

The kernels run on the CPU, on 128 x 1,024 by 128 x 1,024 random signs, and the first block's every access is written
down. The table counts them, in mean bytes a thread; what tensor cores read themselves no thread reads.
The picture shows the first tile of xnor_tiled.cu:

    left     which thread fetches which word of a and b, and how often all threads then read it from shared memory
    right    where 16 lanes find the words that they read together, among the banks; as it is, and without the padding
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
SHARED = -1  # what a record calls the array there
KINDS = {"global read": (False, 0), "global written": (False, 1), "shared read": (True, 0), "shared written": (True, 1)}


def record(name: str) -> np.ndarray:
    """Return what the first block of a kernel reads and writes; see `gpu.emulation.launch`."""
    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, 2**64, (SIDE, WORDS), np.uint64) for _ in range(2))
    ones = [np.bitwise_count(x).sum(axis=1, dtype=np.int32) for x in (a, b)] if "mma" in name else []
    kernel, out = TABLE[name], np.empty((SIDE, SIDE), np.int32)
    arguments = (a, b, out, SIDE, SIDE, WORDS, BITS, *ones)
    return launch(name, (1, 1, 1), kernel.block, *arguments, shared=kernel.shared, record=True)


def traffic(name: str) -> dict[str, float]:
    """Return the bytes that a thread of a kernel reads and writes, the mean over the first block."""
    rows, threads = record(name), np.prod(TABLE[name].block)
    return {
        kind: rows["bytes"][((rows["array"] == SHARED) == shared) & (rows["write"] == write)].sum() / threads
        for kind, (shared, write) in KINDS.items()
    }


def table(names: list[str]) -> str:
    """Return a table of `traffic`, and of what one output costs."""
    rows: list[tuple[str, ...]] = [("bytes a thread", *KINDS, "outputs", "global read an output")]
    for name in names:
        bytes_, outputs = traffic(name), np.prod(TABLE[name].tile) / np.prod(TABLE[name].block)
        cells = [*bytes_.values(), outputs, bytes_["global read"] / outputs]
        rows.append((name, *[f"{cell:,.0f}" for cell in cells]))
    return aligned(rows, left=1)


def first_tile(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which thread fetches each word of the first tile (2, 16, 8), where to, and how often it is read there.

    A thread reads a word of a (array 0) or b (array 1) from global memory and at once writes it to shared memory.
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
    """Return the picture."""
    from matplotlib.figure import Figure

    thread, place, reads = first_tile(record("xnor_tiled"))
    figure = Figure(figsize=(13, 6), layout="constrained")
    left, middle, upper, lower = figure.subplot_mosaic("abc;abd", width_ratios=[1, 1, 1.6]).values()
    for axes, name, threads, often in zip((left, middle), "ab", thread, reads, strict=True):
        _draw_tile(axes, threads)
        axes.set_title(f"{name}: thread that fetches a word;\nthen {often.min()} threads read it")
    column = place[1, :, 0]  # the words that the lanes 0 to 15 read at once: word 0 of each row of b
    _draw_banks(upper, column, "together: word 0 of 16 rows of b_tile, rows of 9 words")
    _draw_banks(lower, np.arange(16) * 64, "the same with rows of 8 words")
    return figure


def _draw_tile(axes: Axes, threads: np.ndarray) -> None:
    """Show the number of the thread on each word, coloured by its warp."""
    axes.imshow(threads // 32, cmap="tab10", vmin=0, vmax=9, alpha=0.5, aspect="auto")
    for (row, word), number in np.ndenumerate(threads):
        axes.text(word, row, f"{number}", ha="center", va="center", fontsize=7)
    axes.set(xlabel="word of the row", ylabel="row; the colour is the warp", yticks=range(0, 16, 2))


def _draw_banks(axes: Axes, offsets: np.ndarray, title: str) -> None:
    """Show in which of the 32 banks 16 words of 8 bytes lie, one line a lane."""
    banks = np.zeros((16, 32))
    for lane, offset in enumerate(offsets):
        banks[lane, offset // 4 % 32 + np.arange(2)] = 1
    most = int(banks.sum(axis=0).max())
    axes.imshow(banks, cmap="Blues", vmin=0, vmax=1.5, aspect="auto")
    axes.set(xlabel="bank", ylabel="lane", yticks=range(0, 16, 4), title=f"{title}:\nup to {most} in a bank")


def main() -> None:
    """Print the table and save the picture."""
    parser = argparse.ArgumentParser(prog="python -m gpu.emulation", description=__doc__.split("\n")[0])
    parser.add_argument("--out", default="tiles.png", help="where the picture goes (tiles.png)")
    out = parser.parse_args().out
    try:
        print(table(["xnor_naive", "xnor_tiled", "xnor_registers", "xnor_mma", "xnor_wgmma"]))
    except RuntimeError as error:  # g++ is missing
        sys.exit(str(error))
    draw().savefig(out, dpi=100)
    print(f"the first tile of xnor_tiled: {out}")


if __name__ == "__main__":
    main()

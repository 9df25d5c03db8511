"""The best network of each size on MNIST: python -m benchmarks.frontier_best [--hours 1] [--jobs 2]   (from the root)

The equal-recipe frontier asks which method is best when all are trained alike. This one asks how good a network of so
many bytes can be, whatever it takes. small_nets.py says how networks are written and trained.

    scouts     for each size, several structures, as wide as the size allows, are trained for a few epochs on plain data
    finals     the best of them on validation data is trained in full, with three seeds, on plain and on moved pictures
    winners    for each budget, the final that is best on validation data; of these alone the test error is measured.
               The smallest with at most 2 % goes to results/golf, for `tinynet golf`

Every byte of a file's payload counts: codes, steps, norms, biases. Trained networks stay in a folder, --nets, and each
finished run is a row of results/frontier_best.csv, so the same command goes on where it was stopped. With --hours 0
nothing is trained: what is there is packed, measured and drawn.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.common import RESULTS, THREAD_VARIABLES, markdown, origin, write

os.environ |= dict.fromkeys(THREAD_VARIABLES, "1")  # before NumPy loads

import numpy as np

import tinynet as tn
from benchmarks.resumable import Rows, outcomes, wanted
from benchmarks.small_nets import Run, data, network, packed, train
from tinynet import drawing
from tinynet.frontier.workers import processes
from tinynet.layers.table import payload_bytes
from tinynet.storage.atomic import write_atomically

DOCS = Path(__file__).parents[1] / "docs"
KB = 1024
BUDGETS = [round(kb * KB) for kb in (0.6, 1, 2, 4, 5.3, 8, 12, 16, 24, 32, 64)]  # `tinynet golf`; 5.3: a published one
SIZES = (12_500, 5400, 2000, 7800, 18_000, 3200, 11_000, 27_000)  # in bytes
FIRST = (  # what has a figure to reach
    (2000, "plain"), (5400, "moved"), (750, "plain"), (3200, "plain"), (11_000, "moved"),
)  # fmt: skip
STRUCTURES = (  # {k} stands for k times a width
    "28 5/2x{1} 3x{2} 3/2x{2} 3x{2} q4", "28 5/2x{1} 3x{2} 3/2x{2} 3x{2} q3", "28 5/2x{1} 3/2x{2} 3x{2} q4",
    "16 3x{1} 3/2x{2} 3x{2} q4",
)  # fmt: skip
TINY = ("28 5/2x3 3x6 3/2x6 3x6 q3", "28 5/2x4 3x8 3/2x8 3x9 q3")  # for `tinynet golf`, and for 1 KB: 30 epochs
NARROW = (  # without windows, and quick to train
    ("16 56 56 56 t", "plain"), ("16 144 144 144 b", "plain"), ("16 160 160 160 q2", "plain"), ("16 48 48 q4", "moved"),
    ("16 64 64 64 q4", "moved"),
)  # fmt: skip
SCOUT, FULL = 6, {"moved": 20, "plain": 12}  # epochs; without windows twice as many in full
SEEDS = range(3)
PUBLISHED = [  # bytes of the weights alone, test errors in % (the best and the worst), on moved pictures?, what
    (5043, 2.34, 2.61, False, "ternary 64-64-64"),
    (11_720, 1.73, 1.73, False, "binary 160-160-160"),
    (23_440, 1.53, 1.64, False, "2 bits, 160-160-160"),
    (12_608, 1.97, 2.08, False, "4 bits, 64-64-64"),
    (27_000, 1.58, 1.58, False, "Deep Compression"),
    (15_700, 1.92, 1.92, False, "sparse variational dropout"),
    (24_000, 2.31, 2.31, False, "logic gates"),
    (54_000, 1.6, 1.8, False, "tensor train"),
    (7536, 1.48, 1.48, True, "4 bits, 48-48"),
    (12_608, 0.99, 0.99, True, "4 bits, 64-64-64"),
    (5400, 0.94, 0.94, True, "convolution (BitNetMCU)"),
    (11_000, 0.45, 0.45, True, "convolution (BitNetMCU)"),
]


@dataclass
class Row:
    """A finished run."""

    net: str
    augment: str
    epochs: int
    lr: float
    seed: int
    seconds: float  # of processor time, to train it
    trained_bytes: int  # payload as trained
    bytes: int  # payload as packed
    valid_error: float  # of the packed network
    test_error: float | None = None  # the same, of winners

    @property
    def run(self) -> Run:
        """What was run."""
        return Run(self.net, self.augment, self.epochs, self.lr, self.seed)


def by_size(row: Row) -> tuple:
    """Return what rows are sorted by."""
    return row.bytes, row.net, row.augment, row.epochs, row.seed


# ---- which runs


@lru_cache
def fitted(structure: str, size: int) -> str:
    """Return the widest network of a structure that takes at most so many bytes, before its codes are coded."""

    def wide(features: int) -> str:
        return structure.format(*(max(1, round(k * features / 4)) for k in range(9)))

    features = 1
    while payload_bytes(packed(network(wide(features + 1)), coded=False)) <= size:
        features += 1
    return wide(features)


def scouts(size: int) -> list[Run]:
    """Return the runs that look for the structure of a size."""
    return [Run(fitted(structure, size), epochs=SCOUT) for structure in STRUCTURES]


def best(done: dict[Run, Row], size: int) -> str:
    """Return the structure whose scout has the least validation error."""
    return min(zip(scouts(size), STRUCTURES, strict=True), key=lambda pair: done[pair[0]].valid_error)[1]


def finals(net: str, *augmentations: str) -> list[Run]:
    """Return a network's runs in full, on plain and on moved pictures unless others are named."""
    times, lr = (1, 0.012) if "x" in net else (2, 0.006)
    return [
        Run(net, augment, times * FULL[augment], lr, seed)
        for augment in augmentations or ("moved", "plain")
        for seed in SEEDS
    ]


def phases(done: dict[Run, Row], sizes: Sequence[int]) -> Iterator[list[Run]]:
    """Yield the runs of each phase; the next one may ask what became of them.

    First the structures of the pilot runs are trained in full, at the sizes with a figure to reach; then the narrow
    networks; last come the scouts of each size, and in full what they find.
    """
    yield [Run(TINY[0], epochs=30, seed=seed) for seed in SEEDS]
    yield from (finals(fitted(STRUCTURES[0], size), augment) for size, augment in FIRST)
    tiny = [Run(TINY[1], epochs=30, seed=seed) for seed in SEEDS]
    yield [*(run for net, augment in NARROW for run in finals(net, augment)), *tiny]
    yield [Run(fitted(STRUCTURES[0], 11_000), "warped", 40)]  # one seed was enough: no better than moved
    yield from (finals(fitted(STRUCTURES[0], size)) for size in sizes)
    for size in sizes:
        yield scouts(size)
        yield finals(fitted(best(done, size), size))


def search(rows: Rows[Row], folder: Path, sizes: Sequence[int], hours: float, executor: Executor | None) -> None:
    """Train what is wanted until the time is up; each run that ends becomes a row."""
    end = time.monotonic() + 3600 * hours
    while time.monotonic() < end and (runs := wanted(rows.rows, phases(rows.rows, sizes))):
        for run, seconds in outcomes(runs, partial(_trained, folder), end, executor):
            rows.add(row := measured(run, folder, seconds))
            rows.write(by_size)
            print(f"{run.file}: {row.bytes:,} bytes, {100 * row.valid_error:.2f} %", flush=True)


def _trained(folder: Path, run: Run, end: float) -> float:
    return train(run, folder)


# ---- what came out


def packed_file(run: Run, folder: Path) -> Path:
    """Return the file of a run's packed network."""
    return folder / f"packed-{run.file}"


def measured(run: Run, folder: Path, seconds: float) -> Row:
    """Pack a trained network, and return its row: what the packed file holds is what is measured."""
    net, path = tn.load(folder / run.file), packed_file(run, folder)
    small = tn.save(packed(net), path)
    error = tn.evaluate(tn.load(path), data().valid, name="valid")
    return Row(**asdict(run), seconds=seconds, trained_bytes=payload_bytes(net), bytes=small.payload, valid_error=error)


def repack(rows: Rows[Row], folder: Path) -> None:
    """Pack every trained network in the folder again."""
    for run, row in rows.rows.items():
        if (folder / run.file).exists():
            rows.add(measured(run, folder, row.seconds))
    rows.write(by_size)


@dataclass
class Entry:
    """A network with its three seeds."""

    net: str
    augment: str
    rows: list[Row]

    @property
    def bytes(self) -> int:
        """Bytes of the largest file."""
        return max(row.bytes for row in self.rows)

    def mean(self, split: str) -> float:
        """Return the mean error on a split, in %."""
        return 100 * float(np.mean([getattr(row, f"{split}_error") for row in self.rows]))

    def spread(self) -> float:
        """Return the standard deviation of the test errors over seeds, in percentage points."""
        return 100 * float(np.std([row.test_error for row in self.rows], ddof=1))


def entries(done: Sequence[Row]) -> list[Entry]:
    """Return the networks that have all their seeds."""

    def key(row: Row) -> tuple:
        return row.net, row.augment, row.epochs, row.lr

    groups = [list(rows) for _, rows in groupby(sorted(done, key=key), key=key)]
    return [Entry(rows[0].net, rows[0].augment, rows) for rows in groups if {row.seed for row in rows} >= set(SEEDS)]


def winners(found: Sequence[Entry], plain: bool, windows: bool) -> dict[int, Entry]:
    """Return, for each budget that can be met, the entry with the least validation error.

    Args:
        found: the networks that have all their seeds.
        plain: whether those trained on plain pictures take part, or those trained on new ones in every epoch.
        windows: whether networks with Toeplitz layers take part.
    """
    chosen = {}
    for budget in BUDGETS:
        there = [
            e for e in found if (e.augment == "plain") is plain and e.bytes <= budget and (windows or "x" not in e.net)
        ]
        if there:
            chosen[budget] = min(there, key=lambda e: (e.mean("valid"), e.bytes))
    return chosen


KINDS = {
    "plain": (True, True), "moved": (False, True),
    "plain, without Toeplitz": (True, False), "moved, without Toeplitz": (False, False),
}  # fmt: skip


def report(rows: Rows[Row], folder: Path) -> None:
    """Measure the test error of the winners, and write tables, figures and picture."""
    found = entries(list(rows.rows.values()))
    table = {kind: winners(found, *which) for kind, which in KINDS.items()}
    for row in {id(row): row for chosen in table.values() for e in chosen.values() for row in e.rows}.values():
        if row.test_error is None:
            row.test_error = tn.evaluate(tn.load(packed_file(row.run, folder)), data().test, name="test")
    rows.write(by_size)
    lines = [
        [f"{budget / KB:.2g}"] + [shown(chosen[budget]) if budget in chosen else "" for chosen in table.values()]
        for budget in BUDGETS
    ]
    all_of_them = {(e.net, kind): e for kind, chosen in table.items() for e in chosen.values()}
    details = [
        [f"{e.bytes:,}", e.net, e.augment, f"{e.mean('valid'):.2f}", f"{e.mean('test'):.2f} ± {e.spread():.2f}"]
        for e in sorted({id(e): e for e in all_of_them.values()}.values(), key=lambda e: (e.bytes, e.augment))
    ]
    about = origin()
    hours = sum(row.seconds for row in rows.rows.values()) / 3600
    text = "\n\n".join([
        "# The best network of each size on MNIST",
        "Chosen on the 10,000 validation pictures and trained on 50,000; mean and standard deviation of three seeds on "
        "the 10,000 test pictures. Bytes: the largest file of the three, its whole payload. Moved pictures: shifts of "
        "up to 2 pixels, turns of up to 10 degrees, up to a tenth larger or smaller; warped ones are bent by about a "
        "pixel besides. benchmarks/small_nets.py says how networks are written.",
        f"{len(rows.rows)} runs took at least {hours:.1f} hours of one core; one that was resumed counts from there.",
        markdown(["KB", *(f"{kind}: test error, % (bytes)" for kind in table)], lines),
        "The networks:",
        markdown(["bytes", "network", "pictures", "validation, %", "test, %"], details),
        "![bytes against test error](../../docs/frontier-best.png)",
        ", ".join(f"{name} {value}" for name, value in about.items()),
    ])  # fmt: skip
    figures = {"origin": about, "hours": hours, "points": [
        dict(budget=budget, kind=kind, net=e.net, bytes=e.bytes, valid=e.mean("valid"), test=e.mean("test"),
             spread=e.spread())
        for kind, chosen in table.items() for budget, e in chosen.items()
    ]}  # fmt: skip
    write("frontier_best", text, figures)
    small_enough = [e for chosen in table.values() for e in chosen.values() if e.mean("test") <= 2]
    for row in min(small_enough, key=lambda e: e.bytes).rows if small_enough else []:
        write_atomically(RESULTS / "golf" / f"{row.seed}.safetensors", packed_file(row.run, folder).read_bytes())
    listed = markdown(["bytes", "network", "pictures", "test error, %"], [
        [size, f"`{net}`", pictures, test] for size, net, pictures, _, test in details
    ])  # fmt: skip
    page = (DOCS / "frontier.md").read_text("utf-8")
    page = re.sub(r"\| bytes \| network \|.*?(?=\n\n)", lambda _: listed, page, flags=re.DOTALL)
    write_atomically(DOCS / "frontier.md", page.encode())
    draw(table).savefig(DOCS / "frontier-best.png", dpi=160)


def shown(e: Entry) -> str:
    """Return a cell of the table."""
    return f"{e.mean('test'):.2f} ± {e.spread():.2f} ({e.bytes:,})"


def draw(table: dict[str, dict[int, Entry]]) -> Any:
    """Return the picture of the winners and the published points."""
    figure, [axes] = drawing.panels(9, 5.5)
    for i, (kind, chosen) in enumerate(table.items()):
        points = sorted({(e.bytes, e.mean("test"), e.spread()) for e in chosen.values()})
        if points:
            sizes, errors, spreads = zip(*points, strict=True)
            axes.errorbar(sizes, errors, spreads, color=drawing.colour(i + 2), marker=drawing.marker(i), capsize=2,
                          linewidth=1.2, linestyle="--" if "without" in kind else "-", label=kind)  # fmt: skip
    for size, low, high, moved, what in PUBLISHED:
        axes.plot([size, size], [low, high], color="0.35", linestyle="-", linewidth=1, zorder=1)
        axes.plot(size, low, color="0.35", marker="o", markerfacecolor="0.35" if moved else "white", linestyle="")
        left = size > 30_000 or "160" in what or (size == 12_608 and not moved)  # where others stand to the right
        place = dict(xytext=(-5 if left else 5, -9 if "Deep" in what else 3), ha="right" if left else "left")
        axes.annotate(what, (size, low), textcoords="offset points", fontsize=7, color="0.35", **place)
    axes.plot(
        [], [], color="0.35", marker="o", markerfacecolor="white", linestyle="", label="published, plain (theirs)"
    )
    axes.plot([], [], color="0.35", marker="o", linestyle="", label="published, augmented (theirs)")
    axes.set(xscale="log", yscale="log", xlabel="bytes on disk (payload; theirs: weights alone)",
             ylabel="test error (%)", title="MNIST: the best network of each size, three seeds")  # fmt: skip
    drawing.plain_numbers(axes.xaxis, "{x:,.0f}")
    drawing.plain_numbers(axes.yaxis)
    drawing.grid(axes)
    drawing.legend(axes)
    return figure


def main() -> None:
    """Search as long as there is time, then write results/frontier_best.* and docs/frontier.md: picture, table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nets", type=Path, default=Path(__file__).parent / "runs" / "best", help="folder of networks")
    parser.add_argument("--hours", type=float, default=1.0, help="no run begins after this time; 0 trains nothing")
    parser.add_argument("--budget", type=int, nargs="+", default=SIZES, help="sizes in bytes that scouts aim at")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--repack", action="store_true", help="pack trained networks again, if packing has changed")
    arguments = parser.parse_args()
    arguments.nets.mkdir(parents=True, exist_ok=True)
    rows = Rows(RESULTS / "frontier_best.csv", Row, Run)
    with processes(arguments.jobs) if arguments.jobs > 1 else nullcontext() as executor:
        if arguments.repack:
            repack(rows, arguments.nets)
        search(rows, arguments.nets, arguments.budget, arguments.hours, executor)
    report(rows, arguments.nets)


if __name__ == "__main__":
    main()

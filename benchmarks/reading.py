"""What the instruments of tinynet/reading/ show: python -m benchmarks.reading [svd regions ..]   (from the root)

Each is used once on trained networks, in a process of its own on one thread, so that seconds and peak memory are its
own: those of training the networks, of the instrument and of its picture together. The pictures go to docs/reading/.
With --seeds 10 the automaton is read out of so many LSTMs.

To name some measures these anew and keeps the others' figures.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.common import RESULTS, THREAD_VARIABLES, markdown, origin, write

os.environ |= dict.fromkeys(THREAD_VARIABLES, "1")  # before NumPy loads

from benchmarks import reading_networks, reading_training

PICTURES = Path(__file__).parents[1] / "docs" / "reading"
INSTRUMENTS: dict[str, Any] = reading_training.INSTRUMENTS | reading_networks.INSTRUMENTS


def measured(name: str) -> dict[str, Any]:
    """Use an instrument, save its pictures, and return what it found and what that took."""
    start = time.perf_counter()
    pictures, figures = INSTRUMENTS[name]()
    PICTURES.mkdir(exist_ok=True)
    for picture, made in pictures.items():
        path = PICTURES / (picture if picture.endswith(".gif") else f"{picture}.png")
        made(path) if path.suffix == ".gif" else made.savefig(path, dpi=80)
        compact(path)
    return {
        "asked": INSTRUMENTS[name].__doc__.strip(), "figures": {what: float(value) for what, value in figures.items()},
        "pictures": list(pictures), "seconds": time.process_time(), "wall": time.perf_counter() - start,
        "MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def compact(path: Path) -> None:
    """Write a picture again, in few colours."""
    from PIL import Image, ImageSequence

    colours = 40 if path.suffix == ".gif" else 128
    with Image.open(path) as image:
        how = {"save_all": True, "duration": image.info["duration"], "loop": 0} if path.suffix == ".gif" else {}
        first, *rest = [
            frame.convert("RGB").quantize(colours, dither=Image.Dither.NONE) for frame in ImageSequence.Iterator(image)
        ]
    first.save(path, optimize=True, **(how | {"append_images": rest} if rest else how))


def seeds(count: int, jobs: int) -> list[dict[str, float]]:
    """Return the figures of the automata of so many seeds."""
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        return [
            {what: float(v) for what, v in figures.items()}
            for _, figures in pool.map(reading_networks.automaton, range(count))
        ]


def number(value: float) -> str:
    """Return a figure as it is read: whole ones whole, others with three digits."""
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e7 else f"{value:.3g}"


def table(found: dict[str, Any]) -> str:
    """Return the Markdown of all instruments."""
    rows = []
    for name, f in found.items():
        figures = "; ".join(f"{what}: {number(value)}" for what, value in f["figures"].items())
        cells = [name, f["asked"], figures, f"{f['seconds']:.1f}", f"{f['MiB']:.0f}"]
        rows.append([cell.replace("|", r"\|") for cell in cells])
    return markdown(["instrument", "asked", "found", "seconds", "MiB"], rows)


def main() -> None:
    """Measure, and write results/reading.md, .json and the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="instrument", help=f"{', '.join(INSTRUMENTS)}; all by default")
    parser.add_argument("--seeds", type=int, default=0, help="LSTMs whose automaton is read")
    parser.add_argument("--jobs", type=int, default=2, help="of these, side by side")
    options = parser.parse_args()
    if unknown := set(options.names) - set(INSTRUMENTS):
        parser.error(f"no instrument {', '.join(unknown)}; there are {', '.join(INSTRUMENTS)}")
    path = RESULTS / "reading.json"
    known = json.loads(path.read_text()) if path.exists() else {"found": {}, "automata": []}
    for name in options.names or ([] if options.seeds else INSTRUMENTS):
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            known["found"][name] = pool.submit(measured, name).result()
        known["found"] = {name: known["found"][name] for name in INSTRUMENTS if name in known["found"]}
        path.write_text(json.dumps(known, indent=1))  # so that one that fails loses nothing
        print(f"{name}: {known['found'][name]['seconds']:.1f} s", flush=True)
    if options.seeds:
        known["automata"] = seeds(options.seeds, options.jobs)
    known |= {"origin": origin("scipy", "matplotlib")}
    parts = ["# Reading networks", __doc__.split("\n\n")[1], table(known["found"])]
    if automata := known["automata"]:
        signs, clusters = (sum(a[kind] for a in automata) for kind in ("equivalent", "by 80 clusters: equivalent"))
        sizes = ", ".join(f"{a['states by the signs of 20 units']:.0f}" for a in automata)
        parts.append(
            f"Of the automata of {len(automata)} LSTMs are equivalent to the grammar's: {signs:.0f} by the signs "
            f"of h, {clusters:.0f} by 80 clusters. States by the signs, before they are merged: {sizes}."
        )
    parts.append("; ".join(f"{k}: {v}" for k, v in known["origin"].items()))
    write("reading", "\n\n".join(parts), known)


if __name__ == "__main__":
    main()

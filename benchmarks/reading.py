"""Show what the instruments of tinynet/reading/ find: python -m benchmarks.reading [svd regions ..]   (from the root)

Each instrument is used once on trained networks, in a process of its own and on one thread. Its seconds and its peak
memory include the training of the networks and the drawing of its pictures, which go to docs/reading/. Numbers such as
C7 and Q1 name the claims and questions that the course examines; docs/reading.md goes through them.

If you name some instruments, only these are measured anew, and the others keep their figures.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.common import RESULTS, THREAD_VARIABLES, asked, markdown, origin, write

os.environ |= dict.fromkeys(THREAD_VARIABLES, "1")  # before NumPy loads

from benchmarks import reading_networks, reading_training

PICTURES = Path(__file__).parents[1] / "docs" / "reading"
INSTRUMENTS: dict[str, Any] = reading_training.INSTRUMENTS | reading_networks.INSTRUMENTS


def measured(name: str) -> dict[str, Any]:
    """Use an instrument and save its pictures; return what it found, and the time and memory that it took."""
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
    """Write a picture again with few colours, which makes its file small."""
    from PIL import Image, ImageSequence

    colours = 40 if path.suffix == ".gif" else 128
    with Image.open(path) as image:
        how = {"save_all": True, "duration": image.info["duration"], "loop": 0} if path.suffix == ".gif" else {}
        first, *rest = [
            frame.convert("RGB").quantize(colours, dither=Image.Dither.NONE) for frame in ImageSequence.Iterator(image)
        ]
    first.save(path, optimize=True, **(how | {"append_images": rest} if rest else how))


def number(value: float) -> str:
    """Return a figure as text: whole numbers in full, others with three digits."""
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e7 else f"{value:.3g}"


def table(found: dict[str, Any]) -> str:
    """Return the Markdown table of all instruments."""
    rows = []
    for name, f in found.items():
        figures = "; ".join(f"{what}: {number(value)}" for what, value in f["figures"].items())
        cells = [name, f["asked"], figures, f"{f['seconds']:.1f}", f"{f['MiB']:.0f}"]
        rows.append([cell.replace("|", r"\|") for cell in cells])
    return markdown(["instrument", "asked", "found", "seconds", "MiB"], rows)


def main() -> None:
    """Use the instruments, and write results/reading.md, .json and the pictures."""
    names = asked(__doc__, "instrument", INSTRUMENTS)
    path = RESULTS / "reading.json"
    known = json.loads(path.read_text()) if path.exists() else {"found": {}}
    for name in names:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            known["found"][name] = pool.submit(measured, name).result()
        known["found"] = {name: known["found"][name] for name in INSTRUMENTS if name in known["found"]}
        path.write_text(json.dumps(known, indent=1))  # saved now, so that a later failure loses nothing
        print(f"{name}: {known['found'][name]['seconds']:.1f} s", flush=True)
    known |= {"origin": origin("scipy", "matplotlib")}
    parts = ["# Reading networks", __doc__.split("\n\n")[1], table(known["found"])]
    parts.append("; ".join(f"{k}: {v}" for k, v in known["origin"].items()))
    write("reading", "\n\n".join(parts), known)


if __name__ == "__main__":
    main()

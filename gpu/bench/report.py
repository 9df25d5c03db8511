"""The table and the plot, from the figures of a run, a broken-off one too: python -m gpu.bench.report DIR"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]
NOT_MEASURED = "**EMULATED on a CPU: this is a test of the benchmark; no figure here says anything about a GPU.**"


def report(folder: Path) -> tuple[str, bool]:
    """Write gpu.md and gpu.png beside gpu.json; return the text, and whether a stage broke off or a sum was wrong."""
    figures = json.loads((folder / "gpu.json").read_text())
    about = figures.get("environment", {})
    emulated = about.get("emulated", True)
    checked, wrong = _correctness(figures)
    parts = [
        f"# The kernels on {about.get('device', 'an unknown device')}",
        NOT_MEASURED if emulated else "",
        "; ".join(f"{name}: {value}" for name, value in about.items() if "\n" not in str(value)),
        "\n".join(f"    {line}" for name in ("nvcc", "nvidia-smi") for line in str(about.get(name, "")).splitlines()),
        f"Outputs compared with the CPU: {checked:,}; wrong: {wrong:,}.",
        "Figures are medians by the device's clock, 10^12 operations a second with two for a product and its sum, and "
        "milliseconds in brackets; data lie warm in the caches. A dash was not measured; gpu.json says why. "
        "'With waiting': the device had to wait for the host.",
        f"## Goals\n\n{_goals(figures, emulated)}",
        f"## What the device can do\n\n{_ceilings(figures)}",
        *[
            f"## {title}\n\n{_grid(figures[name], column)}"
            for name, title, column in TABLES
            if isinstance(figures.get(name), list)
        ],
        _networks(figures),
        *[f"Stage {name} broke off: {stage['error']}" for name, stage in figures.items() if _broken(stage)],
        f"Seconds of each stage: {figures.get('seconds', {})}",
    ]
    text = "\n\n".join(part for part in parts if part)
    (folder / "gpu.md").write_text(text + "\n")
    if isinstance(figures.get("cubes"), list):
        _plot(figures["cubes"], about.get("device", "?"), emulated, folder / "gpu.png")
    return text, wrong > 0 or any(map(_broken, figures.values()))


TABLES = (
    ("cubes", "Square products, M = N = K", "k"),
    ("packing", "Square products, activations packed in every call", "k"),
    ("batches", "Few rows M by a square matrix", "m"),
    ("small_k", "Short sums K", "k"),
)


def _broken(stage: Any) -> bool:
    return isinstance(stage, dict) and "error" in stage


def _rows(figures: dict[str, Any], name: str) -> Rows:
    """Return the rows of a stage, none where it broke off."""
    stage = figures.get(name, [])
    return stage if isinstance(stage, list) else stage.get("rows", [])


def _correctness(figures: dict[str, Any]) -> tuple[int, int]:
    """Return how many outputs were compared and how many were wrong, those of the products that were timed too."""
    checks = _rows(figures, "correctness")
    timed = [row for name, *_ in TABLES for row in _rows(figures, name) if "wrong" in row]
    checked = sum(row["outputs"] for row in checks) + sum(min(4, row["m"]) * row["n"] for row in timed)
    scores = figures.get("networks", {}).get("scores as on the CPU", {})
    return checked, sum(row["wrong"] for row in checks + timed) + sum(not same for same in scores.values())


def _grid(rows: Rows, column: str) -> str:
    """Return a table of sides by sizes."""
    sizes = list(dict.fromkeys(row[column] for row in rows))
    cells = {(row["side"], row[column]): _cell(row) for row in rows}
    sides = list(dict.fromkeys(row["side"] for row in rows))
    return markdown(["", *sizes], [[side, *[cells.get((side, size), "-") for size in sizes]] for side in sides])


def markdown(header: Sequence[Any], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table in Markdown."""
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in [header, ["---"] * len(header), *rows])


def _cell(row: dict[str, Any]) -> str:
    if "ms" not in row:
        return "-"
    ms = f"{row['ms']:.3g} ms{'' if row.get('queued', True) else ' with waiting'}"
    return f"{row['TOPS']:.3g} ({ms})" if "TOPS" in row else ms


def _ceilings(figures: dict[str, Any]) -> str:
    found = figures.get("ceilings", {})
    names = {"copy": "copying, bytes read and written, GB/s", "ceiling_popcount": "XOR and popcount, TOPS",
             "ceiling_mma_and": "mma b1, AND, TOPS", "ceiling_mma_xor": "mma b1, XOR, TOPS"}  # fmt: skip
    rows = [
        [names[name], f"{entry.get('TOPS', entry.get('GB/s')):.4g}"] for name, entry in found.items() if name in names
    ]
    return markdown(["", ""], rows) if rows else "-"


def _goals(figures: dict[str, Any], emulated: bool) -> str:
    """Return the table of what was hoped for (issue 7) and what came out, at the largest cube."""
    cubes = [row for row in _rows(figures, "cubes") if "TOPS" in row]
    size = max((row["k"] for row in cubes), default=0)
    rate = {row["side"]: row["TOPS"] for row in cubes if row["k"] == size}
    popcount = [rate.get(f"xnor {kernel}") for kernel in ("naive", "tiled", "registers")]
    rate["xnor by popcount"] = max((x for x in popcount if x), default=None)
    rate["instruction ceiling"] = figures.get("ceilings", {}).get("ceiling_mma_and", {}).get("TOPS")
    networks = {row["side"]: row.get("ms") for row in _rows(figures, "networks") if row["batch"] == 1000}
    faster = _ratio(networks.get("float naive"), networks.get("bits, tensor cores"))
    rows = [
        [f"{ours}, times {other}, {size}^3", goal, _ratio(rate.get(ours), rate.get(other))]
        for ours, other, goal in (
            ("xnor by popcount", "cuBLAS float32", 3.4),
            ("xnor by popcount", "float naive", 23),
            ("xnor mma", "cuBLAS bf16", 2),
            ("xnor mma", "cuBLAS float32", 40),
            ("xnor mma", "instruction ceiling", 0.5),
        )
    ]
    rows.append(["whole network of bits, times float naive, batch 1000", 7, faster])
    return markdown(["", "goal, at least", "emulated" if emulated else "measured"], rows)


def _ratio(a: float | None, b: float | None) -> str:
    return f"{a / b:.3g}" if a and b else "-"


def _networks(figures: dict[str, Any]) -> str:
    rows = _rows(figures, "networks")
    if not rows:
        return ""
    stage = figures["networks"]
    widths = "-".join(map(str, stage["widths"]))
    return (
        f"## A network {widths}, from uint8 pixels to scores, by batch\n\n{_grid(rows, 'batch')}\n\n"
        f"Scores of bits as on the CPU, exactly: {stage['scores as on the CPU']}. The networks of cuBLAS convert "
        "pixels, add biases and apply ReLU; those of float tiled and naive are products alone."
    )


def _plot(rows: Rows, device: str, emulated: bool, path: Path) -> None:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        print(f"no plot ({error}); python -m gpu.bench.report {path.parent} draws it elsewhere", file=sys.stderr)
        return
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    for side in dict.fromkeys(row["side"] for row in rows):
        points = sorted((row["k"], row["TOPS"]) for row in rows if row["side"] == side and "TOPS" in row)
        if points:
            axes.plot(*zip(*points, strict=True), "o-" if side.startswith("xnor") else "s--", label=side)
    axes.set(xscale="log", yscale="log", xlabel="M = N = K", ylabel="10^12 operations a second")
    axes.set_title(f"{device}: NOT A MEASUREMENT" if emulated else device)
    axes.grid(alpha=0.3)
    if axes.lines:
        axes.legend(fontsize="small")
    figure.savefig(path, dpi=130)


if __name__ == "__main__":
    print(report(Path(sys.argv[1]))[0])

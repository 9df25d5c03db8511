"""Make the tables and the plot from the figures of a run, even if it broke off: python -m gpu.bench.report DIR"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Rows = list[dict[str, Any]]
NOT_MEASURED = "**EMULATED on a CPU: this tests the benchmark, and no figure here says anything about a GPU.**"


def report(folder: Path) -> tuple[str, bool]:
    """Write gpu.md and gpu.png beside gpu.json; return the text, and whether a stage or a result went wrong."""
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
        "Rates are in TOPS, 10^12 operations a second; a multiplication and its addition count as two. Brackets hold "
        "the median time by the device's clock, with warm caches. A dash means not measured; gpu.json says why. 'With "
        "waiting' means that the device had to wait for the host.",
        f"## Goals\n\n{_goals(figures, emulated)}",
        f"## What the device can do\n\n{_ceilings(figures)}",
        *[
            f"## {title}\n\n{_grid(figures[name], column)}"
            for name, title, column in TABLES
            if isinstance(figures.get(name), list)
        ],
        _networks(figures),
        *[f"Stage {name} broke off: {stage['error']}" for name, stage in figures.items() if _broken(stage)],
        "Seconds of each stage: "
        + "; ".join(f"{name} {seconds}" for name, seconds in figures.get("seconds", {}).items()),
    ]
    text = "\n\n".join(part for part in parts if part)
    (folder / "gpu.md").write_text(text + "\n")
    if isinstance(figures.get("cubes"), list):
        title = f"{about.get('device', '?')}{': NOT A MEASUREMENT' if emulated else ''}"
        try:
            plot(figures["cubes"], title).savefig(folder / "gpu.png", dpi=130)
        except ImportError as error:
            print(f"no plot ({error}); python -m gpu.bench.report {folder} draws it elsewhere", file=sys.stderr)
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
    """Return the rows of a stage, or none if it broke off."""
    stage = figures.get(name, [])
    return stage if isinstance(stage, list) else stage.get("rows", [])


def _correctness(figures: dict[str, Any]) -> tuple[int, int]:
    """Return how many outputs were compared and how many were wrong, including those of the timed products."""
    checks = _rows(figures, "correctness")
    timed = [row for name, *_ in TABLES for row in _rows(figures, name) if "wrong" in row]
    checked = sum(row["outputs"] for row in checks) + sum(min(4, row["m"]) * row["n"] for row in timed)
    scores = figures.get("networks", {}).get("scores as on the CPU", {})
    return checked, sum(row["wrong"] for row in checks + timed) + sum(not same for same in scores.values())


def _grid(rows: Rows, column: str) -> str:
    """Return a table with a row for each side and a column for each size."""
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
    return f"{_rounded(row['TOPS'])} ({ms})" if "TOPS" in row else ms


def _rounded(x: float) -> str:
    """Return a number with three digits, or with all digits before the decimal point if these are more."""
    return f"{x:,.0f}" if x >= 1000 else f"{x:.3g}"


def _ceilings(figures: dict[str, Any]) -> str:
    found = figures.get("ceilings", {})
    names = {"copy": "copying, bytes read and written, GB/s", "ceiling_popcount": "XOR and popcount, TOPS",
             "ceiling_mma_and": "mma b1, AND, TOPS", "ceiling_mma_xor": "mma b1, XOR, TOPS",
             "ceiling_wgmma": "wgmma b1, AND, TOPS"}  # fmt: skip
    rates = {name: entry.get("TOPS", entry.get("GB/s")) for name, entry in found.items() if name in names}
    rows = [[names[name], _rounded(rate) if rate else "-"] for name, rate in rates.items()]
    return markdown(["", ""], rows) if rows else "-"


CEILING_OF = {"xnor wgmma": "ceiling_wgmma", "xnor mma": "ceiling_mma_and"}


def _goals(figures: dict[str, Any], emulated: bool) -> str:
    """Return the table of goals and what was reached, for the largest square product."""
    cubes = [row for row in _rows(figures, "cubes") if "TOPS" in row]
    size = max((row["k"] for row in cubes), default=0)
    rate = {row["side"]: row["TOPS"] for row in cubes if row["k"] == size}
    popcount = [rate.get(f"xnor {kernel}") for kernel in ("naive", "tiled", "registers")]
    rate["xnor by popcount"] = max((x for x in popcount if x), default=None)
    tensor_cores = max(CEILING_OF, key=lambda side: rate.get(side, 0))
    ceilings = {side: figures.get("ceilings", {}).get(name, {}).get("TOPS") for side, name in CEILING_OF.items()}
    networks = {row["side"]: row.get("ms") for row in _rows(figures, "networks") if row["batch"] == 1000}
    faster = _ratio(networks.get("float naive"), networks.get("bits, tensor cores"))
    rows = [
        [f"{ours}, times {other}, {size}^3", goal, _ratio(rate.get(ours), rate.get(other))]
        for ours, other, goal in (
            ("xnor by popcount", "cuBLAS float32", 3.4),
            ("xnor by popcount", "float naive", 23),
            (tensor_cores, "cuBLAS bf16", 2),
            (tensor_cores, "cuBLAS float32", 40),
        )
    ]
    rows += [
        [f"{side}, times instruction ceiling, {size}^3", 0.5, _ratio(rate[side], ceiling)]
        for side, ceiling in ceilings.items()
        if side in rate
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
    same = "; ".join(f"{name}: {'yes' if equal else 'no'}" for name, equal in stage["scores as on the CPU"].items())
    return (
        f"## A network {widths}, from uint8 pixels to scores, by batch\n\n{_grid(rows, 'batch')}\n\n"
        f"Tensor cores: xnor_{stage['kernel']}. "
        f"Do the scores of bits equal those of the CPU exactly? {same}. The networks on cuBLAS convert pixels, add "
        "biases and apply ReLU. The networks of float tiled and float naive are products alone."
    )


def plot(rows: Rows, title: str) -> Figure:
    """Return a plot of the rates of the square products, a colour for each side. ImportError without Matplotlib."""
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 5.5), layout="constrained")
    axes = figure.add_subplot()
    colors = colormaps["tab20"]
    for i, side in enumerate(dict.fromkeys(row["side"] for row in rows)):
        points = sorted((row["k"], row["TOPS"]) for row in rows if row["side"] == side and "TOPS" in row)
        if points:
            line = "-" if side.startswith("xnor") else "--"
            axes.plot(*zip(*points, strict=True), line, marker="osD^vP*"[i % 7], color=colors(i % 20), label=side)
    axes.set(xscale="log", yscale="log", xlabel="M = N = K", ylabel="10^12 operations a second", title=title)
    axes.set_xticks(sizes := sorted({row["k"] for row in rows}), map(str, sizes))
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    if axes.lines:
        figure.legend(fontsize="small", loc="outside right center")
    return figure


if __name__ == "__main__":
    print(report(Path(sys.argv[1]))[0])

"""The picture: bytes on disk, on a logarithmic axis, against test error."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinynet import drawing
from tinynet.frontier.pareto import Point, summarize
from tinynet.frontier.settings import SOFT
from tinynet.frontier.tasks import task_of
from tinynet.storage.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STAGE_TITLES = {
    "trained": "trained under the constraint",
    "after": "compressed after training",
    "tuned": "compressed after training, then fine-tuned",
}


def plot(rows: Sequence[dict[str, Any]], path: str | os.PathLike | None = None, title: str | None = None) -> Figure:
    """Return the figure of a sweep's rows: one panel a stage, one point for each method and factor.

    A point shows mean and standard deviation over the seeds. Each panel shows the frontier of all stages together.

    Args:
        rows: from `sweep`, all on one data set.
        path: where to save it as well, as PNG, PDF or SVG.
        title: by default the data set and the number of seeds.
    """
    if not rows:
        raise ValueError("plot: no rows to draw; a sweep returns them")
    points, task = summarize(rows), task_of(rows[0]["data"], rows[0].get("own"))
    stages = [stage for stage in STAGE_TITLES if any(p.stage == stage for p in points)]
    figure, panels = drawing.panels(2.5 + 5 * len(stages), 5, columns=len(stages), sharex=True, sharey=True)
    methods = list(dict.fromkeys(p.method.removesuffix(SOFT) for p in points))
    for axes, stage in zip(panels, stages, strict=True):
        for i, method in enumerate(methods):
            for name in (method, method + SOFT):
                _draw_method(axes, [p for p in points if (p.method, p.stage) == (name, stage)], i, task.unit)
        _draw_frontier(axes, points, task.unit)
        _label(axes, STAGE_TITLES[stage] if len(stages) > 1 else "", [task.unit * p.error for p in points])
    counts = sorted({p.seeds for p in points})
    seeds = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    spread = f", mean and standard deviation of {seeds} seeds" if counts[-1] > 1 else ""
    figure.suptitle(title or rows[0]["data"] + spread)
    panels[0].set_ylabel(task.measure)
    drawing.legend(panels[0])
    if path is not None:
        path, image = Path(path), io.BytesIO()
        figure.savefig(image, dpi=160, format=path.suffix[1:] or "png")
        write_atomically(path if path.suffix else path.with_suffix(".png"), image.getvalue())
    return figure


def _draw_frontier(axes: Any, points: list[Point], unit: float) -> None:
    """Draw the efficient points as a band of steps, to the right end of the data."""
    efficient = sorted((p for p in points if p.efficient), key=lambda p: p.bytes)
    sizes = [p.bytes for p in efficient] + [max(p.bytes for p in points)]
    errors = [unit * p.error for p in efficient] + [unit * efficient[-1].error]
    axes.step(sizes, errors, where="post", color="0.6", linewidth=6, alpha=0.45, zorder=0, label="efficient frontier")


def _label(axes: Any, stage: str, errors: list[float]) -> None:
    axes.set(xscale="log", yscale="log", xlabel="bytes on disk (payload, without the header)", title=stage)
    drawing.plain_numbers(axes.xaxis, "{x:,.0f}")
    drawing.plain_numbers(axes.yaxis)
    if 0 in errors:
        _make_room_for_zero(axes, min((e for e in errors if e > 0), default=1.0))
    drawing.grid(axes)


def _make_room_for_zero(axes: Any, least: float) -> None:
    """Make the axis of errors linear from 0 to the least positive one, because no logarithm reaches 0."""
    top = axes.get_ylim()[1]
    axes.set_yscale("symlog", linthresh=least, linscale=0.4)
    axes.set_yticks([0] + [k * 10.0**d for d in range(-4, 4) for k in (1, 2, 5) if least <= k * 10.0**d <= top])
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_ylim(-0.1 * least, top)


def _draw_method(axes: Any, points: list[Point], i: int, unit: float) -> None:
    if not points:
        return
    points = sorted(points, key=lambda p: p.bytes)
    label = points[0].method
    soft = dict(linestyle="--", markerfacecolor="white") if label.endswith(SOFT) else {}
    axes.errorbar(
        [p.bytes for p in points], [unit * p.error for p in points],
        [[unit * min(p.error, p.spread) for p in points], [unit * p.spread for p in points]], label=label,
        color=drawing.colour(i), marker=drawing.marker(i), linewidth=1, markersize=6, capsize=2, elinewidth=0.8, **soft,
    )  # fmt: skip

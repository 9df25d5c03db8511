"""Drawing: the colours, markers and habits that all of tinynet's figures share.

A plot needs Matplotlib only when it is drawn, so `import tinynet` stays quick. Every plot function takes the same four
steps:

    drawing.check("plot_it", shown, "{label: values, ..}")        is there anything to draw?
    figure, [axes] = drawing.panels(7, 4.5)                       an empty figure
    axes.plot(x, y, **drawing.line(i, len(x)), label=label)       curve i
    drawing.grid(axes), drawing.legend(axes)                      so that values can be read off
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The palette of Okabe and Ito, which colour-blind readers can tell apart; in black and white the markers do that.
COLOURS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#D55E00", "#0072B2", "#CC79A7", "#8C6D1F", "#7F7F7F", "#9B1B30")
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*", "h", "<")


def check(plot: str, shown: Mapping[str, Any], form: str, missing: str = "nothing") -> None:
    """Raise ValueError where there is nothing to draw: no labels at all, or a label with an empty list.

    Args:
        plot: the function that was called.
        shown: what it was asked to draw, by label.
        form: what to pass instead, such as "{label: [saturation(net, inputs), ..]}".
        missing: how the message begins, such as "no flows".
    """
    empty = [label for label, values in shown.items() if isinstance(values, list | tuple | dict) and not values]
    if not shown or empty:
        which = f" ({', '.join(empty)}: empty)" if empty else ""
        raise ValueError(f"{plot}: {missing} to draw; pass {form}{which}")


def shared_names(plot: str, things: str, moments: Mapping[str, Mapping[str, Any]], form: str) -> list[str]:
    """Return the names that the moments of one network have in common, one panel each. ValueError if they differ.

    Args:
        plot: the function that was called.
        things: what the names stand for, such as "layers".
        moments: of label -> values by name.
        form: what to pass instead.
    """
    found = [list(values) for values in moments.values()]
    if not found or not found[0] or any(names != found[0] for names in found):
        raise ValueError(f"{plot}: the {things} of {len(found)} moments are {found}; pass {form} of one network")
    return found[0]


def panels(width: float, height: float, rows: int = 1, columns: int = 1, **how: Any) -> tuple[Figure, np.ndarray]:
    """Return a new figure, in inches, and its panels as a flat array, row by row; `how` goes to `Figure.subplots`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **how).ravel()


def colour(i: int) -> str:
    """Return the colour of curve i, counted from 0."""
    return COLOURS[i % len(COLOURS)]


def marker(i: int) -> str:
    """Return the marker of curve i, counted from 0; when the colours come round again, each has another marker."""
    return MARKERS[(i + i // len(COLOURS)) % len(MARKERS)]


def line(i: int, points: int = 0) -> dict[str, Any]:
    """Return the style of curve i: its colour and marker. A curve of many points bears about eight markers."""
    return dict(
        color=colour(i), marker=marker(i), markersize=5, linewidth=1.2, markevery=max(1, points // 8),
    )  # fmt: skip


def grid(*axes: Any, **how: Any) -> None:
    """Draw a pale grid behind each of the panels, finer steps of a logarithmic axis included."""
    for panel in axes:
        panel.grid(True, **dict(which="both", color="0.92", linewidth=0.6) | how)


def plain_numbers(axis: Any, form: str = "{x:g}") -> None:
    """Label a logarithmic axis with plain numbers, 1, 2, 5, 10, .., in place of powers of ten."""
    from matplotlib.ticker import LogLocator

    axis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    axis.set_major_formatter(form)
    axis.set_minor_formatter("")


def legend(*axes: Any, **how: Any) -> None:
    """Explain the curves of each of the panels, in small letters without a frame."""
    for panel in axes:
        panel.legend(**dict(frameon=False, fontsize="small") | how)

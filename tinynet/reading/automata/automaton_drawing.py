"""Automata as pictures: Graphviz DOT text, and a Matplotlib figure that needs no Graphviz.

Each state stands in a column by its distance from the start, so arcs that lead on run to the right. Arcs that stay in a
column or go back are bent. A double circle marks the end, after which no symbol may follow.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tinynet import drawing
from tinynet.reading.automata.automaton import Automaton, check, reached

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_automaton(automaton: Automaton) -> str:
    """Return DOT text, to be rendered with `dot -Tsvg`; arcs between the same two states share one arrow."""
    check(automaton)
    number = {q: i for i, q in enumerate(automaton)}
    lines = [
        f'q{i} [shape={"circle" if automaton[q] else "doublecircle"} label="{_name(q, i)}"]' for q, i in number.items()
    ]
    lines += [f'q{number[q]} -> q{number[r]} [label="{s}"]' for (q, r), s in _arrows(automaton).items()]
    return "digraph automaton {\n  rankdir=LR\n  " + "\n  ".join(lines) + "\n}\n"


def plot_automaton(automata: dict[str, Automaton]) -> Figure:
    """Return the picture of some automata by title, one below the other. ValueError for none."""
    drawing.check("plot_automaton", automata, "{title: automaton, ..}")
    places = {title: _places(automaton) for title, automaton in automata.items()}
    heights = [max(2.0, 1 + max(y for _, y in xy.values()) - min(y for _, y in xy.values())) for xy in places.values()]
    width = 1.1 * (1 + max(x for xy in places.values() for x, _ in xy.values()))
    height = 0.75 * sum(heights) + 0.4 * len(heights)
    figure, panels = drawing.panels(max(6.0, width), height, len(automata), height_ratios=heights)
    for axes, (title, automaton) in zip(panels, automata.items(), strict=True):
        axes.set_title(f"{title}: {len(automaton)} states")
        axes.axis("off")
        _draw(axes, automaton, places[title])
    return figure


def _name(state: Any, i: int) -> str:
    return str(state) if isinstance(state, str | int) else str(i)  # a network's codes are bytes, so they get a number


def _arrows(automaton: Automaton) -> dict[tuple[Any, Any], str]:
    """Return one label for each pair of states: the symbols that lead from one to the other."""
    labels: dict[tuple[Any, Any], list[str]] = defaultdict(list)
    for q, arcs in automaton.items():
        for symbol, r in arcs.items():
            labels[q, r].append(symbol)
    return {pair: " ".join(symbols).replace('"', r"\"") for pair, symbols in labels.items()}


def _places(automaton: Automaton) -> dict[Any, tuple[float, float]]:
    """Return (column, height) of each state that can be reached; columns are centred, their first state on top."""
    check(automaton)
    columns: dict[int, list[Any]] = defaultdict(list)
    depth = {next(iter(automaton)): 0}
    for q in reached(automaton):
        columns[depth[q]].append(q)
        for r in automaton[q].values():
            depth.setdefault(r, depth[q] + 1)
    return {q: (x, (len(column) - 1) / 2 - i) for x, column in columns.items() for i, q in enumerate(column)}


def _draw(axes: Any, automaton: Automaton, places: dict[Any, tuple[float, float]]) -> None:
    for (q, r), label in _arrows({q: automaton[q] for q in places}).items():
        (x0, y0), (x1, y1) = places[q], places[r]
        if q == r:
            begin, end, bend, at = (x0 - 0.12, y0 + 0.2), (x0 + 0.12, y0 + 0.2), -1.6, (x0, y0 + 0.5)
        else:
            bend = 0.0 if x1 > x0 and abs(y1 - y0) <= 1.5 else 0.3
            begin, end = (x0, y0), (x1, y1)
            at = (x0 + x1) / 2 + bend / 2 * (y1 - y0), (y0 + y1) / 2 - bend / 2 * (x1 - x0)  # the middle of the bow
        shrink = 0 if q == r else 11
        axes.annotate(
            "", end, begin,
            arrowprops=dict(arrowstyle="-|>", color="0.35", connectionstyle=f"arc3,rad={bend}", shrinkA=shrink,
                            shrinkB=shrink, linewidth=0.9),
        )  # fmt: skip
        axes.text(*at, label, ha="center", va="center", fontsize=10, color=drawing.COLOURS[5], weight="bold",
                  bbox=dict(boxstyle="round,pad=0.1", color="white", alpha=0.85))  # fmt: skip
    for i, (q, (x, y)) in enumerate(places.items()):
        for size in (420,) if automaton[q] else (420, 250):
            axes.scatter(x, y, size, facecolor="white", edgecolor="black", linewidth=1.1, zorder=3)
        name, room = _name(q, i), 34 if automaton[q] else 22  # longer names are written smaller, to stay inside
        axes.text(x, y, name, ha="center", va="center", fontsize=min(9.0, room / len(name)), zorder=4)
    heights = [y for _, y in places.values()]
    axes.set(xlim=(-0.5, max(x for x, _ in places.values()) + 0.5), ylim=(min(heights) - 0.6, max(heights) + 0.8))

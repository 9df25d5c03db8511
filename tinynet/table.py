"""The table of a network: where its bytes are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinynet.layers import Layer, Sequential
    from tinynet.parameterizations.base import Parameterization

COLUMNS = ("layer", "method", "virtual", "stored", "bits/entry", "bytes")


def network_table(net: Sequential) -> str:
    """Return a table as text: for each layer its method, virtual shape, stored parameters, bits an entry and bytes."""
    from rich.table import Table

    table = Table(*COLUMNS, title=type(net).__name__, box=None, title_justify="left")
    for column in table.columns[2:]:
        column.justify = "right"
    for layer in net.layers:
        for row in _rows(layer):
            table.add_row(*row)
    table.add_row("", "", "", _count(net), "", f"{payload_bytes(net):,}", style="bold")
    return render(table)


def _rows(layer: Layer) -> list[list[str]]:
    """Return the rows of one layer; a Linear shows its weight matrix and its bias (or thresholds) apart."""
    name, bits = type(layer).__name__, layer.stored_bits()
    weight: Any = getattr(layer, "weight", None)
    if weight is None:
        return [[name, "", "", _count(layer), "", f"{bits // 8:,}"] if bits else [name]]
    m, n = layer.n_in, layer.n_out  # type: ignore[attr-defined]
    of_weight = weight.stored_bits()
    row = [name, repr(weight), f"{m} x {n}", _count(weight), f"{of_weight / (m * n):.3g}", f"{payload_bytes(weight):,}"]
    bias = bits - of_weight
    beside = getattr(layer, "offsets", "bias")
    return [row, ["", beside, f"{n}", f"{n:,}", f"{bias // n}", f"{bias // 8:,}"]] if bias else [row]


def _count(owner: Any) -> str:
    """Return how many numbers training may change; nothing where it is over."""
    count = sum(p.size for p in owner.parameters())
    return f"{count:,}" if count else ""


def payload_bytes(stored: Layer | Parameterization) -> int:
    """Return the bytes that the arrays take in a file: for a network, its place on the axis of the frontier."""
    return sum(a.nbytes for a in stored.state().values())


def render(table: Any, width: int = 110) -> str:
    """Return a rich table as plain text."""
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO(), width=width, no_color=True, highlight=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in console.file.getvalue().rstrip().split("\n"))  # type: ignore[attr-defined]

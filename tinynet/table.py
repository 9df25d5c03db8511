"""The table of a network: where its bytes are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinynet.layers import Layer, Sequential

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
    bias = (bits - of_weight) // 8
    size = payload_bytes(layer) - bias  # each array of the weight is padded to whole bytes
    row = [name, repr(weight), f"{m} x {n}", _count(weight), f"{of_weight / (m * n):.3g}", f"{size:,}"]
    beside = getattr(layer, "offsets", "bias")
    return [row, ["", beside, f"{n}", f"{n:,}", f"{8 * bias // n}", f"{bias:,}"]] if bias else [row]


def _count(owner: Any) -> str:
    """Return how many numbers training may change; nothing where it is over."""
    count = sum(p.size for p in owner.parameters())
    return f"{count:,}" if count else ""


def payload_bytes(net: Layer) -> int:
    """Return the bytes that the arrays of a saved network take: its place on the axis of the frontier."""
    return sum(a.nbytes for a in net.state().values())


def render(table: Any, width: int = 110) -> str:
    """Return a rich table as plain text."""
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO(), width=width, no_color=True, highlight=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in console.file.getvalue().rstrip().split("\n"))  # type: ignore[attr-defined]

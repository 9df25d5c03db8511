"""The table of a network: where its bytes are."""

from __future__ import annotations

from typing import Any

COLUMNS = ("layer", "method", "virtual", "stored", "bits/entry", "bytes")


def network_table(net: Any) -> str:
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


def _rows(layer: Any) -> list[list[str]]:
    """Return the rows of one layer: each weight matrix, and apart what is beside them (bias, thresholds, norms)."""
    name, bits, matrices = type(layer).__name__, layer.stored_bits(), layer.matrices()
    if not matrices:
        return [[name, "", "", _count(layer), "", f"{bits // 8:,}"] if bits else [name]]
    rows = []
    for label, weight, (m, n) in matrices:
        share, size = weight.stored_bits() / (m * n), sum(a.nbytes for a in weight.state().values())
        cells = (repr(weight), f"{m} x {n}", _count(weight), f"{share:.3g}", f"{size:,}")
        rows.append([f"{name} {label}".strip(), *cells])
    beside = (bits - sum(weight.stored_bits() for _, weight, _ in matrices)) // 8
    if beside:
        trained = sum(p.size for p in layer.parameters()) - sum(p.size for _, w, _ in matrices for p in w.parameters())
        count = trained or n  # of a frozen layer nothing is trained: one threshold a column
        rows.append(["", layer.beside, f"{count}", f"{count:,}", f"{8 * beside // count}", f"{beside:,}"])
    return rows


def _count(owner: Any) -> str:
    """Return how many numbers training may change; nothing where it is over."""
    count = sum(p.size for p in owner.parameters())
    return f"{count:,}" if count else ""


def payload_bytes(net: Any) -> int:
    """Return the bytes that the arrays of a saved network take: its place on the axis of the frontier."""
    return sum(a.nbytes for a in net.state().values())


def render(table: Any, width: int = 110) -> str:
    """Return a rich table as plain text."""
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO(), width=width, no_color=True, highlight=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in console.file.getvalue().rstrip().split("\n"))  # type: ignore[attr-defined]

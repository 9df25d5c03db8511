"""The table of a network, which `print(net)` shows: where its bytes are.

layer   method                 virtual  stored  bits/entry   bytes
Linear  Hashed(factor=0.125)  64 x 256   2,048           4   8,200
        bias                       256     256          32   1,024
"""

from __future__ import annotations

from typing import Any

from tinynet.parameterizations.state import first_places
from tinynet.quoting import quoted

LONGEST = 200  # characters of a method in the table
COLUMNS = ("layer", "method", "virtual", "stored", "bits/entry", "bytes")


def network_table(net: Any) -> str:
    """Return the table as text: for each layer its method, virtual shape, stored numbers, bits per entry and bytes."""
    rows: list[tuple[str, ...]] = [COLUMNS]
    for i, first in enumerate(first_places(net.layers)):
        layer = net.layers[i]
        rows += _rows(layer) if i == first else [(type(layer).__name__, f"as layer {first + 1}", "", "", "", "")]
    rows.append(("", "", "", _count(net), "", f"{payload_bytes(net):,}"))
    return f"{type(net).__name__}\n{aligned(rows, left=2)}"


def aligned(rows: list[tuple[str, ...]], left: int) -> str:
    """Return rows of cells as text in columns, the first `left` columns flush left, the others flush right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [f"{cell:{'<' if i < left else '>'}{widths[i]}}" for i, cell in enumerate(row)]
        lines.append(" " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def _rows(layer: Any) -> list[tuple[str, ...]]:
    """Return the rows of one layer: each weight matrix, then what is stored beside them (bias, thresholds, norms)."""
    name, bits, matrices = type(layer).__name__, layer.stored_bits(), layer.matrices()
    if not matrices:
        return [(name, "", "", _count(layer), "", f"{bits // 8:,}" if bits else "")]
    rows: list[tuple[str, ...]] = []
    for label, weight, (m, n) in matrices:
        share = weight.stored_bits() / (m * n)
        method = quoted(repr(weight), LONGEST)
        cells = (method, f"{m} x {n}", _count(weight), f"{share:.3g}", f"{payload_bytes(weight):,}")
        rows.append((f"{name} {label}".strip(), *cells))
    beside = (bits - sum(weight.stored_bits() for _, weight, _ in matrices)) // 8
    if beside:
        trained = sum(p.size for p in layer.parameters()) - sum(p.size for _, w, _ in matrices for p in w.parameters())
        count = trained or n  # nothing in a frozen layer is trained: one threshold per column
        rows.append(("", layer.beside, f"{count}", f"{count:,}", f"{8 * beside // count}", f"{beside:,}"))
    return rows


def _count(owner: Any) -> str:
    """Return how many numbers training may change, as text; empty if there are none, as in a frozen layer."""
    count = sum(p.size for p in owner.parameters())
    return f"{count:,}" if count else ""


def payload_bytes(net: Any) -> int:
    """Return how many bytes the arrays of a saved network take: its place on the frontier's axis."""
    return sum(a.nbytes for a in net.state().values())

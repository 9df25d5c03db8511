"""The figures of docs/sequences.md are those of the committed frontiers."""

import csv
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "sequences.md").read_text("utf-8")
COLUMNS = ("dense", "hashed", "lowrank", "quantized", "quantized+norm", "binary")


def points(name):
    """Return {(method, factor): the row} of a frontier."""
    with open(DOCS / f"frontier-{name}.csv", newline="") as file:
        return {(row["method"], row["factor"]): row for row in csv.DictReader(file)}


def test_the_table_of_characters_is_the_frontier():
    rows = [line.split("|")[1:-1] for line in PAGE.splitlines() if re.match(r"\| 1(/\d+)? \|", line)]
    found = points("shakespeare")
    assert len(rows) == 5
    for factor, *cells in rows:
        for method, cell in zip(COLUMNS, cells, strict=True):
            if cell.strip():
                assert float(cell.split()[0]) == round(float(found[method, factor.strip()]["error"]), 2), (
                    factor,
                    method,
                )


@pytest.mark.parametrize(
    "method, factor, size, error",
    [("quantized", "1/32", 648, 0.1), ("hashed+quantized", "1/20", 844, 0), ("hashed", "1/8", 1524, 0.5),
     ("hashed", "1/16", 948, 3.3)],
)  # fmt: skip
def test_the_sentences_on_strings_are_the_frontier(method, factor, size, error):
    row = points("reber")[method, factor]
    assert (float(row["bytes"]), round(100 * float(row["error"]), 1), row["seeds"]) == (size, error, "8")
    assert f"{size} bytes" in PAGE or f"{error} %" in PAGE

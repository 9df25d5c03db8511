"""The figures of docs/sequences.md and docs/methods.md are those of the committed frontiers."""

import csv
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from tinynet.frontier import MEMBERS, METHODS

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


# ---- all members of the family, in docs/methods.md

RESULTS = DOCS.parent / "benchmarks" / "results"
MEMBERS_PAGE = (DOCS / "methods.md").read_text("utf-8").split("## Which is best, at which size?")[1].split("\n## ")[0]


def measured():
    """Return {(data, method, factor): the point} of benchmarks/members.py."""
    points = json.loads((RESULTS / "members.json").read_text())["points"]
    return {(data, p["method"], p["factor"]): p for data, some in points.items() for p in some}


def test_the_table_of_all_members_is_what_was_measured():
    found, said = measured(), {}
    places = [(data, factor) for data in ("mnist", "digits") for factor in ("1/64", "1/32", "1/16", "1/8")]
    for line in re.findall(r"^\| `.+", MEMBERS_PAGE, re.M):
        name, *cells = [cell.strip(" `") for cell in line.split("|")[1:-1]]
        said |= {(data, name, factor): cell for (data, factor), cell in zip(places, cells, strict=True) if cell}
    assert {name for _, name, _ in found} == {*METHODS, *MEMBERS}
    nine = {*METHODS} - {"binary-mlp"}
    seeds = {p["seeds"] for (data, name, _), p in found.items() if data == "digits" or name in nine}
    assert seeds == {3} and "three seeds for the nine" in " ".join(MEMBERS_PAGE.split())
    assert {place: f"{100 * p['error']:.2f}" for place, p in found.items()} == said


def test_no_member_took_more_than_its_budget():
    weights = {"mnist": (784 * 300 + 3000, 310), "digits": (64 * 256 + 2560, 266)}
    over = {}
    for (data, name, factor), p in measured().items():
        budget = 4 * (float(Fraction(factor)) * weights[data][0] + weights[data][1])
        over[data, name, factor] = p["bytes"] - budget
    assert max(over[place] for place in over if place[1] in MEMBERS) <= 0
    assert max(over.values()) <= 48  # seeds and steps


def test_every_member_has_its_why_with_figures_that_were_measured():
    found, told = measured(), set()
    for text in re.split(r"^- ", MEMBERS_PAGE, flags=re.M)[1:]:
        names = set(re.findall(r"`([a-z0-9+-]+)`", text))
        points = [p for (_, name, _), p in found.items() if name in names]
        ranks = {rank for p in points for rank in re.findall(r"rank=(\d+)", p["recipe"])}
        densities = [float(share) for p in points for share in re.findall(r"density=([\d.]+)", p["recipe"])]
        for figure, right in (
            (r"(\d+\.\d\d)\b", {f"{100 * p['error']:.2f}" for p in points}),
            (r"([\d,]+) units", {f"{p['units']:,}" for p in points}),
            (r"([\d,]+) bytes", {f"{p['bytes']:,.0f}" for p in points}),
            (r"rank (?:of )?(\d+)", ranks),
            (r"([\d,]+) pixels (?:a unit|of 784)", {f"{784 * share:.0f}" for share in densities}),
        ):
            assert set(re.findall(figure, text)) <= right, (figure, text)
        told |= names
    assert told == {*METHODS, *MEMBERS}

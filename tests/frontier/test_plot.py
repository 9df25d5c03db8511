"""The picture of a sweep, its table and its CSV file."""

import csv

import pytest

import tinynet as tn
from tinynet import drawing
from tinynet.frontier.methods import MEMBERS, METHODS
from tinynet.frontier.report import cell
from tinynet.frontier.sweep import plan
from tinynet.frontier.tasks import task_of


@pytest.fixture(scope="module")
def rows(quick):
    return tn.frontier.sweep(methods=["dense", "hashed"], factors=["1", "1/8", "1/64"], seeds=2, **quick)


def test_the_picture_shows_every_point_once_and_the_frontier(rows, tmp_path):
    figure = tn.frontier.plot(rows, tmp_path / "frontier.png")
    [axes] = figure.axes
    points = tn.frontier.summarize(rows)
    drawn = list(axes.containers)
    assert sum(len(c[0].get_xdata()) for c in drawn) == len(points)
    assert {c.get_label() for c in drawn} == {"dense", "hashed"}
    frontier = next(line for line in axes.lines if line.get_label() == "efficient frontier")
    assert set(frontier.get_xdata()) == {p.bytes for p in points if p.efficient}
    assert axes.get_xscale() == "log" and "bytes" in axes.get_xlabel() and "%" in axes.get_ylabel()
    assert (tmp_path / "frontier.png").stat().st_size > 10_000


def test_methods_differ_in_colour_and_marker():
    looks = [(drawing.colour(i), drawing.marker(i)) for i in range(len(METHODS) + len(MEMBERS))]
    assert len(set(looks)) == len(looks)
    assert looks[: len(METHODS)] == list(zip(drawing.COLOURS, drawing.MARKERS, strict=True))


def test_a_perfect_score_has_a_place_on_the_axis():
    row = dict(method="dense", stage="trained", data="reber", header_bytes=9)
    rows = [row | dict(factor=f, payload_bytes=b, test_error=e) for f, b, e in (("1", 99, 0.0), ("1/4", 25, 0.02))]
    axes = tn.frontier.plot(rows).axes[0]
    low, high = axes.get_ylim()
    assert axes.get_yscale() == "symlog" and low < 0 < 2 < high and 0 in axes.get_yticks()
    assert tn.frontier.plot(rows[1:]).axes[0].get_yscale() == "log"


def test_no_rows_cannot_be_drawn():
    with pytest.raises(ValueError, match="no rows"):
        tn.frontier.plot([])


def test_a_set_of_sequences_has_settings_of_its_own_and_axes_that_say_what_is_measured(strings):
    assert all(s.hidden == (20,) and s.epochs == 60 for s in plan("reber", None, ["1/4"], 1, False))
    rows = tn.frontier.sweep(methods=["dense"], factors=["1", "1/4"], **strings)
    assert tn.frontier.plot(rows).axes[0].get_ylabel() == "test strings with an illegal prediction (%)"
    assert task_of("shakespeare").measure == "test loss (nats a character)" and task_of("shakespeare").unit == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"), ("-2", "'-2"), ("@A1", "'@A1"), ("  =1+1", "'  =1+1"), ('"=1+1"', "'\"=1+1\""),
        ("\uff1d1+1", "'\uff1d1+1"), ("\u3000\uff0b1", "' \uff0b1"), ("a;=1+1", "a;'=1+1"),
        ("a; +1;\t@B", "a;' +1;' @B"),
        ('a;"=1+1"', "a;'\"=1+1\""), ("a\n=1\x1b[31m", "a =1 [31m"), ("\u202egnp.exe", " gnp.exe"),
        ("\u200b=1", "' =1"), ("hashed+soft", "hashed+soft"), ("1/8", "1/8"), ("a-b; c=d", "a-b; c=d"),
    ],
)  # fmt: skip
def test_a_cell_is_no_formula_and_cannot_steer_a_terminal(text, shown):
    assert cell(text) == shown == cell(shown)


def test_names_in_the_csv_are_cells(tmp_path):
    row = dict(stage="trained", data="digits", header_bytes=9, payload_bytes=9, test_error=0.5, factor="1")
    tn.frontier.write_csv([row | {"method": "=HYPERLINK(1)\x1b[2J;=2"}], tmp_path / "frontier.csv")
    assert "\n'=HYPERLINK(1) [2J;'=2,trained,1," in (tmp_path / "frontier.csv").read_text()


def test_the_table_and_the_csv_hold_every_point(rows, tmp_path):
    points = tn.frontier.summarize(rows)
    assert tn.frontier.table(rows).row_count == len(points)
    tn.frontier.write_csv(rows, tmp_path / "frontier.csv")
    with open(tmp_path / "frontier.csv", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["method"], float(line["bytes"]), float(line["error"])) for line in lines] == [
        (p.method, p.bytes, p.error) for p in points
    ]

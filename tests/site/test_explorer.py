"""The frontier explorer shows the committed points, and what it says of a point makes that point."""

import csv
import json
import re

import pytest

from docs.site import explorer

SWEEPS = sorted(explorer.ROOT.glob("docs/frontier*.csv"))


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.stem)
def test_every_row_of_a_sweep_is_a_point(path):
    points = explorer.frontier(path)["points"]
    assert [point["bytes"] for point in points] == [float(row["bytes"]) for row in rows(path)]
    unit = 100 if "%" in explorer.frontier(path)["measure"] else 1
    assert [point["error"] for point in points] == [unit * float(row["error"]) for row in rows(path)]


def test_each_point_names_its_method_factor_and_seeds_in_the_command():
    for path in SWEEPS:
        for point, row in zip(explorer.frontier(path)["points"], rows(path), strict=True):
            assert f"--methods {row['method']} --factors {row['factor']} " in point["command"]
            seeds = re.search(r"--seeds (\d+)", point["command"])
            assert seeds and seeds[1] == row["seeds"], point


def test_the_whole_family_is_there_with_its_recipes():
    kept = json.loads(explorer.MEMBERS.read_text())["points"]
    for entry, (data, rows) in zip(explorer.members(), kept.items(), strict=True):
        shown = [(p["method"], p["bytes"], p["error"]) for p in entry["points"]]
        assert shown == [(row["method"], row["bytes"], 100 * row["error"]) for row in rows]
        for point, row in zip(entry["points"], rows, strict=True):
            assert f"--data {data} " in point["command"] and row["recipe"] in point["setting"]


def test_the_best_networks_are_those_of_the_results():
    kept = json.loads((explorer.ROOT / "benchmarks/results/frontier_best.json").read_text())["points"]
    measured = {(p["bytes"], p["net"], round(p["test"], 6), round(p["spread"], 6)) for p in kept}
    points = explorer.best()["points"]
    assert {(p["bytes"], p["setting"], round(p["error"], 6), round(p["spread"], 6)) for p in points} == measured


@pytest.mark.site
def test_a_point_is_reached_by_keyboard_and_filters_leave_others_out(tab):
    page = tab.open("explorer/")
    points = page.locator("#explorer .point")
    assert points.count() == len(rows(explorer.ROOT / "docs/frontier.csv"))
    page.locator("#explorer .point[tabindex='0']").focus()
    page.keyboard.press("End")
    largest = max(
        (row for row in rows(explorer.ROOT / "docs/frontier.csv") if row["method"] == "dense"),
        key=lambda row: float(row["bytes"]),
    )
    assert f"{float(largest['bytes']):,.0f} bytes" in page.locator("#explorer .details").inner_text()
    assert (
        "tinynet frontier --data digits --seeds 3 --methods dense --factors 1 "
        in page.locator("#explorer .details").inner_text()
    )

    frontier = page.locator("#explorer .frontier").get_attribute("points")
    page.get_by_role("checkbox", name="narrow+quantized").uncheck()
    assert page.locator("#explorer .frontier").get_attribute("points") != frontier
    page.get_by_role("combobox", name="Data").select_option("reber")
    assert points.count() == len(rows(explorer.ROOT / "docs/frontier-reber.csv"))
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert tab.faults == []

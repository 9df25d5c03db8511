"""Draw a digit, in a browser: strokes become pictures like MNIST's, and four networks answer."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.site

ROOT = Path(__file__).parents[2]
THREE = [
    (0.3, 0.25),
    (0.5, 0.15),
    (0.7, 0.25),
    (0.68, 0.4),
    (0.5, 0.5),
    (0.7, 0.6),
    (0.7, 0.8),
    (0.5, 0.88),
    (0.3, 0.78),
]
SAID = "document.querySelector('#digit').dataset"


def picture(strokes):
    if shutil.which("node") is None:
        pytest.skip("node is missing; it runs the page's script outside a browser")
    script = "import { picture } from './docs/web/digit_picture.js';"
    program = f"{script} console.log(JSON.stringify([...picture({json.dumps(strokes)})]))"
    command = ["node", "--input-type=module", "-e", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return np.reshape(json.loads(done.stdout), (28, 28)).astype(float)


def test_a_digit_fills_the_box_and_its_mass_is_in_the_middle():
    ink = picture([THREE])
    rows, columns = np.flatnonzero(ink.sum(axis=1)), np.flatnonzero(ink.sum(axis=0))
    assert 20 <= np.ptp(rows) + 1 <= 22 and np.ptp(columns) + 1 < 20  # the border is soft
    at = np.arange(28) + 0.5
    assert [(ink.sum(axis=axis) * at).sum() / ink.sum() for axis in (0, 1)] == pytest.approx([14, 14], abs=0.1)


def test_where_and_how_large_a_digit_is_written_does_not_matter():
    small = [[(200 + 30 * x, 7 + 30 * y) for x, y in THREE]]
    assert np.abs(picture(small) - picture([THREE])).max() <= 1


def test_a_dot_is_a_dot():
    dot = picture([[(0.2, 0.9)]])
    assert dot[14, 14] == dot[13, 13] > 200 and np.count_nonzero(dot) <= 16


@pytest.fixture(scope="module")
def tab(new_tab):
    tab = new_tab(height=1000)
    tab.page.set_default_timeout(120_000)
    tab.open("digit/")
    return tab


def write(page, points):
    box = page.locator("[data-name=pad]").bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=6)
    page.mouse.up()


def test_four_networks_read_a_three_without_python(tab):
    write(tab.page, THREE)
    tab.page.wait_for_function(f"{SAID}.said === '3333'")
    assert all("µs in C" in text for text in tab.page.locator(".digit-time").all_inner_texts())
    assert not [url for url in tab.requests if "pyodide" in url]


def test_python_gives_the_same_scores(tab):
    tab.page.click("[name=python]")
    tab.page.wait_for_selector("[name=python]", state="hidden")
    tab.page.wait_for_function(f"{SAID}.apart !== undefined")
    assert float(tab.page.evaluate(f"{SAID}.apart")) < 1e-5
    assert all("µs in Python" in text for text in tab.page.locator(".digit-python").all_inner_texts())


def test_a_one_is_written_with_the_keyboard(tab):
    page = tab.page
    page.focus("[data-name=pad]")
    page.keyboard.press("Escape")
    assert page.locator("[data-name=message]").inner_text() == "Write a digit."
    for key in (" ", *["ArrowDown"] * 9, " "):
        page.keyboard.press(key)
    page.wait_for_function(f"{SAID}.said === '1111'")


def test_nothing_went_wrong_and_nothing_came_from_elsewhere(tab):
    assert tab.faults == []
    assert [url for url in tab.requests if not url.startswith(tab.address)] == []

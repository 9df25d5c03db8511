"""The playground in a browser: it trains to CPython's error, explains a weight, and a link holds its setting."""

import re

import pytest

from docs.web.playground import Playground

pytestmark = pytest.mark.site

LINK = "playground/#data=spirals&noise=0.02&seed=5&methods=dense,hashed,dense&width=16&share=0.25&lr=0.02"
SETTING = {"data": "spirals", "noise": 0.02, "seed": 5, "methods": ["dense", "hashed", "dense"], "width": 16,
           "share": 0.25, "lr": 0.02}  # fmt: skip
STATE = "document.querySelector('#play').dataset"


@pytest.fixture(scope="module")
def tab(new_tab):
    """A tab in which Python has started; it is used by one test after the other."""
    tab = new_tab(height=1000)
    tab.page.set_default_timeout(60_000)
    tab.open(LINK)
    step(tab.page, 0, 1)
    return tab


def step(page, before, pace):
    page.select_option("[name=pace]", str(pace))
    page.click("[name=step]")
    page.wait_for_function(f"{STATE}.steps == {before + pace}")


def message(page):
    return page.inner_text("[data-name=message]")


def new_run(page):
    page.evaluate(f"{STATE}.shown = ''")
    page.click("[name=restart]")
    page.wait_for_function(f"{STATE}.shown")


def test_it_reaches_the_error_of_cpython(tab):
    new_run(tab.page)
    for pictures in range(5):
        step(tab.page, 20 * pictures, 20)
    play = Playground(SETTING)
    for _ in range(5):
        expected = play.advance(20)
    assert float(tab.page.evaluate(f"{STATE}.error")) == expected["error"]
    assert f"{play.shown()['bytes']:,} bytes" in tab.page.evaluate("document.querySelector('[name=state]').value")


def test_a_weight_leads_to_its_bucket_and_its_formula(tab):
    page = tab.page
    page.focus("[data-name=matrix]")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)  # to W1[0, 0], down to W2[0, 0], and on to W2[1, 1]
    page.wait_for_selector(".play-entry h3:has-text('W2[1, 1]')")
    lines = page.inner_text(".play-entry pre")
    [bucket] = re.findall(r"h\(1, 1\) = (\d+)", lines)
    [many] = re.findall(rf"(\d+) of 256 entries share w\[{bucket}\]", lines)
    assert page.locator(".play-bucket span").count() == int(many)
    page.click("[data-name=matrix]", position={"x": 3, "y": 26})  # W1[0, 0]
    page.wait_for_selector(".play-entry h3:has-text('W1[0, 0]')")
    page.focus("[data-name=matrix]")
    page.keyboard.press("Escape")
    page.wait_for_selector(".play-entry", state="hidden")


def test_it_trains_until_it_is_stopped_and_every_run_is_a_point(tab):
    page = tab.page
    new_run(page)
    page.click("[name=train]")
    page.wait_for_function(f"{STATE}.steps > 40")
    page.click("[name=train]")
    runs = page.locator(".play-runs tbody tr").count()
    page.select_option("[name=method] >> nth=1", "binary")
    size = Playground(SETTING | {"methods": ["dense", "binary", "dense"]}).shown()["bytes"]
    page.wait_for_function(f"document.querySelector('[name=bytes]').value.startsWith('{size} of')")
    assert page.locator(".play-runs tbody tr").count() == runs + 1
    assert "methods=dense%2Cbinary%2Cdense" in page.url


def test_a_boundary_is_typed_and_a_wrong_one_is_refused_in_words(tab):
    page = tab.page
    page.select_option("[name=data]", "formula")
    page.fill("[name=formula]", "x.__class__")
    page.wait_for_selector("[data-name=message]:has-text('means nothing here')")
    page.fill("[name=formula]", "x^2 - 0.5")
    page.wait_for_selector("[data-name=message]:text-is('')", state="attached")
    step(page, 0, 1)


def test_points_are_painted_by_mouse_and_keyboard(tab):
    page = tab.page
    page.select_option("[name=data]", "painted")
    page.wait_for_selector("[data-name=message]:has-text('points are painted')")
    page.click("[data-name=plane]", position={"x": 40, "y": 40})
    page.focus("[data-name=plane]")
    for brush in ("0", "1"):
        page.select_option("[name=brush]", brush)
        page.focus("[data-name=plane]")
        for key in ("ArrowRight", "ArrowUp") * 4:
            page.keyboard.press(key)
            page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('[data-name=message]').textContent === ''")
    step(page, 0, 1)
    assert len(re.findall("%2C[01]%3B|%2C[01]&", page.url)) == 17


def test_a_table_is_read(tab):
    page = tab.page
    rows = "".join(f"{k},{k * k % 7},{'uv'[k % 2]}\n" for k in range(40))
    page.select_option("[name=data]", "table")
    page.set_input_files(
        "[name=file]", {"name": "mine.csv", "mimeType": "text/csv", "buffer": f"a,b,c\n{rows}".encode()}
    )
    page.wait_for_selector("[data-name=message]:has-text('inputs a and b; classes u, v')")


def test_a_link_holds_the_setting(new_tab, tab):
    url = tab.page.url.removeprefix(tab.address)
    other = new_tab()
    page = other.open(url.lstrip("/"))
    assert page.evaluate("document.querySelector('[name=data]').value") == "table"
    assert page.evaluate("document.querySelectorAll('[name=method]')[1].value") == "binary"
    assert page.input_value("[name=width]") == "16" and page.input_value("[name=seed]") == "5"
    assert not [request for request in other.requests if "pyodide" in request]  # nothing is fetched before it is wanted


def test_nothing_went_wrong_and_nothing_came_from_elsewhere(tab):
    assert tab.faults == []
    assert [url for url in tab.requests if not url.startswith((tab.address, "blob:"))] == []

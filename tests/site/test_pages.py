"""Each page of the site, in a browser: nothing comes from another host, nothing is missing, and it fits a phone."""

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag

import pytest

pytestmark = pytest.mark.site
SEEN = """async () => {
    for (const image of document.images) image.loading = "eager";  // which waits otherwise until one scrolls to it
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
    return {
    headings: document.querySelectorAll("h1").length,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    formulas: document.querySelectorAll(".arithmatex").length,
    typeset: document.querySelectorAll(".arithmatex mjx-container[jax='CHTML'] mjx-assistive-mml").length,
    blank: [...document.images].filter((image) => !(image.complete && image.naturalWidth)).map((image) => image.src),
    nameless: [...document.images].filter((image) => !image.alt.trim()).map((image) => image.src),
    unlabelled: [...document.querySelectorAll("a[href], button, input:not([type=hidden]), textarea, select")]
        .filter((each) => each.checkVisibility())
        .filter((each) => !(each.innerText.trim() || each.ariaLabel || each.title || each.labels?.length
                            || each.querySelector("img[alt]:not([alt=''])")))
        .map((each) => each.outerHTML.slice(0, 100)),
    anchors: [...document.querySelectorAll("[id], a[name]")].map((each) => each.id || each.name),
    links: [...document.querySelectorAll("a[href]")].map((each) => each.href),
}}"""


@dataclass
class Visit:
    """One page, seen on a phone: what SEEN reports of it, what was asked for, and what went wrong."""

    seen: dict
    requests: list[str]
    faults: list[str]


@pytest.fixture(scope="module")
def visits(new_tab, site):
    """Every page of the site by its path, visited once at the width of a phone."""
    tab, found = new_tab(390, 844), {}
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        tab.requests, tab.faults = [], []
        found[name] = Visit(tab.open(name, "load").evaluate(SEEN), tab.requests, tab.faults)
    return found


def listed(visits, of):
    """Return what `of` finds on each page, without the pages where it finds nothing."""
    return {name: found for name, visit in visits.items() if (found := of(visit))}


def test_no_request_leaves_the_site(visits, address):
    assert not listed(visits, lambda visit: [url for url in visit.requests if not url.startswith((address, "data:"))])


def test_no_page_has_an_error(visits):
    assert not listed(visits, lambda visit: visit.faults)


def test_every_formula_is_typeset_for_the_eye_and_for_a_screen_reader(visits):
    assert sum(visit.seen["formulas"] for visit in visits.values()) > 500
    assert not listed(visits, lambda visit: visit.seen["formulas"] - visit.seen["typeset"])


def test_every_figure_is_loaded_and_said_in_words(visits):
    assert not listed(visits, lambda visit: visit.seen["blank"] + visit.seen["nameless"])


def test_whatever_can_be_pressed_has_a_name(visits):
    assert not listed(visits, lambda visit: visit.seen["unlabelled"])


def test_no_page_scrolls_sideways_on_a_phone(visits):
    assert not listed(visits, lambda visit: visit.seen["wide"])


def test_every_page_has_one_title(visits):
    assert not listed(visits, lambda visit: visit.seen["headings"] != 1)


def test_every_link_inside_the_site_leads_somewhere(visits, site, address):
    def dead(visit):
        for link in visit.seen["links"]:
            page, anchor = urldefrag(link)
            if page.startswith(address):
                path = unquote(page.removeprefix(address).strip("/"))
                path = posixpath.join(path, "index.html") if (site / path).is_dir() else path
                there = path in visits and (not anchor or unquote(anchor) in visits[path].seen["anchors"])
                if not (there or ((site / path).is_file() and path not in visits)):
                    yield link

    assert not listed(visits, lambda visit: sorted(set(dead(visit))))

"""Pages of each kind, as axe-core judges them: contrast in both schemes, names, roles, order of headings."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.site
AXE = Path(__file__).parents[2] / "docs/web/node_modules/axe-core/axe.min.js"
KINDS = [
    "index.html", "tab/", "course/", "lessons/01_layer/", "methods/", "frontier/", "reading/", "reference/",
    "reference/engine/primitives/", "reference/layers/linear/", "reference/parameterizations/",
    "source/benchmarks/results/training/", "afternoon/", "afternoon/engine/tensor/", "claims/", "explorer/",
    "playground/", "digit/", "teaching/",
]  # fmt: skip
FOUND = """async () => (await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21aa"]})).violations.flatMap(
    (rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 120)} ${node.any[0]?.message ?? ""}`))"""


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request, new_tab):
    tab = new_tab(color_scheme=request.param)
    return tab


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_can_be_read_and_used_by_everyone(kind, scheme):
    page = scheme.open(kind, "load")
    page.add_script_tag(path=AXE)
    assert page.evaluate(FOUND) == []


def test_the_keyboard_reaches_the_content_and_the_colour_scheme(tab):
    page = tab.open("index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText").strip() == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.focus("#__palette_0")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_small_before_its_figures(kind, tab):
    page = tab.open(kind)
    page.wait_for_function("performance.getEntries().some((each) => each.name.includes('search_index'))")
    loaded = page.evaluate(
        """() => performance.getEntries().filter((each) => each.decodedBodySize && each.initiatorType != "img")
            .map((each) => [each.decodedBodySize, each.name])"""
    )
    assert len(loaded) > 5 and sum(size for size, _ in loaded) < 1_500_000, sorted(loaded)[-5:]

"""The annotated source holds each line of the afternoon, in order; equations are read as they are meant."""

import re
from html.parser import HTMLParser

import pytest

from docs.site import equations, source

FILES = list(source.afternoon())


class Shown(HTMLParser):
    """What a page shows of a file: its code by line number, its prose by the lines it comes from, both in order."""

    def __init__(self, page):
        super().__init__()
        self.code, self.prose, self.into, self.hidden = {}, {}, None, 0
        self.feed(page[page.index('<div class="annotated">') : page.rindex("</div>")])

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "data-lines" in attributes:
            first, last = map(int, attributes["data-lines"].split("-"))
            self.into = self.prose.setdefault(range(first, last + 1), [])
        elif re.fullmatch(r"line( blank)?", attributes.get("class", "")):
            self.into = self.code.setdefault(int(attributes["id"].removeprefix("line-")), [])
        elif attributes.get("class") == "number":
            self.hidden = 1
        elif attributes.get("class") == "written":
            self.into.append(attributes["title"])
        elif attributes.get("class") == "arithmatex":
            self.hidden = 1

    def handle_endtag(self, tag):
        if tag in ("a", "div", "span"):
            self.hidden = 0

    def handle_data(self, data):
        if self.into is not None and not self.hidden:
            self.into.append(data)


def bare(text):
    """Return a text without what separates and marks its words: white space, quotes, backticks, asterisks, signs."""
    return re.sub(r"[\s`*\"#]|----", "", text).lower()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_parts_of_a_file_hold_each_line_once_in_order(path):
    text = path.read_text("utf-8")
    numbers = [n for part in source.parts(text) for piece in (part.head, part.prose, part.body) for n in piece]
    assert numbers == list(range(1, len(text.splitlines()) + 1))


QUICK = ("hashed", "losses", "linear")  # plain pytest looks at the pages of these


@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=() if path.stem in QUICK else pytest.mark.site, id=path.stem) for path in FILES]
)
def test_a_page_holds_each_line_of_its_file(path):
    lines = path.read_text("utf-8").splitlines()
    shown = Shown(source.page(path, source.afternoon()))
    assert list(shown.code) == sorted(shown.code)
    assert {n: "".join(text).rstrip("\n") for n, text in shown.code.items()} == {n: lines[n - 1] for n in shown.code}
    assert not any('"""' in lines[n - 1] for n in shown.code)  # a docstring is prose, all of it
    assert sorted([*shown.code, *(n for numbers in shown.prose for n in numbers)]) == list(range(1, len(lines) + 1))
    for numbers, text in shown.prose.items():
        assert bare("".join(text)) == bare("\n".join(lines[n - 1] for n in numbers))


def test_a_file_that_prose_or_an_import_names_is_a_link():
    [hashed] = [path for path in FILES if path.stem == "hashed"]
    page = source.page(hashed, source.afternoon())
    assert '(<a href="../hashing/">hashing.py</a>)' in page
    assert '<a href="../../engine/tape/">tinynet.engine.tape</a>' in page


def test_the_pages_are_the_starred_files_in_reading_order():
    names = [f"{path.parent.name}/{path.name}" for path in FILES]
    assert names[:2] == ["engine/operators.py", "engine/tensor.py"] and names[-1] == "training/fit.py"
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in FILES)
    assert f"{len(FILES)} of them with {lines:,} lines" in source.contents(source.afternoon())


@pytest.mark.parametrize(
    ("written", "tex"),
    [
        ("W[i, j] = xi(i, j) w[h(i, j)]", r"W_{i,j} = \xi(i,j) w_{h(i,j)}"),
        ("p_c = exp(s_c) / sum_k exp(s_k)", r"p_{c} = \exp(s_{c}) / \sum_{k} \exp(s_{k})"),
        ("v <- mu v + g + lambda w", r"v \leftarrow \mu v + g + \lambda w"),
        ("Q = 2^(k-1) - 1", "Q = 2^{k-1} - 1"),
        ("W = A diag(s) B^T", r"W = A \operatorname{diag}(s) B^T"),
        (
            "dL/dw[k] = sum of xi(i, j) dL/dW[i, j] over all (i, j) with h(i, j) = k",
            r"\frac{\partial L}{\partial w_{k}} = "
            r"\sum_{(i,j)\,:\;h(i,j)=k} \xi(i,j) \frac{\partial L}{\partial W_{i,j}}",
        ),
        ("holds = {}", None),
        ("x.grad = 5", None),
        ("a matrix of K numbers", None),
        ("W = (A", None),
    ],
)
def test_equations_become_tex_and_all_else_stays(written, tex):
    found = equations.whole(written)
    assert (found and found.replace(" ", "")) == (tex and tex.replace(" ", ""))


def test_an_equation_inside_a_sentence_ends_where_it_ends():
    text = "Take W = U V, where the number (xi = -1) of a weight is dL/dx; y is a b (so z = f(x))."
    assert [piece for piece, tex in equations.inside(text) if tex] == ["W = U V", "(xi = -1)", "dL/dx", "z = f(x)"]
    assert "".join(piece for piece, _ in equations.inside(text)) == text


@pytest.mark.site
def test_a_page_is_read_beside_its_code_and_below_it_on_a_phone(tab):
    page = tab.open("afternoon/parameterizations/hashed/")
    prose, code = page.locator(".annotated .prose").first, page.locator(".annotated pre.body").first
    assert prose.bounding_box()["x"] + prose.bounding_box()["width"] <= code.bounding_box()["x"]
    assert page.locator(".annotated .written mjx-container").count() == page.locator(".annotated .written").count() == 3
    page.locator("#line-33 .number").click()
    page.wait_for_load_state("networkidle")
    assert page.url.endswith("source/tinynet/parameterizations/hashed.py/#line-0-33")
    assert page.locator("#line-0-33").inner_text().startswith("gather = primitive(")

    page.set_viewport_size({"width": 390, "height": 800})
    page.go_back(wait_until="networkidle")
    assert prose.bounding_box()["y"] + prose.bounding_box()["height"] <= code.bounding_box()["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert tab.faults == []


@pytest.mark.site
def test_a_link_to_a_main_file_leads_to_its_annotated_page(tab):
    page = tab.open("engine/")
    page.get_by_role("link", name="engine/tensor.py").first.click()
    page.wait_for_load_state("networkidle")
    assert page.url.endswith("/afternoon/engine/tensor/")

"""The reference has an entry for every public name, with defaults, and shows blocks of docstrings line by line."""

import re

import pytest

from docs.site import reference, search

pytestmark = pytest.mark.site


@pytest.fixture(scope="module")
def pages(site):
    """The HTML of each page of the reference, by its path."""
    return {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in site.glob("reference/**/*.html")}


def test_every_public_name_has_its_entry_and_its_line_in_the_list(pages):
    names = reference.public()
    assert {"tn.Tensor", "tn.BatchNorm", "tn.functional.relu", "tn.datasets.load", "tn.frontier.sweep"} <= set(names)
    entries = {anchor for page in pages.values() for anchor in re.findall(r'id="(tinynet[\w.]*)"', page)}
    assert [name for name, value in names.items() if reference.identifier(value) not in entries] == []
    assert [name for name in names if f"<code>{name}</code>" not in pages["reference/index.html"]] == []


def test_defaults_are_shown_and_no_argument_is_called_required(pages):
    linear = re.sub(r"<[^>]+>", "", pages["reference/layers/linear/index.html"])
    assert "Linear(n_in, n_out, weight=Dense(), bias=True, seed=0)" in " ".join(linear.split())
    assert [path for path, page in pages.items() if "<em>required</em>" in page] == []


def test_no_block_of_a_docstring_is_folded_or_run_together(pages):
    folded = {path: re.findall(r'<details class="(?!mkdocstrings-source)[^>]*>', page) for path, page in pages.items()}
    assert not {path for path, found in folded.items() if found}
    assert re.search(r"<code>\* lowrank +W = U V\n", pages["reference/parameterizations/index.html"])


def test_the_index_of_the_search_keeps_whole_words():
    long = f"<p>First <code>words</code></p> {'and more ' * 200}"
    assert search.first_words("<p>A short   text</p>") == "A short text"
    assert search.first_words(long).startswith("First words and more")
    assert search.first_words(long).endswith(("and", "more")) and len(search.first_words(long)) <= search.KEPT

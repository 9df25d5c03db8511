"""The pages of claims and measurements say what the runs and files say, each once."""

import html
import re

from docs.site import claims, results
from tinynet.course.claims import CLAIMS


def lesson(number, *verdicts):
    found = [{"kind": "verdict", "claim": claim, "statements": said} for claim, said in verdicts]
    return {"number": number, "folder": f"{number:02}_name", "cells": [{"results": [{"kind": "text"}, *found]}]}


LESSONS = [
    lesson(3, ("C4", {"scores are | probabilities": [False, "sum 2.5"]}), ("C7b", {"borders harden": [True, ""]})),
    lesson(4, ("C7a", {"borders settle": [True, "by <0.1>"]}), ("next", {"a race of one's own": [True, ""]})),
]


def test_verdicts_are_put_together_claim_by_claim():
    found = claims.verdicts(LESSONS)
    assert list(found) == list(CLAIMS)
    assert [(each.lesson["number"], each.statement, each.held) for each in found["C7"]] == [
        (3, "borders harden", True),
        (4, "borders settle", True),
    ]
    assert sum(map(len, found.values())) == 3  # "next" is no claim of the syllabus


def test_the_page_counts_the_verdicts_and_shows_each():
    [(place, text)] = claims.page(LESSONS)
    assert place == "claims.md" and "2 statements held, and 1 did not" in text
    assert re.findall("(?m)^## (\\w+)", text) == list(CLAIMS)
    shown = html.unescape(text)
    assert "| **no** | scores are | probabilities <small>(sum 2.5)</small> | [3](lessons/03_name/index.md) |" in shown
    assert "| yes | borders settle <small>(by <0.1>)</small> | [4](lessons/04_name/index.md) |" in shown
    assert all(row.count("|") == 4 for row in text.splitlines() if row.startswith("|"))


def test_every_file_of_results_is_listed_once_under_a_title_of_its_own():
    [(_, text)] = results.pages()
    files = {path.name for path in results.files()}
    assert sorted(re.findall(r"results/(\w+\.md)\)", text)) == sorted(files) and len(files) > 10
    titles = [results.title(path) for path in results.files()]
    assert len(set(titles)) == len(titles)
    assert re.search(r"lstm\.md\) \| 20\d\d-\d\d-\d\d \| AMD EPYC \(family \d+\), 2 cores, Linux x86_64 \|", text)

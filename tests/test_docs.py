"""What the pages point to is there, and the README's programs run."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("gpu/*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/**/*.md")]
PROGRAMS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_programs_of_the_readme_run_and_print_what_they_say(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for program in PROGRAMS:
        quick = re.sub(r"epochs=\d+", "epochs=3", program)
        exec(compile(quick, "README.md", "exec"), names)
    printed = capsys.readouterr().out
    assert len(PROGRAMS) == 4
    assert re.search(r"test error \d", printed) and "FileSize(header=" in printed and "digraph" in printed
    assert re.search(r"illegal prediction: [\d.]+%", printed)
    assert "\nTrue\n" in printed  # the frozen scores are equal

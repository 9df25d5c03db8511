"""What the learner's own runs said about every claim is kept, shown in a table, and written on a page."""

import json
import re

import pytest
from typer.testing import CliRunner

from tinynet.cli import app
from tinynet.course import claims, manifest, workspace
from tinynet.course.script import Script

SCRIPT = """
import numpy as np
from tinynet.course import Script
lesson = Script(1)
lesson.verdict("C1", {"it adds": (np.float64(2) > 1, "2 > 1"), "it [b]multiplies": False})
lesson.verdict("C1", {"it ends": True})
"""


def run(space, text=SCRIPT):
    path = space.root / "lessons" / "01_sums" / "lesson.py"
    path.write_text(text)
    exec(compile(text, str(path), "exec"), {"__file__": str(path), "__name__": "lesson"})


def said(space):
    return workspace.Workspace(space.root).verdicts(manifest.lesson(1))


def test_verdicts_are_kept_and_a_new_run_takes_the_place_of_the_old_one(space, lesson):
    run(space)
    assert said(space) == {"C1": {"it adds": (True, "2 > 1"), "it [b]multiplies": (False, ""), "it ends": (True, "")}}
    run(space, SCRIPT.replace("it [b]multiplies", "it divides"))
    assert list(said(space)["C1"]) == ["it adds", "it divides", "it ends"]


def test_progress_counts_what_held_and_names_lessons_that_were_not_run(space):
    def shown(*options):
        return CliRunner().invoke(app, ["progress", *options], env={"COLUMNS": "200"}).output

    before = next(line for line in shown().splitlines() if line.startswith("C1 "))
    assert before.split()[-1] == "1" and claims.CLAIMS["C1"] in before
    run(space)
    after = next(line for line in shown().splitlines() if line.startswith("C1 "))
    assert after.removeprefix("C1").replace(claims.CLAIMS["C1"], "").split() == ["2", "1", "1"]
    assert "it [b]multiplies" not in shown() and re.search(r"no +it \[b\]multiplies", shown("--verdicts"))
    assert all(name in shown() for name in claims.CLAIMS)


def test_the_page_holds_the_picture_and_every_statement(space):
    run(
        space,
        SCRIPT + "from matplotlib import pyplot\nlesson.figure(pyplot.figure(), 'all')\nlesson.claims()\n"
        "lesson.page('What I <found>', {'all': 'All < of it'}, ['A & B'], {'mine is best': (False, '2 > 1')})\n",
    )
    page = (space.root / "lessons" / "01_sums" / "figures" / "page.html").read_text()
    assert "<h1>What I &lt;found&gt;</h1>" in page and "data:image/png;base64,iVBOR" in page
    assert "<td>yes</td><td>it adds<br><small>2 &gt; 1</small></td><td>lesson 1</td>" in page
    assert "2 statements held and 1 did not, in 1 of the course's" in page
    assert "<p>A &amp; B</p>" in page and "<figcaption>All &lt; of it</figcaption>" in page
    assert "<td>no</td><td>mine is best<br><small>2 &gt; 1</small></td>" in page
    missing = page[page.index("Not run yet: ") :]  # in one line
    assert "<td>C1</td>" in page and all(f"{claim} (lesson" in missing for claim in claims.CLAIMS if claim != "C1")


@pytest.mark.parametrize("bad", [{"01_sums": {"C1": {"x": [True]}}}, {"01_sums": {"C1": ["x"]}}, [1], {"a": 1}])
def test_a_damaged_file_is_named(space, bad):
    entries = json.loads(space.file.read_text())
    space.file.write_text(json.dumps(entries | {"verdicts": bad}))
    with pytest.raises(manifest.CourseError, match="cannot be read; delete it"):
        workspace.Workspace(space.root)


def test_a_workspace_from_before_there_were_verdicts_can_be_read(space):
    entries = json.loads(space.file.read_text())
    del entries["verdicts"]
    space.file.write_text(json.dumps(entries))
    assert said(space) == {}


def test_every_claim_is_examined_and_the_manifest_says_where():
    """A lesson's verdicts are on the claims that its entry names, and each of these is a claim."""
    examined = set()
    for lesson in manifest.read():
        text = (lesson.path / "lesson.py").read_text()
        judged = [name.rstrip("ab") for name in re.findall(r'lesson\.verdict\(\s*"(\w+)"', text)]
        assert {name for name in judged if name in claims.CLAIMS} == set(lesson.claims), lesson.folder
        examined |= set(lesson.claims)
    assert examined == set(claims.CLAIMS)


def test_script_is_what_lessons_use():
    assert {"claims", "page", "verdict"} <= set(vars(Script))

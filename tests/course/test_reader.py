"""A lesson in the terminal: it waits at each section and each exercise, and runs through where nobody waits."""

import io
import re

import pytest
import typer
from rich.console import Console

from tinynet.course import formulas, manifest
from tinynet.course.notebook import split
from tinynet.course.reader import HEADING, SETS, Learner, pieces, read_lesson

LESSON = """
from types import SimpleNamespace

lesson = SimpleNamespace(exercise=str)
# %% [markdown]
# # A lesson
#
# Say $x$.
# %%
print("before the section")
# %% [markdown]
# ## A section
#
# **Exercise `total`.** Return it.
#
# Then comes the mean.
#
# **Exercise `mean`.** Return it.
# %% [markdown]
# ## Another section
# %%
total, mean = lesson.exercise("total"), lesson.exercise("mean")
print("after the exercises")
# %% [markdown]
# The last words of a section.
#
# ## Read on
"""


@pytest.fixture
def read(tmp_path, monkeypatch, capsys):
    """Return a function that reads LESSON with these keys, and returns what was shown, asked and printed."""

    def read(keys, learns=True, passes=(), graded=False):
        path, output, asked = tmp_path / "lesson.py", io.StringIO(), []
        path.write_text(LESSON)
        remaining = iter(keys)
        monkeypatch.setattr("typer.getchar", lambda: output.write(f"<{capsys.readouterr().out}>") and next(remaining))
        monkeypatch.setattr("pydoc.pager", output.write)
        learner = Learner(
            lambda name: name in passes,
            lambda name: asked.append(("grade", name)) or graded,
            lambda name: asked.append(("hint", name)),
        )
        read_lesson(path, Console(file=output, width=80), learner if learns else None)
        assert not list(remaining)
        return output.getvalue(), asked, capsys.readouterr().out

    return read


def order(shown, *texts):
    """Return whether the texts were shown in this order."""
    return re.search(".*".join(map(re.escape, texts)), shown, re.DOTALL)


GO_ON = "Enter: go on   q: stop here"


def test_a_lesson_waits_before_each_section_and_after_the_words_that_set_an_exercise(read):
    shown, asked, printed = read("\rhgx\r \r")
    assert asked == [("hint", "total"), ("grade", "total")] and printed == ""
    assert order(
        shown, "Say x.", GO_ON, "<before the section\n>", "A section", "Exercise total.",
        "now write total in exercise.py", "<>", "Then comes the mean.",
        "Exercise mean.", "now write mean in exercise.py", "<>", "Another section",
        'lesson.exercise("mean")', "The last words", GO_ON, "<after the exercises\n>", "Read on",
    )  # fmt: skip
    assert shown.count(GO_ON) == 2  # an exercise right before a section is one pause, not two
    assert shown.count("now write") == 2


def test_a_grade_that_passes_goes_on(read):
    assert read("\rgg\r", graded=True)[1] == [("grade", "total"), ("grade", "mean")]


def test_what_passes_already_is_said_at_once_and_one_key_goes_on(read):
    shown, asked, _ = read("\r\r\r\r", passes=["total"])
    assert not asked and order(shown, "total in exercise.py: yours passes", GO_ON, "<>", "now write mean")


@pytest.mark.parametrize("key", "q\x03\x04")
def test_q_stops_the_lesson(read, capsys, key):
    for before in ("", "\r"):  # at a section, at an exercise
        with pytest.raises(typer.Exit):
            read(before + key)
        assert "after" not in capsys.readouterr().out


def test_without_a_reader_it_runs_through(read):
    shown, _, printed = read("", learns=False)
    assert "Say x." in shown and "now write" not in shown and GO_ON not in shown
    assert printed == "before the section\nafter the exercises\n"


@pytest.mark.parametrize("lesson", manifest.read(), ids=lambda lesson: lesson.folder)
def test_each_exercise_is_set_once_and_used_after_it_in_the_same_section(lesson):
    section, set_in, used_in = 0, {}, {}
    for cell in split((lesson.path / "lesson.py").read_text("utf-8")):
        if cell.kind == "code":
            used_in |= dict.fromkeys(re.findall(r'lesson\.exercise\("(\w+)"\)', cell.text), section)
            assert used_in.keys() <= set_in.keys()
            continue
        for piece in pieces(cell.text):
            section += piece.startswith(HEADING)
            for name in SETS.findall(piece):
                assert name not in set_in and name not in used_in
                set_in[name] = section
    assert set_in == used_in and list(set_in) == [exercise.name for exercise in lesson.exercises]


def test_a_missing_package_is_missed_before_anything_is_shown(tmp_path, monkeypatch, capsys):
    def missing():
        raise ModuleNotFoundError("No module named 'pylatexenc'", name="pylatexenc")

    monkeypatch.setattr(formulas, "_converter", missing)
    path = tmp_path / "lesson.py"
    path.write_text("# %% [markdown]\n# # No formula yet\n# %%\nx = 1\n# %% [markdown]\n# Say $x$.\n")
    with pytest.raises(ModuleNotFoundError, match="pylatexenc"):
        read_lesson(path, Console(), None)
    assert capsys.readouterr().out == ""

"""A lesson in the terminal: it waits where an exercise is due, and runs through where nobody waits."""

import io

import pytest
import typer
from rich.console import Console

from tinynet.course.reader import read_lesson

LESSON = """
from types import SimpleNamespace

lesson = SimpleNamespace(exercise=str)
# %% [markdown]
# Say $x$.
# %%
total = lesson.exercise("total")
print("after the exercise")
"""


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Return a function that reads LESSON with these keys, and returns what was shown, graded and hinted."""

    def read(keys, pause=True, passes=False):
        path, output, asked = tmp_path / "lesson.py", io.StringIO(), []
        path.write_text(LESSON)
        remaining = iter(keys)
        monkeypatch.setattr("typer.getchar", lambda: next(remaining))
        monkeypatch.setattr("pydoc.pager", output.write)
        grade = lambda name: asked.append(("grade", name)) or passes
        console = Console(file=output, width=80)
        read_lesson(path, console, pause, grade, lambda name: asked.append(("hint", name)))
        assert not list(remaining)
        return output.getvalue(), asked

    return read


def test_an_exercise_that_is_due_waits_for_a_key(read, capsys):
    shown, asked = read("hg\r")
    assert asked == [("hint", "total"), ("grade", "total")]
    assert shown.index("Say x.") < shown.index("now write total in exercise.py") < shown.index("lesson.exercise(")
    assert capsys.readouterr().out == "after the exercise\n"


def test_a_grade_that_passes_goes_on(read):
    assert read("g", passes=True)[1] == [("grade", "total")]


def test_q_stops_the_lesson(read, capsys):
    with pytest.raises(typer.Exit):
        read("q")
    assert capsys.readouterr().out == ""


def test_without_a_reader_it_runs_through(read, capsys):
    shown, _ = read("", pause=False)
    assert "Say x." in shown and "now write" not in shown and capsys.readouterr().out == "after the exercise\n"

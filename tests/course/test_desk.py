"""A lesson at work in a page: its cells, its grades and its zip are those of the command line."""

import io
import json
import zipfile

import pytest
from typer.testing import CliRunner

from tinynet import course as package
from tinynet.cli import app
from tinynet.course import stubs, workspace
from tinynet.course.desk import Desk
from tinynet.course.recording import Recording
from tinynet.course.script import Script
from tinynet.course.shown import shown

START = "from tinynet.course import Script\nlesson = Script(1)\n"


@pytest.fixture(autouse=True)
def script_as_before(monkeypatch):
    monkeypatch.setattr(package, "Script", Script)


@pytest.fixture
def desk(course, tmp_path):
    return Desk(1, {"progress": {}, "exercises": {}}, tmp_path / "desk")


def test_a_cell_gives_its_results_in_the_order_in_which_they_came(space, lesson):
    recording = Recording(space.folder(lesson) / "lesson.py")
    assert recording.run(START + "print('ready')", "cell 1") == [{"kind": "text", "text": "ready\n"}]
    found = recording.run(
        "import matplotlib.pyplot as plt\n"
        "lesson.predict('sum', 'How much?')\n"
        "print('now')\n"
        "total = lesson.exercise('total')\n"
        "lesson.answer('sum', 0.5, '{:.0%}')\n"
        "figure, axes = plt.subplots()\naxes.set(title='Sums', xlabel='x', ylabel='y')\nlesson.figure(figure, 'sums')\n"
        "lesson.verdict('C1', {'it adds': (True, 'exactly'), 'it takes away': False})\n"
        "lesson.verdict('C1', {'it divides': False})",
        "cell 2",
    )
    assert [each.pop("kind") for each in found] == [
        *("question", "text", "exercise", "answer", "figure", "verdict", "verdict")
    ]
    question, text, whose, answer, figure, verdict, more = found
    assert question == {"name": "sum", "text": "How much?", "choices": [], "share": False}
    assert text == {"text": "now\n"}
    assert whose["text"].startswith("total: the solution's")
    assert answer == {
        "name": "sum", "result": 0.5, "printed": "50%", "share": True, "text": "How much?\nanswer: 50%\n"
    }  # fmt: skip
    assert figure == {"file": "sums.png", "alt": "Sums: y against x"}
    assert (space.folder(lesson) / "figures/sums.png").is_file()
    assert verdict["statements"] == {"it adds": [True, "exactly"], "it takes away": [False, ""]}
    assert more["statements"] == {"it divides": [False, ""]}


def test_an_error_shows_the_cell_alone_and_names_survive(space, lesson, capsys):
    recording = Recording(space.folder(lesson) / "lesson.py")
    found = recording.run("x = 3\nprint(x)\n1 / 0", "cell 7")
    assert [each["kind"] for each in found] == ["text", "error"]
    assert found[1]["text"].startswith('Traceback (most recent call last):\n  File "cell 7", line 3, in <module>')
    assert "recording.py" not in found[1]["text"]
    assert recording.run("raise SystemExit", "cell 8")[0]["text"].endswith("SystemExit\n")
    assert recording.run("print(x)", "cell 9") == [{"kind": "text", "text": "3\n"}]
    assert capsys.readouterr().out == "3\n3\n"


def test_what_a_lesson_prints_cannot_become_a_part_of_the_page():
    code = "<script>"
    results = [
        {"kind": "text", "text": code}, {"kind": "error", "text": code},
        {"kind": "question", "name": code, "text": code, "choices": [code + "'"], "share": False},
        {"kind": "answer", "name": code, "text": code, "result": code + "'", "printed": code, "share": False},
        {"kind": "exercise", "name": code, "text": code}, {"kind": "figure", "file": "a.png", "alt": code},
        {"kind": "verdict", "claim": "C1", "text": code, "statements": {code: [True, code]}},
    ]  # fmt: skip
    assert code not in shown(results) and "<script" not in shown(results)


def test_a_desk_grades_in_the_words_of_the_command(desk, course, lesson, monkeypatch):
    file = desk.space.exercise(lesson)
    monkeypatch.chdir(desk.space.root)
    for body, passes in ("return -float(x.sum())", False), ("x.sum(", False), ("return float(x.sum())", True):
        file.write_text(stubs.exercise_of(lesson).replace('raise NotImplementedError("total")', body))
        graded = desk.grade("total")
        said = CliRunner().invoke(app, ["grade", "1", "--seed", "0"]).output
        assert graded["passed"] == passes == ("total" in desk.progress()["passed"]["01_sums"])
        assert said.startswith(graded["said"] + "\n"), body
    assert graded["said"] == "passed  total  (2 of 2 points)"


def test_a_new_desk_is_laid_out_as_the_old_one_was(desk, course, lesson, tmp_path):
    text = stubs.exercise_of(lesson).replace('raise NotImplementedError("total")', "return float(x.sum())")
    desk.take({"progress": {}, "exercises": {"01_sums": text}})
    desk.grade("total")
    desk.space.note(lesson, "sum", guess=3.0, asked="How much?")
    kept = json.loads(json.dumps(desk.progress()))
    later = Desk(1, {"progress": kept, "exercises": {"01_sums": text}}, tmp_path / "later")
    assert later.progress() == kept
    ran = later.run(START + "total = lesson.exercise('total')", "cell 1")
    assert ran["html"] == '<p class="whose">total: this is your own function, and it passes.</p>'


def test_the_zip_is_a_workspace_that_the_command_grades(desk, course, lesson, tmp_path, monkeypatch):
    text = stubs.exercise_of(lesson).replace('raise NotImplementedError("total")', "return float(x.sum())")
    desk.take({"progress": {"guesses": {"01_sums/sum": {"guess": 3}}}, "exercises": {"01_sums": text}})
    zipfile.ZipFile(io.BytesIO(desk.archive())).extractall(tmp_path / "out")
    monkeypatch.chdir(tmp_path / "out" / "course")
    assert workspace.find().progress.guesses == {"01_sums/sum": {"guess": 3}}
    assert "Lesson 1: 2 of 5 points" in CliRunner().invoke(app, ["grade", "1"]).output
    assert not (tmp_path / "out/course/lessons/01_sums/solution.py").exists()


def test_the_pieces_of_an_exercise_file_are_the_file(lesson):
    text = '"""About."""\n\nimport math\n\n# for total\n@wraps\ndef total(x):\n    pass\n\n\nhelper = 1\n'
    text += "def mean(x): pass\n"
    assert stubs.pieces(lesson, text) == [
        ("", '"""About."""\n\nimport math\n\n'), ("total", "# for total\n@wraps\ndef total(x):\n    pass\n\n\n"),
        ("", "helper = 1\n"), ("mean", "def mean(x): pass\n"),
    ]  # fmt: skip
    whole = stubs.exercise_of(lesson)
    assert "".join(piece for _, piece in stubs.pieces(lesson, whole)) == whole

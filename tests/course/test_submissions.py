import csv
import json
import os
import re
import shutil
import socket

import numpy as np
import pytest
from typer.testing import CliRunner

from tinynet.cli import app
from tinynet.course import inputs, manifest, submissions
from tinynet.course.calls import Functions
from tinynet.course.grading import DRAWS, grade_file
from tinynet.course.isolation import confinement, grade_isolated
from tinynet.course.isolation.sandbox import Limits
from tinynet.course.manifest import CourseError
from tinynet.course.rehearsal import rehearse
from tinynet.course.submissions import find, grade_folder

RIGHT = "def total(x): return float(x.sum())\ndef mean(x): return x.mean()\n"
HALF = "def total(x): return abs(x).sum()\ndef mean(x): return x.mean()\n"
BROKEN = {
    "loops.py": "def total(x):\n    while True: pass\ndef mean(x): return x.mean()\n",
    "exits.py": "import os; os._exit(0)\n",
    "unparsed.py": "def total(x)\n",
    "binary.py": "\udcff\udcfe",
    "empty.py": "",
    "numpy.py": RIGHT,  # an import of NumPy would find it if the folder were on the path
    "=cmd|' |A1.py": RIGHT,
    "-2+3.py": "def total(x): raise ValueError('=1+1 \\n <b>')\n",
    "upper.PY": RIGHT,
    "Ünal, Çağla.py": RIGHT,
    "bad\udcff.py": RIGHT,
    ".hidden.py": RIGHT,
    "metadata.yml": "",
}


def rows(path) -> list[list[str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def folder(tmp_path):
    """Return a folder with submissions in both layouts, some of them broken."""
    folder = tmp_path / "submissions"
    for name in "right", "half", "nothing", "__MACOSX", "links":
        (folder / name).mkdir(parents=True)
    (folder / "right" / "exercise.py").write_text(RIGHT)
    (folder / "half" / "exercise.py").write_text(HALF)
    (folder / "links" / "exercise.py").symlink_to(folder / "right" / "exercise.py")
    (folder / "linked").symlink_to(folder / "right")
    for name, text in BROKEN.items():
        (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    return folder


def test_every_submission_gets_a_row_whatever_it_does(lesson, folder, monkeypatch):
    monkeypatch.chdir(folder)  # it holds a file named numpy.py
    for name in "loop", "loop.py":
        (folder / name).symlink_to(name)
    limits = Limits(seconds=0.5)
    graded = grade_folder([lesson], folder, folder.parent / "grades.csv", jobs=3, seed=0, limits=limits)
    header, *found = rows(folder.parent / "grades.csv")
    assert header == ["name", "file", "total", "mean", "points", "seed", "messages"]
    assert [row[:5] for row in found] == [
        ["'-2+3", "'-2+3.py", "0", "0", "0"],
        ["'=cmd|' |A1", "'=cmd|' |A1.py", "2", "3", "5"],
        ["bad\\udcff", "bad\\udcff.py", "2", "3", "5"],
        ["binary", "binary.py", "0", "0", "0"],
        ["empty", "empty.py", "0", "0", "0"],
        ["exits", "exits.py", "0", "0", "0"],
        ["half", "half/exercise.py", "0", "3", "3"],
        ["linked", "linked/exercise.py", "0", "0", "0"],
        ["links", "links/exercise.py", "0", "0", "0"],
        ["loop", "loop/exercise.py", "0", "0", "0"],
        ["loop", "loop.py", "0", "0", "0"],
        ["loops", "loops.py", "0", "3", "3"],
        ["nothing", "nothing/exercise.py", "0", "0", "0"],
        ["numpy", "numpy.py", "2", "3", "5"],
        ["right", "right/exercise.py", "2", "3", "5"],
        ["unparsed", "unparsed.py", "0", "0", "0"],
        ["upper", "upper.PY", "2", "3", "5"],
        ["Ünal, Çağla", "Ünal, Çağla.py", "2", "3", "5"],
    ]
    said = {row[0]: row[-1] for row in found}
    assert said["right"] == ""
    assert said["'-2+3"].startswith("total(x): raised ValueError: =1+1 <b> (line 1:")
    assert said["binary"] == "binary.py is not text in UTF-8; save it as such"
    assert said["exits"].startswith("exits.py, while it was loaded, ended its process (exit code 0)")
    assert said["half"].startswith("total(x): wrong value   expected: 0.2") and len(said["half"]) <= submissions.MESSAGE
    assert said["linked"] == "linked is a link, not a folder"
    assert "must be a file, not a link" in said["links"]
    assert "took longer than 0.5 s" in said["loops"]
    assert said["unparsed"] == "exercise.py does not parse: expected ':', line 1"
    assert [submission.name for submission, _ in graded] == [s.name for s in find(folder)]


def test_grades_do_not_depend_on_workers_or_on_isolation(lesson, folder):
    for name in (*BROKEN, "links/exercise.py"):
        (folder / name).unlink()
    path = folder.parent / "grades.csv"
    grade_folder([lesson], folder, path, jobs=3, isolated=True, seed=7)
    first = path.read_bytes()
    assert first.count(b"\n") == 6
    grade_folder([lesson], folder, path, jobs=1, isolated=False, seed=7, progress=True)
    assert path.read_bytes() == first


@pytest.mark.parametrize("isolated", [True, False])
def test_an_odd_submission_is_a_row_with_its_reason_and_costs_no_one_else(lesson, tmp_path, isolated, monkeypatch):
    folder = tmp_path / "submissions"
    for name in ("folder.py", "inner/exercise.py", "pipe", "deep"):
        (folder / name).mkdir(parents=True)
    (folder / "right.py").write_text(RIGHT)
    for name in ("pipe.py", "pipe/exercise.py"):
        os.mkfifo(folder / name)
    (folder / "zero.py").symlink_to("/dev/zero")
    for name in ("nowhere.py", "absent", "absent.old"):
        (folder / name).symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as bound:
        monkeypatch.chdir(folder)
        bound.bind("socket.py")
    (folder / "deep" / "exercise.py").symlink_to(folder / "right.py")
    for name in ("..x.py", "twice.py", "twice.PY", " =1+1.py", "\uff1d1.py", "a;=1.py", "\x1b[2J\nred.py"):
        (folder / name).write_text(RIGHT)
    grade_folder([lesson], folder, tmp_path / "grades.csv", isolated=isolated)
    found = {row[1]: (row[0], int(row[4]), row[6]) for row in rows(tmp_path / "grades.csv")[1:]}
    odd = "must be a file, not a link, a folder or a pipe"
    twice = "2 submissions have this name; decide which one counts"
    assert found == {
        "folder.py/exercise.py": ("folder.py", 0, "there is no exercise.py in folder.py"),
        "inner/exercise.py": ("inner", 0, f"exercise.py {odd}"),
        "right.py": ("right", 5, ""),
        "pipe.py": ("pipe", 0, f"{twice} | pipe.py {odd}"),
        "pipe/exercise.py": ("pipe", 0, f"{twice} | exercise.py {odd}"),
        "zero.py": ("zero", 0, f"zero.py {odd}"),
        "nowhere.py": ("nowhere", 0, f"nowhere.py {odd}"),
        "absent/exercise.py": ("absent", 0, "absent is a link, not a folder"),
        "absent.old/exercise.py": ("absent.old", 0, "absent.old is a link, not a folder"),
        "socket.py": ("socket", 0, f"socket.py {odd}"),
        "deep/exercise.py": ("deep", 0, f"exercise.py {odd}"),
        "..x.py": ("..x", 5, ""),
        "twice.py": ("twice", 5, twice),
        "twice.PY": ("twice", 5, twice),
        "' =1+1.py": ("' =1+1", 5, ""),
        "'\uff1d1.py": ("'\uff1d1", 5, ""),
        "a;'=1.py": ("a;'=1", 5, ""),
        " [2J red.py": (" [2J red", 5, ""),
    }


def table_of(lesson, seed) -> str:
    """Return a submission that knows nothing but the answers to the inputs of one seed."""
    text = "import numpy\n"
    for exercise in lesson.exercises:
        calls = rehearse(lesson, exercise.name, Functions(vars(lesson.solution)), seed)
        answers = {call.arguments[0].tobytes(): call.outcome.value for call in calls}
        text += f"def {exercise.name}(x): return {answers!r}.get(x.tobytes(), 0.5)\n"
    return text


def test_a_table_of_the_answers_to_one_seed_is_worth_nothing_unless_the_seed_is_known(lesson, tmp_path):
    folder, path = tmp_path / "submissions", tmp_path / "grades.csv"
    folder.mkdir()
    (folder / "table.py").write_text(table_of(lesson, 0))
    assert all(result.passed for result in grade_file(lesson, folder / "table.py", seed=0))
    seeds = set()
    for isolated in True, False:
        [(_, results)] = grade_folder([lesson], folder, path, isolated=isolated)
        [row] = rows(path)[1:]
        assert row[2:5] == ["0", "0", "0"] and {result.seed for result in results} == {int(row[5])}
        seeds.add(row[5])
    assert len(seeds) == 2 and "0" not in seeds
    for seed in (0, 1, 2):  # even a known seed is not the only one
        assert not any(r.passed for _, results in grade_folder([lesson], folder, path, seed=seed) for r in results)


def test_the_recorded_seed_repeats_a_grade_to_the_last_byte(lesson, tmp_path):
    folder, path = tmp_path / "submissions", tmp_path / "grades.csv"
    folder.mkdir()
    (folder / "half.py").write_text(HALF)
    (folder / "where.py").write_text("def total(x): raise ValueError(f'at {object()} and {[total]}')\n")
    grade_folder([lesson], folder, path)
    first, seed = path.read_bytes(), int(rows(path)[1][5])
    grade_folder([lesson], folder, path, seed=seed)
    assert path.read_bytes() == first
    grade_folder([lesson], folder, path, seed=seed + 1)
    assert path.read_bytes() != first
    said = grade_isolated(lesson, folder / "half.py", seed)[0].message
    failing = int(re.search(r'x, = inputs\(1, "total", call=1, seed=(\d+)\)\n', said)[1])
    assert seed <= failing < seed + DRAWS
    (x,) = inputs(1, "total", call=1, seed=failing)
    assert (x == np.random.default_rng(failing).normal(size=5)).all()


def test_a_table_that_cannot_be_written_is_refused_before_anything_is_graded(lesson, tmp_path, monkeypatch):
    folder = tmp_path / "submissions"
    (folder / "ann").mkdir(parents=True)
    for name in ("ann/exercise.py", "ben.py"):
        (folder / name).write_text(RIGHT)
    (tmp_path / "link.csv").symlink_to(folder / "ben.py")
    monkeypatch.setattr(submissions, "grade_isolated", lambda *a: pytest.fail("graded"))
    for path, message in (
        (folder, "would be written, but is a folder"),
        (tmp_path / "no" / "grades.csv", "create it first"),
        (folder / "ben.py", "would be overwritten, but is read here"),
        (folder / "ann" / "exercise.py", "would be overwritten, but is read here"),
        (tmp_path / "link.csv", "would be overwritten, but is read here"),
    ):
        with pytest.raises(ValueError, match=message):
            grade_folder([lesson], folder, path)
    assert (folder / "ben.py").read_text() == RIGHT


def test_a_file_that_cannot_be_opened_or_judged_is_a_row(lesson, tmp_path, monkeypatch):
    folder = tmp_path / "submissions"
    folder.mkdir()
    for name in ("closed", "odd", "right"):
        (folder / f"{name}.py").write_text(RIGHT)
    opened, graded = os.open, submissions.grade_isolated

    def refuse(path, *arguments):
        if str(path).endswith("closed.py"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments)

    def grade(lesson, path, *arguments):
        if path.name == "odd.py":
            raise CourseError("the grader broke on it")
        return graded(lesson, path, *arguments)

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(submissions, "grade_isolated", grade)
    grade_folder([lesson], folder, tmp_path / "grades.csv")
    assert [row[4::2] for row in rows(tmp_path / "grades.csv")[1:]] == [
        ["0", "closed.py cannot be read (Permission denied); make it readable"],
        ["0", "the grader broke on it"],
        ["5", ""],
    ]


def test_long_messages_are_cut_between_words():
    assert submissions._short("word " * 60) == "word " * 39 + ".."
    assert submissions._short("x" * 300) == "x" * 197 + " .." and submissions._short("x" * 200) == "x" * 200


def test_nothing_is_left_out_silently_and_an_empty_folder_costs_no_one_else(course, lesson, folder):
    assert submissions.left_out(folder) == {
        "their names begin with a dot or with __": [".hidden.py", "__MACOSX"],
        "they are neither folders nor .py files": ["metadata.yml"],
    }
    second = course / "02_more"
    shutil.copytree(course / "01_sums", second)
    text = (course / "course.toml").read_text()
    (course / "course.toml").write_text(text + text.replace("number = 1", "number = 2").replace("01_sums", "02_more"))
    workspaces = folder / "right"
    for name in ("ann", "empty"):
        (workspaces / name).mkdir()
    for place in ("01_sums", "02_more"):
        (workspaces / "ann" / "lessons" / place).mkdir(parents=True)
        (workspaces / "ann" / "lessons" / place / "exercise.py").write_text(RIGHT)
    (workspaces / "exercise.py").unlink()
    grade_folder(manifest.read(), workspaces, folder.parent / "grades.csv", isolated=False)
    assert [row[-3::2] for row in rows(folder.parent / "grades.csv")[1:]] == [
        ["10", ""],
        ["0", "there is no exercise.py in empty"],
    ]


def test_workspaces_are_graded_on_all_lessons_at_once(course, lesson, tmp_path):
    second = course / "02_more"
    shutil.copytree(course / "01_sums", second)
    manifest_ = (course / "course.toml").read_text()
    more = manifest_.replace("number = 1", "number = 2").replace("01_sums", "02_more")
    (course / "course.toml").write_text(manifest_ + more)
    folder = tmp_path / "submissions"
    for name, first, last in ("ann", RIGHT, HALF), ("ben", HALF, None):
        for place, text in ("01_sums", first), ("02_more", last):
            (folder / name / "lessons" / place).mkdir(parents=True)
            if text:
                (folder / name / "lessons" / place / "exercise.py").write_text(text)
    (folder / "ben" / "lessons" / "02_more").rmdir()
    (folder / "ben" / "lessons" / "02_more").symlink_to(folder / "ann" / "lessons" / "02_more")
    grade_folder(manifest.read(), folder, tmp_path / "grades.csv", isolated=False)
    assert [row[:-2] for row in rows(tmp_path / "grades.csv")] == [
        ["name", "file", "1.total", "1.mean", "2.total", "2.mean", "points"],
        ["ann", "ann", "2", "3", "0", "3", "8"],
        ["ben", "ben", "0", "3", "0", "0", "3"],
    ]
    assert "ben/lessons/02_more is a link, not a folder" in rows(tmp_path / "grades.csv")[2][-1]
    grade_folder([lesson], folder, tmp_path / "grades.csv", isolated=False)
    assert rows(tmp_path / "grades.csv")[1][:3] == ["ann", "ann/lessons/01_sums/exercise.py", "2"]
    (folder / "cid.py").write_text(RIGHT)
    with pytest.raises(CourseError, match=r"cid.py: a single exercise file; name its lesson, as in `tinynet grade 1`"):
        grade_folder(manifest.read(), folder, tmp_path / "grades.csv")


def test_a_folder_that_cannot_be_graded_is_refused(course, lesson, tmp_path):
    with pytest.raises(CourseError, match=r"there is no folder .*nowhere"):
        grade_folder([lesson], tmp_path / "nowhere", tmp_path / "grades.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CourseError, match=r"empty holds no submissions; .* student.py or student/exercise.py in it"):
        grade_folder([lesson], tmp_path / "empty", tmp_path / "grades.csv")
    (tmp_path / "empty" / "a.py").write_text(RIGHT)
    with pytest.raises(ValueError, match=r"there is no folder .*nowhere' for 'grades.csv'; create it first"):
        grade_folder([lesson], tmp_path / "empty", tmp_path / "nowhere" / "grades.csv")
    (course / "01_sums" / "test_exercise.py").write_text("import nothing_of_that_name\n")
    with pytest.raises(CourseError, match="lesson 1 could not be graded"):
        grade_folder([lesson], tmp_path / "empty", tmp_path / "grades.csv")
    assert not (tmp_path / "grades.csv").exists()


def test_the_command_writes_a_csv_and_gradescopes_json(space, lesson, folder, monkeypatch):
    for name in (*BROKEN, "links/exercise.py"):
        (folder / name).unlink()
    (folder / "exercise\x1b[2J.txt").write_text(RIGHT)
    runner, paths = CliRunner(), [space.root / "grades.csv", space.root / "results.json", space.root / "results.xml"]
    monkeypatch.setattr(confinement, "NAMES", (*confinement.NAMES, "moat"))
    result = runner.invoke(app, ["grade", "1", "--submissions", str(folder), "--csv", str(paths[0]), "--jobs", "2"])
    assert result.exit_code == 0 and f"Graded 5 submissions and wrote {paths[0]}." in result.output
    assert "Note: this system has no moat: " in result.output
    assert "Note: left out, because they are neither folders nor .py files: exercise [2J.txt.\n" in result.output
    assert [row[4] for row in rows(paths[0])] == ["points", "3", "0", "0", "0", "5"]
    space.exercise(lesson).write_text(HALF)
    result = runner.invoke(app, ["grade", "1", "--isolated", "--json", str(paths[1]), "--junit", str(paths[2])])
    assert result.exit_code == 1 and "Lesson 1: 3 of 5 points" in result.output
    assert json.loads(paths[1].read_text())["score"] == 3 and "<failure" in paths[2].read_text()

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from tinynet.cli import app
from tinynet.course import manifest, workspace
from tinynet.course.manifest import CourseError
from tinynet.course.stubs import exercise_of


def test_a_workspace_holds_what_a_learner_needs_and_no_solutions(space, lesson):
    folder = space.root / "lessons" / "01_sums"
    assert sorted(path.name for path in folder.iterdir()) == ["exercise.py", "lesson.py", "test_exercise.py"]
    assert space.exercise(lesson).read_text() == exercise_of(lesson)
    assert not (space.root / "lessons" / "course.toml").exists() and (space.root / "README.md").exists()
    assert workspace.find(folder).root == space.root


def test_a_workspace_starts_unsolved_even_if_someone_worked_in_the_clone(course, tmp_path):
    (course / "01_sums" / "exercise.py").write_text("solved = True\n")
    (course / "01_sums" / "exercise.backup1.py").write_text("solved = True\n")
    fresh = workspace.start(tmp_path / "other")
    folder = fresh.root / "lessons" / "01_sums"
    assert "NotImplementedError" in (folder / "exercise.py").read_text()
    assert not (folder / "exercise.backup1.py").exists()


def test_start_touches_no_existing_file_and_leaves_nothing_half_made(space, course, tmp_path):
    with pytest.raises(
        CourseError, match=r"already has lessons, .*README.md, pytest.ini, but is no workspace, and nothing was"
    ):
        workspace.start(space.root)
    (course / "01_sums" / "solution.py").write_text("no marks\n")
    with pytest.raises(CourseError, match="at least one pair"):
        workspace.start(tmp_path / "half")
    assert list((tmp_path / "half").iterdir()) == []


def tinynet_start(root):
    """Return what `tinynet start` prints."""
    return CliRunner().invoke(app, ["start", str(root)]).output


@pytest.fixture
def newer(course):
    """Return a function that gives the course a second lesson, and its first one another text and grader."""

    def make():
        shutil.copytree(course / "01_sums", course / "02_more")
        manifest_ = (course / "course.toml").read_text()
        more = manifest_.replace("number = 1", "number = 2").replace("01_sums", "02_more")
        (course / "course.toml").write_text(manifest_ + more)
        for name in "lesson.py", "test_exercise.py":
            with (course / "01_sums" / name).open("a") as file:
                file.write("# newer\n")

    return make


def test_an_older_workspace_gets_what_is_new_and_keeps_what_the_learner_wrote(space, lesson, newer):
    space.record(lesson, ["mean"])
    space.next_hint(lesson, "total")
    space.note(lesson, "slope", guess=0.5)
    folder = space.folder(lesson)
    (folder / "exercise.py").write_text("mine = True\n")
    (folder / "exercise.backup1.py").write_text("mine, too\n")
    (folder / "lesson.py").write_text("# with my notes\n")
    before = dict(vars(space.progress))
    newer()
    done = workspace.renew(space.root)
    assert set(done.new) == {f"lessons/02_more/{name}.py" for name in ("exercise", "lesson", "test_exercise")}
    assert done.updated == ["lessons/01_sums/lesson.py", "lessons/01_sums/test_exercise.py"]
    assert done.kept == ["lessons/01_sums/lesson.py.earlier"]
    assert (folder / "exercise.py").read_text() == "mine = True\n"
    assert (folder / "exercise.backup1.py").read_text() == "mine, too\n"
    assert (folder / "lesson.py.earlier").read_text() == "# with my notes\n"
    assert (folder / "lesson.py").read_text().endswith("# newer\n")
    after = vars(workspace.Workspace(space.root).progress)
    assert all(after[name] == before[name] for name in ("passed", "hints", "guesses"))
    assert workspace.renew(space.root) == workspace.Renewal()
    assert not [path for path in space.root.iterdir() if path.name.startswith(".")]


def test_a_workspace_that_remembers_no_copies_keeps_each_file_that_differs(space, newer):
    entries = json.loads(space.file.read_text())
    del entries["copied"]
    space.file.write_text(json.dumps(entries))
    newer()
    assert workspace.renew(space.root).kept == [
        "lessons/01_sums/lesson.py.earlier", "lessons/01_sums/test_exercise.py.earlier"
    ]  # fmt: skip


def test_a_file_that_was_edited_again_is_kept_again(space, lesson, newer):
    path = space.folder(lesson) / "lesson.py"
    for text, name in ("first", "lesson.py.earlier"), ("second", "lesson.py.earlier2"):
        path.write_text(text)
        workspace.renew(space.root)
        assert path.with_name(name).read_text() == text


def test_start_in_a_workspace_says_what_is_new(space, newer):
    newer()
    told = tinynet_start(space.root)
    assert "1 new lessons, 2 changed files. Your exercise files were not touched." in told
    assert "new: lesson 2" in told


def test_start_names_exercises_that_were_added_to_a_lesson(space, lesson):
    space.exercise(lesson).write_text("def mean(numbers):\n    return 0\n")
    assert "lesson 1 has new exercises: total; `tinynet reset 1` starts" in tinynet_start(space.root)


def test_outside_a_workspace_the_message_says_how_to_make_one(tmp_path):
    with pytest.raises(CourseError, match="is not in a workspace; make one with `tinynet start DIR` and go there"):
        workspace.find(tmp_path)


def test_progress_and_hints_are_kept_between_runs(space, lesson):
    space.record(lesson, ["mean"])
    assert [space.next_hint(lesson, "total") for _ in range(3)] == [
        (1, "add"),
        (2, "add them all"),
        (2, "add them all"),
    ]
    again = workspace.find(space.root)
    assert again.passed(lesson) == ["mean"] and again.next_hint(lesson, "mean") == (1, "divide")


def test_reset_keeps_every_earlier_file(space, lesson):
    path = space.folder(lesson) / "exercise.py"
    for text in ("first", "second"):
        path.write_text(text)
        backup = space.reset(lesson)
        assert backup.read_text() == text and "NotImplementedError" in path.read_text()
    assert (space.folder(lesson) / "exercise.backup1.py").read_text() == "first"
    path.unlink()
    assert space.reset(lesson) is None and path.exists()


@pytest.mark.parametrize(
    "progress, message",
    [
        ("{", "cannot be read; delete it to start a new count"),
        ('{"unknown": 1}', "cannot be read"),
        ('{"passed": 3}', "cannot be read"),
        ('{"passed": {"01_sums": 3}}', "cannot be read"),
        ('{"hints": {"01_sums/total": "x"}}', "cannot be read"),
        ('{"hints": {"01_sums/total": -2}}', "cannot be read"),
        ("[]", "cannot be read"),
        ('{"version": 2, "new": 1}', "has version 2, but this tinynet needs version 1; nothing was changed"),
        (
            json.dumps({"version": 0}),
            "has version 0, but this tinynet needs version 1; nothing was changed. Make a new workspace",
        ),
    ],
)
def test_unreadable_progress_is_left_as_it_is(space, progress, message):
    space.file.write_text(progress)
    with pytest.raises(CourseError, match=message):
        workspace.find(space.root)
    assert space.file.read_text() == progress


def test_the_progress_file_can_be_deleted_as_the_message_says(space, lesson):
    (space.root / "lessons" / "conftest.py").write_text("")  # the real course has one
    space.file.unlink()
    assert workspace.find(space.root).passed(lesson) == []


def test_two_commands_at_once_keep_each_others_progress(space, lesson):
    other = workspace.find(space.root)
    space.record(lesson, ["mean"])
    assert other.next_hint(lesson, "total") == (1, "add")
    again = workspace.find(space.root)
    assert again.passed(lesson) == ["mean"] and again.next_hint(lesson, "total")[0] == 2

    def record(number):
        workspace.find(space.root).record(SimpleNamespace(folder=f"{number}"), ["total"])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record, range(40)))
    assert set(workspace.find(space.root).progress.passed) == {"01_sums", *map(str, range(40))}


def test_grades_and_hints_work_where_nothing_can_be_written(space, lesson, monkeypatch, capsys):
    def refuse(path, content):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(workspace, "write_atomically", refuse)
    space.record(lesson, ["mean"])
    assert space.next_hint(lesson, "total") == (1, "add")
    note = f"Note: progress not saved: {space.file} cannot be written (Read-only file system).\n"
    assert capsys.readouterr().err == note * 2


def test_a_lesson_that_was_deleted_is_named(space, lesson):
    space.folder(lesson).rename(space.root / "elsewhere")
    with pytest.raises(CourseError, match=r"01_sums is missing; `tinynet start .*` brings it back"):
        space.folder(lesson)


@pytest.mark.parametrize("lesson", manifest.read(), ids=lambda lesson: lesson.folder)
def test_a_lesson_says_which_commands_need_a_checkout(lesson):
    """A workspace has no benchmarks/ and no tests/; an installed tinynet brings only tinynet/ and gpu/."""
    for paragraph in (lesson.path / "lesson.py").read_text("utf-8").split("\n#\n"):
        words = " ".join(paragraph.replace("\n#", "").split())
        for package in re.findall(r"`python -m (\w+)", words):
            assert package in ("tinynet", "gpu") or "rom a checkout" in words

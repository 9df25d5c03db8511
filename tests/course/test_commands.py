import json
import os
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from tinynet.cli import app
from tinynet.course import manifest


def tinynet(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def exercise(space):
    return space.folder(manifest.lesson(1)) / "exercise.py"


@pytest.fixture
def solved(course):
    return (course / "01_sums" / "solution.py").read_text()


def test_a_learner_is_led_from_the_stub_to_the_solution(exercise, solved):
    first = tinynet("grade", 1)
    assert first.exit_code == 1 and "not yet  total  (0 of 2 points)" in first.output
    assert "tinynet hint 1 total helps" in first.output
    assert tinynet("hint", 1).output == "total, hint 1 of 2: add\n"
    assert tinynet("hint", 1, "mean").output == "mean, hint 1 of 2: divide\n"
    refused = tinynet("solution", 1)
    assert "total, mean not solved yet; --spoil shows the solution anyway" in str(refused.exception)
    exercise.write_text(solved.replace("/ len(x)", "/ (len(x) - 1)"))
    second = tinynet("grade", 1)
    assert "passed  total  (2 of 2 points)" in second.output and "usual cause: divided by one less" in second.output
    assert "1 of 2  2 of 5" in " ".join(tinynet("lesson").output.split("\n")).replace("   ", "  ")
    assert tinynet("hint", 1).output == "mean, hint 2 of 2: by the count\n"  # the first one was shown above
    exercise.write_text(solved)
    assert tinynet("grade", "--all").exit_code == 0
    assert tinynet("solution", 1).output == solved + "\n"
    assert "yours is kept as exercise.backup1.py" in tinynet("reset", 1).output
    assert tinynet("grade", 1).exit_code == 1
    assert tinynet("solution", 1, "--spoil").output == solved + "\n"


def test_a_lesson_is_read_and_run(space):
    output = tinynet("lesson", 1).output
    assert "Sums" in output and "Add all of them." in output and "the sum is 3" in output


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("grade",), "name one lesson, as in `tinynet grade 1`, or --all"),
        (("grade", 1, "--all"), "name one lesson"),
        (("grade", 7), "there is no lesson 7; lessons go from 1 to 1"),
        (("hint", 1, "sum"), "lesson 1 has no exercise 'sum'; it has total, mean"),
        (("lesson", 0), "there is no lesson 0"),
    ],
)
def test_what_cannot_be_done_is_said(space, arguments, message):
    assert message in str(tinynet(*arguments).exception)


def test_pytest_grades_in_the_ordinary_way(space, exercise, solved, course):
    # The real course is what a new process sees: its first lesson, in a workspace of its own.
    root = space.root.parent / "real"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    start = [sys.executable, "-c", "from tinynet.cli import main; main()", "start", root]
    subprocess.run(start, check=True, env=environment, capture_output=True)
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "lessons/01_layer"]
    untouched = subprocess.run(pytest_, cwd=root, env=environment, capture_output=True, text=True)
    assert untouched.returncode == 1 and "affine is not written yet" in untouched.stdout
    assert "Traceback" not in untouched.stdout and "test_exercise.py:" not in untouched.stdout.split("summary")[0]
    text = (manifest.HERE.parents[1] / "lessons" / "01_layer" / "solution.py").read_text()
    (root / "lessons" / "01_layer" / "exercise.py").write_text(text)
    assert subprocess.run(pytest_, cwd=root, env=environment, capture_output=True).returncode == 0
    (root / "lessons" / "01_layer" / "exercise.py").write_text("def affine(x\n")
    broken = subprocess.run(pytest_, cwd=root, env=environment, capture_output=True, text=True)
    assert "exercise.py does not parse" in broken.stdout


def test_watch_grades_at_once_and_after_each_save(space, exercise, solved, monkeypatch):
    import queue

    from tinynet.course import watching

    keys: queue.Queue = queue.Queue()
    monkeypatch.setattr("click.getchar", lambda: keys.get(timeout=20))
    graded = []

    def on_save():
        graded.append(exercise.read_text())
        if len(graded) == 1:
            time.sleep(0.3)  # the watcher has started by then
            new = exercise.with_name("new")
            new.write_text(solved)
            new.replace(exercise)  # as editors save
        else:
            keys.put("h")

    hints = []
    watching.watch(exercise, on_save, lambda: hints.append(1) or keys.put("q"))
    assert graded[0] != solved and graded[1] == solved and hints == [1]


def test_progress_is_a_small_file(space, exercise, solved):
    exercise.write_text(solved)
    tinynet("grade", 1)
    assert json.loads(space.file.read_text())["passed"] == {"01_sums": ["total", "mean"]}

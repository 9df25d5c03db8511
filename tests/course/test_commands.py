import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time

import pytest
from typer.testing import CliRunner

from tinynet.cli import app
from tinynet.course import manifest, workspace
from tinynet.course.stubs import exercise_of


def tinynet(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


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
    assert "not solved yet: total, mean; --spoil shows the solution anyway" in str(refused.exception)
    exercise.write_text(solved.replace("/ len(x)", "/ (len(x) - 1)"))
    second = tinynet("grade", 1)
    assert "passed  total  (2 of 2 points)" in second.output and "usual cause: divided by one less" in second.output
    assert "1 of 2  2 of 5" in " ".join(tinynet("lesson").output.split("\n")).replace("   ", "  ")
    assert tinynet("hint", 1).output == "mean, hint 2 of 2 (the last): by the count\n"  # the first one was shown above
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
        (("grade",), "name one lesson, as in `tinynet grade 1`, or grade every lesson with `tinynet grade --all`"),
        (("grade", 1, "--all"), "name one lesson"),
        (("grade", 7), "there is no lesson 7; there are 1"),
        (("hint", 1, "sum"), "lesson 1 has no exercise 'sum'; it has total, mean"),
        (("lesson", 0), "there is no lesson 0"),
        (
            ("grade", 1, "--csv", "x.csv"),
            "--csv and --jobs are for a folder of submissions; name it with --sub",
        ),
        (("grade", 1, "--submissions", ".", "--json", "x"), "--json and --junit are for one learner's file"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(space, arguments, message):
    assert message in str(tinynet(*arguments).exception)


def test_pytest_grades_in_the_ordinary_way(tmp_path):
    # A new process sees the real course, so this takes its first lesson.
    root = workspace.start(tmp_path / "real").root
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "lessons/01_layer"]
    untouched = subprocess.run(pytest_, cwd=root, env=environment, capture_output=True, text=True, timeout=600)
    assert untouched.returncode == 1 and "affine is not written yet" in untouched.stdout
    assert "Traceback" not in untouched.stdout and "test_exercise.py:" not in untouched.stdout.split("summary")[0]
    text = (manifest.HERE.parents[1] / "lessons" / "01_layer" / "solution.py").read_text()
    (root / "lessons" / "01_layer" / "exercise.py").write_text(text)
    assert subprocess.run(pytest_, cwd=root, env=environment, capture_output=True, timeout=600).returncode == 0
    (root / "lessons" / "01_layer" / "exercise.py").write_text("def affine(x\n")
    broken = subprocess.run(pytest_, cwd=root, env=environment, capture_output=True, text=True, timeout=600)
    assert "exercise.py does not parse" in broken.stdout


@pytest.fixture
def terminal(monkeypatch):
    """Put a terminal in place of standard input, and return the end at which its user types."""
    pty = pytest.importorskip("pty")
    user, program = pty.openpty()
    with open(program) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield user
    os.close(user)


def test_watch_grades_at_once_and_after_each_save(space, exercise, solved, terminal):
    from tinynet.course import watching

    graded = []

    def on_save():
        graded.append(exercise.read_text())
        if len(graded) == 1:
            time.sleep(0.3)  # the watcher has started by then
            new = exercise.with_name("new")
            new.write_text(solved)
            new.replace(exercise)  # as editors save
        else:
            os.write(terminal, b"x\x1b[AH")

    hints = []
    limit = threading.Timer(60, os.write, (terminal, b"q"))
    limit.start()
    watching.watch(exercise, on_save, lambda: hints.append(1) or os.write(terminal, b"q"))
    limit.cancel()
    assert graded[0] != solved and graded[1] == solved and hints == [1]


@pytest.fixture(params=[signal.default_int_handler, signal.SIG_IGN], ids=["as usual", "in the background"])
def interrupts(request):
    """Start new processes as a shell does: some shells have background jobs ignore SIGINT."""
    before = signal.signal(signal.SIGINT, request.param)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_ctrl_c_while_watching_stops_the_learners_loop_and_the_terminal_is_left_as_it_was(exercise, terminal):
    """Run the command in a process that owns the terminal, so that Ctrl-C becomes a signal."""
    import termios

    before = termios.tcgetattr(terminal)
    exercise.write_text("def total(x):\n    print('here')\n    while True: pass\ndef mean(x):\n    return input()\n")
    course = manifest.COURSE
    program = f"""
import fcntl, pathlib, signal, termios
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may start the tests with SIGINT ignored
from tinynet.course import manifest
manifest.COURSE = pathlib.Path({str(course)!r})
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from tinynet.cli import main
main()
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TERM": "dumb"}
    watching = subprocess.Popen(
        [sys.executable, "-c", program, "watch", "1"], stdin=sys.stdin, stdout=sys.stdin, stderr=sys.stdin,
        start_new_session=True, cwd=exercise.parent, env=environment,
    )  # fmt: skip

    def seen(text: bytes) -> bytes:
        found = b""
        while text not in found:
            if not select.select([terminal], [], [], 60)[0]:
                pytest.fail(f"the command said {found!r}, and then nothing for a minute")
            found += os.read(terminal, 1000)
        return found

    try:
        seen(b"here")
        os.write(terminal, b"\x03")
        said = seen(b"watching for the next save")
    except BaseException:
        watching.kill()
        raise
    assert re.search(rb"total\(x\): raised KeyboardInterrupt \(line [23]: .*\)\r\n", said)
    assert b"raised EOFError" in said  # by input(), because keys do not go to the exercise
    os.write(terminal, b"q")
    assert watching.wait(timeout=20) == 0
    assert termios.tcgetattr(terminal) == before


@pytest.mark.parametrize("isolated", [[], ["--isolated"]])
def test_a_grade_says_its_seed_which_repeats_it_to_the_last_byte(exercise, solved, tmp_path, isolated):
    exercise.write_text(solved.replace("/ len(x)", "/ (len(x) - 1)"))
    files = [tmp_path / "results.json", tmp_path / "results.xml"]

    def grade(*seed):
        output = tinynet("grade", 1, "--json", files[0], "--junit", files[1], *isolated, *seed).output
        return [output, *(path.read_bytes() for path in files)]

    first, other = grade(), grade()
    assert first != other  # a seed that nobody could know
    seeds = [re.search(r"Inputs were drawn from seed (\d+); `tinynet grade` draws them again with --seed", said[0])[1]
             for said in (first, other)]  # fmt: skip
    assert grade("--seed", seeds[0]) == first and grade("--seed", seeds[1]) == other
    assert f"from seed {seeds[0]};" in json.loads(first[1])["output"]
    assert f'<property name="seed" value="{seeds[0]}" />'.encode() in first[2]
    assert f"seed={seeds[0]})" in first[0]  # in the message: the input that failed, which was the first


@pytest.mark.parametrize("option", ["--json", "--junit"])
def test_results_that_cannot_be_written_are_refused_before_anything_is_graded(space, exercise, option, monkeypatch):
    from tinynet.course import commands

    monkeypatch.setattr(commands, "_grade", lambda *a: pytest.fail("graded"))
    for path, message in (
        (space.root, "would be written, but is a folder"),
        (space.root / "no" / "results", "create it first"),
        (exercise, "would be overwritten, but is read here"),
        (space.file, "would be overwritten, but is read here"),
    ):
        assert message in str(tinynet("grade", 1, option, path).exception)
    same = tinynet("grade", 1, "--json", "results", "--junit", space.root / "results")
    assert "would be written twice; give each output a name of its own" in str(same.exception)


def test_watch_shows_what_changed_and_what_one_works_on(exercise, monkeypatch, capsys):
    from tinynet.course import watching

    right, wrong = "def total(x): return float(x.sum())\n", "def total(x): return float(x.max())\n"
    unwritten, by_zero = "def mean(x): raise NotImplementedError('mean')\n", "def mean(x): return 1 / 0\n"
    shown = []

    def saves(path, on_save, on_hint):
        for text in (wrong + unwritten, right + unwritten, right + by_zero, "\n" + right + by_zero,
                     right + by_zero.replace("1", "2"), right + "def mean(x) return\n", wrong + by_zero):  # fmt: skip
            exercise.write_text(text)
            capsys.readouterr()
            on_save()
            shown.append(re.findall(r"^(?:passed|not yet)  (\w+)", said := capsys.readouterr().out, re.MULTILINE))
            assert re.search(r"Lesson 1: \d of 5 points", said)
            assert said.count("does not parse") == ("mean(x) return" in text)

    monkeypatch.setattr(watching, "watch", saves)
    from tinynet.course import commands

    monkeypatch.setattr(commands, "console", type(commands.console)(highlight=False, soft_wrap=True))
    commands.watch(1, seed=0)
    assert shown == [
        ["total", "mean"],  # at first, all
        ["total"],
        ["mean"],
        ["mean"],  # nothing but the line of an error changed: what is to be done next
        ["mean"],  # the same message about other code
        ["total", "mean"],  # said once
        ["total", "mean"],
    ]


def test_watch_keeps_its_inputs_from_save_to_save(exercise, monkeypatch, capsys):
    from tinynet.course import commands, watching

    exercise.write_text("def total(x): return 1.0\ndef mean(x): return 1.0\n")
    monkeypatch.setattr(watching, "watch", lambda path, on_save, on_hint: on_save())
    for seed in 0, 5:
        said = []
        for _ in range(2):
            commands.watch(1, seed=seed)
            said.append(capsys.readouterr().out)
        assert said[0] == said[1] and f'inputs(1, "total", call=1, seed={seed})' in said[0]


def test_progress_shows_each_question_with_guess_and_result_in_its_own_unit(space, lesson, monkeypatch):
    from tinynet.course import commands

    monkeypatch.setattr(commands, "console", type(commands.console)(highlight=False, width=110))
    assert "No guesses yet" in tinynet("progress").output
    asked = "What share of the pairs of example and unit is saturated after 100 epochs on digits?"
    space.note(lesson, "saturated", guess=0.07, asked=asked, share=True)
    space.note(lesson, "saturated", result=0.30123)
    space.note(lesson, "times", guess=1000.0, asked="How many times [faster]?", share=False)
    space.note(lesson, "times", result=2500.4)
    space.note(lesson, "which", guess="tanh", asked="Which?", share=False)
    space.note(lesson, "which", result="relu")
    space.note(lesson, "open", guess=0.25, asked="And then?", share=False)
    space.note(lesson, "old", guess=2.0)  # by a version that did not write the question down
    shown = [" ".join(line.split()) for line in tinynet("progress").output.splitlines()]
    first, second = (i for i, line in enumerate(shown) if not line)  # before the questions, and before the claims
    assert shown[first + 1 : second] == [
        "question you said it is",
        "1 What share of the pairs of example and unit is 7% 30.1% off by 23 percentage points",
        "saturated after 100 epochs on digits?",
        "1 How many times [faster]? 1000 2,500 off by a factor of 2.5",
        "1 Which? tanh relu wrong",
        "1 And then? 0.25",
        "1 old 2",
    ]


def test_progress_counts_what_is_solved_and_the_hints(space, exercise, lesson, solved):
    for command in "progress", "lesson":
        lines = [line.split() for line in tinynet(command).output.splitlines()]
        assert lines[0] == ["lesson", "claims", "minutes", "solved", "points", "hints"]
        assert next(line for line in lines if line[:2] == ["in", "all"])[-6:] == ["0", "of", "2", "0", "of", "5"]
    exercise.write_text(solved)
    tinynet("grade", 1)
    space.next_hint(lesson, "total"), space.next_hint(lesson, "total")
    lines = [line.split() for line in tinynet("progress").output.splitlines()]
    assert next(line for line in lines if line[:2] == ["in", "all"])[-7:] == ["2", "of", "2", "5", "of", "5", "2"]


def test_progress_is_a_small_file(space, exercise, solved):
    exercise.write_text(solved)
    tinynet("grade", 1)
    assert json.loads(space.file.read_text())["passed"] == {"01_sums": ["total", "mean"]}


def test_stubs_are_written_where_they_are_missing_and_work_is_left_alone(course, lesson):
    path = lesson.path / "exercise.py"
    assert tinynet("course", "stubs").output == "" and path.read_text() == exercise_of(lesson)
    assert tinynet("course", "stubs").output == ""
    path.write_text("work\n")
    assert tinynet("course", "stubs").output.startswith(f"left alone: {path}; to start it afresh and keep a copy, call")
    assert path.read_text() == "work\n"

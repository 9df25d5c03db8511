"""A loop that never ends is named after a while, and then stopped: in a grade, in a lesson, and with pytest."""

import signal
import threading
import time

import pytest

from tinynet.course import patience
from tinynet.course.grading import grade_file
from tinynet.course.isolation import Limits, grade_isolated
from tinynet.course.patience import TooLong

ENDLESS = "def total(x):\n    while True:\n        pass\ndef mean(x): return x.sum() / len(x)\n"

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no alarm; Ctrl-C stops a loop")


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    for name, seconds in {"NOTICE": 0.1, "LIMIT": 0.3, "CLOCK": 30, "AGAIN": 0.1}.items():
        monkeypatch.setattr(patience, name, seconds)


def test_a_grade_says_what_is_running_and_goes_on_with_the_next_exercise(lesson, tmp_path, capsys):
    path = tmp_path / "exercise.py"
    path.write_text(ENDLESS)
    endless, sound = grade_file(lesson, path)
    assert sound.passed and not endless.passed
    assert (
        "total(x): raised TooLong: stopped after 0.3 s of processor time; does a loop never end? (line"
        in endless.message
    )
    assert capsys.readouterr().err == (
        "total is still running after 0.1 s; it is stopped after 0.3 s of processor time, or 30 s on the clock, "
        "or now with Ctrl-C\n"
    )
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL and signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_file_that_is_never_loaded_says_so(lesson, tmp_path, capsys):
    path = tmp_path / "exercise.py"
    path.write_text("while True: pass\n")
    assert {result.message for result in grade_file(lesson, path)} == {
        "exercise.py fails while it is loaded: TooLong: stopped after 0.3 s of processor time; does a loop never "
        "end? (line 1: while True: pass)"
    }
    assert "exercise.py is still running" in capsys.readouterr().err


def test_code_that_catches_everything_once_is_stopped_all_the_same(lesson, tmp_path):
    path = tmp_path / "exercise.py"
    path.write_text("def total(x):\n    try:\n        while True: pass\n    except:\n        while True: pass\n")
    assert "raised TooLong" in grade_file(lesson, path)[0].message


def test_a_grader_that_gets_stuck_is_stopped_too(course, lesson, tmp_path):
    (course / "01_sums" / "exercise.py").write_text(ENDLESS.replace("while True", "while False"))
    grader = course / "01_sums" / "test_exercise.py"
    grader.write_text(grader.read_text().replace("    x = rng", "    while True: pass\n    x = rng", 1))
    message = grade_file(lesson, course / "01_sums" / "exercise.py")[0].message
    assert message == "total: stopped after 0.3 s of processor time; does a loop never end?"


def test_a_thread_has_no_alarm_and_no_limit():
    ended = []

    def run():
        with patience.patience("total"):
            time.sleep(0.35)
            ended.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert ended


def test_what_waits_for_the_machine_is_left_alone_and_what_waits_for_ever_is_stopped(monkeypatch, capsys):
    with patience.patience("total"):
        time.sleep(0.6)  # twice the limit, but no processor time
    assert capsys.readouterr().err.count("still running") == 1
    monkeypatch.setattr(patience, "CLOCK", 0.3)
    with pytest.raises(TooLong, match="s on the clock; does it wait"), patience.patience("total"):
        time.sleep(60)
    capsys.readouterr()
    with patience.patience("total"):
        pass
    time.sleep(0.35)
    assert capsys.readouterr().err == ""


def test_an_isolated_grade_says_it_as_well(lesson, tmp_path, monkeypatch):
    monkeypatch.setattr("tinynet.course.isolation.judge.NOTICE", 0.4)
    path, said = tmp_path / "exercise.py", []
    path.write_text(ENDLESS)
    endless, sound = grade_isolated(lesson, path, limits=Limits(seconds=1), waiting=said.append)
    assert sound.passed and "took longer than 1 s" in endless.message
    assert said == ["total is still running; it is stopped after 1 s of processor time, or 3 s on the clock"]

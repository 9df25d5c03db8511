"""Grading that is stopped or killed at any moment leaves no judge and no learner's process, and no folder for good."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from tinynet.course import manifest
from tinynet.storage.atomic import clear

COMMAND = ["grade", "1", "--submissions", "submissions", "--csv", "grades.csv", "--jobs", "2"]
OTHERS = ("TERM", "HUP")  # signals that end a command as Ctrl-C does: frontier/test_workers.py proves it
GRADE = ("tinynet.course.submissions", "check_outputs")  # is called when all is found, just before the first judges


@pytest.fixture
def folder(tmp_path):
    """A folder with submissions that never end."""
    (tmp_path / "submissions").mkdir()
    for student in "abc":
        endless = (f"def {e.name}(*arguments):\n    while True: pass\n" for e in manifest.lesson(1).exercises)
        (tmp_path / "submissions" / f"{student}.py").write_text("".join(endless))
    return tmp_path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux does the kernel end a process with its parent")
@pytest.mark.parametrize("trial", [0, pytest.param(1, marks=pytest.mark.long)])
def test_killed_grading_leaves_nothing_for_good(folder, killed, trial):
    after = np.random.default_rng(trial).uniform(0, 3)
    code, _, left = killed(COMMAND, *GRADE, folder, signal.SIGKILL, after)
    assert code == -signal.SIGKILL and left == []
    clear(folder)  # as the next start does
    assert names(folder) == ["submissions"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
@pytest.mark.parametrize("group", [False, pytest.param(True, marks=pytest.mark.long)], ids=["alone", "with its judges"])
@pytest.mark.parametrize("name", ["SIGINT", *(pytest.param(f"SIG{n}", marks=pytest.mark.long) for n in OTHERS)])
def test_stopped_grading_says_one_line_and_leaves_nothing(folder, killed, name, group):
    number = getattr(signal, name)
    after = np.random.default_rng([number, group]).uniform(0, 3)
    code, said, left = killed(COMMAND, *GRADE, folder, number, after, group)
    assert (code, said, left) == (128 + number, "tinynet: stopped\n", []) and names(folder) == ["submissions"]


WATCHED = """
import os, sys, time
from tinynet.course.isolation import confinement
confinement.sys = type(sys)("elsewhere")
confinement.sys.platform = "darwin"
if not os.fork():
    confinement.end_with_parent(os.getppid())
    print(os.getpid(), flush=True)
    time.sleep(1000)
time.sleep(1000)
"""
LATE = "import os; from tinynet.course.isolation import confinement; confinement.end_with_parent(1 + os.getppid())"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such processes")
def test_elsewhere_a_process_watches_its_parent():
    psutil = pytest.importorskip("psutil", reason="psutil sees the processes that a command starts")
    with subprocess.Popen([sys.executable, "-c", WATCHED], stdout=subprocess.PIPE, text=True) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait(60)
        assert psutil.wait_procs([child], timeout=60)[1] == []
    assert subprocess.run([sys.executable, "-c", LATE], timeout=60).returncode == 1  # its parent ended before

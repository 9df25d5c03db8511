"""The command starts where modules that only Unix has cannot be imported, as on Windows."""

import subprocess
import sys

import pytest

import tinynet as tn

UNIX = ("fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty")
ABSENT = f"""
import sys, os, shutil, subprocess, tempfile  # what the standard library itself takes from them is loaded by now

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in {UNIX}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
for name in {UNIX}:
    sys.modules.pop(name, None)
"""
MAIN = "from tinynet.cli import main; main()"


def python(program, *arguments, cwd):
    command = [sys.executable, "-c", ABSENT + program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120, stdin=subprocess.DEVNULL)


def test_every_module_of_the_package_is_imported(tmp_path):
    walk = "import pkgutil, importlib, tinynet\n" + (
        "for each in pkgutil.walk_packages(tinynet.__path__, 'tinynet.'): importlib.import_module(each.name)"
    )
    done = python(walk, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_help_info_and_the_course_work(tmp_path):
    tn.save(tn.MLP([4, 2]), tmp_path / "net")
    for arguments in ("--help",), ("info", "net"), ("start", "."), ("lesson",), ("hint", "1"), ("reset", "1"):
        done = python(MAIN, *arguments, cwd=tmp_path)
        assert done.returncode == 0 and done.stderr == "", done.stderr
    done = python(MAIN, "grade", "1", cwd=tmp_path)
    assert done.returncode == 1 and "Lesson 1: 0 of " in done.stdout and done.stderr == ""
    assert "hint 2 of" in python(MAIN, "hint", "1", cwd=tmp_path).stdout  # progress is kept, without a lock


@pytest.mark.parametrize("arguments", [("--isolated",), ("--submissions", ".", "--csv", "grades.csv")])
def test_what_needs_unix_says_so(arguments, tmp_path):
    assert python(MAIN, "start", ".", cwd=tmp_path).returncode == 0
    done = python(MAIN, "grade", "1", *arguments, cwd=tmp_path)
    said = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and said.startswith("tinynet: grading in a process of its own needs Linux or macOS")
    assert "Traceback" not in done.stderr and not (tmp_path / "grades.csv").exists()

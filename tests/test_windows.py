"""The command starts where modules that only Unix has cannot be imported, as on Windows."""

import re
import subprocess
import sys

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


COMMANDS = """
import sys
from tinynet.cli import main
for each in sys.argv[1:]:
    sys.argv = ["tinynet", *each.split()]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    print("exit code", code, flush=True)
    print("exit code", code, flush=True, file=sys.stderr)
"""


def python(program, *arguments, cwd):
    command = [sys.executable, "-c", ABSENT + program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120, stdin=subprocess.DEVNULL)


def test_every_module_of_the_package_is_imported(tmp_path):
    walk = "import pkgutil, importlib, tinynet\n" + (
        "for each in pkgutil.walk_packages(tinynet.__path__, 'tinynet.'): importlib.import_module(each.name)"
    )
    done = python(walk, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def commands(*lines, cwd):
    """Run several commands in one process; return the exit code, output and errors of each."""
    done = python(COMMANDS, *lines, cwd=cwd)
    assert done.returncode == 0, done.stderr
    out, err = (re.split(r"exit code (.*)\n", text) for text in (done.stdout, done.stderr))
    return list(zip(map(int, out[1::2]), out[::2], err[::2], strict=False))


def test_help_info_and_the_course_work(tmp_path):
    tn.save(tn.MLP([4, 2]), tmp_path / "net")
    sound = "--help", "info net", "start .", "lesson", "hint 1", "reset 1"
    done = commands(*sound, "grade 1", "hint 1", cwd=tmp_path)
    assert [(code, said) for code, _, said in done] == [(0, "")] * len(sound) + [(1, ""), (0, "")]
    assert "Lesson 1: 0 of " in done[-2][1] and "hint 2 of" in done[-1][1]  # progress is kept, without a lock


def test_what_needs_unix_says_so(tmp_path):
    start, *done = commands("start .", "grade 1 --isolated", "grade 1 --submissions . --csv grades.csv", cwd=tmp_path)
    assert start[0] == 0
    for code, _, said in done:
        last = said.splitlines()[-1]
        assert code == 1 and last.startswith("tinynet: grading in a process of its own needs Linux or macOS")
        assert "Traceback" not in said
    assert not (tmp_path / "grades.csv").exists()

"""Hostile submissions: an attack costs the exercise that it is in, with a plain reason, and nothing else.

Every attack sits in `total`; `mean`, in the same file, keeps its points.
"""

import contextlib
import os
import re
import socket
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from tinynet.course import calls, manifest
from tinynet.course.calls import Wrong
from tinynet.course.grading import grade_exercise
from tinynet.course.isolation import confinement, grade_isolated
from tinynet.course.isolation.sandbox import Limits, Sandbox

LAYERS = confinement.available()
KERNEL = {"seccomp", "landlock"} <= set(LAYERS)  # otherwise there is only the audit hook
needs_kernel = pytest.mark.skipif(not KERNEL, reason="this system lacks seccomp or Landlock")
ENDLESS, NO_ANSWER = r"took longer than 0.2 s; does a loop never end\?", "sent something that is not an answer"
REFUSED = "PermissionError|RuntimeError: can't start new thread|BlockingIOError"
HONEST = "\n\ndef mean(x):\n    return x.mean()\n"


def messages(folder: Path, text: str, seconds: float = 30, **limits) -> dict[str, str]:
    """Return the grader's message for each exercise of a submission; "" if it passes."""
    lesson, path = manifest.lesson(1), folder / "submission.py"
    path.write_text(text)
    said = {}
    for exercise in lesson.exercises:
        own = seconds if exercise.name == "total" else 30
        try:
            with Sandbox(path, Limits(own, **limits)) as source:
                said[exercise.name] = grade_exercise(lesson, exercise, source).message
        except Wrong as error:
            said[exercise.name] = str(error)
    return said


def attack(folder: Path, body: str, **limits) -> str:
    """Return the grader's message for a `total` with this body; `mean`, beside it, must pass."""
    said = messages(folder, "def total(x):\n" + textwrap.indent(body, "    ") + HONEST, **limits)
    assert said["mean"] == ""
    return said["total"]


SLOW = {
    "an endless loop": "while True: pass",
    "a long sleep": "import time; time.sleep(1e6)",
    "a flood of output": "import sys\nwhile True: print('x' * 100_000); print('x' * 100_000, file=sys.stderr)",
    "a type that never tells its name": """
class Meta(type):
    @property
    def __name__(cls):
        while True: pass
return Meta('M', (), {})()""",
}


@pytest.mark.parametrize("body", SLOW.values(), ids=SLOW)
def test_time(course, tmp_path, body):
    if "print" in body and not Path("/dev/null").is_char_device():
        pytest.skip("/dev/null is a file here, in which output does not end")
    assert re.search(ENDLESS, attack(tmp_path, body, seconds=0.2))


MEMORY = {
    "a list without end": "x = []\nwhile True: x.append([0] * 100_000)",
    "an array of 80 GB": "import numpy\nreturn numpy.ones(10**10)",
    "arrays without end": "import numpy\nx = []\nwhile True: x.append(numpy.ones(10**7))",
    "a number without end": "return 1 << 10**11",
    "a string without end": "x = 'x'\nwhile True: x = x + x",
}


@pytest.mark.skipif(sys.platform != "linux", reason="this system has no limit on memory")
@pytest.mark.parametrize("body", MEMORY.values(), ids=MEMORY)
def test_memory(course, tmp_path, body):
    said = attack(tmp_path, body, memory=300 << 20, seconds=5)
    assert re.search("MemoryError|Unable to allocate|took longer than 5 s", said.splitlines()[0])


ENDING = {
    "sys.exit": ("import sys; sys.exit(0)", "raised SystemExit: 0"),
    "os._exit": ("import os; os._exit(0)", r"ended its process \(exit code 0\)"),
    "os.abort": ("import os; os.abort()", r"broke its process \(SIG"),
    "killed by itself": ("import os; os.kill(os.getpid(), 9)", REFUSED),
    "an exception that is no Exception": ("raise KeyboardInterrupt", "raised KeyboardInterrupt"),
    "an exception that cannot be shown": (
        "class Bad(Exception):\n    def __str__(self): raise self\nraise Bad", r"ended its process \(exit code",
    ),
    "a stack that overflows": (
        "y = ()\nfor i in range(10**6): y = (y,)\nhash(y)",
        r"broke its process \(SIGSEGV\)",
    ),
    "a read of address 0": ("import ctypes; ctypes.string_at(0)", r"broke its process \(SIGSEGV\)|PermissionError"),
    "the connection closed": ("import os\nos.closerange(0, 64)\nwhile True: pass", "closed its connection"),
    "a generator that never yields": ("return (i for i in iter(int, 1))", "returned an object of type generator"),
}  # fmt: skip


@pytest.mark.parametrize("body, reason", ENDING.values(), ids=ENDING)
def test_ending(course, tmp_path, body, reason):
    assert re.search(reason, attack(tmp_path, body, seconds=5).splitlines()[0])


OTHERS = {
    # signal 0 only asks for permission, so an attack that succeeds here does no harm
    "the grader killed": "import os; os.kill(os.getppid(), 0)",
    "everything killed": "import os; os.kill(-1, 0)",
    "the grader's group killed": "import os; os.killpg(os.getpgid(os.getppid()), 0)",
    "a fork": "import os\nif not os.fork(): os._exit(0)",
    "threads without end": "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(9,)).start()",
    "a command": "import subprocess; subprocess.run(['/bin/true'])",
    "a program in place of this one": "import os; os.execv('/bin/true', ['true'])",
    "processes by multiprocessing": "import multiprocessing as m; m.get_context('fork').Process(target=print).start()",
    "limits lifted": "import resource; resource.setrlimit(resource.RLIMIT_CPU, (99, 99))",
    "limits of the grader": "import os, resource; resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
    "signals by fcntl": "import fcntl, os; fcntl.fcntl(3, 8, os.getppid())",
    "the network": "import socket; socket.create_connection(('127.0.0.1', PORT))",
    "the network by name": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:PORT')",
    "a socket file": "import socket; socket.socket(socket.AF_UNIX).bind('here')",
}


@pytest.fixture(params=["all layers", "the kernel's", "the hook's"])
def layers(request, monkeypatch):
    """Put one set of layers in force: each set must hold without the others."""
    sets = {"all layers": LAYERS, "the kernel's": ("seccomp", "landlock"), "the hook's": ("hook",)}
    if request.param == "the kernel's" and not KERNEL:
        pytest.skip("this system lacks seccomp or Landlock")
    monkeypatch.setattr(confinement, "available", lambda: sets[request.param])


def each_refused(folder: Path, bodies: dict[str, str], **values) -> None:
    """Try many attacks in one process. Each must raise an error; one that ends the process fails the test too."""
    tries = "".join(
        f"    try:\n{textwrap.indent(body, ' ' * 8)}\n    except ({ERRORS}) as error:\n"
        f"        said.append((str({name!r}), type(error).__name__, str(error)))\n"
        f"    else:\n        said.append(({name!r}, 'nothing', ''))\n"
        for name, body in bodies.items()
    )
    text = f"import sqlite3\ndef total(x):\n    said = []\n{tries}    return said\n"
    for name, value in values.items():
        text = text.replace(name, str(value))
    (folder / "submission.py").write_text(text)
    with Sandbox(folder / "submission.py", Limits(30)) as source:
        outcome = source.call("total", (np.zeros(1),))
    assert outcome.error == ""
    assert {name: (kind, text) for name, kind, text in outcome.value if kind == "nothing"} == {}
    assert len(outcome.value) == len(bodies)


ERRORS = "OSError, RuntimeError, ImportError, sqlite3.OperationalError"


def test_other_processes_and_the_network(course, tmp_path, layers):
    with socket.create_server(("127.0.0.1", 0)) as server:
        each_refused(tmp_path, OTHERS, PORT=server.getsockname()[1])


FILES = {
    "the solution": "open('SOLUTION').read()",
    "the solution by descriptor": "import os; os.open('SOLUTION', os.O_RDONLY)",
    "the solution by NumPy": "import numpy; numpy.fromfile('SOLUTION', 'u1')",
    "the solution mapped": "import numpy; numpy.memmap('SOLUTION', 'u1', 'r')",
    "the solution by a link": "import os; os.symlink('SOLUTION', 'link'); open('link').read()",
    "the solution by import": "import sys; sys.path.insert(0, 'COURSE/01_sums'); import solution",
    "the course by import": "from tinynet.course import manifest; manifest.lesson(1).solution",
    "the course's lessons": "import os; os.listdir('COURSE')",
    "where the lessons are installed": "open('PACKAGE/manifest.py').read()",
    "what lies beside tinynet in a clone": "open('PACKAGE/../../pyproject.toml').read()",
    "another submission": "open('OTHER').read()",
    "a database": "import sqlite3 as s; s.connect('OTHER').execute('select 1 from sqlite_master')",
    "this process": "open('/proc/self/maps').read()",
    "this process's descriptors": "import os; os.listdir('/proc/self/fd')",
    "the grader's memory": "import os; open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "the grader's environment": "import os; open(f'/proc/{os.getppid()}/environ', 'rb').read(1)",
    "passwords": "open('/etc/passwd').read()",
    "a file elsewhere": "open('OTHER.new', 'w')",
    "a file changed": "open('OTHER', 'w')",
    "a file emptied": "import os; os.truncate('OTHER', 0)",
    "a file emptied by opening": "import os; os.open('OTHER', os.O_TRUNC)",
    "a file made public": "import os; os.chmod('OTHER', 0o777)",
    "a file removed": "import os; os.remove('OTHER')",
    "a file renamed": "import os; os.rename('OTHER', 'OTHER.old')",
    "NumPy rewritten": "import numpy; open(numpy.__file__, 'a')",
    "NumPy emptied": "import numpy, os; os.open(numpy.__file__, os.O_TRUNC)",
    "tinynet rewritten": "import tinynet; open(tinynet.__file__, 'a')",
    "shared memory": "from multiprocessing import shared_memory as s; s.SharedMemory(create=True, size=9)",
    "a folder": "import os; os.mkdir('here')",
}


def test_files(course, tmp_path, layers):
    other = tmp_path / "other.py"
    other.write_text("x = 1\n")
    solution, package = course / "01_sums" / "solution.py", Path(manifest.__file__).parent
    each_refused(tmp_path, FILES, SOLUTION=solution, COURSE=course, OTHER=other, PACKAGE=package)
    assert other.read_text() == "x = 1\n" and other.stat().st_mode & 0o777 != 0o777
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course", "other.py", "submission.py"]


KERNEL_ONLY = {  # what Python code could do by calling the system directly
    "a descriptor by system call": "libc.open(b'SOLUTION', 0)",
    "a fork": "libc.fork()",
    "a thread": "libc.syscall(56, 0x10f00, 0, 0, 0, 0)",
    "a socket": "libc.socket(2, 1, 0)",
    "the grader's memory": "libc.process_vm_readv(os.getppid(), None, 0, None, 0, 0)",
    "the grader traced": "libc.ptrace(16, os.getppid(), 0, 0)",
    "the grader signalled": "libc.kill(os.getppid(), 0)",
    "signals by ioctl": "libc.ioctl(3, 0x8901, ctypes.byref(ctypes.c_int(os.getppid())))",
    "shared memory that stays": "libc.shmget(0, 4096, 0o1600)",
    "a file of memory": "libc.memfd_create(b'x', 0)",
    "limits": "libc.prlimit(os.getppid(), 0, None, None)",
    "rights back": "libc.prctl(38, 0, 0, 0, 0)",
    "a new root": "libc.unshare(0x10000000)",
    "io_uring": "libc.syscall(425, 1, None)",
}


@needs_kernel
def test_what_the_kernel_refuses_to_system_calls(course, tmp_path, monkeypatch):
    monkeypatch.setattr(confinement, "available", lambda: ("seccomp", "landlock"))
    start = "import ctypes, os; libc = ctypes.CDLL(None, use_errno=True); result = "
    end = "\nif result >= 0: raise ZeroDivisionError"
    refused = "\nassert ctypes.get_errno() == 13, os.strerror(ctypes.get_errno())\nraise PermissionError"
    bodies = {name: start + call + end + refused for name, call in KERNEL_ONLY.items()}
    each_refused(tmp_path, bodies, SOLUTION=course / "01_sums" / "solution.py")


def test_system_calls_have_the_numbers_in_the_kernels_headers():
    headers = {0: Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), 1: Path("/usr/include/asm-generic/unistd.h")}
    if not all(path.exists() for path in headers.values()):
        pytest.skip("the kernel's headers are not installed")
    for column, path in headers.items():
        text = re.sub(r"__NR3264_(\w+)", r"__NR_\1", path.read_text()).replace("__NR_fstatat", "__NR_newfstatat")
        numbers = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+)\s+(\d+)\s", text)}
        for name, own in {**confinement.CALLS, "fcntl": confinement.FCNTL}.items():
            assert numbers.get(name, -1) == own[column], (path, name)


REWRITES = {
    "NumPy": "import numpy\nnumpy.einsum = numpy.sum = lambda *a, **k: 7.0\nnumpy.ndarray = None",
    "builtins": "import builtins\nbuiltins.abs = builtins.all = lambda *a: True\nbuiltins.AssertionError = ValueError",
    "the grader": """
import sys
for name in list(sys.modules):
    if 'tinynet' in name or 'pytest' in name:
        for what in vars(sys.modules[name]):
            setattr(sys.modules[name], what, lambda *a, **k: True)""",
    "the exit": "import atexit, time, signal\natexit.register(time.sleep, 99)\nsignal.signal(15, lambda *a: None)",
    "a finalizer": "import time\nclass Z:\n    def __del__(self): time.sleep(99)\nz = Z()",
    "the results": "open('results.json', 'w').write('{\"score\": 100}')",
}


@pytest.mark.parametrize("text", REWRITES.values(), ids=REWRITES)
def test_code_at_import_reaches_nothing_of_the_grader(course, tmp_path, text):
    said = messages(tmp_path, f"{text}\n\ndef total(x):\n    return 7.0\n")
    assert re.search(r"got:      7|ended its process \(exit code 1\)", said["total"])
    assert re.search(r"no function mean|ended its process \(exit code 1\)", said["mean"])
    assert not list(tmp_path.rglob("results.json"))


def test_a_file_whose_loading_fails_or_never_ends_says_so(course, tmp_path):
    for text, reason in (
        ("while True: pass", "submission.py, while it was loaded, took longer than 0.2 s"),
        ("import os; os._exit(3)", r"submission.py, while it was loaded, ended its process \(exit code 3\)"),
        ("import sys; sys.exit(3)", "exercise.py fails while it is loaded: SystemExit: 3"),
        (
            "import os; os.write(3, bytes(99))",
            f"submission.py, while it was loaded, {NO_ANSWER}",
        ),
        ("raise Exception('\\x1b[31m\\nred')", r"fails while it is loaded: Exception:  \[31m red"),
    ):
        (tmp_path / "submission.py").write_text(text)
        with pytest.raises(Wrong, match=reason), Sandbox(tmp_path / "submission.py", Limits(0.2)):
            pass


def test_a_file_that_is_removed_while_the_grader_looks_ends_nothing(tmp_path, monkeypatch):
    """Files that came and went while a submission was loaded once ended the grading of a whole class."""

    class Gone:
        def stat(self, follow_symlinks):
            raise FileNotFoundError

    (tmp_path / "submission.py").write_text("def total(x): return x")
    with Sandbox(tmp_path / "submission.py") as source:
        source._looked = 0.0
        with monkeypatch.context() as patch:
            patch.setattr(os, "scandir", lambda folder: contextlib.nullcontext([Gone()]))
            assert source.call("total", (1.0,)).value == 1.0


def test_a_busy_machine_costs_nothing(course, tmp_path):
    """Processor time counts; three times as much may pass on the clock."""
    assert attack(tmp_path, "import time; time.sleep(1.2); return float(x.sum())", seconds=1) == ""


def test_ignoring_a_signal_lifts_no_limit(course, tmp_path):
    body = "import signal\nsignal.signal(signal.SIGXCPU, lambda *a: None)\nwhile True: pass"
    assert re.search(rf"{ENDLESS}|broke its process \(SIGKILL\)", attack(tmp_path, body, seconds=0.2))


VALUES = {
    "equal to everything": ("class All(float):\n    __eq__ = lambda s, o: True\nreturn All()", "object of type All"),
    "its own array": (
        "class A:\n    def __array__(s, *a, **k): return x\nreturn A()", "object of type A",
    ),
    "an array of its own kind": (
        "import numpy\nclass A(numpy.ndarray):\n    __eq__ = lambda s, o: True\nreturn x.view(A)", "object of type A",
    ),
    "a string of its own kind": ("class S(str):\n    __eq__ = lambda s, o: True\nreturn S()", "object of type S"),
    "a number of NumPy's kind": (
        "import numpy\nclass F(numpy.float64):\n    item = lambda s: [s]\nreturn F()", "",
    ),
    "code in a pickle": (
        "import os\nclass R:\n    def __reduce__(s): return os._exit, (0,)\nreturn R()", "object of type R",
    ),
    "an array of objects": ("import numpy\nreturn numpy.array([x, None], object)", "array of dtype object"),
    "a terabyte that is one number": (
        "import numpy\nreturn numpy.broadcast_to(1.0, (10**6, 10**5))", "returned an array of 800,000,000,000 bytes",
    ),
    "lists in lists": ("y = []\nfor i in range(99): y = [y]\nreturn y", "returned a list too deep"),
    "a list in itself": ("y = []\ny.append(y)\nreturn y", "RecursionError"),
    "a list of a million": ("return [1.0] * 10**6", "returned a list too deep or too long"),
    "an integer of a megabyte": ("return 1 << 10**7", "returned an integer of more than 1024 bits"),
    "a string of 20 MB": ("return 'x' * 20_000_000", "returned 20,.* bytes"),
    "half a character": ("return '\\ud800'", "returned a string with half a surrogate pair"),
    "a function": ("return lambda: 0", "object of type function"),
}  # fmt: skip


def test_values(tmp_path):
    functions = [f"def f{i}(x):\n{textwrap.indent(body, '    ')}\n" for i, (body, _) in enumerate(VALUES.values())]
    (tmp_path / "submission.py").write_text("\n".join(functions))
    with Sandbox(tmp_path / "submission.py") as source:
        for i, (name, (_, reason)) in enumerate(VALUES.items()):
            outcome = source.call(f"f{i}", (np.ones(3),))
            assert re.search(reason, outcome.error), name
            assert outcome.value is None or outcome.value == [0.0]  # of NumPy's kind: a number, whatever its class says


FORGED = """
import os, sys, msgpack
def send(*message):
    data = msgpack.packb(["t", *message])
    os.write(3, len(data).to_bytes(4, "big") + data)
"""


@pytest.mark.parametrize(
    "forgery, reason",
    [
        ("send('done', 'token', 15.0, '', ['t'], False)", NO_ANSWER),
        ("send('callback', 'token', 0, ['t'], ['d'])", NO_ANSWER),
        ("send(['a', '<f8', [2], bytes(16)], ['a', '<f8', [2], bytes(16)])", NO_ANSWER),
        ("send(*[['l']] * 9)", NO_ANSWER),
        ("os.write(3, bytes(10**6))", NO_ANSWER),
        ("os.write(3, b'\\xff' * 10**6)", NO_ANSWER),
        ("while True: os.write(3, b'\\0\\0\\0\\1\\xc0')", NO_ANSWER),
        ("os.write(3, b'\\0\\0\\0\\xff')\nwhile True: pass", ENDLESS),
        ("os.write(3, b'\\0\\x7f\\0\\0' + b'\\x91' * 0x7f0000)", NO_ANSWER),
    ],
)
def test_messages_written_by_the_learner(tmp_path, forgery, reason):
    body = textwrap.indent(f"{FORGED}{forgery}\nreturn 0.0", "    ")
    (tmp_path / "submission.py").write_text(f"def total(x):\n{body}")
    with Sandbox(tmp_path / "submission.py", Limits(0.2)) as source:
        assert re.search(reason, source.call("total", (np.ones(3),)).error)
        assert source.call("total", (np.ones(3),)).error  # it has ended for good


def test_an_answer_in_advance_wins_nothing(course, tmp_path):
    """The file sends the right answer to `total` before it is asked, because the grader's seed is no secret."""
    expected = float(np.random.default_rng(0).normal(size=5).sum())
    text = f"{FORGED}\nsend('loaded', '')\nsend('done', '', {expected!r}, '', ['t'], False)\ntotal = mean = None\n"
    assert NO_ANSWER in messages(tmp_path, text)["total"]


def test_an_answer_with_the_token_is_worth_what_returning_it_would_be(lesson, tmp_path):
    """The code that is asked can find the token, and then it can send any reply."""
    start = "token = sys._getframe(2).f_locals['token']\nsame = wire.fingerprints((x,), [])[0]\n"
    for reply, reason in (
        ("'returned', token, 1.5, ['t', same]", "wrong value"),
        ("'returned', token, None, ['t', same]", "returned None"),
        ("'returned', token, ['l', 1, None], ['t', same]", "returned None"),
        ("'returned', token, 1.5, ['t', same.upper()]", "changed its argument x"),
        ("'returned', token, 1.5, ['t', '']", "changed its argument x"),
        ("'returned', token, 1.5, ['t']", NO_ANSWER),
        ("'returned', token, 1.5, ['t', same, same]", NO_ANSWER),
        ("'returned', token, 1.5, ['t', True]", NO_ANSWER),
        ("'returned', token, 1.5, True", NO_ANSWER),
        ("'returned', token, 1.5", NO_ANSWER),
        ("'failed', token, 'raised', ''", r"^total\(x\): raised"),
        ("'failed', token, 'raised', '2 of 2 points'", r"^total\(x\): raised 2 of 2 points"),
        (
            "'failed', token, 'raised', '\\x1b]0;owned\\x07 ' + 'x' * 10**6",
            r"^total\(x\): raised  \]0;owned  x{400,500}$",
        ),
        ("'failed', token, 'returned', '\\x07'", r"^total\(x\): returned"),
        ("'failed', token, 'unwritten', ''", "^ is not written yet; replace its"),
        ("'failed', token, 'missing', ''", "^exercise.py has no function total; put it back"),
        ("'failed', token, 'raised', 5", NO_ANSWER),
        ("'failed', token, 'raised'", NO_ANSWER),
        ("'failed', token, 'passed', ''", NO_ANSWER),
        ("'failed', token, 'load', ''", NO_ANSWER),
        ("'loaded', token", NO_ANSWER),
        ("'passed', token", NO_ANSWER),
    ):
        text = f"{FORGED}\nwire = sys.modules['tinynet.course.isolation.wire']\n{start}send({reply})\nwhile True: pass"
        (tmp_path / "submission.py").write_text("def total(x):\n" + textwrap.indent(text, "    "))
        with Sandbox(tmp_path / "submission.py") as source:
            result = grade_exercise(lesson, lesson.exercise("total"), source)
        assert re.search(reason, result.message.splitlines()[0]), reply
        assert result.points == 0


FRAME = """
frame = sys._getframe()
while "token" not in frame.f_locals: frame = frame.f_back
token = frame.f_locals["token"]
while "connection" not in frame.f_locals: frame = frame.f_back
connection = frame.f_locals["connection"]
"""
UNSHOWN = "class Unshown(Exception):\n    def __str__(self): raise Wrong\n"
CLAIMED_WHILE_LOADED = {
    "no reason for a failure": (FRAME + "connection.send(('failed', token, ''))", NO_ANSWER),
    "a failure that says nothing": (
        FRAME + "connection.send(('failed', token, 'load', ''))", "^exercise.py fails while it is loaded:",
    ),
    "a failure that looks like praise": (
        FRAME + "connection.send(('failed', token, 'parse', 'nothing, well done'))",
        "^exercise.py does not parse: nothing, well done$",
    ),
    "an error whose text raises the grader's": (UNSHOWN + "raise Unshown", r"ended its process \(exit code 1\)"),
    "a stranger's loader": (
        "def failing(*a): raise Wrong\nsys.modules['tinynet.course.calls'].describe_error = failing\nraise KeyError",
        r"ended its process \(exit code 1\)",
    ),
}  # fmt: skip
CLAIMED_IN_A_CALL = {
    "the grader's exception": ("raise Wrong", r"^total\(x\): raised Wrong \(line "),
    "one of its kind": (
        "class Mine(Wrong):\n    def __str__(self): return ''\nraise Mine('x')", r"^total\(x\): raised Mine \(line ",
    ),
    "a text that raises it": (UNSHOWN + "raise Unshown", r"ended its process \(exit code 1\)"),
    "a type whose name raises it": (
        "class Meta(type):\n    @property\n    def __name__(cls): raise Wrong\nreturn Meta('M', (), {})()",
        r"^total\(x\): raised Wrong \(line ",
    ),
    "a dtype that raises it": (
        "import numpy\nclass F(numpy.float64):\n    @property\n    def dtype(self): raise Wrong\nreturn F()",
        r"^total\(x\): raised Wrong \(line ",
    ),
    "a dict whose items raise it": (
        "class D(dict):\n    def items(self): raise Wrong\nreturn D()", r"^total\(x\): raised Wrong \(line ",
    ),
    "a function that is missing": (FRAME + "connection.send(('missing', token, ''))\nwhile True: pass", NO_ANSWER),
}  # fmt: skip


@pytest.mark.parametrize("text, reason", CLAIMED_WHILE_LOADED.values(), ids=CLAIMED_WHILE_LOADED)
def test_a_submission_cannot_say_while_it_is_loaded_that_it_passed(course, lesson, tmp_path, text, reason):
    path = tmp_path / "submission.py"
    path.write_text(f"import sys\nWrong = sys.modules['tinynet.course.calls'].Wrong\n{text}\n")
    results = grade_isolated(lesson, path)
    assert [(result.passed, result.points) for result in results] == [(False, 0)] * 2
    assert all(re.search(reason, result.message) for result in results)


@pytest.mark.parametrize("body, reason", CLAIMED_IN_A_CALL.values(), ids=CLAIMED_IN_A_CALL)
def test_a_submission_cannot_say_in_a_call_that_it_passed(course, tmp_path, body, reason):
    said = attack(tmp_path, f"import sys\nWrong = sys.modules['tinynet.course.calls'].Wrong\n{body}")
    assert re.search(reason, said.splitlines()[0] if said else "passed")


HIDDEN = {
    "a comparison that is always true": "calls.identical = lambda a, b: True",
    "no copy to compare with": "calls.copy = lambda value: value",
    "nothing to compare": "calls.zip = lambda *a, **k: []",
    "an outcome that forgets": "Outcome = calls.Outcome\ncalls.Outcome = lambda value, **k: Outcome(value)",
}


@pytest.mark.parametrize("trick", HIDDEN.values(), ids=HIDDEN)
def test_a_changed_argument_cannot_be_hidden(course, tmp_path, trick):
    text = f"import sys\ncalls = sys.modules['tinynet.course.calls']\n{trick}\n"
    text += "def total(x):\n    y = float(x.sum())\n    x[-1] = 0\n    return y\n"
    assert messages(tmp_path, text + HONEST)["total"].startswith("total(x): changed its argument x; work on a copy")


def test_nothing_of_the_course_is_in_memory(course, tmp_path):
    """The code finds only its argument: no expected value, no solution, no grader, no known mistake."""
    body = """
import gc, sys
found = [o for o in gc.get_objects() if isinstance(o, dict) and ('solution' in o or 'instead_of' in o)]
mistake = ' '.join(['the sum is of', 'absolute values'])
holders = [o.values() if isinstance(o, dict) else o for o in gc.get_objects() if isinstance(o, (dict, list, tuple))]
text = [s for o in holders for s in o if isinstance(s, str) and mistake in s and s is not mistake]
names = [n for n in sys.modules if 'tinynet' in n]
return [len(found), len(text), *sorted(names)]
"""
    (tmp_path / "submission.py").write_text("def total(x):\n" + textwrap.indent(body, "    "))
    with Sandbox(tmp_path / "submission.py") as source:
        found = source.call("total", (np.zeros(3),)).value
    own = "calls", "isolation.confinement", "isolation.wire", "isolation.worker"
    assert found == [0, 0, *(f"tinynet.course.{name}" for name in own)]


@pytest.mark.parametrize(
    "body, reason",
    [
        ("open('mine.txt', 'w').write('x' * 100_000)\nreturn float(len(open('mine.txt').read()))", "got:      100000"),
        ("open('mine.txt', 'w').write('x' * 10**8)", "OSError: .*File too large"),
        (
            "for i in range(10**9): open(f'{i}.txt', 'w').write('x' * 10**6)\nreturn 0.0",
            "wrote more than 100 files or 16 MB",
        ),
        ("for i in range(10**9): open(f'{i}.txt', 'w')\nreturn 0.0", "wrote more than 100 files or 16 MB"),
        ("import os\nfor i in range(99): os.dup(0)", "OSError: .*Too many open files"),
    ],
)
def test_files_of_its_own(course, tmp_path, body, reason):
    assert re.search(reason, attack(tmp_path, body))


@needs_kernel
def test_files_that_are_removed_but_stay_mapped_count(course, tmp_path, monkeypatch):
    """A mapped page keeps a file's room taken without a name or a descriptor. The audit hook would refuse to map it."""
    monkeypatch.setattr(confinement, "available", lambda: ("seccomp", "landlock"))
    body = """
import ctypes, os
libc = ctypes.CDLL(None)
while True:
    file = os.open("a", os.O_RDWR | os.O_CREAT)
    os.write(file, bytes(1000))
    libc.mmap(None, 4096, 1, 1, file, 0)
    os.close(file)
    os.remove("a")
"""
    assert "wrote more than 100 files or 16 MB" in attack(tmp_path, body)


def test_only_a_regular_file_is_read(course, tmp_path):
    path = tmp_path / "exercise.py"
    path.symlink_to(course / "01_sums" / "solution.py")
    with pytest.raises(Wrong, match=r"exercise.py cannot be read .*; it must be a file, not a link"), Sandbox(path):
        pass
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Wrong, match=r"exercise.py is not a file of at most 1 MB"), Sandbox(path):
        pass
    path.unlink()
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(Wrong, match=r"exercise.py is not text in UTF-8"), Sandbox(path):
        pass
    path.write_bytes(b" " * (calls.SIZE + 1))
    with pytest.raises(Wrong, match=r"exercise.py is not a file of at most 1 MB"), Sandbox(path):
        pass

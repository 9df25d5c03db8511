"""Calling a learner's functions in a process of their own, so that whatever they do costs one exercise and no more.

    with Sandbox(path) as source:
        grade_exercise(lesson, exercise, source)

The process is new for each exercise; what holds it is in `isolation.py`, what it does in `worker.py`. Here is the
grader's side, which believes nothing that comes from there: messages are plain values (`wire.py`), each carries the
token of the question that it answers, and there is a time by which the answer must have come.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgpack
import numpy as np

from tinynet.course import isolation, wire
from tinynet.course.calls import NotPlain, Outcome, Wrong, plain
from tinynet.course.manifest import CourseError
from tinynet.course.worker import HEADER

START = 30.0  # seconds that a new process has until it is ready; nothing of the learner's runs yet
WAITING = 3  # times as long may it take on the clock as on the processor, which it may share with others
LOOK = 0.1  # seconds between looks at the working folder
SOURCE = 1 << 20  # bytes of a learner's file
FILES, FOLDER = 100, 16 << 20  # how many files, and bytes, the working folder may hold
NO_ANSWER = "sent what is no answer; an exercise returns a value and does nothing else"

# Only the worker's own modules are loaded, not the package around them: that takes a third of the time, and nothing
# else of the course is in memory. `import tinynet` works as usual afterwards.
PROGRAM = """
import sys, types
course, *paths = sys.argv[1:]
sys.path += paths
for name, folder in ("tinynet", course.rpartition("/")[0]), ("tinynet.course", course):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [folder]
from tinynet.course.worker import main
del sys.modules["tinynet.course"], sys.modules["tinynet"]
main()
"""
ENVIRONMENT = {  # all of it: one thread in NumPy's libraries, and the same order of sets in every run
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What one exercise may use.

    Attributes:
        seconds: on the processor, rounded up, from the first line of the file to the last answer; a busy machine does
            not count. On the clock, three times that.
        memory: bytes of address space, Python and NumPy included; the system must know such a limit.
        file: bytes of the largest file in the working folder.
    """

    seconds: float = 10.0
    memory: int = 1 << 30
    file: int = 1 << 20


class Ended(Exception):
    """The process is of no more use; the message says why, to the learner."""


class Sandbox:
    """A `calls.Source`: the functions of a file, called in another process.

    Args:
        path: of the learner's file; it is read here, and its text is sent.
        limits: of the process.
    """

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self.path, self.limits = path, limits or Limits()

    def __enter__(self) -> Sandbox:
        """Start the process and load the file.

        Raises:
            Wrong: the file is missing, does not parse, or fails or misbehaves while it is loaded.
            CourseError: this system does not let such a process start.
        """
        source = read_source(self.path)
        self._folder = tempfile.TemporaryDirectory(prefix="tinynet-", ignore_cleanup_errors=True)
        self._looked, self._buffer = 0.0, bytearray()
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(LOOK)
        paths = dict.fromkeys(str(Path(module.__file__ or "").parents[1]) for module in (np, msgpack))
        paths |= {str(Path(__file__).parents[2]): None}  # where tinynet is
        command = [sys.executable, "-s", "-S", "-P", "-B", "-c", PROGRAM, str(Path(__file__).parent), *paths]
        with theirs:
            self._process = subprocess.Popen(
                command, cwd=self._folder.name, env=ENVIRONMENT, start_new_session=True,
                stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        try:
            self._start()
            self._load(source)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # and what it may have started, where nothing held it
        self._process.wait()
        self._socket.close()
        self._folder.cleanup()

    def _start(self) -> None:
        limits, self._left = self.limits, START
        settings = (self._folder.name, limits.seconds, limits.memory, limits.file, isolation.available())
        try:
            kind, *why = self._ask("start", *settings)
        except Ended as error:
            kind, why = "failed", [str(error)]
        if kind != "ready":
            raise CourseError(f"the process that runs the exercise could not start: {' '.join(why)}")
        self._left, self._ended = limits.seconds * WAITING, ""

    def _load(self, source: str) -> None:
        try:
            match self._ask("load", source):
                case ("loaded",):
                    return
                case ("failed", str(text)):
                    raise Wrong(clean(text))
            raise Ended(NO_ANSWER)
        except Ended as error:
            raise Wrong(clean(f"{self.path.name}, while it was loaded, {error}")) from None

    def call(self, name: str, arguments: tuple) -> Outcome:
        """Return what the function did; that its process ended over it is an error of the function."""
        if not self._ended:
            try:
                return _outcome(self._ask("call", name, arguments), len(arguments))
            except Ended as error:
                self._ended = str(error)
        return Outcome(error=self._ended)

    def _ask(self, kind: str, *content: Any) -> tuple:
        """Return the kind and the content of the reply to a message; what it calls back meanwhile is called."""
        token, functions = secrets.token_hex(8), list[Callable]()
        until = time.monotonic() + self._left
        try:
            self._send((kind, token, *content), functions, until)
            while True:
                answered, echo, *rest = self._receive(until)
                if echo != token:
                    raise Ended(NO_ANSWER)
                if answered != "callback":
                    return answered, *rest
                self._send(_called_back(rest, functions), None, until)
        except TimeoutError:
            raise Ended(self._too_long()) from None
        except (BrokenPipeError, ConnectionResetError):
            raise Ended(self._death()) from None
        finally:
            self._left = until - time.monotonic()

    def _send(self, message: tuple, functions: list[Callable] | None, until: float) -> None:
        data = wire.encode(message, functions)
        self._socket.settimeout(max(until - time.monotonic(), 0.001))
        self._socket.sendall(len(data).to_bytes(HEADER, "big") + data)
        self._socket.settimeout(LOOK)

    def _receive(self, until: float) -> tuple:
        size = int.from_bytes(self._read(HEADER, until), "big")
        if size > wire.MESSAGE:
            raise Ended(NO_ANSWER)
        try:
            message = wire.decode(self._read(size, until))
        except wire.WireError:
            raise Ended(NO_ANSWER) from None
        if not isinstance(message, tuple) or [type(part) for part in message[:2]] != [str, str]:
            raise Ended(NO_ANSWER)
        return message

    def _read(self, count: int, until: float) -> bytes:
        while len(self._buffer) < count:
            self._check(until)
            with contextlib.suppress(TimeoutError):
                part = self._socket.recv(1 << 20)
                if not part:
                    raise Ended(self._death())
                self._buffer += part
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def _check(self, until: float) -> None:
        """See that there is time left, and, from time to time, what is in the working folder."""
        now = time.monotonic()
        if now > until:
            raise TimeoutError
        if now < self._looked + LOOK:
            return
        self._looked, sizes = now, []
        with os.scandir(self._folder.name) as entries:
            for entry in islice(entries, FILES + 1):
                with contextlib.suppress(FileNotFoundError):  # it was removed just now
                    sizes.append(entry.stat(follow_symlinks=False).st_size)
        if len(sizes) + self._mapped() > FILES or sum(sizes) > FOLDER:
            raise Ended(f"wrote more than {FILES} files or {FOLDER >> 20} MB")

    def _mapped(self) -> int:
        """Return how many pieces of files of the folder are in its memory: these take room also when removed."""
        try:
            return Path(f"/proc/{self._process.pid}/maps").read_text("utf-8", "replace").count(self._folder.name)
        except OSError:  # no Linux, or no process
            return 0

    def _too_long(self) -> str:
        return f"took longer than {self.limits.seconds:g} s; does a loop never end?"

    def _death(self) -> str:
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "closed its connection with the grader"
        if code == -signal.SIGXCPU:
            return self._too_long()
        if code >= 0:
            return f"ended its process (exit code {code}); an exercise returns a value"
        return f"broke its process ({signal.Signals(-code).name})"


def read_source(path: Path) -> str:
    """Return the text of a learner's file; raise Wrong if it is missing, a link, not text, or of absurd size."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise Wrong(f"there is no {path.name} in {path.parent}") from None
    except OSError as error:
        raise Wrong(f"{path.name} cannot be read ({error.strerror}); it must be a file, not a link") from None
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > SOURCE:
            raise Wrong(f"{path.name} is not a file of at most {SOURCE >> 20} MB")
        try:
            return file.read(SOURCE).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Wrong(f"{path.name} is not text in UTF-8; save it as such") from None


def clean(text: str) -> str:
    """Return a text of the learner's process as one line that is safe to print."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else " " for c in text)[:500]


def _called_back(content: list, functions: list[Callable]) -> tuple:
    """Return the message that answers a call of one of our functions; the arguments may be anything."""
    match content:
        case (int(number), tuple(arguments), dict(named)) if 0 <= number < len(functions):
            try:
                value = functions[number](*arguments, **named)
                wire.encode(value)
                return "value", value
            except Wrong:
                raise
            except Exception as error:
                return "raise", type(error).__name__, clean(str(error))
    raise Ended(NO_ANSWER)


def _outcome(reply: tuple, count: int) -> Outcome:
    match reply:
        case ("missing", str(text)):
            raise Wrong(clean(text))
        case ("done", _, str(error), tuple(), bool(unwritten)) if error:
            return Outcome(error=clean(error), unwritten=unwritten)
        case ("done", value, str(), tuple(changed), bool()) if all(type(i) is int and 0 <= i < count for i in changed):
            try:
                return Outcome(plain(value), changed=changed)
            except NotPlain as error:
                return Outcome(error=f"returned {error}")
    raise Ended(NO_ANSWER)

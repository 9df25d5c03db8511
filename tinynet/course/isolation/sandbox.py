"""Calling a learner's functions in a process of their own, so that whatever they do costs one exercise and no more.

    with Sandbox(path) as source:
        grade_exercise(lesson, exercise, source)

Every exercise gets a new process. `confinement.py` says what it gives up, and `worker.py` what it does. Here is the
grader's side, which believes nothing that comes back: messages are plain values (`wire.py`), each must carry the token
of the question that it answers, and it must arrive in time. No message can say that an answer is right: what it brings
is a value and fingerprints of the arguments, which are compared here, or a failure, which is one whatever its text.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgpack
import numpy as np

from tinynet.course.calls import FILE, Fault, NotPlain, Outcome, Wrong, plain, read
from tinynet.course.isolation import confinement, wire
from tinynet.course.manifest import CourseError
from tinynet.storage.temporary import temporary_folder

START = 30.0  # seconds in which a new process must get ready; nothing of the learner's runs yet
WAITING = 3  # times as many seconds may pass on the clock, because other work may share the processor
LOOK = 0.1  # seconds between two looks at the working folder
FILES, FOLDER = 100, 16 << 20  # files, and bytes in them, that the working folder may hold
NO_ANSWER = "sent something that is not an answer; an exercise returns a value and does nothing else"

# Empty modules stand in for the packages around the worker, so that only the worker's own modules are loaded: this
# takes a third of the time, and nothing else of the course is in memory. Afterwards `import tinynet` works as usual.
PROGRAM = """
import sys, types
tinynet, *paths = sys.argv[1:]
sys.path += paths
packages = {"tinynet": "", "tinynet.course": "/course", "tinynet.course.isolation": "/course/isolation"}
for name, folder in packages.items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [tinynet + folder]
from tinynet.course.isolation.worker import main
for name in packages:
    del sys.modules[name]
main()
"""
TINYNET = Path(__file__).parents[2]  # the package's folder
ENVIRONMENT = {  # nothing else is set: NumPy's libraries use one thread, and sets have the same order in every run
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What one exercise may use.

    Attributes:
        seconds: processor time, rounded up, from the first line of the file to the last answer; what else the machine
            does costs nothing. Three times as many seconds may pass on the clock.
        memory: bytes of address space, including Python and NumPy; macOS has no such limit.
        file: bytes of the largest file in the working folder.
    """

    seconds: float = 10.0
    memory: int = 1 << 30
    file: int = 1 << 20


class Ended(Exception):
    """The process cannot answer any more; the message tells the learner why."""


class Sandbox:
    """The functions of a file, called in another process: a `calls.Source`.

    Args:
        path: the learner's file; it is read here, and its text is sent.
        limits: the limits of the process.
    """

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self.path, self.limits = path, limits or Limits()

    def __enter__(self) -> Sandbox:
        """Start the process and load the file.

        Raises:
            Wrong: the file is missing, does not parse, or fails or misbehaves while it is loaded.
            CourseError: this system does not let such a process start.
        """
        source = read(self.path, os.O_NOFOLLOW)
        self._opened = contextlib.ExitStack()
        self._folder = self._opened.enter_context(temporary_folder())
        self._looked, self._buffer = 0.0, bytearray()
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(LOOK)
        paths = dict.fromkeys(str(Path(module.__file__ or "").parents[1]) for module in (np, msgpack))
        paths[str(TINYNET.parent)] = None
        command = [sys.executable, "-s", "-S", "-P", "-B", "-c", PROGRAM, str(TINYNET), *paths]
        with theirs:
            self._process = subprocess.Popen(
                command, cwd=self._folder, env=ENVIRONMENT, start_new_session=True,
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
            os.killpg(self._process.pid, signal.SIGKILL)  # and all that it started, where nothing stopped it
        self._process.wait()
        self._socket.close()
        self._opened.close()

    def _start(self) -> None:
        limits, self._left = self.limits, START
        settings = (str(self._folder), limits.seconds, limits.memory, limits.file, confinement.available())
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
                case ("failed", "parse" | "load" as kind, str(said)):
                    raise Wrong(clean(f"{FILE} {Fault(kind, said)}"))
            raise Ended(NO_ANSWER)
        except Ended as error:
            raise Wrong(clean(f"{self.path.name}, while it was loaded, {error}")) from None

    def call(self, name: str, arguments: tuple) -> Outcome:
        """Return what the function did; if its process ended over it, that is an error of the function."""
        if not self._ended:
            lent: list[tuple[Callable, str]] = []
            before = list(enumerate(wire.fingerprints(arguments, [])))
            try:
                reply = self._ask("call", name, arguments, lent=lent)
                places = {id(one): i for i, one in enumerate(arguments) if getattr(one, "lends", False)}
                return _outcome(reply, name, before + [(places.get(id(function), -1), then) for function, then in lent])
            except Ended as error:
                self._ended = str(error)
        return Outcome(error=self._ended)

    def _ask(self, kind: str, *content: Any, lent: list[tuple[Callable, str]] | None = None) -> tuple:
        """Return kind and content of the reply to a message.

        Functions that the worker calls meanwhile are called; each is noted in `lent`, with what it returned.
        """
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
                self._send(_called_back(rest, functions, [] if lent is None else lent), None, until)
        except TimeoutError:
            raise Ended(self._too_long()) from None
        except (BrokenPipeError, ConnectionResetError):
            raise Ended(self._death()) from None
        finally:
            self._left = until - time.monotonic()

    def _send(self, message: tuple, functions: list[Callable] | None, until: float) -> None:
        data = wire.frame(message, functions)
        self._socket.settimeout(max(until - time.monotonic(), 0.001))
        self._socket.sendall(data)
        self._socket.settimeout(LOOK)

    def _receive(self, until: float) -> tuple:
        size = int.from_bytes(self._read(wire.HEADER, until), "big")
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
        """Check that there is time left and, every now and then, that the working folder is not too full."""
        now = time.monotonic()
        if now > until:
            raise TimeoutError
        if now < self._looked + LOOK:
            return
        self._looked, sizes = now, []
        with os.scandir(self._folder) as entries:
            for entry in islice(entries, FILES + 1):
                with contextlib.suppress(FileNotFoundError):  # it was removed just now
                    sizes.append(entry.stat(follow_symlinks=False).st_size)
        if len(sizes) + self._mapped() > FILES or sum(sizes) > FOLDER:
            raise Ended(f"wrote more than {FILES} files or {FOLDER >> 20} MB")

    def _mapped(self) -> int:
        """Return how many pieces of the folder's files are mapped into memory: they take room even when removed."""
        try:
            return Path(f"/proc/{self._process.pid}/maps").read_text("utf-8", "replace").count(str(self._folder))
        except OSError:  # not on Linux, or the process is gone
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


def clean(text: str) -> str:
    """Return a text that came from the learner's process as one line that is safe to print."""
    return "".join(c if c.isprintable() else " " for c in wire.encodable(text))[:500]


def _called_back(content: list, functions: list[Callable], lent: list[tuple[Callable, str]]) -> tuple:
    """Return the message that answers a call to one of our functions; its arguments may be anything."""
    match content:
        case (int(number), tuple(arguments), dict(named)) if 0 <= number < len(functions):
            try:
                value = functions[number](*arguments, **named)
                wire.encode(value)
                lent.append((functions[number], wire.fingerprints((value,), [])[0]))
                return "value", value
            except Wrong:
                raise
            except Exception as error:
                return "raise", type(error).__name__, clean(str(error))
    raise Ended(NO_ANSWER)


def _outcome(reply: tuple, name: str, before: list[tuple[int, str]]) -> Outcome:
    """Return what a reply says about a call of the function `name`.

    Args:
        reply: kind and content.
        name: the function's name.
        before: the fingerprints of what must not change, each with the place of its argument, or with -1 if it may.
    """
    match reply:
        case ("failed", "missing", str()):
            raise Wrong(f"{FILE} {Fault('missing', name)}")
        case ("failed", "unwritten" | "raised" | "returned" as kind, str(said)):
            return Outcome(error=clean(str(Fault(kind, said))), unwritten=kind == "unwritten")
        case ("returned", value, tuple(after)) if [type(now) for now in after] == [str] * len(before):
            try:
                changed = {i for now, (i, then) in zip(after, before, strict=True) if now != then and i >= 0}
                return Outcome(plain(value), changed=tuple(sorted(changed)))
            except NotPlain as error:
                return Outcome(error=f"returned {error}")
    raise Ended(NO_ANSWER)

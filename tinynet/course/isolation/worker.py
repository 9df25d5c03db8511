"""The process that runs a learner's file: it gives up what it does not need, loads the file, and answers calls.

It never learns anything but the arguments of a call. What is expected, the solution and the known mistakes stay with
the grader. The learner's code can send any message itself, so no message says that an answer is right: the best one is
worth no more than returning the same value. After a failure the grader names its kind, one of `calls.FAULTS`, in its
own words around the learner's. A fingerprint shows what the call left in an argument, and then, in order, in each value
that a function of the grader's returned to it.

    grader                                          worker
    ("start", token, folder, seconds, ...)          ("ready", token) or ("failed", token, text)
    ("load", token, source)                         ("loaded", token) or ("failed", token, kind, said)
    ("call", token, name, arguments)                ("returned", token, value, fingerprints)
                                                    or ("failed", token, kind, said)

While it answers a call, the worker may call a function that it was given, as often as it likes:

    grader                                          worker
    ("value", value) or ("raise", kind, text)       ("callback", token, number, arguments, named)
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import os
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

from tinynet.course import calls
from tinynet.course.isolation import confinement, wire

PACKAGES = {"numpy", "scipy", "tinynet"} | sys.stdlib_module_names  # what an exercise may import
LIBRARIES = ("bz2", "decimal", "hashlib", "lzma", "sqlite3", "zlib")  # they need files that will soon be out of reach


class Connection:
    """Messages sent and received over a file descriptor."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def send(self, message: tuple) -> None:
        data = wire.frame(message)
        while data:
            data = data[os.write(self.descriptor, data) :]

    def receive(self, function: Callable[[int], Callable] | None = None) -> tuple:
        return wire.decode(self._read(int.from_bytes(self._read(wire.HEADER), "big")), function)

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = os.read(self.descriptor, count - len(data))
            if not part:
                os._exit(0)  # the grader is gone
            data += part
        return data


def main() -> None:
    """Answer calls to one learner's file until the grader ends this process."""
    connection = Connection(os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _, token, *settings = connection.receive()
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    try:
        confinement.confine(*settings)
    except (OSError, ValueError) as error:
        connection.send(("failed", token, f"{type(error).__name__}: {error}"))
        return
    sys.meta_path.insert(0, Missing())
    sys.setrecursionlimit = lambda limit: None  # recursion as deep as a graph fails here as it would elsewhere
    connection.send(("ready", token))
    _, token, source = connection.receive()
    path = Path(calls.FILE)
    path.write_bytes(source.encode())
    try:
        functions = calls.load(path.read_text("utf-8-sig"), path)
    except calls.Fault as fault:
        connection.send(("failed", token, fault.kind, _text(fault.said)))
        return
    connection.send(("loaded", token))
    answer = Answers(connection, functions)
    while True:
        answer(*answer.receive())


class Missing(MetaPathFinder):
    """Packages that may not be read appear as not installed, also to libraries that would use them if they could."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        if path is None and name not in PACKAGES:
            raise ModuleNotFoundError(f"No module named {name!r}; an exercise has NumPy, SciPy and tinynet", name=name)


class Answers:
    """Answers calls, one at a time; a function that was given as an argument may lead to another call meanwhile."""

    def __init__(self, connection: Connection, functions: dict[str, Any]) -> None:
        self.connection, self.functions, self.token = connection, functions, ""
        self.lent: list[Any] = []  # the values that the grader's functions returned during the call

    def __call__(self, message: tuple, stand_ins: list[Callable]) -> None:
        _, token, name, arguments = message
        outer, self.token, self.lent = (self.token, self.lent), token, []
        try:
            if not callable(function := self.functions.get(name)):
                raise calls.Fault("missing", name)
            value = calls.attempt(function, arguments)
            left = wire.fingerprints((*arguments, *self.lent), stand_ins)
            self.connection.send(("returned", token, value, left))
        except calls.Fault as fault:
            self.connection.send(("failed", token, fault.kind, _text(fault.said)))
        except wire.WireError as error:
            self.connection.send(("failed", token, "returned", str(error)))
        self.token, self.lent = outer

    def receive(self) -> tuple[tuple, list[Callable]]:
        """Return the next message, and what stands in it for the functions of the grader, in their order."""
        stand_ins: list[Callable] = []

        def function(number: int) -> Callable:
            if number == len(stand_ins):
                stand_ins.append(self._stand_in(number))
            return stand_ins[number]

        return self.connection.receive(function), stand_ins

    def _stand_in(self, number: int) -> Callable:
        def function(*arguments: Any, **named: Any) -> Any:
            self.connection.send(("callback", self.token, number, *calls.copy((arguments, named))))
            while (received := self.receive())[0][0] == "call":
                self(*received)
            kind, *content = received[0]
            if kind == "value":
                self.lent.append(content[0])
                return content[0]
            raise getattr(builtins, content[0], RuntimeError)(content[1])

        return function


def _text(text: str) -> str:
    return wire.encodable(text)[:2000]

"""The process that runs a learner's file: it gives up what it does not need, loads the file, and answers calls.

It never learns anything but the arguments of a call. What is expected, the solution and the known mistakes stay with
the grader. If the learner's code writes an answer into the connection itself, that is worth no more than returning the
same value.

    grader                                          worker
    ("start", token, folder, seconds, ...)          ("ready", token) or ("failed", token, text)
    ("load", token, source)                         ("loaded", token) or ("failed", token, text)
    ("call", token, name, arguments)                ("done", token, value, error, changed, unwritten)
                                                    or ("missing", token, text)

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
    connection.send(("ready", token))
    _, token, source = connection.receive()
    path = Path("exercise.py")
    path.write_bytes(source.encode())
    try:
        functions = calls.from_file(path)
    except calls.Wrong as error:
        connection.send(("failed", token, _text(str(error))))
        return
    connection.send(("loaded", token))
    answer = Answers(connection, functions)
    while True:
        answer(*connection.receive(answer.function))


class Missing(MetaPathFinder):
    """Packages that may not be read appear as not installed, also to libraries that would use them if they could."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        if path is None and name not in PACKAGES:
            raise ModuleNotFoundError(f"No module named {name!r}; an exercise has NumPy, SciPy and tinynet", name=name)


class Answers:
    """Answers calls, one at a time; a function that was given as an argument may lead to another call meanwhile."""

    def __init__(self, connection: Connection, functions: calls.Functions) -> None:
        self.connection, self.functions, self.token = connection, functions, ""

    def __call__(self, _: str, token: str, name: str, arguments: tuple) -> None:
        outer, self.token = self.token, token
        try:
            outcome = self.functions.call(name, arguments)
            reply = ("done", token, outcome.value, _text(outcome.error), outcome.changed, outcome.unwritten)
            self.connection.send(reply)
        except calls.Wrong as error:
            self.connection.send(("missing", token, _text(str(error))))
        except wire.WireError as error:
            self.connection.send(("done", token, None, f"returned {error}", (), False))
        self.token = outer

    def function(self, number: int) -> Callable:
        """Return what stands in for a function of the grader."""

        def function(*arguments: Any, **named: Any) -> Any:
            self.connection.send(("callback", self.token, number, arguments, named))
            while (message := self.connection.receive(self.function))[0] == "call":
                self(*message)
            kind, *content = message
            if kind == "value":
                return content[0]
            raise getattr(builtins, content[0], RuntimeError)(content[1])

        return function


def _text(text: str) -> str:
    return wire.encodable(text)[:2000]

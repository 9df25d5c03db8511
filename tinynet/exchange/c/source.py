"""The pieces of a C file, put together as they are needed."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent, fill, indent
from typing import Any

import numpy as np

from tinynet.exchange.c.parts import PARTS

WIDTH = 100  # characters in a line
TYPES = {
    "u1": "uint8_t",
    "u2": "uint16_t",
    "u4": "uint32_t",
    "i2": "int16_t",
    "i4": "int32_t",
    "f4": "float",
    "f8": "double",
}

Place = Callable[[str], str]  # from the text of an index to the text of the number at that place


class Source:
    """What a C file will hold: arrays and functions in order, and the shared functions that they call.

    `weights` is the number of bytes of all arrays; `memory` holds the words of those that a function works in.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.used: set[str] = set()
        self.weights = 0
        self.memory: dict[str, int] = {}
        self._note = ""

    def use(self, *names: str) -> None:
        """Ask for functions of parts.py, and for those that they call."""
        for name in set(names) - self.used:
            self.used.add(name)
            self.use(*PARTS[name].calls)

    def shared(self) -> list[str]:
        """Return the text of the functions that are used, in the order of parts.py."""
        return [text(part.code) for name, part in PARTS.items() if name in self.used and part.code]

    def note(self, what: str) -> None:
        """Say something about what is added next."""
        self._note = f"{comment(what)}\n"

    def add(self, code: str, **parts: Any) -> None:
        """Add a function. Every @name@ in its code is replaced."""
        for name, value in parts.items():
            code = code.replace(f"@{name}@", str(value))
        self._append(text(code))

    def _append(self, code: str) -> None:
        self.texts.append(self._note + code)
        self._note = ""

    def array(self, name: str, a: np.ndarray) -> str:
        """Add an array of constants; return its name."""
        self.weights += a.nbytes
        self._append(array(name, a))
        return name

    def floats(self, name: str, a: np.ndarray) -> Place:
        """Add an array of floats, of 16 bits each where they lose nothing by it; return how one of them is read."""
        a = np.asarray(a, np.float32).ravel()
        with np.errstate(over="ignore"):
            small = a.astype(np.float16)
        if not np.array_equal(small.astype(np.float32), a):
            self.array(name, a)
            return lambda i: f"{name}[{i}]"
        self.use("half")
        self.array(name, small.view(np.uint16))
        return lambda i: f"half({name}[{i}])"


def comment(what: str) -> str:
    """Return a comment, in several lines where it is long."""
    what = what.replace("*/", "* /").replace("/*", "/ *")  # settings may come from a file
    return fill(f"/* {what} */", WIDTH, subsequent_indent="   ", break_long_words=False)


def text(code: str) -> str:
    """Return code without the margin that it has in Python, and without empty lines at its ends."""
    return dedent(code).strip("\n")


def inside(code: str, depth: int = 1) -> str:
    """Return lines as they stand inside so many brackets, without the margin of the first."""
    return indent(text(code), "    " * depth).lstrip()


def array(name: str, a: np.ndarray, static: str = "static const ") -> str:
    """Return the definition of an array of constants."""
    written = repr if a.dtype == np.float64 else number
    values = map(written, a.ravel().tolist()) if a.dtype.kind == "f" else map(str, a.ravel().tolist())
    shape = "".join(f"[{n}]" for n in a.shape)
    rows = a.reshape(-1, a.shape[-1]) if a.ndim > 1 else [a]
    listed = list(values)
    lines = [", ".join(listed[i * len(row) : (i + 1) * len(row)]) for i, row in enumerate(rows)]
    body = ",\n".join(filled(f"{{{line}}}" if a.ndim > 1 else line) for line in lines)
    return f"{static}{TYPES[a.dtype.str[1:]]} {name}{shape} = {{\n{body}\n}};"


def filled(line: str) -> str:
    """Return a long line in several, with a margin."""
    return fill(line, WIDTH, initial_indent="    ", subsequent_indent="    ", break_long_words=False)


def string(s: str) -> str:
    """Return text as C writes it, in quotes; every byte that is not plain ASCII as three octal digits."""
    plain = (chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?@' else f"\\{byte:03o}" for byte in s.encode())
    return f'"{"".join(plain)}"'


def number(x: Any) -> str:
    """Return a float32 as C writes it: the fewest digits that name this number and no other."""
    return f"{np.float32(x)!s}f"

"""Calling a learner's function: whatever it does, the outcome is a plain value or one line that says what went wrong.

Only plain values go in and come out: numbers, strings, arrays, and tuples, lists and dictionaries of these. Functions
may also go in, so that an exercise can be given one to call. Where the learner's functions come from is a `Source`:
a file that is loaded into this process (`Functions`), or a process of its own (`isolation/sandbox.py`).
"""

from __future__ import annotations

import linecache
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np

SAID = 300  # characters of an exception's message that are shown


class Wrong(AssertionError):
    """The learner's answer is wrong; the message is for the learner."""


@dataclass(frozen=True)
class Outcome:
    """What one call did.

    Attributes:
        value: what the function returned, if it returned and the value is plain.
        error: why there is no value, in one line; "" if there is one.
        changed: the positions of the arguments that the function changed.
        unwritten: whether the function is still the stub.
    """

    value: Any = None
    error: str = ""
    changed: tuple[int, ...] = ()
    unwritten: bool = False


class Source(Protocol):
    """Where a learner's functions come from."""

    def call(self, name: str, arguments: tuple) -> Outcome:
        """Call a function on copies of the arguments; raise Wrong if there is no function of that name."""


class Functions:
    """Functions in this process: a learner's file in everyday use, or a solution with one function replaced.

    Args:
        functions: the functions by name.
        file: the name of their file, for messages.
    """

    def __init__(self, functions: Mapping[str, Any], file: str = "exercise.py") -> None:
        self.functions, self.file = functions, file

    def call(self, name: str, arguments: tuple) -> Outcome:
        function = self.functions.get(name)
        if not callable(function):
            raise Wrong(f"{self.file} has no function {name}; put it back, or start afresh with `tinynet reset N`")
        return call(function, arguments)


def from_file(path: Path) -> Functions:
    """Return the functions of an exercise file, which is run here and now.

    Raises:
        Wrong: the file is missing, does not parse, or fails while it is loaded; the message is one line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError:
        raise Wrong(f"there is no {path.name} in {path.parent}; `tinynet reset N` makes a new one") from None
    except UnicodeDecodeError:
        raise Wrong(f"{path.name} is not text in UTF-8; save it as such") from None
    return from_text(text, path)


def from_text(text: str, path: Path) -> Functions:
    """Return the functions of an exercise file from its text; messages give `path` as its place."""
    module = ModuleType("exercise")
    module.__file__ = str(path)
    sys.modules["exercise"] = module  # dataclasses look up the names in their annotations there
    if "\0" in text:  # Python before 3.11.4 raises ValueError here, not SyntaxError
        raise Wrong(f"{path.name} does not parse: source code string cannot contain null bytes")
    linecache.cache[str(path)] = len(text), None, text.splitlines(keepends=True), str(path)  # the file may change
    try:
        exec(compile(text, str(path), "exec", dont_inherit=True), vars(module))
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno else ""
        raise Wrong(f"{path.name} does not parse: {error.msg}{where}") from None
    except BaseException as error:  # sys.exit and Ctrl-C too
        raise Wrong(f"{path.name} fails while it is loaded: {describe_error(error)}") from None
    return Functions(vars(module), path.name)


def call(function: Callable, arguments: tuple) -> Outcome:
    """Return what function(*arguments) did; it is given copies, so nothing of ours can change."""
    given = copy(arguments)
    try:
        with np.errstate(all="ignore"):  # an overflow shows in the nan or inf that comes back
            value = plain(function(*given))
    except Wrong:
        raise
    except NotPlain as error:
        return Outcome(error=f"returned {error}")
    except NotImplementedError as error:
        name = str(error) or getattr(function, "__name__", "it")
        return Outcome(error=f"{name} is not written yet; replace its `raise NotImplementedError`", unwritten=True)
    except BaseException as error:  # sys.exit and Ctrl-C too
        return Outcome(error=f"raised {describe_error(error)}")
    changed = [i for i, (now, before) in enumerate(zip(given, arguments, strict=True)) if not identical(now, before)]
    return Outcome(value, changed=tuple(changed))


def describe_error(error: BaseException) -> str:
    """Return type, message and place of an exception, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).name == "exercise.py"]
    where = f" (line {own[-1].lineno}: {own[-1].line})" if own else ""
    said = " ".join(str(error).split())[:SAID]
    return f"{type(error).__name__}{': ' * bool(said)}{said}{where}"


class NotPlain(TypeError):
    """A value that is not a number, a string or an array, nor made of these."""


def plain(value: Any) -> Any:
    """Return the value with NumPy scalars as numbers; raise NotPlain if it cannot be compared safely.

    A float32 stays a float32, because it is compared with less precision.
    """
    kind = type(value)
    if value is None:
        raise NotPlain("None; does every path through the function end in `return`?")
    if kind in (bool, int, float, str):
        return value
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return value if value.dtype == np.float32 else value.item()
    if kind is np.ndarray:
        if value.dtype.kind not in "biuf":
            raise NotPlain(f"an array of dtype {value.dtype}, where numbers were expected")
        return value
    if kind in (tuple, list):
        return kind(plain(item) for item in value)
    if kind is dict:
        return {plain(key): plain(item) for key, item in value.items()}
    raise NotPlain(f"an object of type {kind.__name__}, where an array or a number was expected")


def copy(value: Any) -> Any:
    """Return a deep copy of a plain value; functions are passed on as they are."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (tuple, list)):
        return type(value)(copy(item) for item in value)
    if isinstance(value, dict):
        return {key: copy(item) for key, item in value.items()}
    return value


def identical(a: Any, b: Any) -> bool:
    """Return whether two plain values are the same to the last bit, including their types and shapes."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(identical(a[key], b[key]) for key in a)
    return a is b or a == b

"""Calling a learner's function: whatever it does, the outcome is a plain value or one line that says what went wrong.

Only plain values go in and come out: numbers, strings, arrays, and tuples, lists and dictionaries of these. Functions
may also go in, so that an exercise can be given one to call. An exercise may be a class too, a parameterization: it is
not called, but seen through views in plain values (`observed`). Where the learner's functions come from is a `Source`:
a file that is loaded into this process (`Functions`), or a process of its own (`isolation/sandbox.py`).
"""

from __future__ import annotations

import functools
import linecache
import os
import re
import stat
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np

FILE = "exercise.py"  # the name of a learner's file
SIZE = 1 << 20  # bytes that a learner's file may have
SAID = 300  # characters of an exception's message that are shown
FAULTS = {  # how a learner's code can fail; what the code itself said goes between the braces
    "parse": "does not parse: {}",
    "load": "fails while it is loaded: {}",
    "missing": "has no function {}; put it back, or start afresh with `tinynet reset N`",
    "unwritten": "{} is not written yet; replace its `raise NotImplementedError`",
    "raised": "raised {}",
    "returned": "returned {}",
}
ADDRESS = re.compile(" at 0x[0-9A-Fa-f]+")  # differs from run to run
UNSHOWN = "an error that cannot be shown"


class Wrong(AssertionError):
    """The learner's answer is wrong; the message is for the learner. Only a grader's own code may raise it."""


class Fault(Exception):
    """The learner's code failed: one of FAULTS, and what the code said about it."""

    def __init__(self, kind: str, said: str = "") -> None:
        super().__init__(FAULTS[kind].format(said))
        self.kind, self.said = kind, said


@dataclass(frozen=True)
class Outcome:
    """What one call did.

    Attributes:
        value: what the function returned, if it returned and the value is plain.
        error: why there is no value, in one line; "" if there is one.
        changed: the positions of the arguments that the function changed, and of those whose lent values it changed.
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

    def __init__(self, functions: Mapping[str, Any], file: str = FILE) -> None:
        self.functions, self.file = functions, file

    def call(self, name: str, arguments: tuple) -> Outcome:
        function = self.functions.get(name)
        if not callable(function):
            raise Wrong(f"{self.file} {Fault('missing', name)}")
        return call(function, arguments)


def from_file(path: Path) -> Functions:
    """Return the functions of an exercise file, which is run here and now.

    Raises:
        Wrong: the file cannot be read, does not parse, or fails while it is loaded; the message is one line.
    """
    from tinynet.course.patience import patience  # here, since a sandbox loads this module and needs none

    text = read(path)
    with patience(path.name):
        return from_text(text, path)


def read(path: Path, flags: int = 0) -> str:
    """Return the text of an exercise file. A pipe is refused at once. flags: of `os.open`, beside those for reading.

    Raises:
        Wrong: there is no such file, or it is not one, or it is not text.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | flags)
    except FileNotFoundError:
        raise Wrong(f"there is no {path.name} in {path.parent}; `tinynet reset N` makes a new one") from None
    except OSError as error:
        raise Wrong(f"{path.name} cannot be read ({error.strerror}); it must be a file, not a link") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > SIZE:
            raise Wrong(f"{path.name} is not a file of at most {SIZE >> 20} MB")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(SIZE).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Wrong(f"{path.name} is not text in UTF-8; save it as such") from None
    finally:
        os.close(descriptor)


def from_text(text: str, path: Path) -> Functions:
    """Return the functions of an exercise file from its text; messages give `path` as its place."""
    try:
        return Functions(load(text, path), path.name)
    except Fault as fault:
        raise Wrong(f"{path.name} {fault}") from None
    except BaseException:  # from code of the learner's that describes an error
        raise Wrong(f"{path.name} {Fault('load', UNSHOWN)}") from None


def load(text: str, path: Path) -> dict[str, Any]:
    """Run the text of an exercise file and return its names; raise a Fault if it does not parse, or fails."""
    module = ModuleType("exercise")
    module.__file__ = str(path)
    sys.modules["exercise"] = module  # dataclasses look up the names in their annotations there
    if "\0" in text:  # Python before 3.11.4 raises ValueError here, not SyntaxError
        raise Fault("parse", "source code string cannot contain null bytes")
    linecache.cache[str(path)] = len(text), None, text.splitlines(keepends=True), str(path)  # the file may change
    try:
        exec(compile(text, str(path), "exec", dont_inherit=True), vars(module))
        return vars(module)
    except SyntaxError as error:
        fault = Fault("parse", f"{error.msg}, line {error.lineno}" if error.lineno else error.msg)
    except BaseException as error:  # sys.exit and Ctrl-C too
        typed = "; write `holds = {..}` without a type, since it is no setting" * ("mutable default" in str(error))
        fault = Fault("load", describe_error(error) + typed)
    raise fault  # as in `attempt`


def call(function: Callable, arguments: tuple) -> Outcome:
    """Return what function(*arguments) did; it is given copies, so nothing of ours can change.

    Raises:
        Wrong: a function among the arguments raised it, whatever the learner's function did with it.
    """
    refusals, lent = list[Wrong](), list[tuple[int, Any, Any]]()
    given = tuple(copy(one, functools.partial(_noting, refusals, lent, i)) for i, one in enumerate(arguments))
    lent += zip(range(len(given)), given, copy(given), strict=True)
    try:
        value = attempt(function, given)
        changed = {i for i, now, before in lent if not identical(now, before)}
        outcome = Outcome(value, changed=tuple(sorted(changed)))
    except Fault as fault:
        outcome = Outcome(error=str(fault), unwritten=fault.kind == "unwritten")
    except BaseException:  # from code of the learner's that describes an error
        outcome = Outcome(error=f"raised {UNSHOWN}")
    if refusals:
        raise refusals[0]
    return outcome


def attempt(function: Callable, given: tuple) -> Any:
    """Return function(*given) if it is plain, else raise a Fault; what the function raises never gets out as it is."""
    try:
        with np.errstate(all="ignore"):  # an overflow shows in the nan or inf that comes back
            return plain(observed(function, *given) if isinstance(function, type) else function(*given))
    except NotPlain as error:
        fault = Fault("returned", str(error))
    except NotImplementedError as error:
        fault = Fault("unwritten", str(error) or getattr(function, "__name__", "it"))
    except BaseException as error:  # sys.exit and Ctrl-C too
        fault = Fault("raised", describe_error(error))
    raise fault  # out here, where nothing keeps the frames of the failed call alive, which may fill the memory


def observed(cls: type, settings: tuple, view: str, shape: tuple[int, int], seed: int, given: tuple) -> Any:
    """Return a view of the parameterization cls(*settings); parameterizations/contract.py has the views."""
    from tinynet.parameterizations.base import Parameterization  # here, since most exercises need no tinynet
    from tinynet.parameterizations.contract import observe

    if not issubclass(cls, Parameterization):
        raise TypeError(f"a class {cls.__name__} must be a parameterization: `class {cls.__name__}(Parameterization):`")
    call = f"{cls.__name__}({', '.join(map(repr, settings))})"
    names = [field.name for field in fields(cls)]
    if names and "factor" in names[1:]:
        raise TypeError(f"the first setting is {names[0]!r}, not 'factor': write `{names[0]} = ..` without a type")
    try:
        recipe = cls(*settings)
    except TypeError:
        what = "does `@dataclass(repr=False)` stand before the class?"
        if "__dataclass_fields__" in vars(cls):
            what = "keep the line `factor: float = 1 / 8`, with its type, as the first in the class"
        raise TypeError(f"{call} cannot be made: {what}") from None
    except AttributeError as error:
        if "is a recipe, without" not in str(error):
            raise
        advice = "it has no m and n yet. Delete __post_init__; put sizes into a property, and parts into lay_out()"
        raise TypeError(f"{call} cannot be made: {advice}") from None
    return observe(recipe, view, shape, seed, *given)


def lending(function: Callable) -> Callable:
    """Mark a grader's function: what it returns is only lent, and the learner's code must not change it."""
    function.lends = True  # type: ignore[attr-defined]
    return function


def _noting(refusals: list[Wrong], lent: list[tuple[int, Any, Any]], place: int, function: Callable) -> Callable:
    """Return a grader's function that notes what it lends, and what it refuses, which the learner may catch."""

    @functools.wraps(function)
    def noting(*arguments: Any, **named: Any) -> Any:
        try:
            value = function(*arguments, **named)
        except Wrong as error:
            refusals.append(error)
            raise
        if not getattr(function, "lends", False):
            return value
        lent.append((place, copy(value), value))  # a copy, as in another process
        return lent[-1][1]

    return noting


def describe_error(error: BaseException) -> str:
    """Return type, message and place of an exception, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).name == "exercise.py"]
    where = f" (line {own[-1].lineno}: {own[-1].line})" if own else ""
    most = 4 * SAID if type(error).__name__ == "ContractError" else SAID  # which says what to do at its end
    said = ADDRESS.sub("", " ".join(str(error).split()))[:most]
    return f"{type(error).__name__}{': ' * bool(said)}{said}{where}"


class NotPlain(TypeError):
    """A value that is not a number, a string or an array, nor made of these."""


def plain(value: Any) -> Any:
    """Return the value in Python's own types, except arrays; raise NotPlain if it cannot be compared safely.

    A defaultdict becomes a dict, a named tuple a tuple, and a NumPy scalar a number. But a float32 stays a float32,
    because it is compared with less precision.
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
    if kind is np.str_:
        return str(value)
    for sequence in tuple, list:
        if issubclass(kind, sequence):
            return sequence(plain(item) for item in value)
    if issubclass(kind, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    raise NotPlain(f"an object of type {kind.__name__}, where an array or a number was expected")


def copy(value: Any, replace: Callable[[Callable], Callable] = lambda function: function) -> Any:
    """Return a deep copy of a plain value, in which `replace` gives the copies of functions: by default, themselves."""
    if isinstance(value, np.ndarray):
        return value.copy()
    for sequence in tuple, list:
        if isinstance(value, sequence):
            return sequence(copy(item, replace) for item in value)
    if isinstance(value, dict):
        return {key: copy(item, replace) for key, item in value.items()}
    return replace(value) if callable(value) else value


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

"""Comparing what a learner's function returned with what was expected.

A grader looks like this:

    def test_affine(exercise, rng):
        x, W, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
        exercise.affine(x, W, b).equals(np.einsum("im,mn->in", x, W) + b)

A failure says what was expected, what the function returned, on which input, and the usual cause. The cause is found,
not guessed: the lesson's known mistakes are run on the same input, and if one of them returns what the learner's
function returned, it names the mistake.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from tinynet.course import calls
from tinynet.course.calls import Outcome, Source, Wrong
from tinynet.course.manifest import Lesson, Variant

RTOL = {4: 1e-4, 8: 1e-6}  # relative tolerance by bytes of a number, so that an answer in float32 counts as right


class Exercises:
    """The functions of one exercise file, as a grader calls them: `exercise.affine(x, W, b)` returns an `Answer`.

    Args:
        lesson: the lesson of the exercises.
        source: where the learner's functions come from.
    """

    def __init__(self, lesson: Lesson, source: Source) -> None:
        self._lesson, self._source = lesson, source

    def __getattr__(self, name: str) -> Callable[..., Answer]:
        self._lesson.exercise(name)
        parameters = list(inspect.signature(getattr(self._lesson.solution, name)).parameters)

        def call(*arguments: Any) -> Answer:
            outcome = self._source.call(name, arguments)
            named = dict(zip(parameters, arguments, strict=False))
            answer = Answer(name, named, outcome, self._lesson.mutants_of(name))
            if outcome.unwritten:
                raise Wrong(outcome.error)
            if outcome.error:
                raise answer.wrong(outcome.error)
            if outcome.changed:
                changed = ", ".join(parameters[i] for i in outcome.changed)
                raise answer.wrong(f"changed its argument {changed}; work on a copy, or make a new array")
            return answer

        return call


class Answer:
    """What one call of a learner's function returned.

    Attributes:
        value: a plain value.
    """

    def __init__(self, name: str, arguments: dict[str, Any], outcome: Outcome, mutants: list[Variant]) -> None:
        self.name, self.arguments, self.outcome, self.mutants = name, arguments, outcome, mutants
        self.value = outcome.value

    def equals(self, expected: Any, rtol: float | None = None) -> Any:
        """Return the value if it equals the expected one in structure, shape, kind of dtype and numbers.

        Args:
            expected: a number, a string, an array, or a tuple, list or dictionary of these.
            rtol: the tolerance, relative to the entry plus the largest entry; by default 1e-6, for float32 answers
                1e-4.

        Raises:
            Wrong: the value differs.
        """
        if found := difference(self.value, expected, rtol):
            raise self.wrong(f"{found}\n  expected: {show(expected)}\n  got:      {show(self.value)}")
        return self.value

    def satisfies(self, condition: bool | np.bool_, expected: str) -> Any:
        """Return the value if the condition holds, else raise Wrong with what was expected, in words."""
        if not condition:
            raise self.wrong(f"expected {expected}\n  got:      {show(self.value)}")
        return self.value

    def wrong(self, what: str) -> Wrong:
        """Return the failure to raise: what is wrong, on which input, and the usual cause if it is known."""
        inputs = "\n".join(f"    {name} = {show(value)}" for name, value in self.arguments.items())
        call = f"{self.name}({', '.join(self.arguments)})"
        return Wrong(f"{call}: {what}\n  on the input\n{inputs}{self._cause()}")

    def _cause(self) -> str:
        arguments = tuple(self.arguments.values())
        for mutant in self.mutants:
            with suppress(Wrong):  # a function among the arguments may refuse to be called in this way
                if alike(calls.call(mutant.function, arguments), self.outcome):
                    return f"\n  usual cause: {mutant.about}"
        return ""


def alike(a: Outcome, b: Outcome) -> bool:
    """Return whether two calls did the same: the same error (on whatever line), or equal values and changes."""
    if a.error or b.error:
        return a.error.split(" (line ")[0] == b.error.split(" (line ")[0]
    return a.changed == b.changed and not difference(a.value, b.value) and not difference(b.value, a.value)


def difference(got: Any, expected: Any, rtol: float | None = None) -> str:
    """Return the first difference between a value and the expected one, in words; "" if there is none."""
    if isinstance(expected, (tuple, list)):
        if isinstance(got, np.ndarray) and got.ndim and len(got) == len(expected):
            got = list(got)
        if not isinstance(got, (tuple, list)) or len(got) != len(expected):
            return f"wrong structure: expected {len(expected)} values, got {describe(got)}"
        found = [difference(c, e, rtol) for c, e in zip(got, expected, strict=True)]
        return next((f"value {i + 1} of {len(expected)}: {text}" for i, text in enumerate(found) if text), "")
    if isinstance(expected, dict):
        if not isinstance(got, dict) or set(got) != set(expected):
            return f"wrong structure: expected the keys {list(expected)}, got {describe(got)}"
        found = [f"key {key!r}: {text}" for key in expected if (text := difference(got[key], expected[key], rtol))]
        return found[0] if found else ""
    if isinstance(expected, str) or isinstance(got, (str, tuple, list, dict)):
        same = isinstance(expected, str) and isinstance(got, str) and got == expected
        return "" if same else f"wrong value: expected {describe(expected)}, got {describe(got)}"
    if type(expected) is type(got) is int:  # of any size
        return "" if got == expected else "wrong value"
    return _array_difference(np.asarray(got), np.asarray(expected), rtol)


def _array_difference(got: np.ndarray, expected: np.ndarray, rtol: float | None) -> str:
    if got.shape != expected.shape:
        return f"wrong shape: expected {_shape(expected)}, got {_shape(got)}"
    integers = "iuO"  # O: NumPy keeps integers beyond 64 bits as Python objects
    kinds = {"b": "b", "i": integers, "u": integers, "O": integers, "f": "fiu"}[expected.dtype.kind]
    if got.dtype.kind not in kinds:
        return f"wrong dtype: expected {expected.dtype}, got {got.dtype}"
    if expected.dtype.kind != "f":
        wrong = got != expected
    else:
        rtol = rtol or RTOL.get(got.dtype.itemsize, RTOL[8])
        finite = np.isfinite(expected)
        scale = np.abs(expected, where=finite, out=np.zeros(expected.shape))
        with np.errstate(invalid="ignore"):
            near = np.abs(got - expected) <= rtol * (scale + scale.max(initial=0)) + 1e-12
        wrong = ~np.where(finite, near, (got == expected) | (np.isnan(got) & np.isnan(expected)))
    if not wrong.any():
        return ""
    if not expected.ndim:
        return "wrong value"
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    return (
        f"wrong values: {wrong.sum()} of {wrong.size} differ, the first at {list(first)}: "
        f"expected {expected[first]:.6g}, got {got[first]:.6g}"
    )


def _shape(array: np.ndarray) -> str:
    return f"an array of shape {array.shape}" if array.ndim else "a number"


def describe(value: Any) -> str:
    """Return in a few words what a value is."""
    if isinstance(value, np.ndarray):
        return _shape(value)
    if isinstance(value, (tuple, list, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    return repr(value)


def show(value: Any) -> str:
    """Return a value as Python would print it, shortened, with the dtype and shape of arrays."""
    if callable(value):
        return "a function"
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=4, threshold=24, edgeitems=2, suppress_small=True, separator=", ")
        return f"{' '.join(text.split())}  {value.dtype}, shape {value.shape}"
    if isinstance(value, (tuple, list)):
        items = [show(item) for item in value[:6]] + ["..."] * (len(value) > 6)
        text = ", ".join(items)
        return f"[{text}]" if isinstance(value, list) else f"({text},)" if len(value) == 1 else f"({text})"
    if isinstance(value, dict):
        items = [f"{key!r}: {show(item)}" for key, item in list(value.items())[:6]] + ["..."] * (len(value) > 6)
        return f"{{{', '.join(items)}}}"
    if isinstance(value, (float, np.floating)):
        text = f"{value:.6g}"
        return f"{text}.0" if text.lstrip("-").isdigit() else text  # 3.0 is not an int
    return repr(value)

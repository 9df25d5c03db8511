"""A learner's answers, as a grader meets them.

A grader looks like this:

    def test_affine(exercise, rng):
        x, W, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
        exercise.affine(x, W, b).equals(np.einsum("im,mn->in", x, W) + b)

A failure says what was expected, what the function returned, on which input, how to get that input, and the usual cause
if it is known (`rehearsal.py`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from tinynet.course.calls import Outcome, Source, Wrong, observed
from tinynet.course.differences import difference, show
from tinynet.course.manifest import Lesson
from tinynet.course.rehearsal import usual_cause


class Exercises:
    """The functions of one exercise file, as a grader calls them: `exercise.affine(x, W, b)` returns an `Answer`.

    Args:
        lesson: the lesson of the exercises.
        source: where the learner's functions come from.
        seed: the seed from which the grader's inputs are drawn.
    """

    def __init__(self, lesson: Lesson, source: Source, seed: int = 0) -> None:
        self._lesson, self._source, self._seed, self._came = lesson, source, seed, list[Outcome]()

    def __getattr__(self, name: str) -> Callable[..., Answer]:
        self._lesson.exercise(name)
        parameters = (
            list(inspect.signature(observed).parameters)[1:]
            if self._is_class(name)
            else list(inspect.signature(getattr(self._lesson.solution, name)).parameters)
        )

        def call(*arguments: Any) -> Answer:
            outcome = self._source.call(name, arguments)
            self._came.append(outcome)
            answer = Answer(self, name, dict(zip(parameters, arguments, strict=False)), outcome)
            if outcome.unwritten:
                raise Wrong(outcome.error)
            if outcome.error and self._is_class(name):  # the grader's views are no calls that a learner could make
                raise Wrong(f"{name}: {outcome.error.removeprefix('raised ContractError: ')}")
            if outcome.error:
                raise answer.wrong(outcome.error)
            if outcome.changed:
                raise answer.wrong(
                    f"changed {_changed(outcome, parameters, arguments)}; work on a copy, or make a new array"
                )
            return answer

        return call

    def _drawn(self, name: str) -> str:
        """Return the call that draws the input of the latest call again."""
        return f'inputs({self._lesson.number}, "{name}", call={len(self._came)}, seed={self._seed})'

    def _is_class(self, name: str) -> bool:
        return isinstance(getattr(self._lesson.solution, name), type)

    def _cause(self, name: str, conduct: bool) -> str:
        if self._is_class(name):  # the learner's own design: no known mistake computes the same values
            return ""
        return usual_cause(self._lesson, name, self._source, self._seed, self._came, conduct)


def _changed(outcome: Outcome, parameters: list[str], arguments: tuple) -> str:
    own = [parameters[i] for i in outcome.changed if not callable(arguments[i])]
    lent = [f"what {parameters[i]} returned" for i in outcome.changed if callable(arguments[i])]
    return " and ".join([*(["its argument " + ", ".join(own)] if own else []), *lent])


class Answer:
    """What one call of a learner's function returned.

    Attributes:
        value: a plain value.
    """

    def __init__(self, exercises: Exercises, name: str, arguments: dict[str, Any], outcome: Outcome) -> None:
        self._exercises, self._name, self._arguments, self.value = exercises, name, arguments, outcome.value

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
            raise self._wrong(f"{found}\n  expected: {show(expected)}\n  got:      {show(self.value)}", conduct=False)
        return self.value

    def satisfies(self, condition: bool | np.bool_, expected: str) -> Any:
        """Return the value if the condition holds, else raise Wrong with what was expected, in words."""
        if not condition:
            raise self._wrong(f"expected {expected}\n  got:      {show(self.value)}", conduct=False)
        return self.value

    def wrong(self, what: str) -> Wrong:
        """Return the failure to raise when something other than the value is wrong, such as a count of calls."""
        return self._wrong(what, conduct=True)

    def _wrong(self, what: str, conduct: bool) -> Wrong:
        drawn = self._exercises._drawn(self._name)
        shown = {
            name: f"{drawn}[{i}]" if callable(value) else show(value)
            for i, (name, value) in enumerate(self._arguments.items())
        }
        listed = "".join(f"\n    {name} = {value}" for name, value in shown.items())
        names = ", ".join(self._arguments) + "," * (len(self._arguments) == 1)
        text = (
            f"{self._name}({', '.join(self._arguments)}): {what}\n  on the input{listed}"
            f"\n  to get it: from tinynet.course import inputs; {names} = {drawn}"
        )
        cause = self._exercises._cause(self._name, conduct)
        return Wrong(f"{text}\n  usual cause: {cause}" if cause else text)

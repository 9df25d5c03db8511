"""A grader's rehearsal: it asks all its questions, goes on whatever comes, and judges nothing.

A rehearsal answers two questions about a failure. Which input was that?

    from tinynet.course import inputs
    order, vjp, g = inputs(2, "backward", call=1, seed=0)

draws it again, functions included. And what is the usual cause? A known mistake is named only if the learner's function
did what the mistake does on every input of several seeds, if this was wrong on several different inputs, and if no
other known mistake does the same. Where learners search for a number, no two of them find quite the same one; such a
grader says in NEAR = {"best_step": 0.01} how far apart, relative to their size, numbers may be and count as the same.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from tinynet.course import calls, manifest
from tinynet.course.calls import Functions, Outcome, Source, Wrong, identical
from tinynet.course.differences import difference
from tinynet.course.manifest import CourseError, Lesson, Variant

RUNS = 4  # seeds on which a learner's function and a known mistake are compared
EVIDENCE = 2  # different inputs on which both must be wrong in the same way


@dataclass(frozen=True)
class Call:
    """One call of an exercise.

    Attributes:
        arguments: what the grader gave.
        outcome: what the function did.
        asked: the arguments with which it called each function that it was given, in order.
    """

    arguments: tuple
    outcome: Outcome
    asked: list[tuple]


class Rehearsal:
    """Takes the place of `exercise` in a grader, and notes each call, up to the last one."""

    def __init__(self, source: Source, last: int | None) -> None:
        self._source, self._last, self._calls = source, last, list[Call]()

    def __getattr__(self, name: str) -> Callable[..., Unjudged]:
        def call(*arguments: Any) -> Unjudged:
            asked: list[tuple] = []
            try:
                if len(self._calls) + 1 == self._last:
                    raise Wrong("the last call")
                outcome = self._source.call(name, calls.copy(arguments, lambda function: _heard(function, asked)))
            except Wrong as error:  # also if a function among the arguments refused to be called in this way
                self._calls.append(Call(arguments, Outcome(error=str(error)), asked))
                raise
            self._calls.append(Call(arguments, outcome, asked))
            return Unjudged(outcome.value)

        return call


@dataclass
class Unjudged:
    """Takes the place of an `Answer`: nothing is wrong with it, and where it stood, the grader goes on as expected."""

    value: Any

    def equals(self, expected: Any, rtol: float | None = None) -> Any:
        return expected

    def satisfies(self, condition: bool | np.bool_, expected: str) -> Any:
        return self.value

    def wrong(self, what: str) -> Wrong:
        return Wrong(what)


def _heard(function: Callable, asked: list[tuple]) -> Callable:
    @functools.wraps(function)
    def heard(*arguments: Any, **named: Any) -> Any:
        asked.append(calls.copy((arguments, named)))
        return function(*arguments, **named)

    return heard


def rehearse(lesson: Lesson, name: str, source: Source, seed: int, last: int | None = None) -> list[Call]:
    """Return the calls that an exercise's grader makes on inputs drawn from the seed; it stops at the last one."""
    rehearsal = Rehearsal(source, last)
    with suppress(Exception):  # a grader need not understand an answer that it would have refused before
        getattr(lesson.grader, f"test_{name}")(rehearsal, np.random.default_rng(seed))
    return rehearsal._calls


def inputs(number: int, name: str, call: int, seed: int) -> tuple:
    """Return the arguments of a call that a grader makes, functions included.

    Args:
        number: the lesson's number.
        name: the exercise's name.
        call: which of the grader's calls, counted from 1.
        seed: the seed from which its inputs are drawn.
    """
    lesson = manifest.lesson(number)
    lesson.exercise(name)
    made = rehearse(lesson, name, Functions(vars(lesson.solution)), seed, last=call)  # its functions must not see more
    if len(made) != call:
        raise CourseError(f"the grader of {name} makes {len(made)} calls; there is no call {call}")
    return made[-1].arguments


def usual_cause(lesson: Lesson, name: str, source: Source, seed: int, came: list[Outcome], conduct: bool) -> str:
    """Return the known mistake that a learner's function makes, in words; "" if it is not known.

    Args:
        lesson, name: the exercise.
        source: where the learner's function comes from.
        seed: the seed on which it failed.
        came: what its calls did there, up to the failure.
        conduct: whether it failed over what it did, not over the value that it returned; then the calls that it made
            of the functions that it was given must be the mistake's as well.
    """

    near = getattr(lesson.grader, "NEAR", {}).get(name)

    def begins_as_it_came(mutant: Variant) -> bool:
        run = _known(lesson, name, mutant.function, seed)
        same = [_same_outcome(call.outcome, outcome, near) for call, outcome in zip(run, came, strict=False)]
        return len(run) >= len(came) and all(same)

    suspects = list(filter(begins_as_it_came, lesson.mutants_of(name)))
    if not suspects:  # the usual case, in which nothing of the learner's is called again
        return ""
    seeds, solution = range(seed, seed + RUNS), getattr(lesson.solution, name)
    learners = functools.cache(lambda each: rehearse(lesson, name, source, each))
    found = set()
    for mutant in suspects:
        theirs = functools.partial(_known, lesson, name, mutant.function)
        if all(_same_run(theirs(each), learners(each), conduct, near) for each in seeds):  # up to the first difference
            right = [_known(lesson, name, solution, each) for each in seeds]
            if _wrong_inputs(list(map(theirs, seeds)), right, conduct, near) >= EVIDENCE:
                found.add(mutant.about)
    return found.pop() if len(found) == 1 else ""


@functools.lru_cache(256)  # in `tinynet watch`, and while the course is checked, the same ones come again and again
def _known(lesson: Lesson, name: str, function: Callable, seed: int) -> list[Call]:
    return rehearse(lesson, name, Functions({name: function}), seed)


def _wrong_inputs(theirs: list[list[Call]], right: list[list[Call]], conduct: bool, near: float | None) -> int:
    """Return on how many different inputs a mistake differs from the solution."""
    different: list[tuple] = []
    for run in zip(theirs, right, strict=True):
        for wrong, solved in zip(*run, strict=False):
            known = any(identical(wrong.arguments, other) for other in different)
            if not _same(solved, wrong, conduct, near) and not known:
                different.append(wrong.arguments)
    return len(different)


def _same_run(expected: list[Call], got: list[Call], conduct: bool, near: float | None) -> bool:
    return len(expected) == len(got) and all(map(_same, expected, got, repeat(conduct), repeat(near)))


def _same(expected: Call, got: Call, conduct: bool, near: float | None) -> bool:
    conduct = conduct or bool(expected.outcome.error)  # an error tells too little about what led to it
    return _same_outcome(expected.outcome, got.outcome, near) and not (
        conduct and difference(got.asked, expected.asked)
    )


def _same_outcome(expected: Outcome, got: Outcome, near: float | None) -> bool:
    """Return whether a call did what is expected: the same error (on whatever line), or equal values and changes.

    As for a grader, whole numbers do where floats are expected. near: the relative tolerance of values; by default that
    of `difference`.
    """
    if expected.error or got.error:
        return expected.error.split(" (line ")[0] == got.error.split(" (line ")[0]
    return expected.changed == got.changed and not difference(got.value, expected.value, near)

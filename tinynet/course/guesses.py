"""Predict first: a learner who has guessed a result remembers it, and sees how far off the guess was.

    lesson.predict("slope", "What is left of the steepest slope?")       asks, in a terminal or a notebook
    lesson.answer("slope", 0.104, "{:.1%}")                              prints: you said 1%; it is 10.4% ..

A guess is a number, a share or a choice. It is written down before the result shows, and cannot be changed: whoever
runs the lesson again sees the old guess. Where nobody can answer, in a test or when a lesson's output goes to a file,
nothing is asked.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence
from fractions import Fraction
from numbers import Real
from typing import Any

Answer = float | str
EXAMPLES = {False: "a number, such as 3, 0.25 or 1/8", True: "a share, such as 20% or 0.2"}
PERCENT = re.compile(r" *(%|per ?cent)$", re.IGNORECASE)


def in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    return hasattr(get_ipython(), "kernel")


def somebody_there() -> bool:
    """Return whether a question would reach someone who can answer it."""
    return in_notebook() or bool(sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty())


def shares(script: str) -> set[str]:
    """Return the questions whose answers a lesson prints in percent: they ask for a share.

    Args:
        script: the text of lesson.py.
    """
    found = set[str]()
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "answer":
            [question, *given] = [*node.args, *(keyword.value for keyword in node.keywords)]
            forms = [each.value for each in given if isinstance(each, ast.Constant)]
            if isinstance(question, ast.Constant) and any(in_percent(form) for form in forms if isinstance(form, str)):
                found.add(str(question.value))
    return found


def in_percent(form: str) -> bool:
    """Return whether a format prints a number in percent."""
    return form.endswith("%}")


def ask(question: str, choices: Sequence[str] = (), share: bool = False) -> Answer | None:
    """Return the answer to a question: one of the choices, or a share, or a number. None for no answer.

    What is none of these is asked for again. Enter alone, and the end of the input, are no answer.
    """
    wanted = " / ".join(choices) or EXAMPLES[share]
    print(question)
    while True:
        try:
            text = input(f"Your guess: {wanted} (Enter to skip): ").strip()
        except (EOFError, NotImplementedError):  # a notebook that runs by itself has no input
            print()
            return None
        if not text:
            return None
        try:
            return read(text, choices, share)
        except ValueError as error:
            print(error)


def read(text: str, choices: Sequence[str] = (), share: bool = False) -> Answer:
    """Return the choice, the share or the number that a text names; raise ValueError with what to write instead."""
    if choices:
        if found := [choice for choice in choices if choice.casefold() == text.casefold()]:
            return found[0]
        raise ValueError(f"{text!r} is no answer; write one of: {' / '.join(choices)}.")
    digits = PERCENT.sub("", text)
    try:
        number = float(Fraction(digits))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(f"{text!r} is no answer; write {EXAMPLES[share]}.") from None
    if digits != text:
        return number / 100
    if share and not 0 <= number < 1:
        whole = shown(number, share=True)
        raise ValueError(f"{text} would be {whole} of the whole. Write {text}%, or a number from 0 to below 1.")
    return number


def shown(value: Answer, share: bool = False) -> str:
    """Return an answer as a learner would write it: 1000, 0.25, and a share as 7%."""
    if isinstance(value, str):
        return value
    return f"{100 * value:.10g}%" if share else f"{value:.10g}"


def compared(guess: Answer | None, result: Answer, form: str) -> str:
    """Return a guess and the result beside it, in words. form: how a number is printed, such as "{:.1%}"."""
    printed = result if isinstance(result, str) else form.format(result)
    if guess is None:
        return f"answer: {printed}"
    said = f"you said {shown(guess, in_percent(form))}"
    if isinstance(guess, str) or isinstance(result, str):
        return f"{said}; {'right' if guess == result else f'the answer is: {printed}'}"
    return f"{said}; it is {printed} ({distance(guess, result, in_percent(form))})"


def distance(guess: Answer, result: Answer, share: bool = False) -> str:
    """Return how far off a guess is: percentage points for a share, a factor for other positive numbers."""
    if isinstance(guess, str) or isinstance(result, str):
        return "right" if guess == result else "wrong"
    if guess == result:
        return "exactly right"
    if share:
        points = 100 * abs(guess - result)
        return f"off by {f'{points:.0f}' if points >= 10 else f'{points:.2g}'} percentage points"
    if guess > 0 < result:
        factor = max(guess / result, result / guess)
        return "almost right" if factor < 1.1 else f"off by a factor of {factor:,.{0 if factor >= 10 else 1}f}"
    return f"off by {abs(guess - result):.3g}"


def plain(result: Any) -> Answer:
    """Return a result as JSON can hold it. TypeError for what is neither text nor a number."""
    if isinstance(result, str):
        return result
    if isinstance(result, Real) or getattr(result, "size", 0) == 1:
        return float(result)
    raise TypeError(f"the answer to a question is a text or a number, not {result!r:.80}")

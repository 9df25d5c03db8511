"""Predict first: a learner who has guessed a result remembers it, and sees how far off the guess was.

    lesson.predict("slope", "What is left of the steepest slope?")       asks, in a terminal or a notebook
    lesson.answer("slope", 0.104)                                        prints: you said 0.01; it is 0.104 ..

A guess is written down before the result shows. It cannot be changed: whoever runs the lesson again sees the old guess.
Where nobody can answer, in a test or when a lesson's output goes to a file, nothing is asked.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from numbers import Real
from typing import Any

Answer = float | str


def in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    return hasattr(get_ipython(), "kernel")


def somebody_there() -> bool:
    """Return whether a question would reach someone who can answer it."""
    return in_notebook() or bool(sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty())


def ask(question: str, choices: Sequence[str] = ()) -> Answer | None:
    """Return the answer to a question: one of the choices, or a number where there are none. None for no answer.

    An answer that is neither is asked for again. Enter alone, and the end of the input, are no answer.
    """
    allowed = f"{', '.join(choices)}" if choices else "a number, such as 0.1, 1/8 or 20 %"
    print(question)
    while True:
        try:
            text = input(
                "Your guess, such as 3, 1/8 or 20 % (Enter to skip): "
                if not choices
                else "Your guess (Enter to skip): "
            ).strip()
        except (EOFError, NotImplementedError):  # a notebook that runs by itself has no input
            print()
            return None
        if not text or (guess := read(text, choices)) is not None:
            return guess if text else None
        print(f"{text!r} is no answer; give {allowed}.")


def read(text: str, choices: Sequence[str] = ()) -> Answer | None:
    """Return the choice or the number that a text names, or None."""
    if choices:
        return next((c for c in choices if c.casefold() == text.casefold()), None)
    share = text.endswith("%")
    try:
        return float(Fraction(text.rstrip("% "))) / (100 if share else 1)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None


def compared(guess: Answer | None, result: Answer, shown: str) -> str:
    """Return a guess and the result beside it, in words. shown: how the result is printed."""
    if guess is None:
        return f"it is {shown}"
    said = f"you said {guess:g}" if isinstance(guess, Real) else f"you said {guess}"
    if isinstance(guess, str) or isinstance(result, str):
        return f"{said}; {'and' if guess == result else 'but'} it is {shown}"
    return f"{said}; it is {shown} ({distance(float(guess), float(result))})"


def distance(guess: float, result: float) -> str:
    """Return how far a guess is off: a factor where both are positive, else the difference."""
    if guess == result:
        return "exactly right"
    if guess > 0 < result:
        factor = max(guess / result, result / guess)
        return "almost right" if factor < 1.1 else f"off by a factor of {factor:.3g}"
    return f"off by {abs(guess - result):.3g}"


def plain(result: Any) -> Answer:
    """Return a result as JSON can hold it. TypeError for what is neither text nor a number."""
    if isinstance(result, str):
        return result
    if isinstance(result, Real) or getattr(result, "size", 0) == 1:
        return float(result)
    raise TypeError(f"the answer to a question is a text or a number, not {result!r:.80}")

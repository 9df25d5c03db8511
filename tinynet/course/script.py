"""What every lesson script needs: the learner's functions, questions, figures, and verdicts on claims.

    lesson = Script(4)
    lesson.predict("slope", "What is left of the steepest slope?")   # asks the learner, where there is one
    squash = lesson.exercise("squash")                               # the learner's function if it passes
    lesson.answer("slope", slope)                                    # the result beside the guess
    lesson.figure(figure, "squash")                                  # saved as figures/squash.png
    lesson.verdict("C5", {"the effect is the same everywhere": same, "it is below a twentieth": (tiny, "0.104")})

A lesson runs as a script, through `tinynet lesson`, and cell by cell in a notebook, which shows figures in place.
Elsewhere a window opens only with `--show`, so lessons also run where there is no screen.
"""

from __future__ import annotations

import functools
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tinynet.course import claims, guesses, manifest, workspace
from tinynet.course.calls import Wrong, from_file
from tinynet.course.grading import grade_here, solved
from tinynet.course.patience import TooLong, patience
from tinynet.parameterizations.state import RECIPES
from tinynet.storage.atomic import write_atomically
from tinynet.storage.temporary import temporary_folder

if TYPE_CHECKING:
    from matplotlib.animation import Animation
    from matplotlib.figure import Figure


class Script:
    """A running lesson.

    Args:
        number: the lesson's number. Its folder is the one that holds the calling script; in a notebook, the one in the
            workspace that the current folder lies in.
    """

    def __init__(self, number: int) -> None:
        import matplotlib
        from threadpoolctl import threadpool_limits

        threadpool_limits(1)  # BLAS: a lesson's products are too small to be worth sharing among threads
        self.lesson = manifest.lesson(number)
        script = sys._getframe(1).f_globals.get("__file__")
        self.folder = Path(script).resolve().parent if script else workspace.find().folder(self.lesson)
        self.space = workspace.Workspace(self.folder.parents[1])
        self.show = "--show" in sys.argv[1:]
        self._texts: dict[str, str] = {}  # of the questions
        self._judged: set[str] = set()  # claims on which this run has given a verdict
        self._timed = False  # whether a function of the learner's is running under its limit
        if not self.show and not guesses.in_notebook():
            matplotlib.use("agg")
        matplotlib.rcParams.update(
            {"figure.dpi": 110, "savefig.dpi": 160, "figure.constrained_layout.use": True, "image.cmap": "RdBu",
             "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False}
        )  # fmt: skip

    def path(self, name: str) -> Path:
        """Return the path of a file in `figures/`; the folder is made if it is missing."""
        folder = self.folder / "figures"
        folder.mkdir(exist_ok=True)
        return folder / name

    def exercise(self, name: str, of: int | None = None) -> Callable[..., Any]:
        """Return the learner's function, or class, if it passes, else the solution's, and say which it is.

        A call of the learner's function that takes too long is stopped, as in a grade; then the solution is used.

        Args:
            name: the exercise.
            of: the number of the lesson that it belongs to; by default this one.
        """
        lesson = self.lesson if of is None else manifest.lesson(of)
        try:
            source = from_file(self.folder.parent / lesson.folder / "exercise.py")
            own = grade_here(lesson, lesson.exercise(name), source).passed
        except Wrong:  # the file cannot be read
            own = False
        solution = solved(lesson).functions[name]
        found = source.functions[name] if own else solution
        is_class = isinstance(found, type)
        if is_class:
            RECIPES[name] = found  # under this name a file, or a sweep, finds it
        if not own:
            print(f"{name}: the solution's, since yours does not pass yet; `tinynet grade {lesson.number}` says why.")
            return found
        print(f"{name}: this is your own {'class' if is_class else 'function'}, and it passes.")
        return found if is_class else self._limited(name, found, solution)

    def _limited(self, name: str, own: Callable[..., Any], solution: Callable[..., Any]) -> Callable[..., Any]:
        """Return the learner's function; once a call takes too long, the solution stands in for it."""
        stopped = False

        @functools.wraps(own)
        def limited(*arguments: Any, **named: Any) -> Any:
            nonlocal stopped
            if stopped:
                return solution(*arguments, **named)
            if self._timed:  # called by another of the learner's functions, whose limit holds
                return own(*arguments, **named)
            self._timed = True
            try:
                with patience(name):
                    return own(*arguments, **named)
            except TooLong as error:
                stopped = True
                print(f"{name}: your own function was {error} From here on, the lesson uses the solution's.")
            finally:
                self._timed = False
            return solution(*arguments, **named)

        return limited

    def predict(self, question: str, text: str, choices: Sequence[str] = (), share: bool | None = None) -> None:
        """Ask for a guess: one of the choices, or a share, or a number. Write it down; a guess made before stays.

        Args:
            question: its name, under which the answer comes.
            text: the question.
            choices: what can be chosen.
            share: whether the guess is a share, as 7% or 0.07; by default it is if lesson.py prints the answer of this
                name in percent.
        """
        share = question in self._shares if share is None else share
        self._texts[question] = text
        guess = self.space.guess(self.lesson, question)
        if guess is not None:
            print(f"{text}\nYour guess was {guesses.shown(guess, share)}.")
        elif (guess := self._ask(question, text, choices, share)) is not None:
            self.space.note(self.lesson, question, guess=guess, asked=text, share=share)

    def _ask(self, question: str, text: str, choices: Sequence[str], share: bool) -> guesses.Answer | None:
        """Return the learner's guess, or None. A page, which asks in its own way, overrides this."""
        return guesses.ask(text, choices, share) if guesses.somebody_there() else None

    @functools.cached_property
    def _shares(self) -> set[str]:
        path = self.folder / "lesson.py"
        return guesses.shares(path.read_text("utf-8")) if path.is_file() else set()

    def answer(self, question: str, result: Any, form: str = "{:.3g}") -> None:
        """Print the result of an experiment beside the guess, and write it down. form: how a number is printed."""
        plain, guess = guesses.plain(result), self.space.guess(self.lesson, question)
        if guess is None and question in self._texts:  # nobody was asked, so the question was not shown yet
            print(self._texts[question])
        print(guesses.compared(guess, plain, form))
        if guess is not None:
            self.space.note(self.lesson, question, result=plain)

    def figure(self, figure: Figure, name: str) -> None:
        """Save a figure as PNG and print its path; show it in a notebook, and with `--show` in a window."""
        self._save(name, "png", figure.savefig, figure)

    def animation(self, animation: Animation, name: str, frames_per_second: int = 12) -> None:
        """Save an animation as GIF and print its path; show it in a notebook, and with `--show` in a window."""
        self._save(name, "gif", lambda path: animation.save(path, writer="pillow", fps=frames_per_second), "all")

    def _save(self, name: str, kind: str, save: Callable[[Path], Any], finished: Figure | Literal["all"]) -> None:
        from matplotlib import pyplot

        path = self.path(f"{name}.{kind}")
        with temporary_folder() as folder:
            save(folder / path.name)
            write_atomically(path, (folder / path.name).read_bytes())
        if guesses.in_notebook():
            from IPython.display import Image, display

            display(Image(filename=path))
        else:
            print(f"[figure] {path}")
        if self.show:
            pyplot.show()
        pyplot.close(finished)

    def verdict(self, claim: str, statements: Mapping[str, Any]) -> None:
        """Print what this run says about a claim of the syllabus, and write it down: yes or no to each statement.

        Args:
            claim: its number, such as "C5".
            statements: {statement: whether it held}, or {statement: (whether it held, the numbers behind that)}.
        """
        pairs = {s: found if isinstance(found, tuple) else (found, "") for s, found in statements.items()}
        plain = {statement: (bool(held), str(numbers)) for statement, (held, numbers) in pairs.items()}
        self.space.judge(self.lesson, claim, plain, anew=claim not in self._judged)
        self._judged.add(claim)
        for statement, (held, numbers) in plain.items():
            print(_wrapped(f"{claim:5} {'yes' if held else 'no':5} {statement}{f'   ({numbers})' * bool(numbers)}", 12))
            claim = ""

    def claims(self) -> None:
        """Print how many statements about each claim held in the learner's own runs, lesson by lesson."""
        from rich.console import Console

        self.space = workspace.Workspace(self.space.root)  # another process may have run a lesson meanwhile
        Console(highlight=False, width=None if sys.stdout.isatty() else 140).print(claims.table(self.space))

    def page(
        self, title: str, figures: Mapping[str, str], about: Sequence[str] = (), own: Mapping[str, Any] | None = None
    ) -> Path:
        """Write a page with some of this run's figures and every verdict; print its path, and return it.

        Args:
            title: its headline.
            figures: {name of a figure: the caption below it}.
            about: paragraphs that come first.
            own: {statement about the learner's own method: (whether it held, the numbers behind that)}.
        """
        path = self.path("page.html")
        pictures = {self.path(f"{name}.png"): caption for name, caption in figures.items()}
        write_atomically(path, claims.page(self.space, title, pictures, about, own or {}).encode())
        print(f"[page] {path}")
        return path


def _wrapped(text: str, indent: int = 0) -> str:
    """Return a text whose lines end between words, where a terminal would break them anywhere."""
    if not sys.stdout.isatty():
        return text
    width = shutil.get_terminal_size().columns
    return textwrap.fill(
        text, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False,
        replace_whitespace=False, drop_whitespace=True,
    )  # fmt: skip

"""A lesson run cell by cell, with what each cell gave: for pages, which show code and results in turn.

    recording = Recording(workspace.folder(lesson) / "lesson.py")
    recording.run("print(2 + 2)", "cell 1")         # [{"kind": "text", "text": "4\\n"}]

A result is a dictionary of plain values, which JSON can hold. Its `kind` says what else it holds:

    text        text: what was printed
    question    name, text, choices, share: what `lesson.predict` asks
    exercise    name, text: whose function the lesson uses, as `lesson.exercise` says it
    answer      name, text, result, printed, share: what `lesson.answer` says, and the result, as it is and as printed
    figure      file, alt: a picture in the lesson's `figures/`, and what it shows in words
    verdict     claim, statements, text: {statement: [whether it held, the numbers behind that]}
    page        file: a page of HTML in `figures/`
    error       text: a traceback that begins in the cell
"""

from __future__ import annotations

import io
import linecache
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TextIO

from tinynet.course import guesses
from tinynet.course.script import Script

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Recording:
    """A running lesson. There is one at a time in a process, since lessons find it by `tinynet.course.Script`.

    Args:
        path: the path of lesson.py in a workspace; the lesson works there.
    """

    def __init__(self, path: Path) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__", "__file__": str(path)}
        self._results: list[dict[str, Any]] = []
        self._printed = io.StringIO()  # since the last result
        Recorded.recording = self
        sys.modules["tinynet.course"].Script = Recorded  # type: ignore[attr-defined]  # where lessons import it from

    def run(self, code: str, name: str) -> list[dict[str, Any]]:
        """Run the code of a cell and return its results; what it prints also goes where it would have gone.

        Args:
            code: Python source.
            name: of the cell, for tracebacks.
        """
        self._results = []
        linecache.cache[name] = len(code), None, code.splitlines(keepends=True), name
        with redirect_stdout(_Both(self._printed, sys.stdout)):
            try:
                exec(compile(code, name, "exec"), self.names)
            except BaseException as error:  # a page lives on after sys.exit
                self.add("error", text=_traceback(error, name))
        self._flush()
        return self._results

    def add(self, kind: str, **found: Any) -> None:
        """Add a result, after what was printed until now."""
        self._flush()
        self._results.append({"kind": kind, **found})

    @contextmanager
    def printing(self, kind: str, **found: Any) -> Iterator[None]:
        """Add a result whose text is what the body of the `with` prints."""
        self._flush()
        yield
        self._results.append({"kind": kind, **found, "text": _taken(self._printed)})

    def _flush(self) -> None:
        if text := _taken(self._printed):
            self._results.append({"kind": "text", "text": text})


class Recorded(Script):
    """The `Script` of a lesson that is recorded."""

    recording: ClassVar[Recording]

    def _ask(self, question: str, text: str, choices: Sequence[str], share: bool) -> None:
        self.recording.add("question", name=question, text=text, choices=list(choices), share=share)

    def exercise(self, name: str, of: int | None = None) -> Callable[..., Any]:
        with self.recording.printing("exercise", name=name):
            return super().exercise(name, of)

    def answer(self, question: str, result: Any, form: str = "{:.3g}") -> None:
        plain, share = guesses.plain(result), guesses.in_percent(form)
        printed = plain if isinstance(plain, str) else form.format(plain)
        with self.recording.printing("answer", name=question, result=plain, printed=printed, share=share):
            super().answer(question, result, form)

    def verdict(self, claim: str, statements: Mapping[str, Any]) -> None:
        before = self.space.verdicts(self.lesson).get(claim, {}) if claim in self._judged else {}
        with self.recording.printing("verdict", claim=claim, statements=(said := dict[str, Any]())):
            super().verdict(claim, statements)
        now = self.space.verdicts(self.lesson)[claim]
        said.update({text: list(of) for text, of in now.items() if text not in before})

    def _save(self, name: str, kind: str, save: Callable[[Path], Any], finished: Figure | Literal["all"]) -> None:
        from matplotlib import pyplot

        figure = pyplot.gcf() if finished == "all" else finished
        alt = _described(figure) or name
        with redirect_stdout(None):  # the picture is shown, so its path need not be
            super()._save(name, kind, save, finished)
        self.recording.add("figure", file=f"{name}.{kind}", alt=alt)

    def page(self, *arguments: Any, **named: Any) -> Path:
        with redirect_stdout(None):
            path = super().page(*arguments, **named)
        self.recording.add("page", file=path.name)
        return path


class _Both(io.TextIOBase):
    """A stream whose text goes to two others."""

    def __init__(self, one: TextIO, other: TextIO) -> None:
        self._streams = one, other

    def write(self, text: str) -> int:
        for stream in self._streams:
            stream.write(text)
        return len(text)

    def flush(self) -> None:
        self._streams[1].flush()


def _taken(stream: io.StringIO) -> str:
    """Return what is in a stream, and empty it."""
    text = stream.getvalue()
    stream.seek(0)
    stream.truncate()
    return text


def _described(figure: Figure) -> str:
    """Return the title of a figure and those of its panels, and the names of their axes."""
    parts = [figure.get_suptitle()]
    for axes in figure.axes:
        names = " against ".join(filter(None, [axes.get_ylabel(), axes.get_xlabel()]))
        titles = [axes.get_title(loc) for loc in ("left", "center", "right")]
        parts += [": ".join(filter(None, [*titles, names]))]
    return "; ".join(dict.fromkeys(" ".join(part.split()) for part in parts if part))


def _traceback(error: BaseException, name: str) -> str:
    """Return the traceback of an error, from the cell on."""
    frames = traceback.extract_tb(error.__traceback__)
    first = next((i for i, frame in enumerate(frames) if frame.filename == name), len(frames))
    shown = traceback.TracebackException.from_exception(error)
    shown.stack = traceback.StackSummary.from_list(frames[first:])
    return "".join(shown.format())

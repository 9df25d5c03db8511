"""What every lesson script needs: figures in a folder beside it, verdicts on claims, and the learner's functions.

    lesson = Script(__file__)
    mine = lesson.exercises(1)        # the learner's functions once they all pass, the solutions until then
    lesson.figure(figure, "circle")   # saved as figures/circle.png; with --show, a window opens too
    lesson.verdict("C2", "holds", f"the largest deviation is {deviation:.1e}")

Without `--show` no window opens, so lessons also run where there is no screen.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

from tinynet.course import manifest
from tinynet.course.calls import from_file
from tinynet.course.grading import grade_file, solved

if TYPE_CHECKING:
    from matplotlib.animation import Animation
    from matplotlib.figure import Figure

VERDICTS = ("holds", "holds in part", "does not hold", "not shown")


class Script:
    """A running lesson.

    Args:
        file: the script's own `__file__`.
    """

    def __init__(self, file: str) -> None:
        import matplotlib
        from threadpoolctl import threadpool_limits

        threadpool_limits(1)  # BLAS: a lesson's products are too small to be worth sharing among threads
        self.folder = Path(file).resolve().parent
        self.show = "--show" in sys.argv[1:]
        if not self.show:
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

    def figure(self, figure: Figure, name: str) -> None:
        """Save a figure as PNG and print its path; with `--show`, open a window too."""
        self._save(name, "png", figure.savefig, figure)

    def animation(self, animation: Animation, name: str, frames_per_second: int = 12) -> None:
        """Save an animation as GIF and print its path; with `--show`, open a window too."""
        self._save(name, "gif", lambda path: animation.save(path, writer="pillow", fps=frames_per_second), "all")

    def _save(self, name: str, kind: str, save: Callable[[Path], Any], finished: Figure | Literal["all"]) -> None:
        from matplotlib import pyplot

        path = self.path(f"{name}.{kind}")
        save(path)
        print(f"[figure] {path}")
        if self.show:
            pyplot.show()
        pyplot.close(finished)

    def verdict(self, claim: str, verdict: str, measured: str) -> None:
        """Print what this run says about a claim of the syllabus: one of VERDICTS, and the numbers behind it."""
        if verdict not in VERDICTS:
            raise ValueError(f"verdict must be one of {VERDICTS}, not {verdict!r}")
        text = f"[{claim}] {verdict}: {measured}"
        if sys.stdout.isatty():  # it would break lines in the middle of words
            width = shutil.get_terminal_size().columns
            text = textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
        print(text)

    def exercises(self, *numbers: int) -> SimpleNamespace:
        """Return the functions of these lessons: the learner's where all of a lesson's pass, else the solutions."""
        functions: dict[str, Any] = {}
        for lesson in map(manifest.lesson, numbers):
            path = self.folder.parent / lesson.folder / "exercise.py"
            own = all(result.passed for result in grade_file(lesson, path))
            whose = "your own functions" if own else "the solutions, because your own functions do not all pass yet"
            print(f"For the exercises of lesson {lesson.number} this script uses {whose}.")
            source = from_file(path) if own else solved(lesson)
            functions |= {exercise.name: source.functions[exercise.name] for exercise in lesson.exercises}
        return SimpleNamespace(**functions)

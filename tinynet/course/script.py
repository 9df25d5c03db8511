"""What every lesson script needs: a folder for its figures, `--show` for windows, and verdicts on claims.

lesson = Script(__file__)
lesson.figure(figure, "circle")   # saved as figures/circle.png beside the script; its path is printed
lesson.verdict("C2", "holds", f"the largest deviation is {deviation:.1e}")
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tinynet.course import grading, manifest

if TYPE_CHECKING:
    from matplotlib.animation import Animation
    from matplotlib.figure import Figure

VERDICTS = ("holds", "holds in part", "does not hold", "not shown")


class Script:
    """A running lesson.

    Args:
        file: the script's own `__file__`; figures are saved in `figures/` beside it.
    """

    def __init__(self, file: str) -> None:
        import matplotlib
        from threadpoolctl import threadpool_limits

        threadpool_limits(1)  # BLAS: products as small as a lesson's lose by being shared
        self.folder = Path(file).resolve().parent
        self.show = "--show" in sys.argv[1:]
        if not self.show:
            matplotlib.use("agg")
        matplotlib.rcParams.update(
            {"figure.dpi": 110, "savefig.dpi": 160, "figure.constrained_layout.use": True, "image.cmap": "RdBu",
             "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False}
        )  # fmt: skip

    def path(self, name: str) -> Path:
        """Return where a file of that name goes, and see that its folder exists."""
        folder = self.folder / "figures"
        folder.mkdir(exist_ok=True)
        return folder / name

    def figure(self, figure: Figure, name: str) -> None:
        """Save a figure as PNG, say where, and close it; with `--show`, open a window first."""
        from matplotlib import pyplot

        path = self.path(f"{name}.png")
        figure.savefig(path)
        print(f"[figure] {path}")
        if self.show:
            pyplot.show()
        pyplot.close(figure)

    def animation(self, animation: Animation, name: str, frames_per_second: int = 12) -> None:
        """Save an animation as GIF and say where; with `--show`, open a window as well."""
        from matplotlib import pyplot

        path = self.path(f"{name}.gif")
        animation.save(path, writer="pillow", fps=frames_per_second)
        print(f"[figure] {path}")
        if self.show:
            pyplot.show()
        pyplot.close("all")

    def verdict(self, claim: str, verdict: str, measured: str) -> None:
        """Print what this run says about a claim of the syllabus: one of VERDICTS, and the figures that say so."""
        if verdict not in VERDICTS:
            raise ValueError(f"verdict must be one of {VERDICTS}, not {verdict!r}")
        print(f"[{claim}] {verdict}: {measured}")

    def exercises(self, *numbers: int) -> SimpleNamespace:
        """Return the functions of these lessons: the learner's where all of a lesson's pass, else the solutions."""
        functions: dict[str, Any] = {}
        for lesson in map(manifest.lesson, numbers):
            found, own = grading.learned(lesson, self.folder.parent / lesson.folder / "exercise.py")
            whose = "your own functions" if own else "the solutions, because your own functions do not all pass yet"
            print(f"For the exercises of lesson {lesson.number} this script uses {whose}.")
            functions |= {exercise.name: found.functions[exercise.name] for exercise in lesson.exercises}
        return SimpleNamespace(**functions)

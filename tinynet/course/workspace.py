"""Where a learner works: a folder with `lessons/` in it, made by `tinynet start` or a clone of the project.

What the learner has solved and which hints were shown is kept in `lessons/progress.json`. Solutions, mutants and
alternatives are not in a workspace; they are read from the installed course.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tinynet.course.manifest import COURSE, CourseError, Lesson, read
from tinynet.course.stubs import exercise_of
from tinynet.storage.atomic import write_atomically

VERSION = 1  # of the workspace's layout
KEPT_BACK = shutil.ignore_patterns(
    *("solution.py", "mutants.py", "alternatives.py", "course.toml"),  # read from the installed course
    *("exercise*.py", "progress.json", "figures", "__pycache__"),  # of whoever works in the clone
)
README = """# Your workspace for the tinynet course

    tinynet lesson          # the lessons, and how far you are
    tinynet lesson 1        # read and run lesson 1; lessons/01_layer/lesson.py is the same, for your editor
    tinynet grade 1         # grade lessons/01_layer/exercise.py, the file to fill; so does pytest lessons/01_layer
    tinynet watch 1         # grade it again at each save
    tinynet hint 1          # the next hint
    tinynet solution 1      # once you have solved it
"""


@dataclass
class Progress:
    """What was solved and which hints were shown, by the names of lessons and exercises."""

    version: int = VERSION
    passed: dict[str, list[str]] = field(default_factory=dict)
    hints: dict[str, int] = field(default_factory=dict)


class Workspace:
    """The learner's copy of the lessons.

    Args:
        root: the folder that holds `lessons/`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "lessons" / "progress.json"
        self.progress = _read(self.file)

    def folder(self, lesson: Lesson) -> Path:
        """Return the learner's folder of a lesson, or raise a CourseError if it is gone."""
        folder = self.root / "lessons" / lesson.folder
        if not folder.is_dir():
            raise CourseError(f"{folder} is missing; `tinynet start` makes a new workspace to copy it from")
        return folder

    def record(self, lesson: Lesson, passed: list[str]) -> None:
        """Keep which exercises of a lesson passed."""
        with self._alone():
            self.progress.passed[lesson.folder] = passed

    def passed(self, lesson: Lesson) -> list[str]:
        """Return the exercises of a lesson that passed when they were last graded."""
        return [e.name for e in lesson.exercises if e.name in self.progress.passed.get(lesson.folder, [])]

    def next_hint(self, lesson: Lesson, name: str) -> tuple[int, str]:
        """Return the number and text of the first hint that was not shown yet (then the last one, again)."""
        hints = lesson.exercise(name).hints
        key = f"{lesson.folder}/{name}"
        with self._alone():
            number = min(self.progress.hints.get(key, 0) + 1, len(hints))
            self.progress.hints[key] = number
        return number, hints[number - 1]

    def reset(self, lesson: Lesson) -> Path | None:
        """Bring a lesson's exercise.py back as it was; return where the learner's is kept, if there was one."""
        path, backup = self.folder(lesson) / "exercise.py", None
        if path.exists():
            taken = len(list(path.parent.glob("exercise.backup*.py")))
            backup = path.rename(path.with_name(f"exercise.backup{taken + 1}.py"))
        path.write_text(exercise_of(lesson), "utf-8")
        self.record(lesson, [])
        return backup

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Change the progress as it is now, while no other command does; say so where it cannot be kept."""
        folder = os.open(self.file.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            self.progress = _read(self.file)
            yield
            write_atomically(self.file, json.dumps(vars(self.progress), indent=1).encode())
        except OSError as error:
            print(f"Note: progress is not kept: {self.file} cannot be written ({error.strerror}).", file=sys.stderr)
        finally:
            os.close(folder)


def find(start: Path | None = None) -> Workspace:
    """Return the workspace that a folder lies in, by default the current one."""
    start = (start or Path.cwd()).resolve()
    for root in (start, *start.parents):
        if any((root / "lessons" / name).is_file() for name in ("progress.json", "conftest.py", "course.toml")):
            return Workspace(root)
    raise CourseError(f"{start} is not in a workspace: `tinynet start DIR` makes one; go there, or into a clone")


def start(root: Path) -> Workspace:
    """Make a new workspace in a folder that has none yet; nothing that exists is touched, nothing half-made is left."""
    if taken := [name for name in ("lessons", "gpu", "README.md", "pytest.ini") if (root / name).exists()]:
        raise CourseError(f"{root} has {', '.join(taken)} already, and nothing was changed; name a new folder")
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root) as folder:
        _fill(Path(folder))
        for made in Path(folder).iterdir():
            made.rename(root / made.name)
    return Workspace(root)


def _fill(root: Path) -> None:
    shutil.copytree(COURSE, root / "lessons", ignore=KEPT_BACK)
    for lesson in read():
        (root / "lessons" / lesson.folder / "exercise.py").write_text(exercise_of(lesson), "utf-8")
    gpu = find_spec("gpu")
    if gpu and gpu.submodule_search_locations:
        shutil.copytree(gpu.submodule_search_locations[0], root / "gpu", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "README.md").write_text(README, "utf-8")
    (root / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n", "utf-8")
    write_atomically(root / "lessons" / "progress.json", json.dumps(vars(Progress())).encode())


def _read(path: Path) -> Progress:
    if not path.is_file():
        return Progress()
    try:
        entries: dict[str, Any] = json.loads(path.read_text("utf-8"))
        version = entries.get("version", VERSION)
        progress = Progress(**entries) if version == VERSION else Progress()
        sound = all(isinstance(names, list) for names in progress.passed.values())
        if not sound or not all(type(number) is int and number >= 0 for number in progress.hints.values()):
            raise ValueError
    except (ValueError, TypeError, AttributeError):
        raise CourseError(
            f"{path} cannot be read; delete it to begin counting anew (your exercise files are not touched)"
        ) from None
    if version != VERSION:
        raise CourseError(
            f"this workspace has version {version}, this tinynet needs {VERSION}; nothing was changed. "
            "Make a new one with `tinynet start DIR` and copy your exercise.py files into it"
        )
    return progress

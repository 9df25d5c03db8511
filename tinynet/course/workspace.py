"""Where a learner works: a folder that holds `lessons/`. `tinynet start` makes one; a clone of the project is one too.

`lessons/progress.json` keeps what the learner has solved, which hints were shown, and what the lessons' runs said. The
folder that `tinynet start` makes has no solutions, mutants or alternatives: they are read from the installed course.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tinynet.course import manifest
from tinynet.course.manifest import CourseError, Lesson
from tinynet.course.stubs import exercise_of
from tinynet.storage.atomic import write_atomically
from tinynet.storage.temporary import temporary_folder

VERSION = 1  # of a workspace's layout
KEPT_BACK = shutil.ignore_patterns(
    *("solution.py", "mutants.py", "alternatives.py", "course.toml"),  # read from the installed course
    *("exercise*.py", "progress.json", "figures", "__pycache__"),  # the work of whoever works in the clone
)
README = """# Your workspace for the tinynet course

    tinynet lesson          # list the lessons and what you have solved
    tinynet lesson 1        # read and run lesson 1, which lessons/01_layer/lesson.py also shows in your editor
    tinynet watch 1         # grade lessons/01_layer/exercise.py, the file you fill in, at every save
    tinynet grade 1         # grade it on new inputs, as a teacher will
    tinynet hint 1          # show the next hint
    tinynet solution 1      # show the solution, once yours passes
"""


@dataclass
class Progress:
    """What a workspace remembers.

    Attributes:
        passed: the exercises that are solved, by lesson.
        hints: how many hints were shown, by exercise.
        guesses: guesses and results, by question.
        verdicts: {lesson: {claim: {statement: [whether it held, the numbers behind that]}}}.
        copied: the SHA-256 of each file as `tinynet start` copied it, by path: one that differs has been edited.
    """

    version: int = VERSION
    passed: dict[str, list[str]] = field(default_factory=dict)
    hints: dict[str, int] = field(default_factory=dict)
    guesses: dict[str, dict[str, Any]] = field(default_factory=dict)
    verdicts: dict[str, dict[str, dict[str, list[Any]]]] = field(default_factory=dict)
    copied: dict[str, str] = field(default_factory=dict)


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
        """Return the learner's folder of a lesson; raise a CourseError if it is gone."""
        folder = self.root / "lessons" / lesson.folder
        if not folder.is_dir():
            raise CourseError(f"{folder} is missing; `tinynet start {self.root}` brings it back")
        return folder

    def exercise(self, lesson: Lesson) -> Path:
        """Return the path of the learner's exercise.py."""
        return self.folder(lesson) / "exercise.py"

    def record(self, lesson: Lesson, passed: list[str]) -> None:
        """Write down which exercises of a lesson passed."""
        with self._alone():
            self.progress.passed[lesson.folder] = passed

    def passed(self, lesson: Lesson) -> list[str]:
        """Return the exercises of a lesson that passed when they were last graded."""
        return [e.name for e in lesson.exercises if e.name in self.progress.passed.get(lesson.folder, [])]

    def next_hint(self, lesson: Lesson, name: str) -> tuple[int, str]:
        """Return number and text of the first hint that was not shown yet, or else of the last one."""
        hints = lesson.exercise(name).hints
        key = f"{lesson.folder}/{name}"
        with self._alone():
            number = min(self.progress.hints.get(key, 0) + 1, len(hints))
            self.progress.hints[key] = number
        return number, hints[number - 1]

    def hints(self, lesson: Lesson) -> int:
        """Return how many hints of a lesson were shown."""
        return sum(self.progress.hints.get(f"{lesson.folder}/{each.name}", 0) for each in lesson.exercises)

    def guess(self, lesson: Lesson, question: str) -> Any:
        """Return what the learner guessed, or None."""
        return self.progress.guesses.get(f"{lesson.folder}/{question}", {}).get("guess")

    def note(self, lesson: Lesson, question: str, **found: Any) -> None:
        """Write down a guess or a result: note(lesson, "slope", guess=0.01). A guess that was made before stays."""
        with self._alone():
            entry = self.progress.guesses.setdefault(f"{lesson.folder}/{question}", {})
            self.progress.guesses[f"{lesson.folder}/{question}"] = found | entry if "guess" in found else entry | found

    def judge(self, lesson: Lesson, claim: str, statements: dict[str, tuple[bool, str]], anew: bool = True) -> None:
        """Write down what a lesson's run says about a claim. anew: in place of what an earlier run said."""
        with self._alone():
            kept = self.progress.verdicts.setdefault(lesson.folder, {})
            kept[claim] = ({} if anew else kept.get(claim, {})) | {text: list(of) for text, of in statements.items()}

    def verdicts(self, lesson: Lesson) -> dict[str, dict[str, tuple[bool, str]]]:
        """Return what the last run of a lesson said: {claim: {statement: (whether it held, numbers)}}."""
        kept = self.progress.verdicts.get(lesson.folder, {})
        return {claim: {t: (bool(held), str(n)) for t, (held, n) in said.items()} for claim, said in kept.items()}

    def reset(self, lesson: Lesson) -> Path | None:
        """Start a lesson's exercise.py afresh; return the path under which the learner's is kept, if there was one."""
        path, backup = self.exercise(lesson), None
        if path.exists():
            taken = len(list(path.parent.glob("exercise.backup*.py")))
            backup = path.rename(path.with_name(f"exercise.backup{taken + 1}.py"))
        write_atomically(path, exercise_of(lesson).encode())
        self.record(lesson, [])
        return backup

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Change the progress as it is on disk, with no other command in between; say so if it cannot be written."""
        try:
            with _locked(self.file.parent):
                self.progress = _read(self.file)
                yield
                write_atomically(self.file, json.dumps(vars(self.progress), indent=1).encode())
        except OSError as error:
            print(f"Note: progress not saved: {self.file} cannot be written ({error.strerror}).", file=sys.stderr)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other commands out of a folder; on Windows, which has no such lock, do not run two at the same moment."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def find(start: Path | None = None) -> Workspace:
    """Return the workspace that a folder lies in, by default the current folder."""
    start = (start or Path.cwd()).resolve()
    for root in (start, *start.parents):
        if any((root / "lessons" / name).is_file() for name in ("progress.json", "conftest.py", "course.toml")):
            return Workspace(root)
    raise CourseError(f"{start} is not in a workspace; make one with `tinynet start DIR` and go there")


def start(root: Path) -> Workspace:
    """Make a workspace in a folder that has none yet; existing files are not touched, and no half-made one is left."""
    if taken := [name for name in ("lessons", "gpu", "README.md", "pytest.ini") if (root / name).exists()]:
        raise CourseError(
            f"{root} already has {', '.join(taken)}, but is no workspace, and nothing was changed; name a new folder"
        )
    root.mkdir(parents=True, exist_ok=True)
    with temporary_folder(root) as folder:
        _fill(folder)
        for made in folder.iterdir():
            made.rename(root / made.name)
    return Workspace(root)


def _fill(root: Path) -> None:
    shutil.copytree(manifest.COURSE, root / "lessons", ignore=KEPT_BACK)
    for lesson in manifest.read():
        (root / "lessons" / lesson.folder / "exercise.py").write_text(exercise_of(lesson), "utf-8")
    gpu = find_spec("gpu")
    if gpu and gpu.submodule_search_locations:
        shutil.copytree(gpu.submodule_search_locations[0], root / "gpu", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "README.md").write_text(README, "utf-8")
    (root / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n", "utf-8")
    copied = {path: _sha256(root / path) for path in _files(root) if not _own(path)}
    write_atomically(root / "lessons" / "progress.json", json.dumps(vars(Progress(copied=copied))).encode())


def is_one(root: Path) -> bool:
    """Return whether a folder is a workspace that `tinynet start` made, not a clone of the project."""
    return (root / "lessons" / "progress.json").is_file() and not (root / "lessons" / "course.toml").exists()


@dataclass
class Renewal:
    """What `renew` did: paths in the workspace.

    Attributes:
        new: files that were missing.
        updated: files of the course that have changed since they were copied.
        kept: of these, copies of those that the learner had edited.
    """

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def renew(root: Path) -> Renewal:
    """Bring new lessons, and what has changed in old ones, into a workspace; the learner's exercises stay as they are.

    A file that the learner has edited, such as a lesson.py, is kept beside the new one, as lesson.py.earlier.
    """
    space, done = Workspace(root), Renewal()
    with temporary_folder(root) as folder:
        _fill(folder)
        fresh = _read(folder / "lessons" / "progress.json").copied
        for path in _files(folder):
            theirs = root / path
            if not theirs.exists():
                done.new.append(path)
            elif _own(path) or _sha256(theirs) == fresh[path]:
                continue
            else:
                done.updated.append(path)
                if _sha256(theirs) != space.progress.copied.get(path):
                    done.kept.append(_put_aside(theirs).relative_to(root).as_posix())
            theirs.parent.mkdir(parents=True, exist_ok=True)
            (folder / path).replace(theirs)
    with space._alone():
        space.progress.copied = fresh
    return done


def _files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def _own(path: str) -> bool:
    """Return whether a file of the workspace is the learner's own work."""
    name = path.rpartition("/")[2]
    return name == "progress.json" or fnmatch(name, "exercise*.py")


def _put_aside(path: Path) -> Path:
    """Rename a file to a name that nothing runs or grades, and return its new path."""
    taken = len(list(path.parent.glob(f"{path.name}.earlier*")))
    return path.rename(path.with_name(f"{path.name}.earlier{taken + 1 if taken else ''}"))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(path: Path) -> Progress:
    if not path.is_file():
        return Progress()
    try:
        entries: dict[str, Any] = json.loads(path.read_text("utf-8"))
        version = entries.get("version", VERSION)
        progress = Progress(**entries) if version == VERSION else Progress()
        sound = all(isinstance(names, list) for names in progress.passed.values())
        sound = sound and all(isinstance(entry, dict) for entry in progress.guesses.values())
        said = [pair for claims in progress.verdicts.values() for each in claims.values() for pair in each.values()]
        sound = sound and all(isinstance(pair, list) and len(pair) == 2 for pair in said)
        if not sound or not all(type(number) is int and number >= 0 for number in progress.hints.values()):
            raise ValueError
    except (ValueError, TypeError, AttributeError):
        raise CourseError(
            f"{path} cannot be read; delete it to start a new count (this does not touch your exercise files)"
        ) from None
    if version != VERSION:
        raise CourseError(
            f"this workspace has version {version}, but this tinynet needs version {VERSION}; nothing was changed. "
            "Make a new workspace with `tinynet start DIR` and copy your exercise.py files into it"
        )
    return progress

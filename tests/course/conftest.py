"""A course of one lesson in a temporary folder, for the tests to use and to break."""

from pathlib import Path

import pytest

from tinynet.course import manifest, workspace

MANIFEST = """
[[lesson]]
number = 1
folder = "01_sums"
title = "Sums"
minutes = 5
claims = ["C1"]
teaches = ["Linear"]

[[lesson.exercise]]
name = "total"
points = 2
hints = ["add", "add them all"]

[[lesson.exercise]]
name = "mean"
points = 3
hints = ["divide", "by the count"]
"""
SOLUTION = '''"""Sums."""


def total(x):
    """Return the sum of x."""
    # begin solution
    return float(x.sum())
    # end solution


def mean(x):
    """Return the mean of x."""
    # begin solution
    return total(x) / len(x)
    # end solution
'''
GRADER = """
def test_total(exercise, rng):
    x = rng.normal(size=5)
    exercise.total(x).equals(sum(x.tolist()))


def test_mean(exercise, rng):
    x = rng.normal(size=4)
    exercise.mean(x).equals(sum(x.tolist()) / 4)
"""
MUTANTS = """
from tinynet.course import instead_of


@instead_of("total", "the sum is of absolute values")
def absolute(x):
    return abs(x).sum()


@instead_of("total", "the last one is missing")
def short(x):
    return x[:-1].sum()


@instead_of("total", "it is a product")
def product(x):
    return x.prod()


@instead_of("mean", "not divided")
def undivided(x):
    return x.sum()


@instead_of("mean", "divided by one less")
def unbiased(x):
    return x.sum() / (len(x) - 1)


@instead_of("mean", "the median")
def median(x):
    return sorted(x)[len(x) // 2]
"""
ALTERNATIVES = """
from tinynet.course import instead_of


@instead_of("total", "a loop")
def loop(x):
    return sum(x.tolist())


@instead_of("mean", "NumPy's")
def of_numpy(x):
    return x.astype("float32").mean()
"""
SCRIPT = """# %% [markdown]
# # Sums
# Add *all* of them.

# %%
x = [1, 2]

# %%
print("the sum is", sum(x))
"""


@pytest.fixture
def course(tmp_path, monkeypatch) -> Path:
    """Return the folder of a course of one lesson, which stands in for the real one."""
    lesson = tmp_path / "course" / "01_sums"
    lesson.mkdir(parents=True)
    (lesson.parent / "course.toml").write_text(MANIFEST)
    for name, text in {
        "solution.py": SOLUTION, "test_exercise.py": GRADER, "mutants.py": MUTANTS, "alternatives.py": ALTERNATIVES,
        "lesson.py": SCRIPT,
    }.items():  # fmt: skip
        (lesson / name).write_text(text)
    monkeypatch.setattr(manifest, "COURSE", lesson.parent)
    return lesson.parent


@pytest.fixture
def lesson(course) -> manifest.Lesson:
    """Return the lesson of that course."""
    return manifest.lesson(1)


@pytest.fixture
def space(course, tmp_path, monkeypatch) -> workspace.Workspace:
    """Return a fresh workspace of that course, which is also the current folder."""
    made = workspace.start(tmp_path / "work")
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def exercise(space, lesson) -> Path:
    """Return the path of the exercise.py in that workspace."""
    return space.exercise(lesson)

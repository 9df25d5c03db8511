"""`pytest lessons/01_layer` grades exercise.py: here are the fixtures its graders take.

lessons/conftest.py imports them.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest

from tinynet.course import manifest
from tinynet.course.answers import Exercises
from tinynet.course.calls import Wrong, from_file
from tinynet.course.patience import TooLong, patience


@pytest.fixture
def exercise(request: pytest.FixtureRequest) -> Exercises:
    """Return the functions in the exercise.py beside the grader."""
    folder = request.path.parent
    lesson = next((lesson for lesson in manifest.read() if lesson.folder == folder.name), None)
    if lesson is None:
        raise manifest.CourseError(f"{folder.name} is not a lesson of the course; rename its folder back")
    return Exercises(lesson, from_file(folder / "exercise.py"))


@pytest.fixture
def rng() -> np.random.Generator:
    """Return the random numbers from which a grader draws its inputs."""
    return np.random.default_rng(0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Show what is wrong with the answer instead of the grader's own lines."""
    try:
        with patience(item.name.removeprefix("test_")):
            return (yield)
    except (Wrong, TooLong) as error:
        message = str(error)
    pytest.fail(message, pytrace=False)


pytest_runtest_setup = pytest_runtest_call  # an exercise file that cannot be loaded fails in the fixture

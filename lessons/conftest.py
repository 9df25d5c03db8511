"""Lets pytest grade: `pytest lessons/01_layer` grades lessons/01_layer/exercise.py."""

from tinynet.course.plugin import exercise, pytest_runtest_call, pytest_runtest_setup, rng  # noqa: F401

"""The project's tests under Pyodide: pytest in there, with what it takes from the environment outside."""

import os
import sys
from unittest.mock import MagicMock

sys.path[:0] = ["/repo", "/taken"]
os.chdir("/repo")

import pytest  # noqa: E402


def same(*_, **__):
    """Return a decorator that changes nothing."""
    return lambda test: test


def given(*_, **__):
    """Return a decorator that skips the test."""

    @pytest.mark.skip(reason="hypothesis has compiled parts, and none for a browser")
    def skipped():
        pass

    return lambda test: skipped


# Stands in for hypothesis: tests that take their examples from it are skipped.
sys.modules["hypothesis"] = MagicMock(given=given, settings=MagicMock(side_effect=same), example=same)
sys.modules["hypothesis.extra"] = sys.modules["hypothesis.extra.numpy"] = sys.modules["hypothesis.strategies"] = (
    MagicMock()
)

# the streams of Emscripten's files cannot be captured, those of Python can
sys.exit(pytest.main(["--capture=sys", "-p", "no:cacheprovider", *sys.argv[1:]]))

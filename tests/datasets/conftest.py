import os
from pathlib import Path

import pytest

FOLDERS = {"mnist": "mnist", "fashion": "fashion-mnist", "rectangles": "rectangles", "shakespeare": "tinyshakespeare"}


@pytest.fixture
def needs_files():
    """A function that skips the test where the files of a data set are not in $TINYNET_DATA."""

    def check(name):
        root = os.environ.get("TINYNET_DATA")
        if not root or not (Path(root) / FOLDERS[name]).is_dir():
            pytest.skip(f"needs the {name} files in $TINYNET_DATA; the tests do not download")

    return check

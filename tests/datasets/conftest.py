import os
from pathlib import Path

import pytest

from tinynet.datasets import load

FOLDERS = {"mnist": "mnist", "fashion": "fashion-mnist", "rectangles": "rectangles", "shakespeare": "tinyshakespeare"}
GENERATED = ["convex", "rot", "bg_rand", "teacher", "spirals", "checkerboard", "reber", "adding"]
SMALL = {"train": 30, "valid": 20, "test": 10}


@pytest.fixture
def needs_files():
    """A function that skips the test where the files of a data set are not in $TINYNET_DATA."""

    def check(name):
        root = os.environ.get("TINYNET_DATA")
        if not root or not (Path(root) / FOLDERS[name]).is_dir():
            pytest.skip(f"needs the {name} files in $TINYNET_DATA; the tests do not download")

    return check


@pytest.fixture
def small():
    """A function that loads a data set; a generated one at 30 / 20 / 10 examples."""
    return lambda name, seed=0, **sizes: load(name, seed, **SMALL | sizes) if name in GENERATED else load(name)

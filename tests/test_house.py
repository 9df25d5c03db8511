"""The house: every import runs with the reading order, the afternoon has its length, and a value's walk stays short."""

import ast
import re
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import tinynet as tn

ROOT = Path(tn.__file__).parent
LINE = re.compile(r"^ {0,6}(\*?) *([a-z_0-9]+)(?:\.py|/)?  +\S", re.MULTILINE)  # of a face: star, name, what it is


def face(folder):
    """Return the reading order that a folder's __init__.py states, {name: whether it has a star}."""
    lines = ast.get_docstring(ast.parse((folder / "__init__.py").read_text()), clean=False)
    there = {p.stem for p in folder.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    return {name: star == "*" for star, name in LINE.findall(lines) if name in there}


def folders(folder=ROOT):
    """Yield the package and all folders inside it."""
    yield folder
    for inner in sorted(folder.iterdir()):
        if (inner / "__init__.py").exists():
            yield from folders(inner)


def rank(module):
    """Return the place of a module in the reading order; a face comes after all that it shows."""
    place, folder = [], ROOT
    for name in module.split(".")[1:]:
        place.append(list(face(folder)).index(name))
        folder /= name
    return (*place, 10**6) if (folder / "__init__.py").exists() else tuple(place)


def is_module(name):
    path = ROOT.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def imports(path):
    """Yield the modules of the package that a file imports, also inside functions and for a type checker alone."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split(".")[0] == "tinynet")
        elif isinstance(node, ast.ImportFrom) and node.level:
            raise AssertionError(f"{path}: line {node.lineno}: imports are absolute here")
        elif isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "tinynet":
            for a in node.names:
                inner = f"{node.module}.{a.name}"
                yield inner if is_module(inner) else node.module


@pytest.mark.parametrize("folder", list(folders()), ids=lambda p: p.relative_to(ROOT.parent).as_posix())
def test_every_face_names_each_of_its_files_once(folder):
    files = {p.stem for p in folder.glob("*.py")} | {p.parent.name for p in folder.glob("*/__init__.py")}
    assert set(face(folder)) == files - {"__init__"}


def test_every_import_runs_with_the_reading_order():
    against = []
    for path in sorted(ROOT.rglob("*.py")):
        importer = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")
        if importer not in ("tinynet", "tinynet.cli"):  # these two stand after all others, and may import any
            against += [f"{importer} imports {name}" for name in imports(path) if rank(name) >= rank(importer)]
    assert not against, "\n".join(against)


# ---- the afternoon

CHAPTERS = ("engine", "parameterizations", "layers", "storage", "training")


def length(path):
    return len(path.read_text().splitlines())


def test_the_afternoon_is_as_long_as_the_readme_says():
    starred = [ROOT / c / f"{name}.py" for c in CHAPTERS for name, star in face(ROOT / c).items() if star]
    lines = sum(map(length, starred))
    assert len(starred) > 20 and lines <= 2500
    for page in (ROOT.parent / "README.md", ROOT / "__init__.py"):
        [said] = re.findall(r"([\d,]+)\s+lines", page.read_text())
        assert int(said.replace(",", "")) == lines, f"{page.name} says {said} lines; it is {lines:,}"


# ---- the walk


def walk(run):
    """Return how many files of the package a call enters, how many lines they have, and how often the file changes."""
    entered = []

    def note(frame, event, argument):
        if event == "call" and Path(frame.f_code.co_filename).is_relative_to(ROOT):
            entered.append(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    changes = sum(a != b for a, b in pairwise(entered))
    return len(set(entered)), sum(length(Path(name)) for name in set(entered)), changes


def test_a_hashed_network_is_built_trained_saved_and_loaded_on_a_short_walk(tmp_path):
    x, labels = np.random.default_rng(0).normal(size=(50, 64)).astype(np.float32), np.arange(50) % 10

    def run():
        net = tn.MLP([64, 256, 10], weight=tn.Hashed(1 / 8))
        optimizer = tn.SGD(net.parameters(), lr=0.1)
        loss = tn.functional.softmax_cross_entropy(net(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tn.save(net, tmp_path / "net")
        tn.load(tmp_path / "net")

    run()  # kernels are compiled once; that is no part of the walk
    files, lines, changes = walk(run)
    assert files <= 17 and lines <= 1750 and changes <= 130, (files, lines, changes)  # one of them is the gate


@pytest.mark.parametrize("rows", [20, 200])
def test_a_binary_network_is_frozen_and_asked_on_a_short_walk(rows):
    net, pixels = tn.BinaryMLP([64, 256, 10]), np.full((rows, 64), 200, np.uint8)
    tn.freeze(net).predict(pixels)
    files, lines, _ = walk(lambda: tn.freeze(net).predict(pixels))
    assert files <= 16 and lines <= 2200, (files, lines)

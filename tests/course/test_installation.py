"""The course in an installed package: setup.py copies lessons/ into it, without anyone's work."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from tinynet.course import manifest
from tinynet.course.stubs import exercise_of

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not (ROOT / "setup.py").exists(), reason="only a clone can be built")
def test_an_installed_package_brings_the_course_and_starts_workspaces(tmp_path):
    pytest.importorskip("setuptools")
    clone, library = tmp_path / "clone", tmp_path / "library"
    for name in "tinynet", "gpu", "lessons":
        copytree(ROOT / name, clone / name, ignore=ignore_patterns("__pycache__", "exercise*.py", "progress.json"))
    (clone / "setup.py").write_text((ROOT / "setup.py").read_text())
    (clone / "setup.cfg").write_text("[options]\npackages = find:\n")  # an old setuptools cannot read pyproject.toml
    mine = clone / "lessons" / "01_layer" / "exercise.py"
    mine.write_text("solved = True\n")
    mine.with_name("exercise.backup1.py").write_text("solved = True\n")
    (clone / "lessons" / "progress.json").write_text("{}")
    build = [sys.executable, "setup.py", "-q", "build_py", "--build-lib", str(library)]
    subprocess.run(build, cwd=clone, check=True, capture_output=True, timeout=600)
    installed = library / "tinynet" / "course" / "lessons"
    assert not [*installed.rglob("exercise*.py"), *installed.rglob("progress.json")]

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(library), *filter(None, sys.path)])}
    tinynet = [sys.executable, "-P", "-c", "from tinynet.cli import main; main()"]
    subprocess.run(
        [*tinynet, "start", "work"], cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=600
    )
    for lesson in manifest.read():
        path = tmp_path / "work" / "lessons" / lesson.folder / "exercise.py"
        assert path.read_text("utf-8") == exercise_of(lesson)
    graded = subprocess.run(
        [*tinynet, "grade", "1"],
        cwd=tmp_path / "work",
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert graded.returncode == 1 and "affine is not written yet" in graded.stdout, graded.stderr

"""Build script; the metadata is in pyproject.toml. An installed tinynet brings the course with it."""

from pathlib import Path
from shutil import copytree, ignore_patterns

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithCourse(build_py):
    """Copies lessons/ into the package, without anyone's work; an editable installation reads them where they are."""

    def run(self):
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib, "tinynet", "course", "lessons")
            ignored = ignore_patterns("__pycache__", "figures", "progress.json", "exercise*.py")
            copytree("lessons", target, ignore=ignored, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithCourse})

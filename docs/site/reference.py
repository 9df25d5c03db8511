"""The reference: one page for each file of the library, in reading order, and one page that lists the public names.

What a page says is the file's own: MkDocs' plugin mkdocstrings reads docstrings and signatures without importing them.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import tinynet as tn

ROOT = Path(__file__).parents[2]
CHAPTERS = (
    "engine", "parameterizations", "layers", "storage", "training", "datasets", "kernels", "sequences", "functional",
    "exchange", "frozen", "frontier", "reading",
)  # fmt: skip
ROW = re.compile(r"^\w+ *= primitive\(", re.MULTILINE)  # of a table of primitives, which documents itself
SHOWN = ("functional", "optim", "datasets", "language", "frontier", "reading")  # modules whose names are public too


def navigation() -> list:
    """Return the reference's part of the navigation, nested as the folders are."""
    return ["reference/index.md", *(_entry(ROOT / "tinynet" / chapter) for chapter in CHAPTERS)]


def pages() -> Iterator[tuple[str, str]]:
    """Yield each page: its path below docs/, and its Markdown."""
    yield "reference/index.md", "\n".join(_names())
    for chapter in CHAPTERS:
        yield from _pages(ROOT / "tinynet" / chapter)


def public() -> dict[str, Any]:
    """Return what a user may import, by the name under which `import tinynet as tn` reaches it."""
    for name in dir(tn):
        getattr(tn, name)  # some chapters are loaded when a name of theirs is first used
    names = {f"tn.{name}": value for name, value in vars(tn).items() if _ours(name, value)}
    for module in SHOWN:
        inner = vars(getattr(tn, module))
        names |= {f"tn.{module}.{name}": value for name, value in inner.items() if _ours(name, value)}
    return names


def identifier(value: Any) -> str:
    """Return the anchor of a name's entry: where it is defined."""
    return f"{value.__module__}.{value.__qualname__}"


def _ours(name: str, value: Any) -> bool:
    return not (name.startswith("_") or isinstance(value, ModuleType)) and str(
        getattr(value, "__module__", "")
    ).startswith("tinynet")


def _names() -> Iterator[str]:
    yield "# Reference\n"
    yield "Each public name, and the first sentence about it. The other pages follow the files, in reading order.\n"
    for module in ("", *SHOWN):
        prefix = f"tn.{module}." if module else "tn."
        yield f"## `{prefix.rstrip('.')}`\n"
        yield "| name | what it is |\n| --- | --- |"
        for name, value in public().items():
            if name.startswith(prefix) and "." not in name.removeprefix(prefix):
                first = (inspect.getdoc(value) or "").partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")
                yield f"| [`{name}`][{identifier(value)}] | {first} |"
        yield ""


def _files(folder: Path) -> list[Path]:
    """Return a chapter's files and folders, in the order that its face states."""
    order = re.findall(r"(?m)^[ *]*(\w+)(?:\.py|/)?  +\S", (folder / "__init__.py").read_text("utf-8"))
    inside = [each for each in folder.iterdir() if each.suffix == ".py" or (each / "__init__.py").exists()]
    return sorted((each for each in inside if each.stem != "__init__"), key=lambda each: order.index(each.stem))


def _uri(path: Path) -> str:
    place = "reference" / path.relative_to(ROOT / "tinynet")
    return (place / "index.md" if path.is_dir() else place.with_suffix(".md")).as_posix()


def _entry(path: Path) -> dict:
    if path.is_dir():
        return {path.stem: [_uri(path), *(_entry(each) for each in _files(path))]}
    return {path.stem: _uri(path)}


def _pages(path: Path) -> Iterator[tuple[str, str]]:
    path = path if path.is_dir() else path.with_suffix(".py")
    text = (path / "__init__.py" if path.is_dir() else path).read_text("utf-8")
    options = {"show_if_no_docstring": bool(ROW.search(text))}
    if path.is_dir():  # a face imports what its files define, and may define something itself
        options["members"] = [each.name for each in ast.parse(text).body if isinstance(each, ast.FunctionDef)] or False
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    shown = "\n".join(
        f"        {key}: {str(value).lower() if isinstance(value, bool) else value}" for key, value in options.items()
    )
    yield _uri(path), f"# {name.removeprefix('tinynet.')}\n\n::: {name}\n    options:\n{shown}\n"
    if path.is_dir():
        for each in _files(path):
            yield from _pages(each)

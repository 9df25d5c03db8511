"""Pages of the site that lie outside docs/, as a hook of MkDocs: lessons, the reference, and files that pages link to.

docs/site/lessons.py makes the pages of the lessons. A linked file keeps its path, below source/: Markdown is a page,
code is a page that shows it, and anything else is copied.
"""

import posixpath
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).parents[1]))

from docs.site import lessons, runs
from tinynet.course import manifest

ROOT = Path(__file__).parents[1]
MADE = ROOT / "docs/web/made"  # what docs/build.py makes for the browser; its paths are those on the site
LINK = re.compile(r"(?<=\]\()[^)#:]+(?=[)#])")
CHAPTERS = (
    "engine", "parameterizations", "layers", "storage", "training", "datasets", "kernels", "sequences", "functional",
    "exchange", "frozen", "frontier", "reading",
)  # fmt: skip
CODE = {".py": "python", ".cu": "c", ".toml": "toml"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Name each lesson and each chapter of the source in the navigation."""
    course = [{f"{each.number}. {each.title}": f"lessons/{each.folder}/index.md"} for each in manifest.read()]
    config.nav += [{"Lessons": course}, {"Reference": [f"reference/{chapter}.md" for chapter in CHAPTERS]}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what the build made, the lessons with figures, the chapters of the source, and files that pages link to."""
    for path in sorted(MADE.rglob("*")):
        if path.is_file():
            files.append(File.generated(config, path.relative_to(MADE).as_posix(), abs_src_path=str(path)))
    for each in runs.results():
        place, folder = f"lessons/{each['folder']}", runs.kept(each["folder"])
        files.append(File.generated(config, f"{place}/index.md", content=lessons.page(each)))
        for path in sorted([folder / "lesson.json", *folder.glob("figures/*")]):
            name = f"{place}/{path.relative_to(folder).as_posix()}"
            files.append(File.generated(config, name, abs_src_path=str(path)))
    for chapter in CHAPTERS:
        path = ROOT / "tinynet" / chapter
        shown = "\n".join(_reference(path if path.is_dir() else path.with_suffix(".py")))
        files.append(File.generated(config, f"reference/{chapter}.md", content=f"# {chapter}\n\n{shown}"))
    for path in _linked_from(sorted(ROOT.glob("docs/*.md"))):
        files.append(_shown(path, config))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Point links to where the files are on the site."""
    here = page.file.src_uri
    path = ROOT / (here.removeprefix("source/") if here.startswith("source/") else f"docs/{here}")

    def on_site(link: re.Match) -> str:
        target = (path.parent / link[0]).resolve()
        return posixpath.relpath(_uri(target), posixpath.dirname(here)) if target.is_file() else link[0]

    return LINK.sub(on_site, markdown)


def _reference(path: Path) -> Iterator[str]:
    """Yield what mkdocstrings shows of a file, or of a folder: its face, then its files in the order the face names."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    face = path / "__init__.py"
    if not face.exists():
        yield f"::: {name}\n"
        return
    yield f"::: {name}\n    options: {{members: false}}\n"
    order = re.findall(r"(?m)^[ *]*(\w+)(?:\.py|/)?  +\S", face.read_text("utf-8"))
    files = [each for each in path.iterdir() if each.suffix == ".py" or (each / "__init__.py").exists()]
    for inner in sorted(set(files) - {face}, key=lambda each: order.index(each.stem)):
        yield from _reference(inner)


def _linked_from(pages: list[Path]) -> list[Path]:
    """Return the files outside docs/ that the pages link to, and those that these link to, and so on."""
    found: dict[Path, None] = {}
    for page in pages:
        for link in LINK.findall(page.read_text("utf-8")):
            target = (page.parent / link).resolve()
            if target.is_file() and ROOT / "docs" not in target.parents and target not in found:
                found[target] = None
                if target.suffix == ".md":
                    pages.append(target)
    return list(found)


def _uri(path: Path) -> str:
    """Return the place of a file of the repository on the site."""
    name = path.relative_to(ROOT).as_posix()
    return name.removeprefix("docs/") if name.startswith("docs/") else f"source/{name}{'.md' * (path.suffix in CODE)}"


def _shown(path: Path, config: MkDocsConfig) -> File:
    if path.suffix not in CODE:
        return File.generated(config, _uri(path), abs_src_path=str(path))
    text = f"# {path.relative_to(ROOT)}\n\n````{CODE[path.suffix]}\n{path.read_text('utf-8')}````\n"
    return File.generated(config, _uri(path), content=text)

"""Pages of the site that do not lie in docs/, as a hook of MkDocs: lessons, reference, sources that pages link to.

docs/site/lessons.py makes the pages of the lessons. A linked file keeps its path, below source/: Markdown is a page,
code is a page that shows it, and anything else is copied.
"""

import posixpath
import re
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

# The clone is on the path from here on.
from docs.site import claims, lessons, reference, results, runs, source  # noqa: E402
from tinynet.course import manifest  # noqa: E402

MADE = ROOT / "docs/web/made"  # what docs/build.py makes for the browser; its paths are those on the site
LINK = re.compile(r"(?<=\]\()[^)#:]+(?=[)#])")
CODE = {".py": "python", ".cu": "c", ".toml": "toml"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Name the pages that are made here in the navigation."""
    parts = {title: pages for part in config.nav for title, pages in part.items()}
    parts["Course"] += [{"The claims": "claims.md"}]
    parts["Course"] += [{f"{each.number}. {each.title}": f"lessons/{each.folder}/index.md"} for each in manifest.read()]
    parts["Source"] += source.navigation()
    parts["Results"] += results.navigation()
    parts["Reference"] += reference.navigation()
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what the build made, the lessons with figures, the reference, and the files that pages link to."""
    for path in sorted(MADE.rglob("*")):
        if path.is_file():
            files.append(File.generated(config, path.relative_to(MADE).as_posix(), abs_src_path=str(path)))
    ran = runs.results()
    for each in ran:
        place, folder = f"lessons/{each['folder']}", runs.kept(each["folder"])
        files.append(File.generated(config, f"{place}/index.md", content=lessons.page(each)))
        for path in sorted([folder / "lesson.json", *folder.glob("figures/*")]):
            name = f"{place}/{path.relative_to(folder).as_posix()}"
            files.append(File.generated(config, name, abs_src_path=str(path)))
    for name, text in [*reference.pages(), *source.pages(), *results.pages(), *claims.page(ran)]:
        files.append(File.generated(config, name, content=text))
    linked = _linked_from([*sorted(ROOT.glob("docs/*.md")), *results.files()])
    for path in dict.fromkeys([*linked, *results.files(), *source.afternoon()]):
        files.append(_shown(path, config))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Point links to where the files are on the site."""
    here = page.file.src_uri
    path = ROOT / (here.removeprefix("source/") if here.startswith("source/") else f"docs/{here}")

    def on_site(link: re.Match) -> str:
        target = (path.parent / link[0]).resolve()
        if not target.is_file():
            return link[0]
        there = source.place(target) if target in source.afternoon() else _uri(target)  # the page that explains it
        return posixpath.relpath(there, posixpath.dirname(here))

    return LINK.sub(on_site, markdown)


def on_page_content(html: str, **_: object) -> str:
    """Let the keyboard scroll wide tables, and keep code out of the search, of whose index it would be half."""
    html = html.replace("<table>", '<table tabindex="0">')
    return re.sub(r'<(pre|details class="mkdocstrings-source")', r"<\1 data-search-exclude", html)


def _linked_from(pages: list[Path]) -> list[Path]:
    """Return the files outside docs/ that the pages link to, and those that these link to, and so on."""
    found: dict[Path, None] = {}
    for page in pages:
        for link in LINK.findall(page.read_text("utf-8")):
            target = (page.parent / link).resolve()
            if target.is_file() and _uri(target).startswith("source/") and target not in found:
                found[target] = None
                if target.suffix == ".md":
                    pages.append(target)
    return list(found)


def _uri(path: Path) -> str:
    """Return the place of a file of the repository on the site."""
    name = path.relative_to(ROOT).as_posix()
    if name.startswith("docs/"):
        return name.removeprefix("docs/")
    if name == "tinynet/__init__.py":
        return "reference/index.md"
    if name == "tinynet/engine/__init__.py":  # where the afternoon begins
        return "afternoon/index.md"
    if re.fullmatch(r"lessons/\w+/lesson\.py", name):
        return name.replace("lesson.py", "index.md")
    return f"source/{name}{'.md' * (path.suffix in CODE)}"


def _shown(path: Path, config: MkDocsConfig) -> File:
    if path.suffix not in CODE:
        return File.generated(config, _uri(path), abs_src_path=str(path))
    text = f"# {path.relative_to(ROOT)}\n\n````{CODE[path.suffix]}\n{path.read_text('utf-8')}````\n"
    return File.generated(config, _uri(path), content=f"---\nsearch: {{exclude: true}}\n---\n\n{text}")

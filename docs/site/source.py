"""The source as a tutorial: each file of the afternoon as a page, with its prose beside the code that it explains.

The pages are made of the files, so they cannot drift from them. A file is cut where it begins to speak: at its
docstring, at a heading in a comment (`# ---- walking it backwards`), and at every class and function that has a
docstring. Each part then has up to three pieces, in the order of the file:

    head    the line with `def` or `class`, in the right column
    prose   its docstring, in the left column
    body    the code that follows, in the right column

On a narrow screen there is one column, which reads like the file. equations.py says what is shown as mathematics.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from posixpath import relpath

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from docs.site import equations

ROOT = Path(__file__).parents[2]
CHAPTERS = ("engine", "parameterizations", "layers", "storage", "training")
STARRED = re.compile(r"^ *\* (\w+)  +(\S.*)$", re.MULTILINE)  # a line of a chapter's face: a file, and what it is
HEADING = re.compile(r" *# ---- (.*)")
CELLS = re.compile(r" {3,}")  # columns of a table
LISTS = ("Args:", "Attributes:")


@cache
def afternoon() -> dict[Path, str]:
    """Return the files of the afternoon in reading order, with what their chapter's face says of each."""
    found = {}
    for chapter in CHAPTERS:
        folder = ROOT / "tinynet" / chapter
        for name, about in STARRED.findall((folder / "__init__.py").read_text("utf-8")):
            found[folder / f"{name}.py"] = about
    return found


def pages() -> Iterator[tuple[str, str]]:
    """Yield the place of each page on the site, such as "afternoon/engine/tape.md", and its Markdown."""
    files = afternoon()
    yield "afternoon/index.md", contents(files)
    yield from ((place(path), page(path, files)) for path in files)


def navigation() -> list:
    """Return the pages for the navigation, chapter by chapter."""
    by_chapter: dict[str, list] = {chapter: [] for chapter in CHAPTERS}
    for path in afternoon():
        by_chapter[path.parent.name].append({path.name: place(path)})
    return ["afternoon/index.md", *({chapter: files} for chapter, files in by_chapter.items())]


def place(path: Path) -> str:
    """Return where the page of a file is on the site."""
    return f"afternoon/{path.parent.name}/{path.stem}.md"


# ---- from a file to its parts


@dataclass
class Part:
    """A part of a file: its heading, and the numbers of the lines (from 1) of its three pieces."""

    head: range
    prose: range
    body: range


def parts(text: str) -> list[Part]:
    """Return the parts of a file in order; together they hold each of its lines once."""
    count = len(text.splitlines())
    starts = sorted(_spoken(text), key=lambda part: part.head.start)
    ends = [part.head.start for part in starts[1:]] + [count + 1]
    for part, end in zip(starts, ends, strict=True):
        part.body = range(part.prose.stop, end)
    before = range(1, starts[0].head.start if starts else count + 1)
    return [Part(range(1, 1), range(1, 1), before)] * bool(before) + starts


def _spoken(text: str) -> Iterator[Part]:
    """Yield the heads and the prose of a file; their bodies are still empty."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if HEADING.fullmatch(line):
            yield Part(range(number, number), range(number, number + 1), range(0))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            said = node.body[0]
            first = said.lineno
            if not isinstance(node, ast.Module):
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield Part(range(first, said.lineno), range(said.lineno, said.end_lineno + 1), range(0))


# ---- from parts to a page


def contents(files: dict[Path, str]) -> str:
    """Return the first page: the chapters with their files, and how long each one is."""
    total = sum(map(_length, files))
    out = [
        "# The source, in an afternoon",
        f"tinynet is written to be read. These are its main files, {len(files)} of them with {total:,} lines, in the "
        "order in which each one needs only what came before. The prose of a file stands beside the code that it "
        "explains; the pages are made from the files themselves. A click on a line number leads to that line of the "
        "whole file.",
    ]
    for chapter in CHAPTERS:
        docstring = ast.get_docstring(ast.parse((ROOT / "tinynet" / chapter / "__init__.py").read_text("utf-8"))) or ""
        out.append(f"## {chapter}\n\n{docstring.split(chr(10) * 2)[0].split(' A star')[0].split(chr(10))[0]}")
        rows = [
            f"| [{path.name}]({relpath(place(path), 'afternoon')}) | {about} | {_length(path)} |"
            for path, about in files.items()
            if path.parent.name == chapter
        ]
        out.append("\n".join(["| file | what it is | lines |", "| --- | --- | ---: |", *rows]))
    return "\n\n".join(out) + "\n"


def page(path: Path, files: dict[Path, str]) -> str:
    """Return the page of a file: Markdown around one piece of HTML."""
    text, order = path.read_text("utf-8"), list(files)
    at, lines = order.index(path), len(text.splitlines())
    read = sum(_length(each) for each in order[:at])
    total = sum(map(_length, order))
    beside = [(word, order[k]) for word, k in (("Previous", at - 1), ("Next", at + 1)) if 0 <= k < len(order)]
    around = " · ".join(f"{word}: [{each.name}]({_relative(path, place(each))})" for word, each in beside)
    source = f"source/{path.relative_to(ROOT).as_posix()}.md"
    code = _code_lines(text, path)
    shown = "\n".join(_part(part, text.splitlines(), code, path) for part in parts(text))
    return (
        f"---\nhide: [toc]\ntitle: {path.name}\n---\n\n# {path.parent.name}/{path.name}\n\n"
        f"File {at + 1} of {len(order)}, lines {read + 1:,} to {read + lines:,} of {total:,}. "
        f"{around} · [the whole file]({_relative(path, source)})\n\n"
        f'<div class="annotated">\n{shown}\n</div>\n\n{around}\n'
    )


def _part(part: Part, lines: list[str], code: list[str], path: Path) -> str:
    said = [lines[number - 1] for number in part.prose]
    prose = "".join(_prose(said, path))
    pieces = [("head", part.head), ("body", part.body)]
    head, body = (
        f'<pre class="{name} highlight" tabindex="0">{"".join(code[n - 1] for n in rows)}</pre>' * bool(rows)
        for name, rows in pieces
    )
    prose = f'<div class="prose" data-lines="{part.prose.start}-{part.prose.stop - 1}">{prose}</div>' * bool(said)
    return f'<div class="part">{head}{prose}{body}</div>'


def _code_lines(text: str, path: Path) -> list[str]:
    """Return each line of a file as HTML: its number, which leads to the whole file, and the coloured code."""
    whole = highlight(text, PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True)).split("\n")
    source = _relative(path, f"source/{path.relative_to(ROOT).as_posix()}.md", html=True)
    out = []
    for number, line in enumerate(whole, start=1):
        there = f'<a class="number" href="{source}#line-0-{number}" tabindex="-1">{number}</a>'
        blank = " blank" * (not line)
        out.append(f'<span class="line{blank}" id="line-{number}">{there}<code>{_linked(line, path)}</code>\n</span>')
    return out


def _linked(line: str, path: Path) -> str:
    """Return a line with links from the modules that it imports to their pages."""

    def link(found: re.Match) -> str:
        target = ROOT / (found[1].replace(".", "/") + ".py")
        return (
            f'<a href="{_relative(path, place(target), html=True)}">{found[1]}</a>'
            if target in afternoon()
            else found[1]
        )

    return re.sub(r"(?<=>)(tinynet(?:\.\w+)+)(?=<)", link, line)


def _relative(path: Path, target: str, html: bool = False) -> str:
    """Return a link from a file's page: to Markdown as MkDocs resolves it, or in HTML, where each page is a folder."""
    if not html:
        return relpath(target, f"afternoon/{path.parent.name}")
    return relpath(target.removesuffix(".md"), place(path).removesuffix(".md")) + "/"


def _length(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


# ---- from prose to HTML


def _prose(lines: list[str], path: Path) -> Iterator[str]:
    """Yield a docstring, or a heading in a comment, as HTML."""
    if lines and (heading := HEADING.fullmatch(lines[0])):
        yield f"<h2>{escape(heading[1].capitalize())}</h2>"
        return
    text = _unindented("\n".join(lines).strip().removeprefix('"""').removesuffix('"""'))
    before = ""
    for block in _blocks(text):
        if not block.startswith(" "):
            yield f"<p>{inline(block, path)}</p>"
        elif before in LISTS:
            yield _definitions(_unindented(block), path)
        else:
            yield _indented(_unindented(block), path)
        before = block.split("\n")[-1]


def _unindented(text: str) -> str:
    """Return a text without the indentation that all its lines share, the first one apart."""
    first, *others = text.split("\n")
    if first.startswith(" "):
        first, others = "", [first, *others]
    margin = min((len(line) - len(line.lstrip()) for line in others if line.strip()), default=0)
    return "\n".join([first, *(line[margin:] for line in others)]).strip("\n")


def _blocks(text: str) -> list[str]:
    """Return the paragraphs of a text, and the indented blocks between them; those may hold empty lines."""
    blocks: list[list[str]] = []
    gap = False
    for line in text.split("\n"):
        if not line.strip():
            gap = True
            continue
        indented = line.startswith(" ")
        if blocks and indented and blocks[-1][0].startswith(" "):
            blocks[-1] += [""] * gap + [line]
        elif blocks and not gap and not indented and not blocks[-1][0].startswith(" "):
            blocks[-1].append(line)
        else:
            blocks.append([line])
        gap = False
    return ["\n".join(block) for block in blocks]


def _indented(block: str, path: Path) -> str:
    """Return an indented block as code if it is Python, as mathematics if each line is, and as a table otherwise."""
    if _is_python(block):
        code = highlight(block, PythonLexer(), HtmlFormatter(nowrap=True))
        return f'<pre class="highlight" tabindex="0"><code>{code}</code></pre>'
    if all(equations.whole(line) for line in block.split("\n")):
        return "".join(_mathematics(line, str(equations.whole(line)), display=True) for line in block.split("\n"))
    rows: list[list[str]] = []
    for line in filter(str.strip, block.split("\n")):
        if line.startswith(" ") and rows:  # the line before goes on
            rows[-1][-1] += f" {line.strip()}"
        else:
            rows.append(CELLS.split(line.strip()))
    rows = [pair for row in rows for pair in _pairs(row)]
    columns = max(map(len, rows))
    look = "aligned" if columns < 3 else "flowing"  # the prose is too narrow for three columns
    return f'<div class="table"><table class="{look}">{"".join(_row(row, columns, path) for row in rows)}</table></div>'


def _pairs(row: list[str]) -> list[list[str]]:
    """Return a row of two names, each with its meaning, as two rows; a source in brackets at the end is no meaning."""
    return [row[:2], row[2:]] if len(row) == 4 and not row[-1].startswith("(") else [row]


def _row(row: list[str], columns: int, path: Path) -> str:
    """Return a row; its last cell reaches to the end of the table."""
    *cells, last = (_cell(cell, path) for cell in row)
    wide = f'<td colspan="{columns - len(cells)}">{last}</td>'
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}{wide}</tr>"


def _cell(cell: str, path: Path) -> str:
    if tex := equations.whole(cell):
        return _mathematics(cell, tex)
    code = re.fullmatch(r"\w+\(.*\)(, \w+\(.*\))*|[a-z]+_\w+", cell)
    return f"<code>{escape(cell)}</code>" if code else inline(cell, path)


def _definitions(block: str, path: Path) -> str:
    """Return a list of arguments, `name: what it is`, whose lines may go on below, further in."""
    entries: list[str] = []
    for line in filter(str.strip, block.split("\n")):
        if line.startswith(" "):
            entries[-1] += f"\n{line.strip()}"
        else:
            entries.append(line)
    pairs = [entry.partition(":")[::2] for entry in entries]
    return "<dl>" + "".join(f"<dt>{escape(n)}:</dt><dd>{inline(a.strip(), path)}</dd>" for n, a in pairs) + "</dl>"


def _is_python(block: str) -> bool:
    try:
        return bool(ast.parse(block).body) and not all(map(equations.whole, block.split("\n")))
    except SyntaxError:
        return False


def inline(text: str, path: Path) -> str:
    """Return a paragraph as HTML: code and emphasis as Markdown has them, equations, and links to other files."""
    out = []
    for k, piece in enumerate(text.split("`")):
        if k % 2:
            out.append(f"<code>{escape(piece)}</code>")
            continue
        for stretch, tex in equations.inside(piece):
            out.append(_mathematics(stretch, tex) if tex else _words(stretch, path))
    return "".join(out)


def _words(text: str, path: Path) -> str:
    def link(found: re.Match) -> str:
        near = [each for each in afternoon() if each.name == found[0] and each != path]
        return f'<a href="{_relative(path, place(near[0]), html=True)}">{found[0]}</a>' if near else found[0]

    emphasized = re.sub(r"(?<!\w)\*(\w[^*\n]*\w)\*(?!\w)", r"<em>\1</em>", escape(text, quote=False))
    return re.sub(r"\b\w+\.py\b", link, emphasized)


def _mathematics(written: str, tex: str, display: bool = False) -> str:
    """Return an equation for MathJax; what the source has in its place shows on hover."""
    opened, closed, tag = (r"\[", r"\]", "div") if display else (r"\(", r"\)", "span")
    formula = f'<{tag} class="arithmatex">{opened}{escape(tex)}{closed}</{tag}>'
    return f'<{tag} class="written" title="{escape(" ".join(written.split()))}">{formula}</{tag}>'

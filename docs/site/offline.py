"""What the browser keeps for the time when the network is off: the course, and the Python that runs it.

Nothing is kept for a visitor who only reads. The first run of Python registers the service worker (docs/web/sw.js),
which then fetches what is listed here. SciPy is left out: it is as large as all the rest, and what has been loaded
once is kept anyway.
"""

import hashlib
import json
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "web" / "sw.js"
PAGES = ("lessons/**/*", "tab/*", "playground/*", "digit/*", "course/*", "index.html", "app/**/*", "assets/**/*")
PYTHON = "app/python/"
LEFT_OUT = ("scipy", "openblas", "sqlite3")


def build(site: Path) -> None:
    """Write site/sw.js, with the list of the files to keep."""
    files = sorted({path for pattern in PAGES for path in site.glob(pattern) if path.is_file()})
    names = [path.relative_to(site).as_posix() for path in files if not path.name.endswith(".map")]
    pages = [name for name in names if not name.startswith(PYTHON)]
    python = [name for name in names if name.startswith(PYTHON) and not Path(name).name.startswith(LEFT_OUT)]
    kept = {
        f"{what}-{digest(site, these)}": list(map(address, these))
        for what, these in (("pages", pages), ("python", python))
    }
    (site / "sw.js").write_text(f"const KEPT = {json.dumps(kept)};\n{SOURCE.read_text('utf-8')}", "utf-8")


def digest(site: Path, names: list[str]) -> str:
    """Return 16 hexadecimal digits that change with the names or the content of any of the files."""
    found = hashlib.sha256()
    for name in names:
        found.update(name.encode() + b"\0" + hashlib.sha256((site / name).read_bytes()).digest())
    return found.hexdigest()[:16]


def address(name: str) -> str:
    """Return what a browser asks for to see a file: of a page the folder."""
    return f"./{name.removesuffix('index.html')}"

"""What the pages take from npm: packages as the lock names them, scripts bundled with them, and typeset formulas.

A reader's browser then asks no other host for anything.
"""

import hashlib
import subprocess
from pathlib import Path

HERE = Path(__file__).parents[1] / "web"
PACKAGES = HERE / "node_modules"

# Every script and style sheet of the pages: where it lies on the site, and the file of docs/web/ it is bundled from.
ENTRIES = {
    "app/site.css": "site.css",
    "app/python.js": "python.js",
    "app/explorer.js": "explorer.js",
    "app/tab.js": "tab.js",
    "app/course.js": "course.js",
    "app/course.css": "course.css",
    "app/playground.js": "playground.js",
    "app/playground.css": "playground.css",
    "app/digit.js": "digit.js",
}


def fetch() -> None:
    """Install the packages of docs/web/package-lock.json, unless they are there already."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = PACKAGES / "lock.sha256"
    if not (stamp.exists() and stamp.read_text() == lock):
        subprocess.run(["npm", "ci", "--no-fund", "--no-audit", "--loglevel=error"], cwd=HERE, check=True)
        stamp.write_text(lock)


def bundle(made: Path) -> None:
    """Bundle each entry with the packages and modules that it imports; what two of them share becomes a chunk."""
    entries = [f"{Path(place).with_suffix('')}={HERE / source}" for place, source in ENTRIES.items()]
    options = ["--bundle", "--minify", "--format=esm", "--splitting", "--chunk-names=app/[name]-[hash]"]
    options.append("--loader:.py=text")  # what a page writes into the tab
    command = [PACKAGES / ".bin/esbuild", *entries, *options, f"--outdir={made}", "--log-level=warning"]
    subprocess.run(command, cwd=HERE, check=True)


def typeset(site: Path) -> None:
    """Typeset the formulas of the pages, which MkDocs has left as TeX."""
    subprocess.run(["node", HERE / "mathematics.mjs", site], check=True)

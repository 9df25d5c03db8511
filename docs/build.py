"""Build the site: `python docs/build.py` writes site/, which any static web server can serve.

Each step is a function of a file in docs/site/. What the steps before MkDocs make for the browser goes into the folder
docs/web/made/; docs/hooks.py adds everything in it to the pages.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from docs.site import explorer, networks, offline, search, tab, web  # noqa: E402  the clone is on the path from here on

MADE = ROOT / "docs/web/made"  # its paths are those on the site
SITE = ROOT / "site"


def pages() -> None:
    """Let MkDocs write the pages; a warning is an error."""
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict"], cwd=ROOT, check=True)


STEPS = {
    "npm packages": web.fetch,
    "scripts and styles": lambda: web.bundle(MADE),
    "networks": lambda: networks.build(MADE / "app/nets"),
    "frontiers": lambda: explorer.write(MADE / "app/frontiers.json"),
    "Python for the tab": lambda: tab.build(MADE / "app"),
    "pages": pages,
    "formulas": lambda: web.typeset(SITE),
    "search": lambda: search.shorten(SITE),
    "what is kept offline": lambda: offline.build(SITE),
}


def main() -> None:
    """Run the steps in order, and say how long each one takes."""
    if shutil.which("npm") is None:
        sys.exit("docs/build.py needs npm, which comes with Node.js (https://nodejs.org, or apt install npm)")
    shutil.rmtree(MADE, ignore_errors=True)
    for name, step in STEPS.items():
        start = time.perf_counter()
        try:
            step()
        except (subprocess.CalledProcessError, tab.MissingFile) as error:
            sys.exit(f"{name}: {error}")
        print(f"{name}: {time.perf_counter() - start:.1f} s", flush=True)


if __name__ == "__main__":
    main()

"""The built site, served from this machine, and a browser to look at it: what is missing is skipped with a reason.

pip install -e ".[docs,test,browser]" && python docs/build.py && pytest -m site
"""

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and does not log each of them."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def site():
    """The folder of the built site."""
    if not (ROOT / "site/index.html").exists():
        pytest.skip("the site is not built; run python docs/build.py")
    return ROOT / "site"


@pytest.fixture(scope="session")
def address(site):
    """The address at which a local server shows the site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright drives the browser; pip install -e '.[browser]'"
    )
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("Chromium is missing; apt install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Tab:
    """One tab of the browser, and what happened in it.

    Attributes:
        page: playwright's page.
        requests: addresses of all that was asked for, in order.
        faults: what the console reported as errors, exceptions that nobody caught, and requests that failed.
    """

    def __init__(self, page, address):
        self.page, self.address, self.requests, self.faults = page, address, [], []
        page.set_default_timeout(30_000)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda said: said.type == "error" and self.faults.append(said.text))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("requestfailed", self._failed)

    def _failed(self, request):
        if request.failure != "net::ERR_ABORTED":  # by going on to the next page
            self.faults.append(f"{request.url}: {request.failure}")

    def open(self, path, until="networkidle"):
        """Open a page of the site, and wait until it is loaded: until nothing more is, or until "load"."""
        self.page.goto(f"{self.address}/{path}", wait_until=until)
        return self.page


@pytest.fixture(scope="module")
def new_tab(browser, address):
    """A function that opens a tab, as wide as a desktop or as asked; it remembers nothing of other tabs."""
    contexts = []

    def new_tab(width=1280, height=800, **settings):
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **settings))
        return Tab(contexts[-1].new_page(), address)

    yield new_tab
    for context in contexts:
        context.close()


@pytest.fixture
def tab(new_tab):
    """A fresh tab of the width of a desktop."""
    return new_tab()

"""Python in a browser tab: the same numbers as here, limits that hold, and no need of a network after one visit."""

import json
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and does not log each of them."""

    def log_message(self, *_):
        pass


pytestmark = pytest.mark.site

# Every kind of matrix, trained on the seed 0 for two epochs: test error, and bytes of the file's payload.
DIGITS = """
import tinynet as tn

train, valid, test = tn.datasets.load("digits")
methods = {
    "dense": tn.Dense(), "low rank": tn.LowRank(rank=4), "hashed": tn.Hashed(1 / 8), "3 bits": tn.Quantized(bits=3),
    "binary": tn.Binary(), "sparse": tn.Sparse(1 / 8),
}
result = {}
for name, weight in methods.items():
    net = tn.MLP([64, 32, 10], weight=weight, seed=0)
    tn.fit(net, train, valid, epochs=2, seed=0)
    size = tn.save(net, "digits.safetensors")
    result[name] = [tn.evaluate(tn.load("digits.safetensors").eval(), test), size.header, size.payload]
"""
RUN = """async ([code, options]) => {
    const { Python } = await import("/app/python.js");
    const python = (globalThis.python ??= new Python());
    const said = [];
    python.onRestart = () => said.push("restarted");
    const take = (value) => (ArrayBuffer.isView(value) ? [value.constructor.name, ...value] : value);
    try {
        const onOutput = (text, stream) => said.push(`${stream}:${text}`);
        const value = await python.run(code, { ...options, onOutput });
        if (value?.constructor !== Object) return { value: take(value), said };
        return { value: Object.fromEntries(Object.entries(value).map(([name, each]) => [name, take(each)])), said };
    } catch (error) {
        return { error: error.name, message: error.message, traceback: error.traceback, said };
    }
}"""


@pytest.fixture(scope="module")
def page(browser, address):
    """A tab in which one Python serves all tests: to start it takes seconds."""
    context = browser.new_context()
    page, faults = context.new_page(), []
    page.set_default_timeout(120_000)
    page.on("console", lambda said: said.type == "error" and faults.append(said.text))
    page.on("request", lambda request: request.url.startswith(address) or faults.append(request.url))
    page.goto(f"{address}/tab/")
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def run(page):
    """A function that runs Python in the tab: (source, limit=.., name=.., globals=..) -> what came of it."""
    return lambda code, **options: page.evaluate(RUN, [code, options])


def test_networks_have_the_same_errors_and_bytes_as_here(run, tmp_path):
    here = subprocess.run(
        [sys.executable, "-c", DIGITS + "\nimport json; print(json.dumps(result))"],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert run(DIGITS, limit=60)["value"] == json.loads(here.stdout.splitlines()[-1])


def test_values_cross_as_what_they_are(run):
    code = """
import numpy as np
print("printed")
kinds = {"f4": np.float32, "i8": np.int64, "b1": bool, "u1": np.uint8, "f2": np.float16}
result = {name: np.array([[1, 0], [0, 1]], kind) for name, kind in kinds.items()}
result |= {"bytes": b"ab", "tuple": (1, None, "x"), "scalar": np.float32(0.5), "given": [float(v) for v in given]}
"""
    found = run(code, globals={"given": [1, 2.5]})
    arrays = {"f4": "Float32", "i8": "Float64", "b1": "Uint8", "u1": "Uint8", "f2": "Float32"}
    assert found["said"] == ["stdout:printed\n"]
    assert found["value"] == {name: [f"{kind}Array", 1, 0, 0, 1] for name, kind in arrays.items()} | {
        "bytes": ["Uint8Array", 97, 98], "tuple": [1, None, "x"], "scalar": 0.5, "given": [1, 2.5],
    }  # fmt: skip
    assert run("result = np.bincount(np.array([2, 0, 2], np.int64), minlength=4).tolist()")["value"] == [
        1,
        0,
        2,
        0,
    ]  # of int64
    assert run("kinds.clear()")["value"] is None and run("result = len(kinds)")["value"] == 0  # one lasting namespace


def test_an_error_comes_with_the_lines_of_its_code_and_no_others(run):
    found = run("def half(x):\n    return x / 0\nhalf(1)", name="cell 3")
    assert (found["error"], found["message"]) == ("PythonError", "ZeroDivisionError: division by zero")
    assert found["traceback"].splitlines()[:3] == [
        "Traceback (most recent call last):", '  File "cell 3", line 3, in <module>', "    half(1)",
    ]  # fmt: skip
    assert "runner" not in found["traceback"]
    assert "SystemExit" in run("raise SystemExit")["message"]
    assert "SyntaxError" in run("1 +")["message"]


@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(600)"])
def test_what_does_not_end_is_ended_and_python_starts_anew(run, code):
    run("kept = 1")
    found = run(code, limit=1)
    assert (found["error"], found["message"], found["said"]) == ("TimeLimit", "stopped after 1 seconds", ["restarted"])
    assert run("result = 'kept' in globals()", limit=5)["value"] is False  # starting does not count


def test_a_figure_is_drawn_and_read_as_a_file(run, page):
    run("kept = 1")
    found = page.evaluate("""async () => {
        await python.load("matplotlib");
        await python.run("import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.savefig('/tmp/figure.png')");
        await python.write("/tmp/a/b.txt", "text");
        const bytes = await python.read("/tmp/figure.png");
        return [String.fromCharCode(...bytes.slice(1, 4)), new TextDecoder().decode(await python.read("/tmp/a/b.txt"))];
    }""")
    assert found == ["PNG", "text"]


def test_a_stopped_python_starts_again_when_it_is_asked(run, page):
    run("kept = 1")
    assert page.evaluate("""async () => {
        const running = python.run("while True: pass").catch((error) => error.name);
        setTimeout(() => python.stop(), 200);
        return [await running, await python.run("result = 'kept' in globals()")];
    }""") == ["Stopped", False]  # fmt: skip


def test_what_could_not_be_loaded_is_asked_for_again_by_the_next_call(browser, address):
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{address}/tab/")
    page.route("**/pyodide.mjs", lambda route: route.abort(), times=1)
    first = page.evaluate(RUN, ["result = 1", {}])
    assert first["error"] == "PythonError" and "pyodide.mjs" in first["message"]
    assert page.evaluate(RUN, ["result = 1", {}])["value"] == 1
    context.close()


def test_after_one_visit_the_course_works_without_a_network(browser, site):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    context = browser.new_context()
    try:
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{address}/tab/")
        page.evaluate(RUN, ["result = 1", {}])
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        server.shutdown()
        server.server_close()
        page.goto(f"{address}/lessons/01_layer/")
        assert page.locator("h1").first.inner_text().startswith("Lesson 1")
        assert (
            page.evaluate(RUN, ["import tinynet as tn; result = tn.MLP([64, 10]).layers[0].n_out", {}])["value"] == 10
        )
        page.goto(f"{address}/no/such/page/")
        assert "The network is off" in page.inner_text("body")
    finally:
        context.close()

"""Downloads, against a server on this machine that can misbehave. Never the internet."""

import errno
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tinynet.datasets.base import DataError
from tinynet.datasets.download import fetch

CONTENT = bytes(range(256)) * 512
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        if self.path == "/whole":
            self.wfile.write(CONTENT)
        elif self.path == "/edited":
            self.wfile.write(CONTENT[:-1] + b"!")
        elif self.path == "/truncated":
            self.wfile.write(CONTENT[:1000])

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join(timeout=60)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.delenv("TINYNET_DATA", raising=False)
    monkeypatch.setenv("TINYNET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # pooch waits before it tries again
    return tmp_path / "cache"


def files_in(folder):
    return [path.name for path in folder.rglob("*") if path.is_file()]


def url(server, path):
    return f"http://127.0.0.1:{server.server_port}/{path}"


def test_downloads_once_then_reads_the_cache(server, cache):
    path = fetch("toy", "a.bin", SHA256, [url(server, "whole")])
    assert path == cache / "toy" / "a.bin" and path.read_bytes() == CONTENT
    assert fetch("toy", "a.bin", SHA256, [url(server, "whole")]) == path
    assert server.asked == ["/whole"] and files_in(cache) == ["a.bin"]


@pytest.mark.parametrize("bad", ["gone", "edited", "truncated"])
def test_a_bad_mirror_is_passed_over(server, cache, bad):
    path = fetch("toy", "a.bin", SHA256, [url(server, bad), url(server, "whole")])
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("bad", "reason"),
    [("gone", "404"), ("edited", f"(?s){SHA256}.*{'[0-9a-f]' * 64}"), ("truncated", "1000")],
)
def test_bad_mirrors_only(server, cache, bad, reason):
    with pytest.raises(DataError, match=reason) as caught:
        fetch("toy", "a.bin", SHA256, [url(server, bad)])
    message = str(caught.value)
    assert "toy/a.bin could not be downloaded" in message and url(server, bad) in message
    assert "set TINYNET_DATA" in message
    assert files_in(cache) == []


def test_no_network(server, cache):
    server.shutdown()
    server.server_close()
    with pytest.raises(DataError, match=r"(?s)/one: .*/two: .*Check the network"):
        fetch("toy", "a.bin", SHA256, [url(server, "one"), url(server, "two")])
    assert files_in(cache) == []


def test_a_damaged_file_in_the_cache_is_replaced(server, cache):
    path = fetch("toy", "a.bin", SHA256, [url(server, "whole")])
    path.write_bytes(CONTENT[:100])
    assert fetch("toy", "a.bin", SHA256, [url(server, "whole")]).read_bytes() == CONTENT


def test_a_damaged_file_in_the_cache_is_named_where_no_mirror_replaces_it(server, cache):
    path = fetch("toy", "a.bin", SHA256, [url(server, "whole")])
    path.write_bytes(CONTENT[:100])
    seen = hashlib.sha256(CONTENT[:100]).hexdigest()
    with pytest.raises(DataError, match=rf"{path} is damaged: expected sha256 {SHA256}, got {seen}\n(?s:.*)/gone: 404"):
        fetch("toy", "a.bin", SHA256, [url(server, "gone")])
    assert fetch("toy", "a.bin", SHA256, [url(server, "whole")]).read_bytes() == CONTENT


def test_a_full_disk(server, cache, monkeypatch):
    def full(self, url, output_file, pooch, check_only=False):
        with open(output_file, "wb") as file:
            file.write(CONTENT[:1000])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pooch.HTTPDownloader.__call__", full)
    with pytest.raises(DataError, match=r"a\.bin cannot be stored in .*No space left on device.*TINYNET_CACHE"):
        fetch("toy", "a.bin", SHA256, [url(server, "whole")] * 2)
    assert files_in(cache) == []


def test_a_cache_that_cannot_be_written(server, cache):
    cache.write_text("a file where the folder should be")
    with pytest.raises(DataError, match="cannot be stored in"):
        fetch("toy", "a.bin", SHA256, [url(server, "whole")])


def test_tinynet_data_comes_first(server, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("TINYNET_DATA", str(tmp_path))
    (tmp_path / "toy").mkdir()
    path = tmp_path / "toy" / "a.bin"
    path.write_bytes(CONTENT)
    assert fetch("toy", "a.bin", SHA256, [url(server, "whole")]) == path
    assert fetch("toy", "b.bin", SHA256, [url(server, "whole")]) == cache / "toy" / "b.bin"
    assert server.asked == ["/whole"]
    path.write_bytes(CONTENT + b"!")
    seen = hashlib.sha256(CONTENT + b"!").hexdigest()
    with pytest.raises(DataError, match=rf"a\.bin is damaged.*expected sha256 {SHA256}, got {seen}"):
        fetch("toy", "a.bin", SHA256, [url(server, "whole")])
    assert path.read_bytes() == CONTENT + b"!"  # the user's own file is never touched


def test_tinynet_data_that_is_no_folder(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("TINYNET_DATA", str(tmp_path / "typo"))
    with pytest.raises(DataError, match="typo', which is not a folder"):
        fetch("toy", "a.bin", SHA256, [])

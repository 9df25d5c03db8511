"""The parts of Pyodide: each comes from a folder or a registry, and only with its own SHA-256."""

import hashlib

import pytest

from docs.site import tab

GOOD = {name: name.encode() for name in ("a.whl", "b.whl")}
EXPECTED = {name: hashlib.sha256(content).hexdigest() for name, content in GOOD.items()}


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(tab, "KEPT", tmp_path / "kept")
    monkeypatch.delenv("TINYNET_PYODIDE", raising=False)
    (tmp_path / "kept").mkdir()
    return tmp_path / "kept"


def registry(**changed):
    """Return a stand-in for a registry: it yields the good files, except as changed; None leaves a file out."""

    def source(names):
        """a registry"""
        yield from ((name, content) for name, content in (GOOD | changed).items() if name in names and content)

    return source


def test_what_is_kept_and_sound_is_not_asked_for_again(kept):
    tab.fetch(EXPECTED, registry())
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == GOOD
    tab.fetch(EXPECTED, None)  # nobody to ask
    (kept / "a.whl").write_bytes(b"damaged")
    asked = []
    tab.fetch(EXPECTED, lambda names: asked.append(set(names)) or registry()(names))
    assert asked == [{"a.whl"}] and (kept / "a.whl").read_bytes() == GOOD["a.whl"]


def test_another_file_of_that_name_is_refused_and_not_kept(kept):
    with pytest.raises(tab.MissingFile, match=r"a\.whl from a registry has SHA-256 .*Set TINYNET_PYODIDE to a folder"):
        tab.fetch(EXPECTED, registry(**{"a.whl": b"forged"}))
    assert not (kept / "a.whl").exists()


def test_a_missing_file_is_named_with_what_to_do(kept):
    with pytest.raises(tab.MissingFile, match=r"^b\.whl missing in a registry\. Set TINYNET_PYODIDE to a folder"):
        tab.fetch(EXPECTED, registry(**{"b.whl": None}))


def test_a_folder_serves_instead_of_the_registries_and_is_checked_too(kept, tmp_path, monkeypatch):
    monkeypatch.setenv("TINYNET_PYODIDE", str(tmp_path))
    (tmp_path / "a.whl").write_bytes(GOOD["a.whl"])
    with pytest.raises(tab.MissingFile, match=rf"^b\.whl missing in {tmp_path}"):
        tab.fetch(EXPECTED, None)
    (tmp_path / "b.whl").write_bytes(b"forged")
    with pytest.raises(tab.MissingFile, match=rf"^b\.whl from {tmp_path} has SHA-256"):
        tab.fetch(EXPECTED, None)
    (tmp_path / "b.whl").write_bytes(GOOD["b.whl"])
    tab.fetch(EXPECTED, None)
    assert (kept / "b.whl").read_bytes() == GOOD["b.whl"]

"""A cache of compiled code is a convenience: where there is none, or a damaged one, kernels run all the same."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tinynet as tn

pytest.importorskip("numba", reason="without Numba nothing is compiled")
NOTICE = "tinynet: compiling kernels, once; later runs find them on disk\n"
PROGRAM = """
import numpy as np
import tinynet as tn

tn.kernels.worth.PATIENCE = 0
signs = np.where(np.arange(300).reshape(4, 75) % 7 < 3, 1.0, -1.0).astype(np.float32)
print(tn.pack_signs(signs).sum())
"""


def python(folder, cache, home=None, program=PROGRAM):
    """Run a program with this folder for machine code; return what it printed, and what it said."""
    environment = {k: v for k, v in os.environ.items() if k not in ("XDG_CACHE_HOME", "PYTHONPATH")}
    environment |= {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(folder)} | ({"HOME": home} if home else {})
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=folder, env=environment, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout) % 2**64, done.stderr


@pytest.fixture(scope="module")
def here():
    return Path(tn.__file__).parents[1]


@pytest.fixture(scope="module")
def expected():
    """The sum of the packed words, by NumPy's own packing."""
    signs = np.where(np.arange(300).reshape(4, 75) % 7 < 3, 1, 0).astype(np.uint8)
    padded = np.pad(signs, ((0, 0), (0, 128 - 75)))
    with np.errstate(over="ignore"):
        return int(np.packbits(padded, axis=1, bitorder="little").view("<u8").sum())


def triple(x):
    return 3 * x


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A folder for machine code, and in it that of one function."""
    config = pytest.importorskip("numba").config
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    assert answered() == (6, 0)
    return tmp_path


def answered():
    """Compile a function or find it on disk; return its answer, and how often it was found."""
    from tinynet.kernels.cached import njit

    function = njit()(triple)
    return function(2), sum(function.stats.cache_hits.values())


def names(cache):
    return sorted(path.name for path in cache.rglob("*") if path.is_file())


def test_code_on_disk_is_used(cache):
    assert [name.rpartition(".")[2] for name in names(cache)] == ["nbc", "nbi"]
    assert answered() == (6, 1)


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", ["emptied", "halved", "text", "a byte", "a folder", "written by Numba alone"])
def test_damaged_code_is_rebuilt(cache, kind, damage):
    before = names(cache)
    [path] = cache.rglob(f"*.{kind}")
    content = path.read_bytes()
    path.unlink()
    changed = bytearray(content)
    changed[len(content) // 2] ^= 1
    of = {"emptied": b"", "halved": content[: len(content) // 2], "text": b"text" * 100, "a byte": bytes(changed)}
    if damage == "a folder":
        path.mkdir()
    else:
        path.write_bytes(of.get(damage, content[:-16]))  # Numba's own files have no checksum
    assert answered() == (6, 0)
    if damage != "a folder":
        assert answered() == (6, 1) and names(cache) == before


def test_every_damaged_byte_is_seen(cache):
    from tinynet.kernels.cached import _sound

    rng = np.random.default_rng(0)
    for path in (path for path in cache.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert _sound(path)
        for place in rng.integers(len(content), size=50):
            path.write_bytes(content[:place] + bytes([content[place] ^ (1 << rng.integers(8))]) + content[place + 1 :])
            assert not _sound(path)


def test_where_no_folder_can_be_written_code_stays_in_memory(here, expected, tmp_path):
    shutil.copytree(here / "tinynet", tmp_path / "tinynet", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (tmp_path / "tinynet").rglob("*"):
        if folder.is_dir():
            (folder / "__pycache__").write_text("a file, so not even root can make this folder")
    (tmp_path / "file").touch()
    result, said = python(tmp_path, tmp_path / "file", home=str(tmp_path / "file"))
    assert result == expected
    assert said == (
        "tinynet: compiling kernels at every start, since no folder can keep them; "
        "set NUMBA_CACHE_DIR to a folder that can be written and has room\n"
    )


LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no limit on the size of files")
def test_code_that_cannot_be_written_stays_in_memory(here, expected, tmp_path):
    result, said = python(here, tmp_path, program=LIMITED + PROGRAM)
    assert result == expected and said.startswith(f"{NOTICE}tinynet: compiled kernels cannot be kept (File too large")
    assert said.count("\n") == 2 and not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_a_full_file_system_is_no_reason_to_stop(here, expected, tmp_path):
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(tmp_path)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, timeout=60).returncode:
        pytest.skip("only root may mount a small file system")
    try:
        result, said = python(here, tmp_path)
        left = [p.name for p in tmp_path.rglob("*") if ".nbi" not in p.name and p.is_file()]
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True, timeout=60)
    assert result == expected and "tinynet: compiled kernels cannot be kept (No space left on device" in said
    assert left == []

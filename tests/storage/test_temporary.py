"""What a killed process leaves is removed by the next one, and what a living one uses never is."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import tinynet as tn
from tinynet.storage.atomic import LOCKS, clear, write_atomically
from tinynet.storage.temporary import temporary_folder

pytestmark = pytest.mark.skipif(not LOCKS, reason="Windows has no such locks")
LIMIT = 60

SAVE = """
import tinynet as tn
net = tn.MLP([700, 700, 10])
tn.save(net, "net")
print("ready", flush=True)
while True:
    tn.save(net, "net")
"""
FIT = """
import numpy as np
import tinynet as tn
x, y = np.random.default_rng(0).normal(size=(40, 700)).astype(np.float32), np.arange(40) % 10
tn.fit(tn.MLP([700, 700, 10]), (x, y), epochs=10_000, batch_size=40, checkpoint="net",
       report=lambda history: print("ready", flush=True))
"""
FOLDER = """
import os, sys, time
from pathlib import Path
from tinynet.storage.temporary import temporary_folder
while True:
    with temporary_folder(Path(".")) as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "file").write_text("text")
        print("ready", flush=True)
        time.sleep(0.02)
"""
CLEAR = "from pathlib import Path; from tinynet.storage.atomic import clear; clear(Path())"


def start(program, folder):
    """Start a program; return when it is ready."""
    process = subprocess.Popen([sys.executable, "-c", program], cwd=folder, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    return process


def killed(program, folder, seed, times):
    """Kill a program many times, at random moments; return how often it left something temporary."""
    rng, left = np.random.default_rng(seed), 0
    for _ in range(times):
        with start(program, folder) as process:
            time.sleep(rng.uniform(0, 0.1))
            process.kill()
            process.wait(LIMIT)
        left += any(path.name != "net" for path in folder.iterdir())
    return left


@pytest.mark.parametrize("program", [SAVE, FIT, FOLDER], ids=["save", "fit", "folder"])
def test_what_killed_processes_left_is_removed_by_the_next(tmp_path, program):
    """A kill at the wrong moment leaves something; so that the test does not wait for one, something is planted too."""
    killed(program, tmp_path, 0, 4)
    (tmp_path / f".tinynet-{'0' * 32}").write_bytes(b"half")
    write_atomically(tmp_path / "net", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


def test_what_a_living_process_uses_is_spared(tmp_path, monkeypatch):
    seen, fsync = [], os.fsync

    def others_clear(descriptor=None):
        before = sorted(tmp_path.rglob("*"))
        clear(tmp_path)
        subprocess.run([sys.executable, "-c", CLEAR], cwd=tmp_path, check=True, timeout=LIMIT)
        assert sorted(tmp_path.rglob("*")) == before
        seen.append(len(before))
        if descriptor is not None:
            fsync(descriptor)

    monkeypatch.setattr(os, "fsync", others_clear)
    write_atomically(tmp_path / "net", b"whole")
    with temporary_folder(tmp_path) as folder:
        (folder / "file").touch()
        others_clear()
    assert seen == [1, 3] and [path.name for path in tmp_path.iterdir()] == ["net"]


def test_a_stopped_process_is_a_living_one(tmp_path):
    with start(FOLDER, tmp_path) as process:
        os.kill(process.pid, signal.SIGSTOP)
        before = list(tmp_path.iterdir())
        clear(tmp_path)
        assert list(tmp_path.iterdir()) == before
        process.kill()
        process.wait(LIMIT)
    clear(tmp_path)
    assert not list(tmp_path.iterdir())


def test_eight_threads_write_one_file_and_each_write_is_whole(tmp_path):
    contents = {bytes([i]) * 100_000 for i in range(8)}

    def write(content):
        for _ in range(20):
            write_atomically(tmp_path / "net", content)
            assert (tmp_path / "net").read_bytes() in contents

    failures = []
    threading.excepthook, hook = (lambda arguments: failures.append(arguments)), threading.excepthook
    try:
        threads = [threading.Thread(target=write, args=(content,)) for content in contents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT)
    finally:
        threading.excepthook = hook
    assert not failures and [path.name for path in tmp_path.iterdir()] == ["net"]


@pytest.mark.parametrize("module", ["tinynet.storage.atomic", "tinynet.storage.temporary"])
def test_what_another_process_cleared_before_it_was_locked_is_made_anew(tmp_path, monkeypatch, module):
    cleared, lock = [], sys.modules[module].lock

    def late(descriptor, how=0):
        if not cleared:
            [path] = tmp_path.iterdir()
            path.unlink() if path.is_file() else path.rmdir()
            cleared.append(path)
        return lock(descriptor, how)

    monkeypatch.setattr(f"{module}.lock", late)
    if module == "tinynet.storage.atomic":
        write_atomically(tmp_path / "net", b"whole")
        assert cleared and [path.read_bytes() for path in tmp_path.iterdir()] == [b"whole"]
    else:
        with temporary_folder(tmp_path) as folder:
            assert list(tmp_path.iterdir()) == [folder] and cleared != [folder]


def test_nothing_but_our_own_is_removed(tmp_path):
    names = [".tinynet-notes", f".tinynet-{'g' * 32}", f"tinynet-{'0' * 32}", f".tinynet-{'0' * 33}", ".hidden"]
    for name in names:
        (tmp_path / name).write_text("mine")
    (tmp_path / f".tinynet-{'1' * 32}").symlink_to(tmp_path / ".hidden")
    write_atomically(tmp_path / "net", b"")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {*names, "net", f".tinynet-{'1' * 32}"} and (tmp_path / ".hidden").read_text() == "mine"


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path):
    mount = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(tmp_path)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, timeout=LIMIT).returncode:
        pytest.skip("only root may mount a small file system")
    try:
        small, large = tn.MLP([64, 16, 10]), tn.MLP([64, 512, 10])
        tn.save(small, tmp_path / "net")
        before = (tmp_path / "net").read_bytes()
        rows = [dict(method="dense", stage="trained", data="digits", header_bytes=9, factor="1", payload_bytes=9,
                     test_error=0.5)]  # fmt: skip
        for write in (lambda: tn.save(large, tmp_path / "net"), lambda: tn.frontier.plot(rows, tmp_path / "a.png"),
                      lambda: write_atomically(tmp_path / "net", bytes(100_000))):  # fmt: skip
            with pytest.raises(OSError, match="No space left"):
                write()
            assert [path.name for path in tmp_path.iterdir()] == ["net"]
            assert (tmp_path / "net").read_bytes() == before
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True, timeout=LIMIT)

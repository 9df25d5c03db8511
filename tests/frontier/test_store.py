"""The store of results: what is damaged is not believed, and what is finished is not lost."""

import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import asdict

import numpy as np
import pytest

import tinynet as tn
from tinynet.frontier import store as module
from tinynet.frontier.run import versions
from tinynet.frontier.settings import Settings
from tinynet.frontier.store import Store, StoreError

RUNS = [Settings("digits", "hashed", f, seed=seed) for f in ("1/8", "1/64") for seed in range(10)]
SWEEP = sys.modules["tinynet.frontier.sweep"]  # the module: the package's name for it is the function
OLDER = """CREATE TABLE runs (
    settings TEXT PRIMARY KEY, method TEXT, data TEXT, seed INTEGER, payload_bytes INTEGER, header_bytes INTEGER,
    lr REAL, valid_error REAL, test_error REAL, seconds REAL, versions TEXT, finished TEXT DEFAULT CURRENT_TIMESTAMP
)"""


def row(settings):
    """Return a row that a run could have made."""
    figures = np.random.default_rng(settings.seed).random(4)
    names = ("lr", "valid_error", "test_error", "seconds")
    measured = dict(payload_bytes=1000 + settings.seed, header_bytes=500) | dict(zip(names, figures, strict=True))
    return asdict(settings) | measured | {"versions": versions()}


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """The bytes of a store that holds a row of each run."""
    path = tmp_path_factory.mktemp("store") / "runs.sqlite"
    with closing(Store(path)) as store:
        for settings in RUNS:
            store.add(settings, row(settings))
    return path.read_bytes()


@pytest.fixture
def path(tmp_path, content):
    """The path of a store that holds a row of each run."""
    (tmp_path / "runs.sqlite").write_bytes(content)
    return tmp_path / "runs.sqlite"


@pytest.fixture
def impatient(monkeypatch):
    """Wait only a moment for a lock."""
    monkeypatch.setattr(module, "WAIT", 0.05)


@contextmanager
def locked(path):
    """Lock a store, as another program would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def rows_of(path, runs=RUNS):
    with closing(Store(path)) as store:
        return [store.get(settings) for settings in runs]


def change(path, statement, *values):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


@pytest.mark.parametrize("seed", range(6))
def test_no_damaged_byte_is_a_traceback_or_another_result(path, content, seed, capsys, impatient):
    rng, refused, missed = np.random.default_rng(seed), 0, 0
    expected = rows_of(path)
    for _ in range(50):
        damaged = bytearray(content)
        for place in rng.integers(len(content), size=rng.choice([1, 4, 64])):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged if rng.random() < 0.9 else damaged[: rng.integers(len(content))])
        try:
            found = rows_of(path)
        except StoreError as error:
            refused += 1
            assert "\n" not in str(error)
        else:
            missed += sum(have is None for have in found)
            assert all(have in (None, want) for have, want in zip(found, expected, strict=True))
        for left in path.parent.glob("runs.sqlite-*"):  # a damaged header may ask for a journal
            left.unlink()
    assert refused > 5, (refused, missed)


@pytest.mark.parametrize(
    ("column", "value"),
    [("test_error", None), ("test_error", "low"), ("test_error", 0.25), ("payload_bytes", b"9"), ("payload_bytes", 1.5),
     ("versions", "{"), ("versions", "{}"), ("checksum", None), ("seed", "three"), ("data", "mnist")],
)  # fmt: skip
def test_a_row_that_is_not_as_it_was_written_is_said_and_run_again(path, column, value, capsys):
    expected = rows_of(path)
    change(path, f"UPDATE runs SET {column} = ? WHERE settings LIKE '%\"seed\": 3%' AND settings LIKE '%1/8%'", value)
    found = rows_of(path)
    assert found[3] is None and found[:3] + found[4:] == expected[:3] + expected[4:]
    assert capsys.readouterr().err.startswith(f"tinynet: a row of {str(path)!r} is damaged; this run is repeated: {{")
    with closing(Store(path)) as store:
        store.add(RUNS[3], row(RUNS[3]))
    assert rows_of(path) == expected


@pytest.mark.parametrize("kind", ["text", "folder", "schema", "view", "no folder", "short"])
def test_what_is_no_store_is_refused_with_advice(path, content, kind):
    path.unlink()
    advice = "is no store of results, or is damaged; move it away"
    if kind == "text":
        path.write_bytes(b"not a database" * 100)
    elif kind == "short":
        path.write_bytes(content[: len(content) // 2])
    elif kind == "folder":
        path.mkdir()
        advice = "cannot be opened and written; see that it is a file"
    elif kind == "no folder":
        path, advice = path / "runs.sqlite", "cannot be opened and written; see that it is a file"
    elif kind == "schema":
        change(path, "CREATE TABLE runs (settings TEXT PRIMARY KEY, happiness REAL)")
    elif kind == "view":
        change(path, "CREATE VIEW runs AS SELECT 1 AS settings")
    with pytest.raises(StoreError, match=advice) as caught:
        Store(path)
    assert repr(str(path)) in str(caught.value) and "\n" not in str(caught.value)


def test_a_locked_store_is_waited_for_and_never_called_damaged(path, impatient):
    with locked(path), pytest.raises(StoreError, match=r"is locked by .* or stop it") as error:
        Store(path)
    assert "move it away" not in str(error.value)
    assert None not in rows_of(path)


def test_a_finished_run_outlives_a_lock(path, impatient, capsys):
    new = Settings("digits", "dense", "1")
    with closing(Store(path)) as store, locked(path):
        store.add(new, row(new))
        assert store.get(new) == row(new)  # for the table and the picture of this sweep
    [kept] = path.parent.glob("runs.sqlite.*.row")
    said = capsys.readouterr().err
    assert "is locked by another program" in said and f"The finished run is kept in {str(kept)!r}" in said
    assert rows_of(path, [new]) == [row(new)] and [p.name for p in path.parent.iterdir()] == ["runs.sqlite"]
    assert rows_of(path, [new]) == [row(new)] and capsys.readouterr().err == ""


def test_a_sweep_goes_on_beside_a_locked_store(path, impatient, monkeypatch, quick, capsys):
    what = dict(methods=["hashed"], factors=["1/8"], seeds=2, store=path) | quick
    run = SWEEP.run
    with closing(sqlite3.connect(path, isolation_level=None)) as other:

        def run_and_lock(settings):
            if not other.in_transaction:
                other.execute("BEGIN IMMEDIATE")  # others may still read
            return run(settings)

        monkeypatch.setattr(SWEEP, "run", run_and_lock)
        first = tn.frontier.sweep(**what)
    assert len(first) == 2 and len(list(path.parent.glob("*.row"))) == 2
    monkeypatch.setattr(SWEEP, "run", lambda settings: pytest.fail("it was run again"))
    assert tn.frontier.sweep(**what) == first and not list(path.parent.glob("*.row"))


def test_a_row_kept_beside_the_store_is_checked_too(path, impatient, capsys):
    new = Settings("digits", "dense", "1")
    with closing(Store(path)) as store, locked(path):
        store.add(new, row(new))
    [kept] = path.parent.glob("*.row")
    text = kept.read_text()
    for damaged in (text.replace('"header_bytes": 500', '"header_bytes": 5'), text[:50], "[]", "{}", "\udcff"):
        kept.write_bytes(damaged.encode("utf-8", "surrogateescape"))
        assert rows_of(path, [new]) == [None] and "is damaged, so its run is repeated" in capsys.readouterr().err
    kept.write_text(text)
    assert rows_of(path, [new]) == [row(new)]


def test_where_nothing_can_be_kept_the_reason_and_the_advice_are_one_sentence(path, impatient, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "write_atomically", full)
    with closing(Store(path)) as store, locked(path), pytest.raises(StoreError, match=r"is locked.*No space left"):
        store.add(RUNS[0], row(RUNS[0]))


def test_a_full_file_system_is_no_reason_to_move_the_store_away(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, timeout=60).returncode:
        pytest.skip("only root may mount a small file system")
    try:
        with closing(Store(disk / "runs.sqlite")) as store, pytest.raises(StoreError, match="free some space") as error:
            for seed in range(1000):
                settings = Settings("digits", "hashed", "1/8", seed=seed)
                store.add(settings, row(settings))
        said = str(error.value)
        assert "move it away" not in said and "Nor can the finished run be kept beside it" in said
        finished = [Settings("digits", "hashed", "1/8", seed=seed) for seed in range(seed)]
        assert rows_of(disk / "runs.sqlite", finished) == [row(settings) for settings in finished]
    finally:
        subprocess.run(["umount", str(disk)], check=True, timeout=60)


def test_the_rows_of_an_older_store_are_taken_as_they_are_and_guarded_from_then_on(path, capsys):
    expected = rows_of(path)
    names = [*module.COLUMNS]
    with closing(sqlite3.connect(path)) as connection, connection:
        values = connection.execute(f"SELECT {', '.join(names)} FROM runs").fetchall()
        connection.execute("DROP TABLE runs")
        connection.execute(OLDER)
        insert = f"INSERT INTO runs ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        connection.executemany(insert, values)
        connection.execute("UPDATE runs SET lr = NULL WHERE seed = 7")
    found = rows_of(path)
    assert [i for i, have in enumerate(found) if have is None] == [7, 17] and "is damaged" in capsys.readouterr().err
    assert all(have in (None, want) for have, want in zip(found, expected, strict=True))
    change(path, "UPDATE runs SET lr = 2 * lr WHERE seed = 5")
    assert [i for i, have in enumerate(rows_of(path)) if have is None] == [5, 7, 15, 17]


@pytest.mark.parametrize("name", ["tinynet", "numpy", "numba", "blas"])
def test_rows_made_otherwise_are_reused_but_not_in_silence(tmp_path, name, quick, capsys):
    what = dict(methods=["hashed"], factors=["1/8"], seeds=2, store=tmp_path / "runs.sqlite") | quick
    first = tn.frontier.sweep(**what)
    assert set(first[0]["versions"]) == {"python", "numpy", "numba", "tinynet", "blas"}
    capsys.readouterr()
    assert tn.frontier.sweep(**what) == first and capsys.readouterr().err == ""
    with closing(Store(tmp_path / "runs.sqlite")) as store:
        settings = Settings("digits", "hashed", "1/8", hidden=(16,), epochs=2, rates=(0.1,), seed=1)
        store.add(settings, first[1] | {"versions": first[1]["versions"] | {name: "0.0.1"}})
    again = tn.frontier.sweep(**what)
    assert [r["test_error"] for r in again] == [r["test_error"] for r in first]
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"1 of the 2 finished runs were made with {name} 0.0.1; here it is {name}" in said


def test_another_kernel_of_blas_is_another_name_in_the_row():
    """OpenBLAS takes its kernel from the environment, so one machine can stand for two."""
    program, said = "from tinynet.frontier.run import versions; print(versions()['blas'])", []
    for kernel in ("Sandybridge", "Haswell"):
        environment = os.environ | {"OPENBLAS_CORETYPE": kernel}
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, env=environment, timeout=120
        )
        said.append(done.stdout)
    if not any("Sandybridge" in each or "Haswell" in each for each in said):
        pytest.skip("NumPy's BLAS has neither of these two kernels here")
    assert "Sandybridge" in said[0] and "Haswell" in said[1]

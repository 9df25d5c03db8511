"""Results in SQLite: one row a run, written in one transaction when the run ends.

The key of a row is its settings, as JSON with sorted names. A sweep that was killed therefore finds what it had
finished, and a changed setting gives a new row beside the old one. Each row carries a checksum of all that it says: a
row that was damaged is not believed, and its run is repeated.

A run may have taken hours, so its row is not given up where the file is locked, full or broken. It is kept beside the
file, in one of its own, and read in at the next start.
"""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any

from tinynet.frontier.settings import Settings
from tinynet.quoting import quoted
from tinynet.storage.atomic import write_atomically
from tinynet.training.progress import say

SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    settings TEXT PRIMARY KEY, method TEXT, data TEXT, seed INTEGER, payload_bytes INTEGER, header_bytes INTEGER,
    lr REAL, valid_error REAL, test_error REAL, seconds REAL, versions TEXT, finished TEXT DEFAULT CURRENT_TIMESTAMP,
    checksum TEXT
)"""
MEASURED = {
    "payload_bytes": int, "header_bytes": int, "lr": float, "valid_error": float, "test_error": float, "seconds": float,
}  # fmt: skip
COLUMNS: dict[str, type] = {"settings": str, "method": str, "data": str, "seed": int, **MEASURED, "versions": str}
WAIT = 10.0  # seconds to wait for another program that has locked the file

ADVICE = {  # by how SQLite's names of errors begin: what is wrong, and what to do
    ("SQLITE_BUSY", "SQLITE_LOCKED"):
        "is locked by another program; wait until that has finished, or stop it",
    ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_NOMEM"):
        "cannot be read or written, because the disk or the memory is full or fails; free some space",
    ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH"):
        "cannot be opened and written; see that it is a file, and that you may write into it and its folder",
}  # fmt: skip
NO_STORE = "is no store of results, or is damaged; move it away"


class StoreError(ValueError):
    """The file with the results cannot be used now; the message says why, and what to do."""


class Store:
    """The results of sweeps. path: an SQLite file, created when missing, or ":memory:"."""

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = os.fspath(path)
        self.beside: dict[str, dict[str, Any]] = {}  # rows that could not be written, by their keys
        import sqlite3  # here: Pyodide has it as a package apart, which only a sweep needs

        self.errors = sqlite3.Error, UnicodeError  # the second where SQLite quotes a damaged name in its message
        with self._explained():
            self.connection = sqlite3.connect(path, timeout=WAIT)
            self.connection.text_factory = lambda text: text.decode("utf-8", "replace")  # a checksum tells if it was so
            try:
                self._prepare()
            except BaseException:
                self.close()
                raise

    def get(self, settings: Settings) -> dict[str, Any] | None:
        """Return the row of a finished run, or None."""
        key = _key(settings)
        row = self.beside.get(key) or self._read(key)
        if row is None:
            return None
        return asdict(settings) | {name: row[name] for name in MEASURED} | {"versions": json.loads(row["versions"])}

    def add(self, settings: Settings, row: dict[str, Any]) -> None:
        """Write the row of a finished run; where that is not possible, keep it beside the file."""
        key = _key(settings)
        row = dict(settings=key, method=settings.method, data=settings.data, seed=settings.seed) | {
            **{name: kind(row[name]) for name, kind in MEASURED.items()},
            "versions": json.dumps(row["versions"]),
        }
        try:
            self._write(row)
        except self.errors as error:
            self._keep_beside(row, error)
        else:
            self.beside.pop(key, None)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def _prepare(self) -> None:
        """Make the table in a new file, check it in one that exists, and read in the rows that are kept beside it."""
        run = self.connection.execute
        if (found := run("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise self.connection.DatabaseError(found)
        run(SCHEMA)
        columns = {name for _, name, *_ in run("PRAGMA table_info(runs)")}
        if not columns.issuperset(COLUMNS):
            raise self.connection.DatabaseError("its table `runs` has other columns")
        if "checksum" not in columns:
            self._add_checksums()
        for file in map(Path, glob.glob(f"{glob.escape(self.path)}.*.row")):
            self._read_in(file)

    def _add_checksums(self) -> None:
        """Add checksums to the rows of an older store, in which they are taken as they are."""
        with self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            if "checksum" in {name for _, name, *_ in self.connection.execute("PRAGMA table_info(runs)")}:
                return  # another sweep has just done it
            self.connection.execute("ALTER TABLE runs ADD COLUMN checksum TEXT")
            for values in self.connection.execute(f"SELECT {', '.join(COLUMNS)} FROM runs").fetchall():
                row = dict(zip(COLUMNS, values, strict=True))
                update = "UPDATE runs SET checksum = ? WHERE settings = ?"
                self.connection.execute(update, [_checksum(row), row["settings"]])

    def _read(self, key: str) -> dict[str, Any] | None:
        names = (*COLUMNS, "checksum")
        with self._explained():
            query = f"SELECT {', '.join(names)} FROM runs WHERE settings = ?"
            found = self.connection.execute(query, [key]).fetchone()
        if found is None:
            return None
        row = dict(zip(names, found, strict=True))
        if _sound(row):
            return row
        say(f"a row of {self.path!r} is damaged; this run is repeated: {key}")
        return None

    def _write(self, row: dict[str, Any]) -> None:
        columns = (*COLUMNS, "checksum")
        insert = f"INSERT OR REPLACE INTO runs ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        with self.connection:
            self.connection.execute(insert, [*(row[name] for name in COLUMNS), _checksum(row)])

    def _keep_beside(self, row: dict[str, Any], error: Exception) -> None:
        file = f"{self.path}.{_checksum(row)}.row"
        if self.path == ":memory:":
            raise StoreError(self._explanation(error)) from error
        try:
            write_atomically(file, json.dumps(row | {"checksum": _checksum(row)}).encode())
        except OSError as second:
            both = f"{self._explanation(error)}. Nor can the finished run be kept beside it: {second}"
            raise StoreError(both) from error
        self.beside[row["settings"]] = row
        say(f"{self._explanation(error)}. The finished run is kept in {file!r}, and read in at the next start")

    def _read_in(self, file: Path) -> None:
        """Move a row from a file beside the store into the store; where that is locked, use it from there."""
        try:
            row = json.loads(file.read_bytes())
            if not _sound(row):
                raise ValueError
        except (OSError, ValueError, TypeError, KeyError):
            say(f"{str(file)!r} is damaged, so its run is repeated; delete the file")
            return
        try:
            self._write(row)
        except self.errors as error:
            self.beside[row["settings"]] = row
            say(f"{self._explanation(error)}. The finished run in {str(file)!r} is used from there")
        else:
            file.unlink(missing_ok=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except self.errors as error:
            raise StoreError(self._explanation(error)) from error

    def _explanation(self, error: Exception) -> str:
        name = getattr(error, "sqlite_errorname", "")  # such as SQLITE_BUSY, or SQLITE_BUSY_SNAPSHOT
        advice = next((advice for names, advice in ADVICE.items() if name.startswith(names)), NO_STORE)
        return f"{self.path!r} {advice} ({quoted(error)})"


def _key(settings: Settings) -> str:
    """Return the key. Fields that are None are left out, so rows from before there were teachers keep their keys."""
    return json.dumps({k: v for k, v in asdict(settings).items() if v is not None}, sort_keys=True)


def _checksum(row: dict[str, Any]) -> str:
    text = json.dumps([row[name] for name in COLUMNS], default=repr)
    return blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


def _sound(row: dict[str, Any]) -> bool:
    """Return whether a row is as it was written, with numbers where numbers belong."""
    kinds = all(isinstance(row[name], kind) for name, kind in COLUMNS.items())
    return kinds and row["checksum"] == _checksum(row)

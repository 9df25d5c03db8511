"""Results in SQLite: one row a run, written in one transaction when the run ends.

The key of a row is its settings, as JSON with sorted names. A sweep that was killed therefore finds what it had
finished, and a changed setting gives a new row beside the old one.
"""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import asdict
from typing import Any

from tinynet.frontier.settings import Settings

SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    settings TEXT PRIMARY KEY, method TEXT, data TEXT, seed INTEGER, payload_bytes INTEGER, header_bytes INTEGER,
    lr REAL, valid_error REAL, test_error REAL, seconds REAL, versions TEXT, finished TEXT DEFAULT CURRENT_TIMESTAMP
)"""
MEASURED = ("payload_bytes", "header_bytes", "lr", "valid_error", "test_error", "seconds")


class Store:
    """The results of sweeps. path: an SQLite file, created when missing, or ":memory:"."""

    def __init__(self, path: str | os.PathLike) -> None:
        self.connection = sqlite3.connect(path)
        try:
            with self.connection:
                self.connection.execute(SCHEMA)
        except sqlite3.DatabaseError as error:
            self.close()
            raise ValueError(f"{os.fspath(path)!r} is no store of results ({error}); move it away") from error

    def get(self, settings: Settings) -> dict[str, Any] | None:
        """Return the row of a finished run, or None."""
        query = f"SELECT {', '.join(MEASURED)}, versions FROM runs WHERE settings = ?"
        found = self.connection.execute(query, [_key(settings)]).fetchone()
        if found is None:
            return None
        *measured, versions = found
        return asdict(settings) | dict(zip(MEASURED, measured, strict=True)) | {"versions": json.loads(versions)}

    def add(self, settings: Settings, row: dict[str, Any]) -> None:
        """Write the row of a finished run."""
        columns = ("settings", "method", "data", "seed", *MEASURED, "versions")
        values = [_key(settings), settings.method, settings.data, settings.seed, *(row[c] for c in MEASURED)]
        insert = f"INSERT OR REPLACE INTO runs ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        with self.connection:
            self.connection.execute(insert, [*values, json.dumps(row["versions"])])

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


def _key(settings: Settings) -> str:
    """Return the key. Fields that are None are left out, so rows from before there were teachers keep their keys."""
    return json.dumps({k: v for k, v in asdict(settings).items() if v is not None}, sort_keys=True)

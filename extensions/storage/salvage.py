"""What can still be read of a damaged file, record by record.

Four walks (the table and its index, from either end) find the records up to the first damage they meet; what lies
between them is asked for one id after another. A record counts only if its checksum holds.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from spansieve.plugin import StorageError

from .store import Damaged, Store, checksum, connect

_WALKS = tuple(
    f"SELECT id FROM records {index} ORDER BY {column} {order}"  # noqa: S608 (words of this file)
    for index, column in (("NOT INDEXED", "id"), ("INDEXED BY sqlite_autoindex_records_1", "key"))
    for order in ("ASC", "DESC")
)
_MAX_PROBES = 1_000_000
_AT_ONCE = 256


class Salvaged(NamedTuple):
    """Records taken over, and records that were there and can't be read."""

    taken: int
    lost: int


def salvage(damaged: Path, into: Store) -> Salvaged:
    """Copy what can be read of `damaged` into `into`. Raises nothing: what can't be copied is lost."""
    if not damaged.exists() or damaged.stat().st_size == 0:
        return Salvaged(0, 0)
    db = connect(damaged)
    try:
        db.text_factory = bytes
        db.execute("PRAGMA writable_schema=ON")  # SQLite then opens files that are shorter than they say
        return _copy(db, into)
    except sqlite3.Error:
        return Salvaged(0, 0)
    finally:
        with contextlib.suppress(sqlite3.Error):
            db.close()


def _copy(db: sqlite3.Connection, into: Store) -> Salvaged:
    seen = _seen(db)
    taken = lost = 0
    waiting: list[tuple[str, bytes]] = []
    for one in _candidates(seen):
        record = _record(db, one)
        if record is None:
            lost += one in seen
            continue
        waiting.append(record)
        if len(waiting) == _AT_ONCE:
            done = _kept(into, waiting)
            taken, lost, waiting = taken + done, lost + len(waiting) - done, []
    done = _kept(into, waiting)
    return Salvaged(taken + done, lost + len(waiting) - done)


def _seen(db: sqlite3.Connection) -> set[int]:
    """The ids that the walks come to; 0 is what a page of zeros says."""
    found: set[int] = set()
    for walk in _WALKS:
        with contextlib.suppress(sqlite3.Error):
            found.update(one for (one,) in db.execute(walk) if isinstance(one, int) and one > 0)
    return found


def _candidates(seen: set[int]) -> Iterator[int]:
    """Every id that may have a record, in order."""
    if seen and max(seen) - min(seen) < _MAX_PROBES:
        return iter(range(min(seen), max(seen) + 1))
    return iter(sorted(seen))


def _record(db: sqlite3.Connection, one: int) -> tuple[str, bytes] | None:
    try:
        row = db.execute("SELECT key, crc, value FROM records NOT INDEXED WHERE id = ?", (one,)).fetchone()
        if row is None or not isinstance(row[0], bytes) or not isinstance(row[2], bytes):
            return None
        key, crc, value = row
        return (key.decode(), value) if crc == checksum(key, value) else None
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def _kept(into: Store, records: list[tuple[str, bytes]]) -> int:
    try:
        with into.transaction():
            for key, value in records:
                into.put(key, value)
    except (StorageError, Damaged):
        return 0
    return len(records)

"""One owner's file: an SQLite database in WAL mode, one table of records, a checksum in each.

With `synchronous=OFF` a write stands in the operating system's memory when it returns, which is safe against the end of
the process at any moment; with FULL it stands on the device. Source: SQLite, "PRAGMA synchronous", "Write-Ahead
Logging". The connection is the file's only one (`locking_mode=EXCLUSIVE`), so no shared memory is needed. A store is
used by one thread at a time: its room sees to that.
"""

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from spansieve.plugin import StorageError

SCHEMA = """
CREATE TABLE records (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, crc INTEGER NOT NULL, value BLOB NOT NULL)
"""
PAGE_BYTES = 16 * 1024
_WAL_PAGES = 256
_ROW_BYTES = 64
"""What a record takes beside its key and value, roughly."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_BUSY: "the file is locked by another program",
    sqlite3.SQLITE_READONLY: "the file can't be written",
    sqlite3.SQLITE_CANTOPEN: "the file can't be opened",
    sqlite3.SQLITE_IOERR: "the disk fails",
}
_DELETE_AT_ONCE = 500
_MEASURE_EVERY = 32
_TIDY_PAGES = 2048
"""A file keeps this much free (32 MiB), and shrinks by this much at a time."""


class Damaged(Exception):
    """The file can't be read as it should."""


class BadRecord(Exception):
    """One record is not what was written; the file can be read."""


def checksum(key: bytes, value: bytes) -> int:
    """What stands beside a record. It covers the key too, so that a damaged index can't lead to another's value."""
    return zlib.crc32(value, zlib.crc32(key))


def connect(path: Path) -> sqlite3.Connection:
    """A connection that leaves transactions to us, and that any thread may use."""
    return sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=32)


class Store:
    """The records of one owner. `allowed(more, spare)` says whether `more` bytes may be taken, of all owners together,
    when the file has `spare` bytes free.
    """

    def __init__(self, path: Path, *, fsync: bool, allowed: Callable[[int, int], bool]) -> None:
        """Open the file, or make it. Raises Damaged and StorageError."""
        self._allowed = allowed
        self._inside = False  # a transaction
        self._db: sqlite3.Connection | None = None
        self.used_bytes = 0
        """Bytes of the disk that the records take, or nearly: puts are measured every few times."""
        self._spare_bytes = 0  # of the file that no record takes, likewise
        self._puts = 0
        try:
            with _translated():
                if not path.exists():
                    _make(path)
                if path.stat().st_size == 0:
                    raise Damaged
                self._db = connect(path)
                self._prepare(fsync=fsync)
            self._measure()
        except BaseException:
            self.close()
            raise

    def _prepare(self, *, fsync: bool) -> None:
        run = self._connection().execute
        run("PRAGMA locking_mode=EXCLUSIVE")
        run("PRAGMA journal_mode=WAL")
        run(f"PRAGMA synchronous={'FULL' if fsync else 'OFF'}")
        run(f"PRAGMA wal_autocheckpoint={_WAL_PAGES}")
        run("PRAGMA secure_delete=FAST")
        run("SELECT id, key, crc, substr(value, 1, 1) FROM records LIMIT 1").fetchone()

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            raise StorageError("the storage is closed")
        return self._db

    def get(self, key: str) -> bytes | None:
        """The value of `key`, or None. Raises BadRecord, Damaged and StorageError."""
        with _translated():
            row = self._connection().execute("SELECT crc, value FROM records WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        crc, value = row
        if not isinstance(value, bytes) or crc != checksum(key.encode(), value):
            raise BadRecord
        return value

    def put(self, key: str, value: bytes) -> None:
        """Keep a record. Raises Damaged and StorageError."""
        size = len(key) + len(value)
        if not self.room(size):
            raise StorageError("the storage is full")
        row = (key, checksum(key.encode(), value), value)
        with _translated():
            self._connection().execute("INSERT OR REPLACE INTO records (key, crc, value) VALUES (?, ?, ?)", row)
        self.used_bytes += size + _ROW_BYTES
        self._spare_bytes -= size + _ROW_BYTES
        self._puts += 1
        if self._puts % _MEASURE_EVERY == 0:
            self._measure()

    def delete(self, *keys: str) -> None:
        """Forget records. Raises Damaged and StorageError."""
        with self.transaction() if len(keys) > 1 else contextlib.nullcontext(), _translated():
            for at in range(0, len(keys), _DELETE_AT_ONCE):
                some = keys[at : at + _DELETE_AT_ONCE]
                marks = ", ".join("?" * len(some))
                self._connection().execute(f"DELETE FROM records WHERE key IN ({marks})", some)  # noqa: S608 (only ?)
        self._measure()

    def scan(self, prefix: str = "", after: str = "", limit: int | None = None) -> list[str]:
        """Keys in order. Raises Damaged and StorageError."""
        most = -1 if limit is None else limit
        end = prefix.encode() + b"\xff"  # behind every text in UTF-8 that begins so
        with _translated():
            found = self._connection().execute(
                "SELECT key FROM records WHERE key > ? AND key >= ? AND key < CAST(? AS TEXT) ORDER BY key LIMIT ?",
                (after, prefix, end, most),
            )
            return [key for (key,) in found]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; may stand inside another. Raises Damaged and StorageError."""
        db = self._connection()
        if self._inside:
            yield
            return
        with _translated():
            db.execute("BEGIN IMMEDIATE")
        self._inside = True
        try:
            with _translated():
                yield
                db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                if db.in_transaction:
                    db.execute("ROLLBACK")
            raise
        finally:
            self._inside = False

    def room(self, size_bytes: int) -> bool:
        """Whether so many bytes more may be taken. Raises Damaged and StorageError."""
        if self._allowed(size_bytes + _ROW_BYTES, self._spare_bytes):
            return True
        self._measure()
        return self._allowed(size_bytes + _ROW_BYTES, self._spare_bytes)

    def _measure(self) -> tuple[int, int]:
        """Pages of the file, and how many of them are free."""
        with _translated():
            run = self._connection().execute
            (pages,), (free,) = run("PRAGMA page_count").fetchone(), run("PRAGMA freelist_count").fetchone()
        self.used_bytes = (pages - free) * PAGE_BYTES
        self._spare_bytes = max(0, free - 1) * PAGE_BYTES  # a record may begin in a page of its own
        return pages, free

    def tidy(self) -> None:
        """Give free pages back to the disk where most of a large file is free. Raises Damaged and StorageError."""
        pages, free = self._measure()
        if not self._inside and free > _TIDY_PAGES and free > pages * 3 / 4:
            with _translated():
                # not `execute`, which takes the first page for the end of a statement without columns
                self._connection().executescript(f"PRAGMA incremental_vacuum({_TIDY_PAGES})")

    def begin_log(self) -> None:
        """Bring what the log has into the file, where that can be, and begin it anew: else what can't be read in it is
        met at each start.
        """
        with contextlib.suppress(sqlite3.Error):
            self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file; afterwards every method raises StorageError."""
        db, self._db = self._db, None
        if db is not None:
            with contextlib.suppress(sqlite3.Error):
                db.close()


def _make(path: Path) -> None:
    """Make an empty file that its owner alone can read; it has its name only once it is whole."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_RDWR, 0o600))
    db = connect(fresh)
    try:
        for line in (
            f"PRAGMA page_size={PAGE_BYTES}",
            "PRAGMA auto_vacuum=INCREMENTAL",
            "PRAGMA journal_mode=WAL",
            SCHEMA,
        ):
            db.execute(line)
    finally:
        db.close()
    fresh.rename(path)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGED or "decode" in str(error) or "no such table" in str(error):
            raise Damaged from None
        raise StorageError(_REASONS.get(code, f"SQLite says {type(error).__name__}")) from None
    except OSError as error:
        raise StorageError(error.strerror or "the disk fails") from None

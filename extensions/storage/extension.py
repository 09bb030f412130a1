"""Gives each owner a file in one directory, which belongs to one process at a time."""

import os
import shutil
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from spansieve.plugin import Extension, Host, StorageError

from .config import StorageConfig
from .room import Room
from .salvage import Salvaged
from .store import Store

_LOCK = "directory.lock"
_FREE_EVERY_BYTES = 4 * 1024 * 1024
"""The disk's free space is looked at again after so many bytes."""

_RESERVE_BYTES = 8 * 1024 * 1024
"""Left free for each file whatever is configured: its log and the way from there into the file need room, without which
nothing could be deleted either.
"""


class SqliteStorage(Extension[StorageConfig]):
    """Files are named after their owners: `exporter_otlp_traces.db`."""

    config = StorageConfig

    def __init__(self, config: StorageConfig, host: Host) -> None:
        """Nothing is opened yet."""
        self._settings = config
        self._host = host
        self._directory = Path(config.directory)
        self._lock_db: sqlite3.Connection | None = None
        self._rooms: dict[str, Room] = {}
        self._lock = threading.Lock()
        self._unlooked = _FREE_EVERY_BYTES  # bytes taken since the disk's free space was looked at
        self._free = 0
        self._damaged = host.counter("damaged_files", unit="{file}", description="Files that were set aside.")
        self._lost = host.counter("lost_records", unit="{record}", description="Records that could not be read.")
        self._used = host.gauge("used_bytes", unit="By", description="Bytes of the disk that records take.")

    def start(self) -> None:
        """Take the directory. Raises OSError where it can't be had, or belongs to another process."""
        settings, directory = self._settings, self._directory
        if not directory.is_dir() and not settings.create_directory:
            raise OSError(f"{self._key}: {directory} must exist. Make it, or set create_directory: true")
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(directory / _LOCK, os.O_CREAT | os.O_RDWR, 0o600))
            self._lock_db = sqlite3.connect(
                directory / _LOCK, timeout=settings.timeout, isolation_level=None, check_same_thread=False
            )
            self._lock_db.execute("PRAGMA journal_mode=MEMORY")
            self._lock_db.execute("BEGIN EXCLUSIVE")
        except OSError as error:
            raise OSError(f"{self._key}: {directory} can't be used: {error.strerror}") from None
        except sqlite3.Error as error:
            busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            why = "another process uses it, a second spansieve perhaps" if busy else "its lock can't be taken"
            raise OSError(f"{self._key}: {directory}: {why}. Give each process a directory of its own") from None

    @property
    def _key(self) -> str:
        return f"extensions.{self._host.id}.directory"

    def storage(self, owner: str) -> Room:
        """The room of `owner`, the same one each time. Raises StorageError."""
        with self._lock:
            room = self._rooms.get(owner)
            if room is None:
                if self._lock_db is None:
                    raise StorageError("the storage is closed")
                room = self._rooms[owner] = Room(self._path(owner), self._open, self)
            return room

    def _path(self, owner: str) -> Path:
        return self._directory / f"{quote(owner, safe='')}.db"

    def _open(self, path: Path) -> Store:
        return Store(path, fsync=self._settings.fsync, allowed=self._allowed)

    def ready(self) -> None:
        """Name files whose owners the configuration does not have: what they hold waits for them."""
        known = {self._path(owner) for owner in self._rooms}
        for path in sorted(set(self._directory.glob("*.db")) - known):
            self._host.log.warning("%s belongs to nobody in this configuration; what it holds stays there", path.name)

    def _allowed(self, size_bytes: int, spare_bytes: int) -> bool:
        """Whether records may take so many bytes more, in a file that has `spare_bytes` already and need not grow for
        them.
        """
        used = sum(room.used_bytes for room in list(self._rooms.values()))
        self._used.set(used)
        if used + size_bytes > self._settings.max_bytes:
            return False
        if size_bytes <= spare_bytes:
            return True
        self._unlooked += size_bytes
        left = self._free - self._unlooked
        floor = max(self._settings.min_free_bytes, _RESERVE_BYTES * len(self._rooms))
        if self._unlooked >= _FREE_EVERY_BYTES or left < 2 * floor:
            self._unlooked = 0
            left = self._free = shutil.disk_usage(self._directory).free
        return left - size_bytes >= floor

    def damaged(self, set_aside: Path, salvaged: Salvaged) -> None:
        """Say loudly what became of a damaged file."""
        self._damaged.add(1)
        self._lost.add(salvaged.lost)
        self._host.log.error(
            "%s was damaged: it stands aside as %s, %d records were taken over, %d can't be read",
            set_aside.name.rpartition(".damaged-")[0],
            set_aside.name,
            salvaged.taken,
            salvaged.lost,
        )

    def damaged_log(self, copy: Path, lost: int) -> None:
        """Say loudly what a damaged log costs."""
        self._damaged.add(1)
        self._lost.add(lost)
        self._host.log.error("%s: the last %d changes in it can't be read and are lost", copy.name, lost)

    def bad_record(self) -> None:
        """Count a record that is not what was written."""
        self._lost.add(1)
        self._host.log.error("a record failed its checksum and was taken out")

    def shutdown(self) -> None:
        """Close all files, and leave the directory to others."""
        with self._lock:
            rooms, self._rooms = self._rooms, {}
            for room in rooms.values():
                room.close()
            lock, self._lock_db = self._lock_db, None
        if lock is not None:
            with suppress(sqlite3.Error):
                lock.close()

"""What an owner gets: its store behind a lock, which heals itself when the file turns out to be damaged."""

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from spansieve.plugin import StorageError

from .salvage import Salvaged, salvage
from .store import BadRecord, Damaged, Store
from .wal import lost_transactions

KEEP_DAMAGED = 3
"""Damaged files that are kept for people to look at; an older one goes."""
_TIDY_EVERY = 256

ResultT = TypeVar("ResultT")


class Witness(Protocol):
    """Who is told of damage."""

    def damaged(self, set_aside: Path, salvaged: Salvaged) -> None:
        """A file was damaged and now stands at `set_aside`."""

    def damaged_log(self, copy: Path, lost: int) -> None:
        """So many transactions at the end of a file's log can't be read; a copy of it stands at `copy`."""

    def bad_record(self) -> None:
        """One record was not what was written, and is gone."""


class Room:
    """One owner's records; `plugin.Storage` made true."""

    def __init__(self, path: Path, open_store: Callable[[Path], Store], witness: Witness) -> None:
        """Open the file at `path`. A damaged one is set aside. Raises StorageError."""
        self._path = path
        self._open = open_store
        self._witness = witness
        self._lock = threading.RLock()
        self._deleted = 0
        self._closed = self._inside = False
        self._store: Store | None = self._opened()

    def _opened(self) -> Store:
        wal = self._path.with_name(f"{self._path.name}-wal")
        lost = lost_transactions(wal)
        if lost:
            self._witness.damaged_log(_copied(wal, next_aside(self._path)), lost)
        try:
            store = self._open(self._path)
        except Damaged:
            return self._replaced()
        if lost:
            store.begin_log()
        return store

    def _replaced(self) -> Store:
        """Set the file aside, and go on with a new one that has what can be read of it."""
        aside = set_aside(self._path)
        try:
            store = self._open(self._path)
        except Damaged:
            raise StorageError("a new file is damaged at once: the disk fails") from None
        self._witness.damaged(aside, salvage(aside, store))
        return store

    def _do(self, work: Callable[[Store], ResultT]) -> ResultT:
        with self._lock:
            if self._closed:
                raise StorageError("the storage is closed")
            if self._store is None:
                self._store = self._opened()
            try:
                return work(self._store)
            except Damaged:
                if self._inside:
                    raise
                return work(self._healed())

    def _healed(self) -> Store:
        store, self._store = self._store, None  # it stays so, and is tried again, where this fails
        if store is not None:
            store.close()
        self._store = self._replaced()
        return self._store

    def get(self, key: str) -> bytes | None:
        """The value of `key`, or None."""
        try:
            return self._do(lambda store: store.get(key))
        except BadRecord:
            self._witness.bad_record()
            self.delete(key)
            return None

    def put(self, key: str, value: bytes) -> None:
        """Keep `value` under `key`."""
        self._do(lambda store: store.put(key, value))

    def delete(self, *keys: str) -> None:
        """Forget `keys`."""
        if not keys:
            return
        self._do(lambda store: store.delete(*keys))
        self._deleted += len(keys)
        if self._deleted >= _TIDY_EVERY:
            self._deleted = 0
            self._do(Store.tidy)

    def scan(self, prefix: str = "", after: str = "", limit: int | None = None) -> list[str]:
        """Keys in order."""
        return self._do(lambda store: store.scan(prefix, after, limit))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        with self._lock:
            if self._inside:
                yield
                return
            self._inside = True
            try:
                with self._do(Store.transaction):
                    yield
            except Damaged:  # what was inside can't be done again from here
                self._healed()
                raise StorageError("the file was damaged") from None
            finally:
                self._inside = False

    def room(self, size_bytes: int) -> bool:
        """Whether so many bytes more would be taken."""
        try:
            return self._do(lambda store: store.room(size_bytes))
        except StorageError:
            return False

    @property
    def used_bytes(self) -> int:
        """Bytes of the disk that the records take, as of the last look."""
        return self._store.used_bytes if self._store else 0

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._closed = True
            if self._store is not None:
                self._store.close()


def next_aside(path: Path) -> Path:
    """The next free `.damaged-n` beside `path`; the oldest ones beyond KEEP_DAMAGED go. Raises OSError."""
    numbers = sorted({_number(one) for one in path.parent.glob(f"{path.name}.damaged-*")})
    for old in numbers[: max(0, len(numbers) - KEEP_DAMAGED + 1)]:
        for end in ("", "-wal"):
            path.with_name(f"{path.name}.damaged-{old}{end}").unlink(missing_ok=True)
    return path.with_name(f"{path.name}.damaged-{numbers[-1] + 1 if numbers else 1}")


def set_aside(path: Path) -> Path:
    """Rename `path`, and its log beside it, to `.damaged-n`. Raises StorageError."""
    try:
        aside = next_aside(path)
        wal = path.with_name(f"{path.name}-wal")
        if wal.exists():
            wal.rename(aside.with_name(f"{aside.name}-wal"))
        path.rename(aside)
    except OSError as error:
        raise StorageError(f"{path.name} is damaged and can't be set aside: {error.strerror}") from None
    return aside


def _copied(wal: Path, aside: Path) -> Path:
    """A copy of a log whose end SQLite will not read, if the disk takes one."""
    copy = aside.with_name(f"{aside.name}-wal")
    with contextlib.suppress(OSError):
        shutil.copyfile(wal, copy)
        copy.chmod(0o600)
    return copy


def _number(path: Path) -> int:
    number = path.name.removesuffix("-wal").rpartition("-")[2]
    return int(number) if number.isdecimal() else 0

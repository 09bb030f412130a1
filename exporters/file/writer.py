"""One file that whole requests are added to: each is there in full or not at all.

A write goes to the operating system before `write` returns, so it outlives this process (not a power cut). What a full
disk cut short is taken back, so that a reader never meets half a line in the middle.
"""

import os
from pathlib import Path

from spansieve.plugin import Clock

from .backups import backup_path, remove_old
from .config import MEGABYTE, RotationConfig

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_MODE = 0o600  # prompts and answers of people stand in it


class Writer:
    """Adds to `path`. Not safe to call from two threads at once: its owner holds a lock."""

    def __init__(self, path: Path, clock: Clock, rotation: RotationConfig | None, *, empty: bool) -> None:
        """Open (`empty`: and empty) the file. Raises OSError."""
        self.path = path
        self._clock = clock
        self._rotation = rotation
        self._torn_at: int | None = None  # a failed write left something behind this size
        self._file = os.open(path, _FLAGS | (os.O_TRUNC if empty else 0), _MODE)

    def write(self, record: bytes) -> None:
        """Add `record`. Raises OSError; nothing of it is then in the file, or will be before the next one."""
        size = self._mend()
        if self._rotation is not None and size and size + len(record) > self._rotation.max_megabytes * MEGABYTE:
            self._rotate(self._rotation)
            size = 0
        try:
            self._add(record)
        except OSError:
            self._torn_at = size
            self._mend()
            raise

    def _add(self, record: bytes) -> None:
        rest = memoryview(record)
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def _mend(self) -> int:
        """Take back what a failed write left, and return the file's size. Opens it again if somebody removed it."""
        size = os.fstat(self._file).st_size
        if self._torn_at is not None and size > self._torn_at:
            os.ftruncate(self._file, self._torn_at)
            size = self._torn_at
        self._torn_at = None
        if os.fstat(self._file).st_nlink == 0:
            self._reopen()
            size = os.fstat(self._file).st_size
        return size

    def _reopen(self) -> None:
        fresh = os.open(self.path, _FLAGS, _MODE)
        os.close(self._file)
        self._file = fresh

    def _rotate(self, rotation: RotationConfig) -> None:
        now = self._clock.time_ns()
        if self.path.exists():  # not so when an earlier rotation got no further than this line
            self.path.rename(backup_path(self.path, now, rotation.localtime))
        self._reopen()
        remove_old(self.path, now, rotation)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

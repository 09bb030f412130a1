"""What was given up: a line of JSON for each notification, in a file, for people to look at and to send again."""

import os
import threading
from pathlib import Path
from typing import Any, Final

from spansieve.alerts import rfc3339

from .notification import Notification, body_of, encoded

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
"""A file that has grown to this takes nothing more: somebody should look at it."""
MAX_ALERTS: Final = 100
"""Alerts in one line; the rest is counted."""
_MODE: Final = 0o600


class DeadLetters:
    """One file. From any thread, one at a time."""

    def __init__(self, path: str | None) -> None:
        """None: nothing is written."""
        self._path = None if path is None else Path(path)
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raises OSError where the file can't be written."""
        if self._path is not None:
            os.close(self._open(self._path))

    def write(self, notification: Notification, endpoint: str, reason: str, time_ns: int) -> bool:
        """Add a notification that `endpoint` (its name) did not get; whether it is in the file. Raises OSError."""
        if self._path is None:
            return False
        said: dict[str, Any] = {
            "time": rfc3339(time_ns),
            "endpoint": endpoint,
            "reason": reason,
            "webhook_id": notification.id,
            "notification": body_of(notification, notification.alerts[:MAX_ALERTS], (), ""),
        }
        line = encoded(said) + b"\n"
        with self._lock:
            file = self._open(self._path)
            try:
                if os.fstat(file).st_size + len(line) > MAX_FILE_BYTES:
                    return False
                os.write(file, line)
            finally:
                os.close(file)
        return True

    @staticmethod
    def _open(path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), _MODE)

"""`storage`: rooms on disk, one file each, for what must outlive the process."""

from .config import StorageConfig
from .extension import SqliteStorage

__all__ = ["SqliteStorage", "StorageConfig"]

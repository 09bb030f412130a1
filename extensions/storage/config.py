"""The configuration of `storage`; the README beside this file explains every key."""

from typing import ClassVar

from pydantic import Field

from spansieve.plugin import Config, Duration

MIB = 1024 * 1024


class StorageConfig(Config):
    """Sizes are bytes on the disk, all files of the directory together."""

    tunes_go: ClassVar[dict[str, str]] = {
        "compaction": "SQLite uses freed pages again, and gives them back to the disk when a file is empty",
        "directory_permissions": "the directory is for its owner alone (0700), and so are the files",
        "recreate": "a damaged file is always set aside, and what can be read of it is taken over",
    }

    directory: str = Field(default="data/storage", min_length=1, description="Directory of the files.")
    create_directory: bool = Field(default=True, description="Make the directory if it is not there.")
    timeout: Duration = Field(default=1.0, description="Longest wait for another process to leave the directory.")
    max_bytes: int = Field(
        default=10 * 1024 * MIB, ge=MIB, description="Bytes that records may take on disk, all owners together."
    )
    min_free_bytes: int = Field(
        default=64 * MIB, ge=0, description="Bytes of the disk that are left to others; below it nothing is taken."
    )
    fsync: bool = Field(
        default=False, description="false: what is kept outlives the process; true: a loss of power as well."
    )

"""A storage that outlives processors, and a host that has it."""

from collections.abc import Iterator
from contextlib import contextmanager

from spansieve.plugin import Storage, StorageError
from spansieve.testing import FakeHost


class Disk:
    """Named bytes in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.full = False
        self.writes = 0

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: str, value: bytes) -> None:
        if self.full:
            raise StorageError("full")
        self.writes += 1
        self.kept[key] = value

    def delete(self, *keys: str) -> None:
        for key in keys:
            self.kept.pop(key, None)

    def scan(self, prefix: str = "", after: str = "", limit: int | None = None) -> list[str]:
        return sorted(key for key in self.kept if key.startswith(prefix) and key > after)[:limit]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        yield

    def room(self, size_bytes: int) -> bool:
        return not self.full


class DiskHost(FakeHost):
    """A host with a disk."""

    def __init__(self, disk: Disk, component: str = "under_test") -> None:
        super().__init__(component)
        self.disk = disk

    def storage(self, extension: str) -> Storage:
        return self.disk

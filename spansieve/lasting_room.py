"""A component's room in a storage extension, which a reload may exchange while the component goes on."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from spansieve.plugin import Storage, StorageError


class LastingRoom:
    """`plugin.Storage`, in the extension that runs at the moment."""

    def __init__(self, find: Callable[[], Storage]) -> None:
        """`find` gives the room as it is now; it raises StorageError while there is none."""
        self._find = find

    def get(self, key: str) -> bytes | None:
        """The value of `key`, or None."""
        return self._find().get(key)

    def put(self, key: str, value: bytes) -> None:
        """Keep `value` under `key`."""
        self._find().put(key, value)

    def delete(self, *keys: str) -> None:
        """Forget `keys`."""
        self._find().delete(*keys)

    def scan(self, prefix: str = "", after: str = "", limit: int | None = None) -> list[str]:
        """Keys in order."""
        return self._find().scan(prefix, after, limit)

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing."""
        return self._find().transaction()

    def room(self, size_bytes: int) -> bool:
        """Whether so many bytes more would be taken."""
        try:
            return self._find().room(size_bytes)
        except StorageError:
            return False

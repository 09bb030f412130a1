"""Dropped traces on disk instead of in memory."""

from collections.abc import Callable

from spansieve.plugin import Storage, StorageError

from .facts import TraceFacts

_PREFIX = "aside/"
_WHOLE, _PARTIAL = b"\x00", b"\x01"
"""In front of a trace: whether spans of it are known to be missing."""


class StorageSpill:
    """Source: `aside.Spill`. `read` makes a trace of a request that holds nothing else."""

    def __init__(
        self,
        storage: Storage,
        read: Callable[[bytes, bytes], TraceFacts],
        fault: Callable[[StorageError], None],
    ) -> None:
        """`fault` is told of what the storage did not do."""
        self._storage = storage
        self._read = read
        self._fault = fault

    def put(self, trace: TraceFacts) -> bool:
        """Source: `aside.Spill`."""
        body = (_PARTIAL if trace.partial else _WHOLE) + trace.encode()
        try:
            self._storage.put(_PREFIX + trace.trace_id.hex(), body)
        except StorageError as error:
            self._fault(error)
            return False
        return True

    def take(self, trace_id: bytes) -> TraceFacts | None:
        """Source: `aside.Spill`."""
        try:
            body = self._storage.get(_PREFIX + trace_id.hex())
        except StorageError as error:
            self._fault(error)
            return None
        self.delete(trace_id)
        if body is None:
            return None
        trace = self._read(trace_id, body[1:])
        trace.partial = body.startswith(_PARTIAL)
        return trace

    def delete(self, trace_id: bytes) -> None:
        """Source: `aside.Spill`."""
        try:
            self._storage.delete(_PREFIX + trace_id.hex())
        except StorageError as error:
            self._fault(error)

    def sizes(self) -> list[tuple[bytes, int]]:
        """Source: `aside.Spill`. Read once, at the start."""
        found = [(key, self._storage.get(key)) for key in self._storage.scan(_PREFIX)]
        return [(bytes.fromhex(key.removeprefix(_PREFIX)), len(body) - 1) for key, body in found if body]

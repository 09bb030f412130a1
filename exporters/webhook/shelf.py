"""Groups on disk, so that a restart neither loses an alert nor tells it twice."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from spansieve.alerts import Alert, alerts_of, to_batch
from spansieve.pdata import DecodeError, LogBatch
from spansieve.plugin import Storage

from .groups import Group, Track

_PREFIX: Final = "group/"


class Stored(NamedTuple):
    """A group as it was kept."""

    endpoint: str
    key: str
    begun_ns: int
    sent_ns: int
    """0: it was never told."""
    tracks: list[Track]


class Shelf:
    """The groups of all endpoints of an exporter. Without a storage nothing is kept, and all do nothing. Its methods
    raise StorageError.
    """

    def __init__(self, storage: Storage | None) -> None:
        """Keep them in `storage`."""
        self._storage = storage

    def save(self, endpoint: str, groups: Iterable[Group]) -> None:
        """Keep `groups` as they are now, all or none; those that are empty are forgotten."""
        if self._storage is None:
            return
        with self._storage.transaction():
            for group in groups:
                if group.tracks:
                    self._storage.put(_key(endpoint, group.key), _record(endpoint, group))
                else:
                    self._storage.delete(_key(endpoint, group.key))

    def load(self) -> Iterator[Stored]:
        """All groups; records that can't be read are left out, and forgotten."""
        if self._storage is None:
            return
        for key in self._storage.scan(_PREFIX):
            stored = _read(self._storage.get(key) or b"")
            if stored is None or _key(stored.endpoint, stored.key) != key:
                self._storage.delete(key)
            else:
                yield stored

    def forget(self, stored: Stored) -> None:
        """Keep it no longer."""
        if self._storage is not None:
            self._storage.delete(_key(stored.endpoint, stored.key))


def _key(endpoint: str, key: str) -> str:
    return _PREFIX + hashlib.sha256(f"{endpoint}\0{key}".encode("utf-8", "replace")).hexdigest()[:32]


def _record(endpoint: str, group: Group) -> bytes:
    """What it is, on a line of JSON, and behind that its alerts as log records."""
    tracks = list(group.tracks.values())
    said = {
        "endpoint": endpoint,
        "key": group.key,
        "begun_ns": group.begun_ns,
        "sent_ns": group.sent_ns,
        "tracks": [[track.told is not None, len(track.steps), track.tried] for track in tracks],
    }
    alerts = [alert for track in tracks for alert in (*([track.told] if track.told else []), *track.steps)]
    return json.dumps(said).encode() + b"\n" + to_batch(alerts).encode()


def _read(record: bytes) -> Stored | None:
    header, _, body = record.partition(b"\n")
    try:
        said: dict[str, Any] = json.loads(header)
        alerts = alerts_of(LogBatch.parse(body))
        tracks = _tracks(said["tracks"], alerts)
        return Stored(said["endpoint"], said["key"], int(said["begun_ns"]), int(said["sent_ns"]), tracks)
    except (ValueError, KeyError, TypeError, IndexError, DecodeError):
        return None


def _tracks(shapes: Iterable[tuple[bool, int, bool]], alerts: list[Alert]) -> list[Track]:
    rest = iter(alerts)
    try:
        return [
            Track(next(rest) if told else None, [next(rest) for _ in range(steps)], bool(tried))
            for told, steps, tried in shapes
        ]
    except StopIteration:
        raise ValueError("alerts are missing") from None

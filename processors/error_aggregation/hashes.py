"""Names that were seen, eight bytes each, with the time."""

from array import array
from base64 import b64decode, b64encode
from hashlib import blake2b


class Hashes:
    """At most `most` names; the first that came goes first."""

    def __init__(self, most: int) -> None:
        """There are none."""
        self._most = most
        self._times: dict[int, int] = {}
        self.is_dirty = False
        """It changed since it was saved."""

    def __contains__(self, name: str) -> bool:
        return _hash(name) in self._times

    def __len__(self) -> int:
        return len(self._times)

    def get(self, name: str) -> int | None:
        """When it was put, in nanoseconds since the epoch."""
        return self._times.get(_hash(name))

    def put(self, name: str, time_ns: int) -> None:
        """Remember it."""
        hashed = _hash(name)
        self._times.pop(hashed, None)
        self._times[hashed] = time_ns
        self.is_dirty = True
        if len(self._times) > self._most:
            del self._times[next(iter(self._times))]

    def state(self) -> list[str]:
        """What to save, fit for JSON."""
        self.is_dirty = False
        packed = (array("Q", self._times), array("Q", self._times.values()))
        return [b64encode(part.tobytes()).decode() for part in packed]

    def load(self, state: list[str]) -> None:
        """Take over what `state` gave."""
        hashes, times = (array("Q", b64decode(part)) for part in state)
        self._times = dict(zip(hashes, times, strict=True))


def _hash(name: str) -> int:
    return int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=8).digest(), "big")

"""The index of attributes: key to the bytes of its KeyValue, without decoding any of them.

Keys repeat from span to span (in 82-99 % of cases), so a table knows them by their encoded bytes together with the head
of the value behind, which tells how long a KeyValue has to be that is laid out as `key, value, end`. That makes one
look-up and one comparison an attribute. Any other layout is read exactly, as protobuf reads it: the last occurrence of
a field counts, and what is malformed raises.
"""

from sys import intern
from typing import Protocol

from .schema import read
from .text import decode_text

HEADS = 16_384
"""Heads remembered; one more, and all are forgotten. About 200 bytes each."""

_heads: dict[
    bytes, tuple[str, int]
] = {}  # key, tag and first byte of the length: the key, and the size of all (0: long)


class Pairs(Protocol):
    """A `repeated bytes` of the lazy schema that holds KeyValues."""

    def __len__(self) -> int: ...
    def __getitem__(self, place: slice) -> list[bytes]: ...
    def __setitem__(self, place: int, raw: bytes) -> None: ...
    def __delitem__(self, place: int | slice) -> None: ...
    def append(self, raw: bytes) -> None:
        """Add one at the end."""

    def extend(self, raws: list[bytes]) -> None:
        """Add several at the end."""


ABSENT, UNSURE = -1, -2
"""What `find` answers where it gives no place."""

_SHORT = 4_096
"""Bytes of attributes that are searched; in more, the index is quicker."""
_NAMES = 4_096

_names: dict[str, tuple[bytes, bytes]] = {}  # a key's bytes, and these as the beginning of a KeyValue
_places: dict[bytes, int] = {}  # where that beginning stood last: spans of one kind have their attributes in one order


def find(key: str, raws: list[bytes]) -> int:
    """The place in `raws` of the only copy of `key`, ABSENT, or UNSURE, without reading any other key.

    The key's bytes are looked for in all of `raws` at once. Where they are not, the key is not; where they stand once,
    at the beginning of a KeyValue laid out as usual, that is the only one. All else is for the index to say.
    """
    known = _names.get(key)
    if known is None:
        known = _name(key)
    name, head = known
    joined = b"".join(raws)
    times = joined.count(name) if len(joined) <= _SHORT else 2
    if times == 0:
        return ABSENT
    if times != 1 or not head:
        return UNSURE
    place = _places.get(head, 0)
    if place >= len(raws) or not raws[place].startswith(head):
        found = next((place for place, raw in enumerate(raws) if raw.startswith(head)), None)
        if found is None:
            return UNSURE
        place = _places[head] = found
    return place if _value_start(raws[place]) else UNSURE


def _name(key: str) -> tuple[bytes, bytes]:
    """The two of `_names`; a repaired key can't be found by its bytes, so for U+FFFD they are the empty ones."""
    name = b"" if "\ufffd" in key else key.encode("utf-8", "surrogatepass")
    head = bytes((0x0A, len(name))) + name if len(name) < 0x80 else b""
    if len(_names) >= _NAMES:
        _names.clear()
        _places.clear()
    _names[key] = name, head
    return name, head


_HEAD_ENDS = [slice(0, length + 4) for length in range(256)]
"""By the length of a key: what is its head. Making a slice for each attribute took a tenth of the index's time."""


def index_of(raws: list[bytes]) -> dict[str, bytes]:
    """Each key of `raws` with its first KeyValue, in order; shorter where keys repeat. Raises DecodeError."""
    index = _index(raws)
    if len(index) != len(raws):  # a key repeats: the first one wins
        index = {}
        for raw in raws:
            index.setdefault(key_of(raw), raw)
    return index


def _index(raws: list[bytes]) -> dict[str, bytes]:
    index: dict[str, bytes] = {}
    heads, ends = _heads, _HEAD_ENDS
    for raw in raws:
        try:
            key, size = heads[raw[ends[raw[1]]]]
        except LookupError:  # a new head, or too short to have one
            key = key_of(raw)
        else:
            if size != len(raw) and (size or not _value_start(raw)):
                key = _exact_key(raw)
        index[key] = raw
    return index


def key_of(raw: bytes) -> str:
    """The key of one KeyValue. Raises DecodeError."""
    start = _value_start(raw)
    if not start:
        return _exact_key(raw)
    head = raw[: start + 2]
    known = _heads.get(head)
    return known[0] if known else _learn(head)


def _exact_key(raw: bytes) -> str:
    return decode_text(read("KeyValue", raw).key)


def _value_start(raw: bytes) -> int:
    """Where the value begins in a KeyValue that is laid out as `key, value, end`, its key shorter than 128 bytes; 0 in
    any other.
    """
    size = len(raw)
    if size < 4 or raw[0] != 0x0A or raw[1] >= 0x80:
        return 0
    start = raw[1] + 2
    if start + 1 >= size or raw[start] != 0x12:
        return 0
    length = raw[start + 1]
    if length < 0x80:
        return start if start + 2 + length == size else 0
    length &= 0x7F
    for place, byte in enumerate(raw[start + 2 : start + 6], 1):
        length |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return start if start + 2 + place + length == size else 0
    return 0


def _learn(head: bytes) -> str:
    """The key in a head, remembered if it is good UTF-8."""
    try:
        key = intern(head[2:-2].decode())
    except UnicodeDecodeError:
        return decode_text(head[2:-2])  # repaired, and counted, each time
    if len(_heads) >= HEADS:
        _heads.clear()
    _heads[head] = key, (len(head) + head[-1] if head[-1] < 0x80 else 0)
    return key

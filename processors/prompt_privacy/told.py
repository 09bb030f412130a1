r"""Whom a request names: identity read off the wire bytes of its items, wherever it stands in them.

Attributes of spans, records, points, events and links, and the entries of maps and of bodies that are maps are the same
on the wire: `\n` length key `\x12` length value. One search for keys finds all of them.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from spansieve.pdata import MAX_DEPTH, DecodeError, Value, decode_pair

from .detectors import union
from .people import PREFIXES, WHOLE, is_name, words

_HOLDERS: Final = ("user", "enduser", "session", "git", "process")
"""What tells by the map that stands there: `user: {name: ...}` is `user.name`."""
_WHO: Final = words(
    """
    id uid uuid guid userid upn sub hash login handle account accountid accountname principal alias owner author user
    name username nickname nick fullname firstname lastname givenname familyname middlename surname displayname
    realname legalname screenname preferredusername first last given middle family full
    email emails mail emailaddress primaryemail phone phonenumber telephone mobile
    """
)
"""Keys of maps that say who somebody is, in small letters and without what is between words."""
_ABOUT: Final = _WHO | words("profile info details data identity contact person traits attributes")
"""And those of maps in which that stands."""
_BETWEEN = re.compile("[_ -]+")
_KEY_CHARACTERS = 127
_FEW = 64
_REMEMBERED, _REMEMBERED_BYTES = 4096, 256


class Told:
    """Whom requests name. On one thread."""

    def __init__(self, identity: Collection[str], tells: Callable[[str], bool]) -> None:
        """`identity`: keys that tell, beside those that always do; `tells`: whether what a key holds is looked for."""
        self._tells = tells
        whole, begun, held = map(_any_of, ({*WHOLE, *identity}, PREFIXES, _HOLDERS))
        keys = rf"\n.(?:(?:(?:{begun})[^\x00-\x1f]*|{whole})\x12|(?:{held})\x12[\x80-\xff]{{0,4}}.[2*])"
        self._keys, self._dense_keys = union([keys]), re.compile(keys.encode(), re.DOTALL)
        self._known: dict[bytes, frozenset[str]] = {}

    def names(self, data: bytes) -> set[str]:
        """The names that `data`, wire bytes of items, tells."""
        found: set[str] = set()
        behind = 0
        for start in self._places(data):
            raw = _pair(data, start) if start >= behind else None
            if raw is None:
                continue
            names = self._known.get(raw)
            if names is None:
                names = self._of_pair(raw)
            if names is not None:
                behind = start + len(raw)
                found |= names
        return found

    def _places(self, data: bytes) -> Iterator[int]:
        """Where such keys may stand. RE2 is the faster one where they are far apart, `re` where they are many."""
        place = 0
        for _ in range(_FEW):
            hit = self._keys.search(data, place)
            if hit is None:
                return
            yield hit.start()
            place = hit.end()
        for one in self._dense_keys.finditer(data, place):
            yield one.start()

    def _of_pair(self, raw: bytes) -> frozenset[str] | None:
        """The names in a KeyValue; None where it is none."""
        try:
            names = frozenset(filter(is_name, self._told(raw[2 : 2 + raw[1]].decode(), decode_pair(raw))))
        except (DecodeError, UnicodeDecodeError):
            return None
        if len(raw) <= _REMEMBERED_BYTES:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[raw] = names
        return names

    def _told(self, key: str, value: Value) -> Iterator[str]:
        whole = self._tells(key)
        for path, text in _leaves(value, "", MAX_DEPTH):
            if whole if not path else _words_of(path)[-1] in _WHO and (whole or self._tells(key + path)):
                yield text


def _leaves(value: Value, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """The texts and numbers in `value`, each behind the keys above it; of maps what is about somebody alone."""
    if isinstance(value, str | int):
        yield path, str(value)
    elif depth and isinstance(value, list):
        for one in value:
            yield from _leaves(one, path, depth - 1)
    elif depth and isinstance(value, dict):
        for key, one in value.items():
            if len(key) <= _KEY_CHARACTERS and _ABOUT.issuperset(_words_of(key)):
                yield from _leaves(one, f"{path}.{key}", depth - 1)


def _words_of(path: str) -> list[str]:
    return _BETWEEN.sub("", path.lower()).split(".")


def _pair(data: bytes, start: int) -> bytes | None:
    """The KeyValue that begins at `start`; None where there is none, or a long one."""
    at = start + 2 + data[start + 1]
    head = data[at : at + 4]
    if at > start + 2 + _KEY_CHARACTERS or len(head) < 2 or head[0] != 0x12:
        return None
    size, at = head[1], at + 2
    if size > 0x7F:
        if len(head) < 4 or head[2] > 0x7F:
            return None
        size, at = size & 0x7F | head[2] << 7, at + 1
    return data[start : at + size] if at + size <= len(data) else None


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words)))

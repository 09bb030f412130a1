"""Hashes and placeholders. No state: the same in every worker, service and restart that has the key."""

import hmac
import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Final, Literal

from .keyring import Key, Keyring
from .normal import normal, text_of

HASH_BYTES = 16
"""What is written of a hash: its first 128 bits."""
LETTERS, GLOBAL_LETTERS = 4, 8
MAX_REMEMBERED = 4096
MAX_REMEMBERED_LENGTH = 256
"""Longer values are not remembered."""

WRITTEN = r"<[A-Z][A-Z0-9_]*(?:_[a-z]{4}|_[a-z]{8}|:[A-Za-z0-9_-]{1,32}:[0-9a-f]{32})?>"
"""What placeholders and tags look like, for whoever must leave them alone (`re` and RE2)."""

_HASH = re.compile(r"([A-Za-z0-9_-]{1,32}):([0-9a-f]{32})")
_TAG = re.compile(rf"<([A-Z][A-Z0-9_]*):({_HASH.pattern})>")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


class Scope(Enum):
    """How far a placeholder reaches beyond one trace or session."""

    GLOBAL = "global"


GLOBAL: Final = Scope.GLOBAL
"""Everywhere: eight letters, equal in all traces."""

Within = bytes | Literal[Scope.GLOBAL] | None
"""A trace or session by its id, everywhere, or unknown."""


def derived(key: Key, purpose: str) -> bytes:
    """The key for `purpose`, which tells nothing of `key` or of those for other purposes."""
    return hmac.digest(key.secret, f"spansieve/{purpose}/v1".encode(), "sha256")


def joined(parts: tuple[bytes, ...]) -> bytes:
    """`parts` behind their lengths (8 bytes, big-endian): no other parts give the same."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def letters(mac: bytes, count: int) -> str:
    """The first 128 bits of `mac` as a number modulo 26^`count`, written in a-z: of all texts of up to eight letters
    none is likelier than another by more than one in 2^90.
    """
    number, text = int.from_bytes(mac[:16], "big"), ""
    for _ in range(count):
        number, place = divmod(number, 26)
        text += _ALPHABET[place]
    return text


class Pseudonyms:
    """What is written in place of values, with the current key of a ring. On one thread; values may be text or UTF-8.

    It remembers at most MAX_REMEMBERED short values, and forgets all of them then: they repeat from span to span.
    """

    def __init__(self, keyring: Keyring) -> None:
        """Derive the keys."""
        self._keyring = keyring
        self.key_id = keyring.current.id
        self._hash = derived(keyring.current, "hash")
        self._tag = derived(keyring.current, "tag")
        self._scoped = derived(keyring.current, "placeholder")
        self._global = derived(keyring.current, "placeholder-global")
        self._known: dict[tuple[str, str | bytes, Within | str], str] = {}

    def placeholder(self, entity: str, value: str | bytes, scope: Within) -> str:
        """`<EMAIL_kqzd>`: four letters that the same value has everywhere in `scope`, eight for GLOBAL; `<EMAIL>` with
        none.
        """
        if not scope:
            return f"<{entity}>"
        known = self._known.get((entity, value, scope))
        return known if known is not None else self._remembered(entity, value, scope, self._placeholder)

    def tag(self, entity: str, value: str | bytes) -> str:
        """`<EMAIL:k1:9f2c...>`: a hash that the same value has everywhere, of 128 bits."""
        known = self._known.get((entity, value, ""))
        return known if known is not None else self._remembered(entity, value, "", self._tagged)

    def mac(self, *parts: bytes) -> bytes:
        """All 32 bytes of the hash of `parts`, for chains of hashes."""
        return hmac.digest(self._hash, joined(parts), "sha256")

    def digest(self, *parts: bytes) -> str:
        """`k1:0f9a...`: the hash of `parts`."""
        return self.written(self.mac(*parts))

    def written(self, mac: bytes) -> str:
        """What `mac` gave, as it is written: the key's id and 128 bits in hex."""
        return f"{self.key_id}:{mac[:HASH_BYTES].hex()}"

    def each(self) -> "Iterator[Pseudonyms]":
        """One for each key of the ring, the current one first."""
        return (Pseudonyms(Keyring(key)) for key in self._keyring.keys)

    def made_by(self, found: str, make: "Callable[[Pseudonyms], str]") -> str | None:
        """The id of the key with which `make` gives the hash or tag `found`, or None: for `digest`s of more than one
        part, and chains. What id `found` bears does not count, since a key may have had another one.
        """
        wanted = _bits(found)
        for one in self.each():
            if wanted and hmac.compare_digest(_bits(make(one)), wanted):
                return one.key_id
        return None

    def verify(self, value: str | bytes, found: str) -> str | None:
        """The id of the key with which `found`, a `tag` or a `digest` of one part, was made of `value`, or None."""
        tag = _TAG.fullmatch(found)
        if tag:
            return self.made_by(found, lambda one: one.tag(tag[1], value))
        return self.made_by(found, lambda one: one.digest(_utf8(text_of(value))))

    def _placeholder(self, entity: str, value: str | bytes, scope: Within | str) -> str:
        parts = (entity.encode(), _utf8(normal(entity, value)))
        if isinstance(scope, bytes):
            mac, count = hmac.digest(self._scoped, joined((scope, *parts)), "sha256"), LETTERS
        else:
            mac, count = hmac.digest(self._global, joined(parts), "sha256"), GLOBAL_LETTERS
        return f"<{entity}_{letters(mac, count)}>"

    def _tagged(self, entity: str, value: str | bytes, _: Within | str) -> str:
        mac = hmac.digest(self._tag, joined((entity.encode(), _utf8(normal(entity, value)))), "sha256")
        return f"<{entity}:{self.written(mac)}>"

    def _remembered(
        self,
        entity: str,
        value: str | bytes,
        scope: Within | str,
        make: Callable[[str, str | bytes, Within | str], str],
    ) -> str:
        made = make(entity, value, scope)
        if len(value) <= MAX_REMEMBERED_LENGTH:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[entity, value, scope] = made
        return made


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _bits(found: str) -> str:
    """The 128 bits of a hash or tag in hex, or ""."""
    whole = _HASH.fullmatch(found) or _HASH.fullmatch(found.strip("<>").partition(":")[2])
    return whole[2] if whole else ""

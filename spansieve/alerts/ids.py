"""Names of alerts: one for each time that something begins, and one for what it is, the same on every node."""

import hashlib
import secrets
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, in the order of the digits' values."""
_LENGTH: Final = 26
_RANDOM_BITS: Final = 80
_TIME_BITS: Final = 48


def ulid(time_ns: int) -> str:
    """26 characters that sort by `time_ns` (nanoseconds since the Unix epoch), to the millisecond, and never repeat.

    Source: the ULID specification (github.com/ulid/spec): 48 bits of milliseconds, 80 random ones.
    """
    milliseconds = max(time_ns, 0) // 1_000_000 % (1 << _TIME_BITS)
    number = milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))


def new_id(time_ns: int) -> str:
    """The id of an alert that begins at `time_ns` of the clock (nanoseconds since the Unix epoch): `al_` and a ULID."""
    return f"al_{ulid(time_ns)}"


def fingerprint_of(type: str, about: str) -> str:  # noqa: A002 (the field's name)
    """The identity of an alert over restarts and nodes, 16 hex digits: its `type`, and the pattern's key that it is
    about, or the service where it is about all of its errors.
    """
    return hashlib.sha256(f"{type}{about}".encode("utf-8", "replace")).hexdigest()[:16]

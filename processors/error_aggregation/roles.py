"""What the attributes of an error are good for: they say what it is, or for whom it was and what was tried."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from spansieve.failures import AGENT_KEYS, GRPC_CODE, HTTP_CODES, OS_THREAD, THREAD_KEYS, TOOL_KEYS, USER_KEYS
from spansieve.pdata import decode_pair
from spansieve.semconv.names import (
    ERROR_CLASS,
    ERROR_SOFT,
    ERROR_TYPE,
    KIND,
    OPERATION,
    REQUEST_MODEL,
    SAME_ARGUMENTS,
)

OVERRIDES: Final = ("spansieve.error.fingerprint", "exception.fingerprint")
"""A fingerprint that somebody gave an error."""
MESSAGES: Final = ("exception.message", "exception.stacktrace", "error.message")
"""What is different from one error to the next, while all else that tells stays as it is."""
_TELLING: Final = frozenset(
    {*TOOL_KEYS, *AGENT_KEYS, *OVERRIDES, ERROR_CLASS, ERROR_SOFT, ERROR_TYPE, KIND, OPERATION, REQUEST_MODEL}
    | {*MESSAGES, "exception.type", "error"}
    | {*HTTP_CODES, GRPC_CODE, "gen_ai.workflow.name"}
)
_ASKED: Final = (*USER_KEYS, *THREAD_KEYS, *SAME_ARGUMENTS)
_THREAD, _TRIED = len(USER_KEYS), len(USER_KEYS) + len(THREAD_KEYS)
_TELLS, _NOTHING = -1, -2
_TEXT_ONLY: Final = _ASKED.index(OS_THREAD)
_MOST, _SHORT = 8_192, 64
"""Attributes remembered as they are, and their bytes."""


def head_of(key: str) -> bytes:
    """How an attribute with this key begins on the wire."""
    return b"\x0a%c%s" % (len(key), key.encode())


_ROLES: Final = {head_of(key): place for place, key in enumerate(_ASKED)} | {head_of(key): _TELLS for key in _TELLING}
"""The place in `_ASKED`, or that it tells what the error is."""


class Parted(NamedTuple):
    """The attributes of an error, each as it came; empty where there is none."""

    user: bytes
    thread: bytes
    tried: bytes
    """What a tool was given."""
    telling: tuple[bytes, ...]
    """Those that tell what the error is, in order."""


class Roles:
    """Parts attributes. Most of them come again and again as they are, so that is asked first."""

    def __init__(self) -> None:
        """Nothing is remembered."""
        self._known: dict[bytes, int] = {}

    def parted(self, raws: Sequence[bytes]) -> Parted:
        """Attributes by what they are good for. Raises DecodeError where one of them is malformed."""
        asked, telling = [b""] * len(_ASKED), []
        for raw, known in zip(raws, map(self._known.get, raws), strict=True):
            if known == _NOTHING:
                continue
            role = self._learn(raw) if known is None else known
            if role == _TELLS:
                telling.append(raw)
            elif role != _NOTHING and not asked[role]:
                asked[role] = raw
        user, thread, tried = asked[:_THREAD], asked[_THREAD:_TRIED], asked[_TRIED:]
        return Parted(_first(user), _first(thread), _first(tried), tuple(telling))

    def _learn(self, raw: bytes) -> int:
        role = _ROLES.get(raw[: raw[1] + 2], _NOTHING) if len(raw) > 1 else _NOTHING
        if role == _TEXT_ONLY and not isinstance(decode_pair(raw), str):
            role = _NOTHING
        if len(raw) <= _SHORT:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[raw] = role
        return role


def _first(raws: Sequence[bytes]) -> bytes:
    return next(filter(None, raws), b"")

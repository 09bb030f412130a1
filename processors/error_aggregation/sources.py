"""Who sent spans, read once for all that came from there."""

from collections import OrderedDict
from typing import Final

from spansieve.failures import THREAD_KEYS, USER_KEYS
from spansieve.pdata import Shell, TraceBatch, Value, decode_pair, together

from .seen import Source

_MOST: Final = 1_024


class Sources:
    """The latest senders."""

    def __init__(self) -> None:
        """None is known."""
        self._known: OrderedDict[Shell, Source] = OrderedDict()

    def of(self, shell: Shell) -> Source:
        """Who sent what was in `shell`. Raises DecodeError."""
        source = self._known.get(shell)
        if source is None:
            source = self._known[shell] = _read(shell)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return source


def _read(shell: Shell) -> Source:
    (scope,) = TraceBatch.parse(together([(shell, [])])).scopes
    raws = scope.resource.attributes.raws()
    service = decode_pair(raws["service.name"]) if "service.name" in raws else ""
    return Source(
        shell,
        scope,
        service if isinstance(service, str) else "",
        worth(raws["service.version"]) if "service.version" in raws else b"",
        next((worth(raws[key]) for key in USER_KEYS if key in raws), b""),
        next((worth(raws[key]) for key in THREAD_KEYS if key in raws), b""),
    )


def worth(raw: bytes) -> bytes:
    """The value of an attribute as a text that is equal for equal values; empty for none. Raises DecodeError."""
    value: Value = decode_pair(raw)
    return b"" if value in (None, "") else str(value).encode("utf-8", "replace")

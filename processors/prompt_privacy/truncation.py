"""Content of which only a part passes."""

import json
import re

from spansieve.pdata import Value

_CUT = re.compile(r"<TRUNCATED:[0-9]{1,12} characters>\Z")


def shown(value: Value) -> bytes:
    """Content as one text: bytes as what they spell, other structured content as JSON."""
    if isinstance(value, bytes):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=_spelled)
    return text.encode(errors="replace")


def _spelled(raw: bytes) -> str:
    return raw.decode(errors="replace")


def truncated(text: bytes, limit: int) -> bytes:
    """The first `limit` characters of `text`, and how many are gone. A text that was cut so stays."""
    characters = text.decode(errors="replace")
    mark = _CUT.search(characters)
    if len(characters) - (len(mark[0]) if mark else 0) <= limit:
        return text
    return f"{characters[:limit]}<TRUNCATED:{len(characters) - limit} characters>".encode()

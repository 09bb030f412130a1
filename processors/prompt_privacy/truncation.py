"""Content of which only a part passes."""

import json

from spansieve.pdata import Value


def shown(value: Value) -> bytes:
    """Content as one text, structured content as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=bytes.hex)
    return text.encode(errors="replace")


def truncated(text: bytes, limit: int) -> bytes:
    """The first `limit` characters of `text`, and how many are gone."""
    characters = text.decode(errors="replace")
    if len(characters) <= limit:
        return text
    return f"{characters[:limit]}<TRUNCATED:{len(characters) - limit} characters>".encode()

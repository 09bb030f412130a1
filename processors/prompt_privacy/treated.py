"""Content that does not pass as it is: its hash, or its beginning."""

import json
import re

from spansieve.messages import canonical_bytes
from spansieve.pseudonyms import Pseudonyms

from spansieve.pdata import Value

_HASH = re.compile(r"[A-Za-z0-9_-]{1,32}:[0-9a-f]{32}")


def written(value: Value, pseudonyms: Pseudonyms) -> str:
    """The hash that stands in place of content; one that stands there already stays."""
    if isinstance(value, str) and _HASH.fullmatch(value):
        return value
    return pseudonyms.digest(canonical_bytes(value))


def shown(value: Value) -> bytes:
    """Content as one text, structured content as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=lambda raw: raw.hex())
    return text.encode(errors="replace")


def truncated(text: bytes, limit: int) -> bytes:
    """The first `limit` characters of `text`, and how many are gone."""
    characters = text.decode(errors="replace")
    if len(characters) <= limit:
        return text
    return f"{characters[:limit]}<TRUNCATED:{len(characters) - limit} characters>".encode()

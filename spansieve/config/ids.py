"""Ids of components and pipelines: `type` or `type/name`, as the Go Collector writes them."""

import re
from typing import NamedTuple

__all__ = ["Id", "parse_id"]

MAX_TYPE = 63
MAX_NAME = 1024

_TYPE = re.compile(r"[a-zA-Z][0-9a-zA-Z_]*")


class Id(NamedTuple):
    """The two halves of an id; the name is empty where there is none."""

    type: str
    name: str

    def __str__(self) -> str:
        """The id as it is written, without spaces around its halves."""
        return f"{self.type}/{self.name}" if self.name else self.type


def parse_id(text: str) -> Id:
    """The id that `text` is, spaces around its halves trimmed. Raises ValueError, saying what is allowed."""
    kind, slash, name = (part.strip() for part in text.partition("/"))
    if not kind:
        raise ValueError("the part before / should not be empty" if slash else "an id should not be empty")
    if slash and not name:
        raise ValueError("the part after / should not be empty")
    if not _TYPE.fullmatch(kind) or len(kind) > MAX_TYPE:
        raise ValueError(f"a type begins with a letter and has up to {MAX_TYPE} letters, digits and _")
    if len(name) > MAX_NAME or not name.isprintable():
        raise ValueError(f"a name has up to {MAX_NAME} printable characters")
    return Id(kind, name)

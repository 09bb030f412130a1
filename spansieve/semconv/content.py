"""Which keys hold content, and what. Source: the mapping, section 4."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class ContentKey(NamedTuple):
    """A key under which content stands."""

    key: str
    """May be a glob; `*` alone: all that stands there."""
    role: str
    """What the content is: prompt, completion, system ..."""
    places: tuple[str, ...]
    """Where the key counts: span, event, log, body ..."""
    event: str = ""
    """The name, or a glob of names, of the events or records in which alone it does; empty: all."""
    dialect: str = ""
    """The dialect in which alone it does; empty: all."""


def content_keys(mapping: Mapping[str, Any]) -> tuple[ContentKey, ...]:
    """What `mapping` says of content, in its order."""
    rows = [row for rows in mapping["content_keys"].values() for row in rows if isinstance(row, dict)]
    return tuple(_content_key(**row) for row in rows)


def _content_key(where: str | list[str], **row: str) -> ContentKey:
    return ContentKey(places=(where,) if isinstance(where, str) else tuple(where), **row)


class Globs(Generic[T]):
    """What is said of names and of globs: of a name the first that is said of itself, else of a glob that fits it."""

    def __init__(self, said: Iterable[tuple[str, T]]) -> None:
        """Take pairs of a name or glob, and what is said of it."""
        self._names: dict[str, T] = {}
        self._globs: list[tuple[str, T]] = []
        for name, one in said:
            if "*" in name:
                self._globs.append((name, one))
            else:
                self._names.setdefault(name, one)

    def get(self, name: str, otherwise: T) -> T:
        """What is said of `name`, `otherwise` if nothing is."""
        if name in self._names:
            return self._names[name]
        return next((one for glob, one in self._globs if fnmatchcase(name, glob)), otherwise)

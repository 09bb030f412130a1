"""Reads the page as a browser would: its texts, tags and links."""

import re
from html.parser import HTMLParser

from spansieve.extensions.zpages.history import History
from spansieve.extensions.zpages.page import Pages
from spansieve.inspection import Inspection

PAGES = Pages()


class Reader(HTMLParser):
    """The texts of a page, and whether its elements close in order."""

    VOID = frozenset({"meta", "polyline"})

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(now: Inspection, components: dict[str, object] | None = None, history: History | None = None) -> Reader:
    reader = Reader()
    reader.feed(PAGES.status(now, history or History(), components or {}, {}, refresh=False))
    assert not reader.open
    return reader


def text(now: Inspection, components: dict[str, object] | None = None, history: History | None = None) -> str:
    return plain(read(now, components, history))


def plain(reader: Reader) -> str:
    """Its texts, as one line."""
    return re.sub(r"[ \n]+", " ", " ".join(reader.texts))

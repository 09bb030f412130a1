"""Prompts grow: an agent sends its whole history with each call, and reading it anew each time would cost the square.

What was read of a text is kept; where a later text is the same, or a JSON array with the same beginning and more behind
it, only what is new is read. Measured on 40 calls that grew to 47 KB, hashing included: a sixth of the time.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

from .entry import Entry

MAX_CHARACTERS: Final = 4 << 20
"""Of all texts that are kept, together; the longest unused go. Their entries take about four times as much memory."""
MIN_CHARACTERS: Final = 256
"""Shorter texts are read as quickly as looked for."""
_MOST_ALIKE: Final = 16
"""Texts that begin alike, as the calls of one agent do, and are told apart by comparing them."""
_HEAD: Final = 256


class Known(NamedTuple):
    """A text with what was read of it."""

    text: str
    start: str
    """The text without the end of its array; empty where it is none."""
    entries: list[Entry]
    messages: int
    """Of how many messages they are."""


class Growing:
    """Remembers texts, at most `max_characters` of them."""

    def __init__(self, max_characters: int = MAX_CHARACTERS) -> None:
        """Start with none."""
        self._max = max_characters
        self._held = 0
        self._alike: OrderedDict[tuple[str, str], list[Known]] = OrderedDict()

    def find(self, source: str, text: str) -> tuple[Known, str] | None:
        """What `text` is or begins with, and the JSON array of what is new in it, empty for nothing; None for unknown.

        The same text from another `source` is another one. The entries are shared: not to be changed.
        """
        key = source, text[:_HEAD]
        for known in self._alike.get(key, ()):
            if known.text == text:
                self._alike.move_to_end(key)
                return known, ""
            if known.start and text.startswith(known.start):
                rest = text[len(known.start) :].lstrip()
                if rest.startswith(","):
                    return known, "[" + rest[1:]
        return None

    def keep(self, source: str, text: str, entries: list[Entry], count: int = 0) -> None:
        """Remember `entries` of `text`, instead of those that it began with; `count`: it is an array of messages."""
        if not MIN_CHARACTERS <= len(text) <= self._max:
            return
        end = text.rstrip()
        start = end[:-1].rstrip() if count and end.endswith("]") else ""
        key = source, text[:_HEAD]
        alike = self._alike.pop(key, [])
        stays = [known for known in alike if not (known.start and text.startswith(known.start))][: _MOST_ALIKE - 1]
        self._alike[key] = [Known(text, start, entries, count), *stays]
        self._held += sum(len(known.text) for known in self._alike[key]) - sum(len(known.text) for known in alike)
        while self._held > self._max:
            _, gone = self._alike.popitem(last=False)
            self._held -= sum(len(known.text) for known in gone)

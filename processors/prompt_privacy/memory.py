"""What is known of pieces of telemetry: the same attributes come in every span, and are looked at once."""

from collections.abc import Mapping
from typing import NamedTuple

from spansieve.pseudonyms import Within

from .cuts import Cut
from .people import People
from .policy import Facts

MAX_BYTES = 16 << 20
"""Of all pieces that are remembered; one more, and all are forgotten."""
_OVERHEAD = 100
_CROWDS = 64


class Text(NamedTuple):
    """A KeyValue with a text that something is in; `shared`: its placeholders are the same in all traces."""

    key: bytes
    cut: Cut
    shared: bool


class Content(NamedTuple):
    """A KeyValue whose value is content that does not pass as it is."""

    facts: Facts


class Deep(NamedTuple):
    """A KeyValue to be walked each time: an array, a map, a number, bytes, or a finding in its key."""

    facts: Facts


Held = Text | Content | Deep


class Change(NamedTuple):
    """What changes in the attributes of an item, and what that counts for."""

    texts: Mapping[str, bytes]
    """What takes the place of those that something is in."""
    changed: Mapping[str, bytes]
    """These, and the mark that says so."""
    counted: tuple[tuple[str, str, str], ...]
    """Each finding: its entity, what was done, and where it stood."""


Changed = tuple[frozenset[bytes], Within]
"""The KeyValues of an item that something is in, and how far its placeholders reach."""


class Memory:
    """What is known of pieces in requests that name the same people."""

    __slots__ = ("changes", "clean", "cuts", "held", "size_bytes")

    def __init__(self) -> None:
        """Nothing yet."""
        self.clean: set[bytes] = set()
        """Pieces that nothing is in."""
        self.held: dict[bytes, Held] = {}
        """KeyValues that something is in, and what."""
        self.cuts: dict[bytes, Cut | None] = {}
        """Texts that stand by themselves, such as names and messages of a status, and what is in them."""
        self.changes: dict[Changed, Change] = {}
        """What changes in items where nothing else is."""
        self.size_bytes = 0

    def put(self, raw: bytes, held: Held | None) -> None:
        """Remember what `raw` holds."""
        if held is not None:
            self.held[raw] = held
        else:
            self.clean.add(raw)
        self.size_bytes += len(raw) + _OVERHEAD

    def put_cut(self, text: bytes, cut: Cut | None) -> None:
        """Remember what is in `text`."""
        self.cuts[text] = cut
        self.size_bytes += len(text) + _OVERHEAD

    def put_change(self, where: Changed, change: Change) -> None:
        """Remember what changes in items like this one."""
        self.changes[where] = change
        self.size_bytes += sum(map(len, change.changed.values())) + 4 * _OVERHEAD


class Memories:
    """One memory for each set of people."""

    def __init__(self) -> None:
        """None yet."""
        self._known: dict[frozenset[str], Memory] = {}

    def of(self, people: People) -> Memory:
        """The one for requests that name `people`. All are emptied when they have become too large."""
        if len(self._known) > _CROWDS or sum(memory.size_bytes for memory in self._known.values()) > MAX_BYTES:
            self._known = {}
        return self._known.setdefault(people.names, Memory())

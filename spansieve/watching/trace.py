"""One trace, as far as it has come."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from .span import AiSpan, Traits, call_id_in

MAX_DEPTH: Final = 250
"""Spans that are climbed from one; what encloses it from further above is not seen. It also ends circles."""

MAX_LINKS: Final = 100_000
"""Spans of one trace that are remembered."""
Stops = Callable[[AiSpan], bool]
Ends = Callable[[Traits], bool]


def _never(_: Traits) -> bool:
    return False


class Note(NamedTuple):
    """What is remembered of an AI span that has been told of."""

    traits: Traits
    user: str
    tenant: str
    thread: str
    raw_call_id: bytes | None

    @property
    def call_id(self) -> str:
        """As that of an AiSpan."""
        return call_id_in(self.raw_call_id)


class Ran(NamedTuple):
    """When a tool ran."""

    end_ns: int
    start_ns: int
    key: bytes
    """The id of its span, or what stands for one."""
    parent: bytes


def note_of(span: AiSpan) -> Note:
    """What is to be remembered of `span`."""
    return Note(span.traits, span.user, span.tenant, span.thread, span.said.get("raw_call_id"))


class Trace:
    """Its spans by id. What waits is kept whole, of others the place alone, and of AI spans a note."""

    __slots__ = ("id", "links", "named", "notes", "repeated", "tools", "waiting")

    def __init__(self, trace_id: bytes) -> None:
        """Nothing has come."""
        self.id = trace_id
        self.links: dict[bytes, bytes] = {}
        """The parent of each span that has come, or that a filter dropped; empty for a root."""
        self.waiting: dict[bytes, AiSpan] = {}
        """By id, or another key where a span has none."""
        self.notes: dict[bytes, Note] = {}
        self.tools: dict[bytes, Ran] = {}
        """By id."""
        self.named: set[str] = set()
        """Tools that came."""
        self.repeated: set[str] = set()
        """Those of them that came more than once."""

    def settled(self, due: Mapping[bytes, AiSpan]) -> None:
        """These wait no longer: of each a note is kept."""
        self.notes.update({key: note_of(span) for key, span in due.items()})
        is_whole = len(due) == len(self.waiting)
        self.waiting = {} if is_whole else {key: span for key, span in self.waiting.items() if key not in due}

    @property
    def size(self) -> int:
        """How much is remembered."""
        return len(self.links) + len(self.tools)

    def shrink(self) -> int:
        """Forget the older half where too much is remembered; returns how many."""
        if len(self.links) <= MAX_LINKS:
            return 0
        gone = [one for one in list(self.links)[: MAX_LINKS // 2] if one not in self.waiting]
        for one in gone:
            del self.links[one]
            self.notes.pop(one, None)
        self._name_anew()
        return len(gone)

    def _name_anew(self) -> None:
        """Forget the names of tools that are remembered no longer."""
        known: list[AiSpan | Note] = [*self.notes.values(), *self.waiting.values()]
        came = Counter(one.traits.tool for one in known if one.traits.is_tool)
        self.named, self.repeated = set(came), {name for name, times in came.items() if times > 1}

    def known(self, span_id: bytes) -> AiSpan | Note | None:
        """An AI span; None for any other, and for what has not come."""
        return self.waiting.get(span_id) or self.notes.get(span_id)

    def frontier(self, at: bytes, stops: Stops, ends: Ends = _never) -> bytes:
        """From `at` up, the first span that has not come yet, or that waits and `stops`; empty where that leads beyond
        the root, or an AI span `ends` it.
        """
        for _ in range(MAX_DEPTH):
            parent = self.links.get(at) if at else None
            if parent is None:
                return at
            known = self.known(at)
            if known is not None:
                if ends(known.traits):
                    return b""
                if isinstance(known, AiSpan) and stops(known):
                    return at
            at = parent
        return b""

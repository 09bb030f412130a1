"""The hashes of spans, ready to be written; spans that say the same are hashed once."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from spansieve.pdata import Attributes, DecodeError, Event, Value, decode_pair, encode_pair
from spansieve.semconv.names import DIALECT, KIND, OPERATION

from .calls import Conversation, conversation, conversation_of_record, kind_of
from .chain import hashes
from .growing import Growing
from .sources import steps_of

MAX_BYTES: Final = 4 << 20
"""Of the content of all spans that are remembered, together; the longest unused go."""
_ENTRY_BYTES: Final = 1024
"""What each costs beside its content."""
_Pairs = Mapping[str, bytes]
_Said = tuple[bytes | str, ...]
_SHORT: Final = 256


class Fingerprints:
    """Hashes spans under one key. Remembers a bounded number of contents and histories, in memory alone."""

    def __init__(self, key: bytes, key_id: str, *, template: bool = False, simhash: bool = False) -> None:
        """`template` and `simhash` are asked for as in `hashes`."""
        self._key, self._key_id = key, key_id
        self._template, self._simhash = template, simhash
        self._histories = Growing()
        self._known: OrderedDict[_Said, tuple[_Pairs, int]] = OrderedDict()
        self._held = 0

    def of(self, attributes: Attributes, events: Sequence[Event] = ()) -> _Pairs:
        """What `hashes` says of a span, as encoded KeyValues by key. Not to be changed. Never raises."""
        try:
            return self._of(attributes, events)
        except DecodeError:
            return {}

    def of_record(self, name: str, body: Value, attributes: Attributes) -> _Pairs:
        """The same of a log record; `name` is its event's."""
        return self._pairs(conversation_of_record(name, body, attributes, memory=self._histories))

    def _of(self, attributes: Attributes, events: Sequence[Event]) -> _Pairs:
        raws = attributes.raws()
        kind = kind_of(_word(raws.get(KIND, b"")), _word(raws.get(OPERATION, b"")))
        dialect = _word(raws.get(DIALECT, b""))
        steps = steps_of(tuple(raws), frozenset([event.name for event in events]), dialect, kind)
        if not steps:
            return {}
        there = [step for group in steps.values() for step in group]
        said = [(event.name, event.attributes) for event in events if any(event.name in s.source.events for s in there)]
        content = [raws[key] for step in there for key in step.keys]
        content += [raw for _, each in said for raw in each.raws().values()]
        known: _Said = (kind, dialect, *(name for name, _ in said), *content)
        found = self._known.get(known)
        if found is not None:
            self._known.move_to_end(known)
            return found[0]
        pairs = self._pairs(conversation(attributes, said, kind=kind, dialect=dialect, memory=self._histories))
        self._keep(known, pairs, _ENTRY_BYTES + sum(map(len, content)))
        return pairs

    def _pairs(self, spoken: Conversation) -> _Pairs:
        out = hashes(spoken, self._key, self._key_id, template=self._template, simhash=self._simhash)
        return {key: encode_pair(key, value) for key, value in out.items()}

    def _keep(self, known: _Said, pairs: _Pairs, size_bytes: int) -> None:
        self._known[known] = pairs, size_bytes
        self._held += size_bytes
        while self._held > MAX_BYTES:
            _, (_, gone) = self._known.popitem(last=False)
            self._held -= gone


def _word(raw: bytes) -> str:
    value = _short(raw) if len(raw) <= _SHORT else _decoded(raw)
    return value if isinstance(value, str) else ""


def _decoded(raw: bytes) -> Value:
    try:
        return decode_pair(raw) if raw else None
    except DecodeError:
        return None


_short = lru_cache(maxsize=1024)(_decoded)

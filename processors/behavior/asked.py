"""What a user said last in a prompt, read only when it is compared: most requests never are."""

from collections.abc import Mapping, Sequence
from typing import Final

from spansieve.messages.calls import conversation
from spansieve.messages.entry import USER
from spansieve.messages.growing import Growing
from spansieve.messages.sources import INPUT, steps_of
from spansieve.pdata import Attributes, DecodeError, Span, Value, decode_pair
from spansieve.semconv.names import DIALECT

from .roles import MODEL

MAX_TEXT: Final = 2000
"""Characters of a text that are compared."""
_LARGE: Final = 16_384
"""Bytes of a prompt that are kept as they are; a larger one is read at once."""
_HISTORIES: Final = 1 << 20
"""Characters of large prompts that are remembered, so that one that grows is not read anew each time."""
_MOST_KEYS: Final = 1024
_MESSAGE: Final = b"gen_ai."
"""Stands in the names of events that hold messages."""
Events = Sequence[tuple[str, Mapping[str, Value]]]


class Asked:
    """The prompt of one span, scrubbed."""

    __slots__ = ("_dialect", "_raws", "_role", "_text", "size_bytes")

    def __init__(self, raws: Mapping[str, bytes], role: str, dialect: str) -> None:
        """`raws` are the attributes that hold it."""
        self._raws = raws
        self._role = role
        self._dialect = dialect
        self._text: str | None = None
        self.size_bytes = sum(map(len, raws.values()))

    @classmethod
    def known(cls, text: str) -> "Asked":
        """One that was read."""
        asked = cls({}, "", "")
        asked._text = text
        asked.size_bytes = len(text)
        return asked

    @property
    def text(self) -> str:
        """What the user said last; empty where that is not known."""
        if self._text is None:
            try:
                said = {key: decode_pair(raw) for key, raw in self._raws.items()}
            except DecodeError:
                said = {}
            self._text = _said_last(said, (), self._role, self._dialect, None)
            self._raws = {}
        return self._text


class Prompts:
    """Finds the prompts of spans."""

    def __init__(self) -> None:
        """None was large yet."""
        self._histories = Growing(_HISTORIES)
        self._keys: dict[tuple[object, ...], tuple[str, ...]] = {}
        """By role, dialect and keys of a span: which of these hold its prompt."""

    def of(self, span: Span, role: str) -> Asked | None:
        """The prompt of `span`, an agent's, workflow's or model's; None where it has none. Raises DecodeError."""
        raws = span.attributes.raws()
        asked = role, raws.get(DIALECT), *raws
        keys = self._keys.get(asked)
        if keys is None:
            keys = self._find(asked, span.attributes, role)
        if not keys:
            return self._of_events(span, role) if span.has_events else None
        held = {key: raws[key] for key in keys}
        found = Asked(held, role, _dialect(span.attributes) if DIALECT in raws else "")
        return found if found.size_bytes <= _LARGE else self._at_once(span, role)

    def _find(self, asked: tuple[object, ...], attributes: Attributes, role: str) -> tuple[str, ...]:
        """The attributes that hold the prompt, where attributes do."""
        steps = steps_of(tuple(attributes.raws()), frozenset(), _dialect(attributes), role).get(INPUT, ())
        if len(self._keys) >= _MOST_KEYS:
            self._keys.clear()
        self._keys[asked] = steps[0].keys if steps else ()
        return self._keys[asked]

    def _of_events(self, span: Span, role: str) -> Asked | None:
        return self._at_once(span, role) if span.events_mention(_MESSAGE) else None

    def _at_once(self, span: Span, role: str) -> Asked:
        events = [(event.name, event.attributes) for event in span.events] if span.has_events else []
        return Asked.known(_said_last(span.attributes, events, role, _dialect(span.attributes), self._histories))


def _dialect(attributes: Attributes) -> str:
    said = attributes.get(DIALECT, "")
    return said if isinstance(said, str) else ""


def _said_last(said: Mapping[str, Value], events: Events, role: str, dialect: str, histories: Growing | None) -> str:
    """What the user said last. A model call that answers a tool's result asks nothing anew."""
    prompt = conversation(said, events, kind=role, dialect=dialect, memory=histories).prompt
    if role == MODEL:
        prompt = prompt[-1:]
    last = next((entry for entry in reversed(prompt) if entry.role == USER), None)
    return last.said[:MAX_TEXT] if last is not None and isinstance(last.said, str) else ""

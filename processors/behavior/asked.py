"""What a user said last in a prompt, read only when it is compared: most requests never are."""

from collections.abc import Mapping, Sequence
from typing import Final

from spansieve.messages.calls import conversation
from spansieve.messages.entry import USER
from spansieve.messages.growing import Growing
from spansieve.messages.sources import INPUT, steps_of
from spansieve.pdata import DecodeError, Span, Value, decode_pair
from spansieve.semconv.names import DIALECT

from .roles import MODEL

MAX_TEXT: Final = 2000
"""Characters of a text that are compared."""
_LARGE: Final = 16_384
"""Bytes of a prompt that are kept as they are; a larger one is read at once."""
_HISTORIES: Final = 1 << 20
"""Characters of large prompts that are remembered, so that one that grows is not read anew each time."""
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

    def of(self, span: Span, role: str) -> Asked | None:
        """The prompt of `span`, an agent's, workflow's or model's; None where it has none. Raises DecodeError."""
        attributes = span.attributes
        raws = attributes.raws()
        events = [(event.name, event.attributes) for event in span.events] if span.has_events else []
        dialect = str(attributes.get(DIALECT, "")) if DIALECT in raws else ""
        steps = steps_of(tuple(raws), frozenset([name for name, _ in events]), dialect, role).get(INPUT)
        if not steps:
            return None
        source, keys = steps[0]
        held = {key: raws[key] for key in keys}
        if source.events or sum(map(len, held.values())) > _LARGE:
            return Asked.known(_said_last(attributes, events, role, dialect, self._histories))
        return Asked(held, role, dialect)


def _said_last(said: Mapping[str, Value], events: Events, role: str, dialect: str, histories: Growing | None) -> str:
    """What the user said last. A model call that answers a tool's result asks nothing anew."""
    prompt = conversation(said, events, kind=role, dialect=dialect, memory=histories).prompt
    if role == MODEL:
        prompt = prompt[-1:]
    last = next((entry for entry in reversed(prompt) if entry.role == USER), None)
    return last.said[:MAX_TEXT] if last is not None and isinstance(last.said, str) else ""

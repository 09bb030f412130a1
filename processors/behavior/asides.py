"""What spans say beside what all watchers are told: the text of a prompt, features of one's own, feedback.

It is read at once, and waits here until the span has settled: bounded, the oldest goes first.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

from spansieve.messages.calls import conversation
from spansieve.messages.entry import USER
from spansieve.messages.growing import Growing
from spansieve.pdata import Span
from spansieve.watching import AiSpan

from .features import Features
from .roles import MODEL, REQUESTS, role_of

MAX_TEXT: Final = 2000
"""Characters of a text that are compared."""
_MAX_ASIDES: Final = 20_000
_MAX_CHARACTERS: Final = 4 << 20
_HISTORIES: Final = 1 << 20
"""Characters of histories that are remembered, so that one that grows is not read anew each time."""


class Aside(NamedTuple):
    """What one span says."""

    text: str
    features: int


class Asides:
    """By trace and span id."""

    def __init__(self, features: Features, *, texts: bool) -> None:
        """There are none; `texts` says whether prompts are read."""
        self._features = features
        self._texts = texts
        self._histories = Growing(_HISTORIES)
        self._kept: OrderedDict[tuple[bytes, bytes], Aside] = OrderedDict()
        self._called: OrderedDict[bytes, None] = OrderedDict()
        """Traces of which a model call was read."""
        self._characters = 0
        self.lost = 0
        """How many gave way."""

    def read(self, span: Span, seen: AiSpan) -> None:
        """Keep what `span` says. Raises DecodeError."""
        text = self._text(span, seen) if self._texts else ""
        used = self._features.own(span)
        if text or used:
            key = seen.trace_id, seen.span_id
            self.take(*key)
            self._kept[key] = Aside(text, used)
            self._characters += len(text)
            while self._characters > _MAX_CHARACTERS or len(self._kept) > _MAX_ASIDES:
                self.take(*next(iter(self._kept)))
                self.lost += 1

    def take(self, trace_id: bytes, span_id: bytes) -> Aside | None:
        """What a span said, which is forgotten by that."""
        found = self._kept.pop((trace_id, span_id), None)
        if found is not None:
            self._characters -= len(found.text)
        return found

    def _text(self, span: Span, seen: AiSpan) -> str:
        """What the user said last, to an agent or in the first model call of a trace. A model call that answers a
        tool's result asks nothing anew.
        """
        role = role_of(seen.traits)
        if role not in REQUESTS or (role == MODEL and not self._is_first(seen)):
            return ""
        events = [(event.name, event.attributes) for event in span.events] if span.has_events else []
        prompt = conversation(span.attributes, events, memory=self._histories).prompt
        if role == MODEL:
            prompt = prompt[-1:]
        said = next((entry for entry in reversed(prompt) if entry.role == USER), None)
        return said.said[:MAX_TEXT] if said is not None and isinstance(said.said, str) else ""

    def _is_first(self, seen: AiSpan) -> bool:
        if seen.trace_id in self._called and not seen.is_root:
            return False
        self._called[seen.trace_id] = None
        if len(self._called) > _MAX_ASIDES:
            self._called.popitem(last=False)
        return True

"""What spans say beside what all watchers are told: the prompt, and features of one's own.

It is read at once, and waits here until the span has settled: bounded, the oldest goes first.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

from spansieve.messages.calls import conversation_of_record
from spansieve.pdata import LogRecord, Span
from spansieve.watching import AiSpan, Traits

from .asked import MAX_TEXT, Asked, Prompts
from .features import Features, used_in
from .roles import ABOUT, MODEL

_MAX_ASIDES: Final = 20_000
_MAX_BYTES: Final = 16 << 20


class Aside(NamedTuple):
    """What one span says."""

    asked: Asked | None
    features: int

    @property
    def size_bytes(self) -> int:
        """Of its prompt."""
        return self.asked.size_bytes if self.asked else 0


class Asides:
    """By trace and span id."""

    def __init__(self, features: Features, *, texts: bool) -> None:
        """There are none; `texts` says whether prompts are kept."""
        self._features = features
        self._prompts = Prompts() if texts else None
        self._kept: OrderedDict[bytes, dict[bytes, Aside]] = OrderedDict()
        self._count = 0
        self._called: OrderedDict[bytes, None] = OrderedDict()
        """Traces of which a model call was read."""
        self._bytes = 0
        self.lost = 0
        """How many gave way."""

    def __contains__(self, trace_id: bytes) -> bool:
        """Whether spans of a trace said something."""
        return trace_id in self._kept

    def may_tell(self, traits: Traits) -> bool:
        """Whether attributes of spans like these may say something; events may always."""
        return self._features.has_own or (self._prompts is not None and self._prompts.has(traits))

    def read(self, span: Span, seen: AiSpan) -> None:
        """Keep what `span` says. Raises DecodeError."""
        asked = self._asked(span, seen)
        used = self._features.own(span) if self._features.has_own else 0
        if asked is not None or used:
            self._keep(seen, Aside(asked, used))

    def _keep(self, seen: AiSpan, aside: Aside) -> None:
        self.take(seen.trace_id, seen.span_id)
        self._kept.setdefault(seen.trace_id, {})[seen.span_id] = aside
        self._count += 1
        self._bytes += aside.size_bytes
        while self._bytes > _MAX_BYTES or self._count > _MAX_ASIDES:
            trace_id, oldest = next(iter(self._kept.items()))
            self.take(trace_id, next(iter(oldest)))
            self.lost += 1

    def read_record(self, record: LogRecord, seen: AiSpan) -> None:
        """Keep what `record`, of an operation, says. Raises DecodeError."""
        used = self._features.own(record) | used_in(record)
        if used:
            self._keep(seen, Aside(None, used))

    def asked_in(self, record: LogRecord, prompt: AiSpan) -> Asked | None:
        """What the user said in `prompt`, which `record` tells of; None where it does not say it."""
        if self._prompts is None:
            return None
        said = conversation_of_record(prompt.traits.name, record.body, record.attributes).prompt
        texts = [entry.said for entry in said if isinstance(entry.said, str)]
        return Asked.known(texts[-1][:MAX_TEXT]) if texts else None

    def take(self, trace_id: bytes, span_id: bytes) -> Aside | None:
        """What a span said, which is forgotten by that."""
        kept = self._kept.get(trace_id)
        found = kept.pop(span_id, None) if kept else None
        if found is not None:
            self._count -= 1
            self._bytes -= found.size_bytes
            if not kept:
                del self._kept[trace_id]
        return found

    def _asked(self, span: Span, seen: AiSpan) -> Asked | None:
        """The prompt of an agent, or of the first model call of a trace."""
        role = ABOUT[seen.traits].role
        if self._prompts is None or not role or (role == MODEL and not self._is_first(seen)):
            return None
        return self._prompts.of(span, seen.traits)

    def _is_first(self, seen: AiSpan) -> bool:
        if seen.trace_id in self._called:
            return not seen.parent_span_id
        self._called[seen.trace_id] = None
        if len(self._called) > _MAX_ASIDES:
            self._called.popitem(last=False)
        return True

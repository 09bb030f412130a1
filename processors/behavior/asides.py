"""What spans say beside what all watchers are told: the prompt, and features of one's own.

It is read at once, and waits here until the span has settled: bounded, the oldest goes first.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

from spansieve.messages.calls import conversation_of_record
from spansieve.pdata import LogRecord, Span
from spansieve.watching import AiSpan

from .asked import MAX_TEXT, Asked, Prompts
from .features import Features, used_in
from .roles import ABOUT, MODEL

_MAX_ASIDES: Final = 20_000
_MAX_BYTES: Final = 16 << 20


class Aside(NamedTuple):
    """What one span says."""

    asked: Asked | None
    features: int


class Asides:
    """By trace and span id."""

    def __init__(self, features: Features, *, texts: bool, of_records: bool = False) -> None:
        """There are none; `texts` says whether prompts are kept, `of_records` whether log records say them."""
        self._of_records = of_records
        self._features = features
        self._prompts = Prompts() if texts else None
        self._kept: OrderedDict[tuple[bytes, bytes], Aside] = OrderedDict()
        self._called: OrderedDict[bytes, None] = OrderedDict()
        """Traces of which a model call was read."""
        self._bytes = 0
        self.lost = 0
        """How many gave way."""

    @property
    def are_for_all(self) -> bool:
        """Whether any span may say something, and not only one that has a role."""
        return self._features.has_own or self._of_records

    def read(self, span: Span, seen: AiSpan) -> None:
        """Keep what `span` says. Raises DecodeError."""
        role = ABOUT[seen.traits].role
        asked = self._asked(span, seen, role) if role else None
        used = self._features.own(span) if self._features.has_own else 0
        if asked is not None or used:
            self._keep(seen, Aside(asked, used))

    def _keep(self, seen: AiSpan, aside: Aside) -> None:
        key = seen.trace_id, seen.span_id
        self.take(*key)
        self._kept[key] = aside
        self._bytes += aside.asked.size_bytes if aside.asked else 0
        while self._bytes > _MAX_BYTES or len(self._kept) > _MAX_ASIDES:
            self.take(*next(iter(self._kept)))
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
        found = self._kept.pop((trace_id, span_id), None)
        if found is not None and found.asked is not None:
            self._bytes -= found.asked.size_bytes
        return found

    def _asked(self, span: Span, seen: AiSpan, role: str) -> Asked | None:
        """The prompt of an agent, or of the first model call of a trace."""
        if self._prompts is None or (role == MODEL and not self._is_first(seen)):
            return None
        return self._prompts.of(span, role)

    def _is_first(self, seen: AiSpan) -> bool:
        if seen.trace_id in self._called:
            return not seen.parent_span_id
        self._called[seen.trace_id] = None
        if len(self._called) > _MAX_ASIDES:
            self._called.popitem(last=False)
        return True

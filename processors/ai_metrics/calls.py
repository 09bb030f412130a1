"""What is counted of model calls.

Source: METRICS.md sections 1 and 2. Tokens are those of *counted* calls, so that each counts once; all else is of every
model call, since a failed one bears no tokens.
"""

from collections.abc import Mapping
from typing import Final

from spansieve.failures import UNKNOWN
from spansieve.plugin import Clock
from spansieve.series import Exemplar, GaugeCell
from spansieve.watching import AiSpan

from .conversations import Conversations
from .duplicates import Duplicates
from .genai import GenAiMetrics
from .instruments import Instruments
from .plans import Plan
from .roles import has_overflown

BYTES_PER_TOKEN: Final = 4
_MAX_MODELS: Final = 5000
_KINDS: Final = (("prompt", "input"), ("completion", "output"))
_DETAILS: Final = tuple((kind, kind) for kind in ("cache_read", "cache_write", "reasoning"))
"""Values of the labels, and the fields of the counts."""


class Calls:
    """Adds model calls to the numbers, and keeps what they are compared with."""

    def __init__(
        self, instruments: Instruments, genai: GenAiMetrics | None, limits: Mapping[str, int], clock: Clock
    ) -> None:
        """`limits` are the tokens that models take in, where spans don't say it."""
        self._to = instruments
        self._genai = genai
        self._limits = limits
        self._clock = clock
        self._newest: dict[GaugeCell, int] = {}
        """When the call ended whose utilization is shown, in nanoseconds since the Unix epoch."""
        self.duplicates = Duplicates()
        self.conversations = Conversations()

    def count(self, span: AiSpan, plan: Plan, exemplar: Exemplar | None) -> None:
        """A model call settled; `exemplar` is for what went wrong."""
        now = self._clock.monotonic()
        service, model, weight = span.service, plan.model, span.weight
        self._to.model_requests.cell(service).add(weight)
        if self.duplicates.is_one(span.prompt_hash, model, span.tools_hash, now):
            self._to.duplicates.cell(service).add(weight)
        if has_overflown(span, self._limit(span, model)):
            self._to.overflows.cell(service, model).add(weight, exemplar)
        if plan.is_error:
            self._to.model_errors.cell(service, model, span.error_class or UNKNOWN).add(weight, exemplar)
        if span.input_bytes is not None:
            self._hold(span, span.input_bytes, now)
        if span.first_token_s is not None:
            self._to.first_tokens.cell(service, model).record(span.first_token_s, None, weight)
        if self._genai is not None:
            self._genai.called(span, now)

    def tokens(self, span: AiSpan, plan: Plan) -> None:
        """The tokens of a counted call, or of a run that alone tells its own."""
        now = self._clock.monotonic()
        service, model, tokens, weight = span.service, plan.model, span.tokens, span.weight
        for family, kinds in ((self._to.tokens, _KINDS), (self._to.details, _DETAILS)):
            for kind, field in kinds:
                number = getattr(tokens, field)
                if number:
                    family.cell(service, model, kind).add(number * weight)
        if plan.is_model:
            self._utilize(span, model)
            if span.input_bytes is None:
                self._hold(span, tokens.input * BYTES_PER_TOKEN, now)
        if self._genai is not None:
            self._genai.used(span, now)

    def _limit(self, span: AiSpan, model: str) -> int | None:
        return span.window or self._limits.get(model)

    def _utilize(self, span: AiSpan, model: str) -> None:
        share, limit = span.utilization, self._limit(span, model)
        if share is None and limit:
            share = span.tokens.input / limit
        if share is None:
            return
        cell = self._to.utilization.cell(span.service, model)
        if len(self._newest) > _MAX_MODELS:
            self._newest.clear()
        if span.end_ns >= self._newest.get(cell, 0):
            self._newest[cell] = span.end_ns
            cell.set(share)

    def _hold(self, span: AiSpan, size_bytes: int, now: float) -> None:
        """The conversation has so much in its context."""
        if span.thread:
            self.conversations.called(span.service, span.thread, size_bytes, span.end_ns, now)

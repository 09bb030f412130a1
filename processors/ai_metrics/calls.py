"""What is counted of model calls.

Source: METRICS.md sections 1 and 2. Tokens are those of *counted* calls, so that each counts once; all else is of every
model call, since a failed one bears no tokens.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import inf
from typing import Final

from spansieve.failures import UNKNOWN
from spansieve.series import GaugeCell
from spansieve.watching import AiSpan

from .alike import Group, Plan, exemplar_of
from .conversations import Conversations, is_newer
from .duplicates import Duplicates
from .genai import GenAiMetrics
from .instruments import Instruments
from .roles import CONTEXT_OVERFLOW

BYTES_PER_TOKEN: Final = 4
_MAX_MODELS: Final = 5000


class Calls:
    """Adds model calls to the numbers, and keeps what they are compared with."""

    def __init__(self, instruments: Instruments, genai: GenAiMetrics | None, limits: Mapping[str, int]) -> None:
        """`limits` are the tokens that models take in, where spans don't say it."""
        self._to = instruments
        self._genai = genai
        self._limits = limits
        self._newest: dict[GaugeCell, int] = {}
        """When the call ended whose utilization is shown, in nanoseconds since the Unix epoch."""
        self.duplicates = Duplicates()
        self.conversations = Conversations()

    def count(self, group: Group, now: float) -> None:
        """The model calls among spans of models; `now` is in seconds of the monotonic clock."""
        plan = group.plan
        calls = [span for span in group.spans if span.is_call]
        if not calls:
            return
        self._to.model_requests.cell(plan.service).add(len(calls) * plan.weight)
        repeated = self.duplicates.count(calls, plan.model, now)
        if repeated:
            self._to.duplicates.cell(plan.service).add(repeated * plan.weight)
        self._count_overflows(plan, calls)
        if plan.is_error:
            self._count_errors(plan, calls)
        streamed = [span for span in calls if "first_token_s" in span.said]
        if streamed:
            waits = [span.said["first_token_s"] for span in streamed]
            cell = self._to.first_tokens.cell(plan.service, plan.model)
            cell.record_all(waits, Group(plan, streamed).exemplar, plan.weight)
        if self._genai is not None:
            self._genai.called(plan, calls, now)

    def tokens(self, group: Group, now: float) -> None:
        """The tokens of counted calls, and of runs that alone tell their own."""
        plan = group.plan
        counted = [span for span in group.spans if span.is_counted]
        if not counted:
            return
        prompt, completion, read, write, reasoning = map(sum, zip(*[span.tokens for span in counted], strict=True))
        for kind, number in (("prompt", prompt), ("completion", completion)):
            if number:
                self._to.tokens.cell(plan.service, plan.model, kind).add(number * plan.weight)
        for kind, number in (("cache_read", read), ("cache_write", write), ("reasoning", reasoning)):
            if number:
                self._to.details.cell(plan.service, plan.model, kind).add(number * plan.weight)
        if plan.is_model:
            self._utilize(plan, max(counted, key=_end))
        if self._genai is not None:
            self._genai.used(plan, counted, now)

    def _limit(self, plan: Plan, span: AiSpan) -> int | None:
        return span.window or self._limits.get(plan.model)

    def _count_overflows(self, plan: Plan, calls: Sequence[AiSpan]) -> None:
        """Those that are said to be too long, or are not below the limit."""
        limit = self._limits.get(plan.model, inf)
        over = [span for span in calls if span.is_counted and span.tokens[0] >= (span.said.get("window") or limit)]
        if plan.traits.finish == CONTEXT_OVERFLOW:
            over = [*calls]
        elif plan.is_error:
            over = [span for span in calls if span.error_class == CONTEXT_OVERFLOW or span in over]
        if over:
            cell = self._to.overflows.cell(plan.service, plan.model)
            cell.add(len(over) * plan.weight, exemplar_of(over[-1], plan))

    def _count_errors(self, plan: Plan, calls: Sequence[AiSpan]) -> None:
        last = {span.error_class or UNKNOWN: span for span in calls}
        for class_, count in Counter(span.error_class or UNKNOWN for span in calls).items():
            cell = self._to.model_errors.cell(plan.service, plan.model, class_)
            cell.add(count * plan.weight, exemplar_of(last[class_], plan))

    def _utilize(self, plan: Plan, span: AiSpan) -> None:
        """The context of a model is as full as that of the call that ended last."""
        share, limit = span.utilization, self._limit(plan, span)
        if share is None and limit:
            share = span.tokens.input / limit
        if share is None:
            return
        cell = self._to.utilization.cell(plan.service, plan.model)
        if len(self._newest) > _MAX_MODELS:
            self._newest.clear()
        if is_newer(span.end_ns, self._newest.get(cell, 0)):
            self._newest[cell] = span.end_ns
            cell.set(share)

    def hold(self, group: Group, now: float) -> None:
        """Conversations have in their context what their newest call was given."""
        said = [span for span in group.spans if span.thread and (span.is_counted or "input_bytes" in span.said)]
        for span in {span.thread: span for span in sorted(said, key=_end)}.values():
            size_bytes = span.tokens.input * BYTES_PER_TOKEN if span.input_bytes is None else span.input_bytes
            self.conversations.called(group.plan.service, span.thread, size_bytes, span.end_ns, now)


def _end(span: AiSpan) -> int:
    return span.end_ns

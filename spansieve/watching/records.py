"""Failures that log records tell of, kept until the spans that they name have settled.

Source: SAMPLING.md section 3, `logs`; METRICS.md: a failure that only a record knows is added where the record names
the call, by the id of the call, else by that of the span. A soft one, such as a command that ended with another code
than 0, is one of a tool that the record names by its call: there is no other place for what became of it.
"""

from collections import Counter, OrderedDict
from typing import Final

from spansieve.failures import Rules, failure_of_record
from spansieve.failures.reading import text_of
from spansieve.pdata import NO_SPAN, LogRecord
from spansieve.semconv.names import ERROR_CLASS, KIND

from .outcomes import Told, judged_record
from .span import AiSpan

MAX_RECORDS: Final = 10_000
"""Failures remembered; of more, the oldest goes."""
LASTS: Final = 60.0
"""Seconds for which one is."""
CALL_ID: Final = "gen_ai.tool.call.id"
_RULES: Final = Rules(soft=True)
_SEVERE: Final = 17


class Records:
    """All of them, by trace and by call or span. Seconds are monotonic."""

    def __init__(self, evicted: Counter[str]) -> None:
        """There are none. `evicted` counts what is forgotten for want of room, as `records`."""
        self._evicted = evicted
        self._told: OrderedDict[tuple[bytes, str | bytes], Told] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._told)

    def hear(self, record: LogRecord, now: float) -> None:
        """Take the failure in that a record tells of, if any. Raises DecodeError."""
        raws = record.attributes.raws()
        if record.severity_number < _SEVERE and ERROR_CLASS not in raws and "exception.type" not in raws:
            return
        failure = failure_of_record(record, _RULES)
        call = text_of(raws, CALL_ID)
        if failure is None or (failure.soft and not call) or not (call or record.span_id not in NO_SPAN):
            return
        key = record.trace_id, call or record.span_id
        self._told[key] = Told(judged_record(record, failure), failure.soft, text_of(raws, KIND), now + LASTS)
        self._told.move_to_end(key)
        if len(self._told) > MAX_RECORDS:
            self._told.popitem(last=False)
            self._evicted["records"] += 1

    def of(self, span: AiSpan) -> Told | None:
        """What is told of `span`."""
        call = span.call_id
        told = self._told.get((span.trace_id, call)) or self._told.get((b"", call)) if call else None
        told = told or self._told.get((span.trace_id, span.span_id))
        if told is None or (told.is_soft and not span.traits.is_tool):
            return None
        kind = span.traits.kind
        return told if not told.kind or not kind or told.kind == kind else None

    def forget(self, now: float) -> None:
        """Forget those whose time is over."""
        while self._told and next(iter(self._told.values())).until <= now:
            self._told.popitem(last=False)

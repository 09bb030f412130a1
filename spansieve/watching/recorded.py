"""Log records that tell of whole model calls, tools and runs, read as spans: for agents that send no traces.

Source: the mapping, section 10 (`logs`), as `ai_semantics` applied it: a record that it knows has a kind. A record says
nothing of what encloses it, so those of a conversation are spans of one trace, side by side below one that nobody has.
"""

from collections import OrderedDict
from functools import cache
from hashlib import blake2b
from typing import Final

from spansieve.failures import Rules, failure_of_record
from spansieve.failures.reading import Raws, text_of
from spansieve.pdata import LogRecord, Span, encode_text
from spansieve.pdata.schema import CLASSES
from spansieve.semconv import raw_mapping
from spansieve.semconv.finish import finish_classes
from spansieve.semconv.names import DIALECT, ERROR_CLASS, FINISH, FINISH_REASONS, KIND, OPERATION

from .details import number
from .outcomes import judged_record
from .reading import Reader
from .span import AiSpan

MAX_BEGUN: Final = 10_000
"""Conversations of which it is remembered when a model call began; of more, the oldest goes."""
DURATION_MS: Final = "duration_ms"
_MESSAGE: Final = "message"
_ASKED: Final = "user_prompt"
"""How the events are called, by all agents, that tell of what a user asked for."""
_CONVENTIONS: Final = "gen_ai."
"""Events of the conventions repeat the spans that they belong to."""
_RULES: Final = Rules()
_RULES_OF_TOOLS: Final = Rules(soft=True)
"""A command that ended with another code than 0 failed: no other record says what became of it."""


class RecordReader:
    """Reads records. Of a model call that says not how long it took, the record of its request says when it began."""

    def __init__(self, reader: Reader) -> None:
        """`reader` reads the spans that they are."""
        self._reader = reader
        self._begun: OrderedDict[bytes, int] = OrderedDict()

    def read(self, record: LogRecord) -> AiSpan | None:
        """What `record` tells of: an operation that has ended, or what a user asked for; None: nothing of that sort.
        Raises DecodeError.
        """
        raws = record.attributes.raws()
        if KIND not in raws:
            return None
        name = text_of(raws, "event.name") or record.event_name or text_of(raws, "event")
        if name.startswith(_CONVENTIONS):
            return None
        read = self._reader.read(_span_of(record, raws, name))
        is_asked = read is not None and is_prompt(read) and name.endswith(_ASKED)
        if read is None or not (is_asked or read.traits.call or read.traits.is_tool or read.traits.is_run):
            return None
        read.trace_id = _conversation_of(read, record)
        read.parent_span_id = _digest(8, read.trace_id)
        if is_asked:
            return read
        failure = failure_of_record(record, _RULES_OF_TOOLS if read.traits.is_tool else _RULES)
        if failure is not None:
            read.fate = judged_record(record, failure)
        return read if self._has_ended(read, raws) else None

    def _has_ended(self, read: AiSpan, raws: Raws) -> bool:
        """Say when it began. Of a model, a record without tokens that did not go wrong tells of a request."""
        took_ms = number(raws[DURATION_MS]) if DURATION_MS in raws else None
        took_ns = round(took_ms * 1e6) if took_ms is not None else 0
        if took_ns < read.end_ns:  # else it would have begun before 1970
            read.start_ns -= took_ns
        if not read.traits.call or read.failure is not None or ERROR_CLASS in raws:
            return True
        if not read.has_tokens:
            self._begin(read)
            return False
        begun = self._begun.pop(read.trace_id, None)
        if took_ms is None and begun is not None:
            read.start_ns = begun
        return True

    def _begin(self, read: AiSpan) -> None:
        self._begun[read.trace_id] = read.start_ns
        self._begun.move_to_end(read.trace_id)
        if len(self._begun) > MAX_BEGUN:
            self._begun.popitem(last=False)


def is_prompt(read: AiSpan) -> bool:
    """Whether it is what a user asked for, and no operation."""
    return read.traits.kind == _MESSAGE


def _span_of(record: LogRecord, raws: Raws, name: str) -> Span:
    """A span of the moment of `record`, with its attributes; its id is made of what it says."""
    at_ns = record.time_unix_nano or record.observed_time_unix_nano
    message = CLASSES["Span"](
        span_id=_digest(8, at_ns.to_bytes(8, "big"), *raws.values()),
        name=encode_text(name),
        start_time_unix_nano=at_ns,
        end_time_unix_nano=at_ns,
        attributes=raws.values(),
    )
    span = Span(message, record.scope)
    if OPERATION not in raws and text_of(raws, KIND) == "model":
        operation = _operations().get(text_of(raws, DIALECT))
        if operation is not None:
            span.attributes[OPERATION] = operation
    if FINISH_REASONS in raws and FINISH not in raws:
        finish = finish_classes().worst(span.attributes.get(FINISH_REASONS))
        if finish:
            span.attributes[FINISH] = finish
    return span


def _conversation_of(read: AiSpan, record: LogRecord) -> bytes:
    """What stands for the trace of a record."""
    if read.thread:
        return _digest(16, read.service.encode(), read.thread.encode())
    return record.trace_id or read.span_id


def _digest(size: int, *parts: bytes) -> bytes:
    return blake2b(b"\0".join(parts), digest_size=size).digest()


@cache
def _operations() -> dict[str, str]:
    """What the model calls of a dialect do: its records of failed ones don't say it."""
    sources = [rule for rule in raw_mapping()["logs"] if rule.get("usage") == "log"]
    return {name.partition(".")[0]: rule["op"] for rule in sources for name in _listed(rule["event"])}


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names

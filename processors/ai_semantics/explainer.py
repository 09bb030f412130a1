"""Runs recorded requests through the processor, and tells what it did to each item.

What was written is what differs between an item before and after; why is from the notes that were taken meanwhile.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from spansieve.cli.recording import Recorded
from spansieve.pdata import LogBatch, LogRecord, Span, StatusCode, TraceBatch, Value
from spansieve.plugin import Clock
from spansieve.semconv.names import KIND, OPERATION

from .config import AiSemanticsConfig
from .content import Content
from .explained import Explained, Written
from .look import event_name
from .notes import Notebook, Notes
from .origins import Rules, origin_of
from .processor import parts_of
from .values import safely
from .watching import WatchedEngine, WatchedLogEngine

_SCOPE_MARK: Final = "spansieve.semconv"
Pairs = Mapping[str, bytes]


class _Before(NamedTuple):
    """An item as it came."""

    pairs: Pairs
    name: str
    status: int
    events: list[Pairs]
    has_scope_mark: bool


class Explainer:
    """The processor of one configuration, watched."""

    def __init__(self, config: AiSemanticsConfig, clock: Clock) -> None:
        """Compile all rules. Raises ValueError, as the processor does."""
        self._notebook = Notebook()
        parts = parts_of(config, clock, self._notebook.skip)
        parts.output.traces = True
        self._recogniser = parts.table.recogniser
        self._spans = WatchedEngine(parts, self._notebook)
        self._logs = WatchedLogEngine(parts, self._notebook)
        self._content = Content(parts.mapping)
        renames = parts.mapping["target"]["dev_renames"] if config.semconv == "dev" else {}
        self._usual_names = {new: old for old, new in renames.items()}

    def explain(self, recorded: Recorded) -> tuple[Explained, ...]:
        """What was done to each span or log record of a request; nothing for metrics."""
        if recorded.signal not in {"traces", "logs"}:
            return ()
        self._notebook.clear()
        if recorded.signal == "traces":
            spans = TraceBatch.parse(recorded.body)
            before = [_before(span) for span in spans]
            self._spans.spans(spans)
            return tuple(self._item(recorded, *pair) for pair in zip(spans, before, strict=True))
        records = LogBatch.parse(recorded.body)
        before = [_before(record) for record in records]
        self._logs.records(records)
        return tuple(self._item(recorded, *pair) for pair in zip(records, before, strict=True))

    def _item(self, recorded: Recorded, item: Span | LogRecord, before: _Before) -> Explained:
        notes, pairs = self._notebook.of(item), item.attributes.raws()
        rules = Rules(notes, self._recogniser)
        return Explained(
            source=recorded.source,
            signal=recorded.signal,
            trace_id=item.trace_id.hex(),
            span_id=item.span_id.hex(),
            name=before.name,
            dialect=rules.dialect,
            detected=rules.detected,
            kind=_text(pairs, KIND),
            operation=_text(pairs, OPERATION),
            rule=rules.operation.rule,
            silent=rules.operation.silent or (recorded.signal == "logs" and notes.rule is None),
            written=tuple(self._written(before.pairs, pairs, notes, rules)),
            changes=tuple(_changes(item, before)),
            skipped=tuple(notes.skipped),
            attributes=dict(pairs),
        )

    def _written(self, before: Pairs, after: Pairs, notes: Notes, rules: Rules) -> Iterator[Written]:
        for key, raw in after.items():
            if before.get(key) == raw:
                continue
            usual = self._usual_names.get(key, key)
            source, replaced = notes.source(usual), key in before
            read = [name for name in (source.keys if source else ()) if name in before]
            yield Written(
                key,
                safely(raw),
                origin_of(usual, notes, rules, replaced=replaced),
                self._content.holds(key),
                {name: (safely(before[name]), self._content.holds(name)) for name in read},
                replaced,
            )


def _before(item: Span | LogRecord) -> _Before:
    pairs = dict(item.attributes.raws())
    marked = _SCOPE_MARK in item.scope.attributes
    if isinstance(item, LogRecord):
        return _Before(pairs, event_name(item.event_name, item.attributes, bool), StatusCode.UNSET, [], marked)
    return _Before(pairs, item.name, item.status_code, [dict(one.attributes.raws()) for one in item.events], marked)


def _text(pairs: Pairs, key: str) -> str:
    value: Value = safely(pairs[key]) if key in pairs else ""
    return value if isinstance(value, str) else ""


def _changes(item: Span | LogRecord, before: _Before) -> Iterator[str]:
    gone = before.pairs.keys() - item.attributes.raws().keys()
    yield from (f"{key} was removed: its value has its standard name" for key in before.pairs if key in gone)
    if _SCOPE_MARK in item.scope.attributes and not before.has_scope_mark:
        yield f"the scope has {_SCOPE_MARK}"
    if isinstance(item, Span):
        yield from _changes_of_span(item, before)


def _changes_of_span(span: Span, before: _Before) -> Iterator[str]:
    if span.name != before.name:
        yield f"the span's name is {span.name}"
    if span.status_code != before.status:
        yield f"the status is {StatusCode(span.status_code).name}"
    for event, old in zip(span.events, before.events, strict=True):
        new: Iterable[str] = event.attributes.raws().keys() - old.keys()
        if new:
            yield f"the event {event.name} has {', '.join(sorted(new))}"

"""Alerts as OTLP log records, and back: how they leave through any exporter, and wait in queues."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Final, TypeVar, get_args

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spansieve.failures import ErrorContext
from spansieve.pdata import DecodeError, LogBatch, LogRecord, Value, Writable

from .json_form import pattern_fields
from .record import Alert, Pattern, Severity, State, Status
from .shown import Scrub, shown
from .times import rfc3339, time_ns_of

EVENT_NAME: Final = "spansieve.alert"
SEVERITY_NUMBERS: Final[Mapping[Severity, int]] = {"critical": 21, "error": 17, "warning": 13, "info": 9}
_SCOPE: Final = "spansieve.alerts"
_LABELS, _PATTERN, _EXAMPLE, _METADATA = "alert.labels.", "alert.pattern.", "alert.example.", "alert.example.metadata."

WordT = TypeVar("WordT", bound=str)


def to_batch(alerts: Iterable[Alert], scrub: Scrub | None = None) -> LogBatch:
    """`alerts` as log records, in their order; `scrub` (`Host.scrub`) sees message, stack and template of each first,
    and what it raises for is withheld.
    """
    given = [shown(alert, scrub) for alert in alerts]
    request = ExportLogsServiceRequest()
    for service, group in groupby(given, key=lambda alert: alert.labels.get("service", "")):
        resource = request.resource_logs.add()
        resource.resource.attributes.add(key="service.name").value.string_value = service or "unknown_service"
        scope = resource.scope_logs.add()
        scope.scope.name = _SCOPE
        for alert in group:
            scope.log_records.add(
                time_unix_nano=alert.updated_at_ns,
                observed_time_unix_nano=alert.updated_at_ns,
                severity_number=SEVERITY_NUMBERS[alert.severity],
                severity_text=alert.severity.upper(),
                event_name=EVENT_NAME,
                trace_id=alert.example.trace_id if alert.example else b"",
                span_id=alert.example.span_id if alert.example else b"",
            )
    batch = LogBatch.parse(request.SerializeToString())
    for record, alert in zip(batch, given, strict=True):
        record.body = alert.summary
        record.attributes.update(_flat(alert))
    return batch


def alerts_of(batch: LogBatch) -> list[Alert]:
    """The alerts that the records of `batch` are, in order; records that are none are left out."""
    return [alert for record in batch if (alert := alert_of(record)) is not None]


def alert_of(record: LogRecord) -> Alert | None:
    """The alert that `record` is; None where it is none, or not whole."""
    try:
        return _read(record) if record.event_name == EVENT_NAME else None
    except (DecodeError, ValueError, TypeError):
        return None


def _flat(alert: Alert) -> dict[str, Writable]:
    flat: dict[str, Writable] = {
        "alert.id": alert.id,
        "alert.type": alert.type,
        "alert.status": alert.status,
        "alert.severity": alert.severity,
        "alert.fingerprint": alert.fingerprint,
        "alert.starts_at": rfc3339(alert.starts_at_ns),
        "alert.updated_at": rfc3339(alert.updated_at_ns),
        "alert.count": alert.count,
        "alert.window_s": alert.window_s,
    }
    if alert.ends_at_ns is not None:
        flat["alert.ends_at"] = rfc3339(alert.ends_at_ns)
    flat.update((_LABELS + name, value) for name, value in alert.labels.items())
    if alert.pattern is not None:
        flat.update(_flat_pattern(alert.pattern))
    if alert.example is not None:
        flat.update(_flat_example(alert.example))
    if alert.path:
        flat["alert.path"] = list(alert.path)
    return flat


def _flat_pattern(pattern: Pattern) -> dict[str, Writable]:
    said = pattern_fields(pattern) | {"rate_per_minute": float(pattern.rate_per_minute)}
    return {_PATTERN + key: value for key, value in said.items() if value not in ("", [])}


def _flat_example(example: ErrorContext) -> dict[str, Writable]:
    said: dict[str, Writable] = {
        "timestamp": rfc3339(example.time_ns),
        "error.type": example.type,
        "error.message": example.message,
        "error.stack": example.stack,
        "context.tool": example.tool,
        "context.agent": example.agent,
        "context.user_id": example.user_id,
        "context.thread_id": example.thread_id,
    }
    flat = {_EXAMPLE + key: value for key, value in said.items() if value != ""}
    flat.update((_METADATA + key, value) for key, value in example.metadata.items())
    return flat


class _Fields:
    """Typed looks at flat attributes. What is not there is empty; what is of another type raises ValueError."""

    def __init__(self, values: Mapping[str, Value], prefix: str) -> None:
        self._values = values
        self._prefix = prefix

    def text(self, key: str) -> str:
        value = self._values.get(self._prefix + key, "")
        if not isinstance(value, str):
            raise ValueError(f"{key} is no text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._values.get(self._prefix + key, [])
        if not isinstance(value, list):
            raise ValueError(f"{key} is no list")
        return tuple(item for item in value if isinstance(item, str))

    def number(self, key: str) -> float:
        value = self._values.get(self._prefix + key, 0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{key} is no number")
        return value

    def count(self, key: str) -> int:
        return int(self.number(key))

    def time(self, key: str) -> int:
        return time_ns_of(self.text(key))

    def word(self, key: str, words: tuple[WordT, ...]) -> WordT:
        value = self.text(key)
        for word in words:
            if value == word:
                return word
        raise ValueError(f"{key} is none of its words")

    def under(self, prefix: str, keep: Callable[[Value], bool]) -> dict[str, Value]:
        return {
            key[len(prefix) :]: value for key, value in self._values.items() if key.startswith(prefix) and keep(value)
        }


def _read(record: LogRecord) -> Alert:
    values = dict(record.attributes.items())
    fields = _Fields(values, "alert.")
    labels = fields.under(_LABELS, lambda value: isinstance(value, str))
    alert_id, fingerprint, summary = fields.text("id"), fields.text("fingerprint"), record.body
    if not (alert_id and fingerprint and fields.text("type")):
        raise ValueError("it has no name")
    return Alert(
        id=alert_id,
        type=fields.text("type"),
        status=fields.word("status", get_args(Status)),
        severity=fields.word("severity", get_args(Severity)),
        fingerprint=fingerprint,
        starts_at_ns=fields.time("starts_at"),
        updated_at_ns=fields.time("updated_at"),
        ends_at_ns=fields.time("ends_at") if "alert.ends_at" in values else None,
        summary=summary if isinstance(summary, str) else "",
        count=fields.count("count"),
        window_s=fields.count("window_s"),
        labels={name: str(value) for name, value in labels.items()},
        pattern=_read_pattern(_Fields(values, _PATTERN)) if f"{_PATTERN}state" in values else None,
        example=_read_example(record, _Fields(values, _EXAMPLE)) if f"{_EXAMPLE}timestamp" in values else None,
        path=fields.texts("path"),
    )


def _read_pattern(fields: _Fields) -> Pattern:
    return Pattern(
        key=fields.text("key"),
        fingerprint=fields.text("fingerprint"),
        type=fields.text("type"),
        tool=fields.text("tool"),
        template=fields.text("template"),
        frames=fields.texts("frames"),
        count=fields.count("count"),
        first_seen_ns=fields.time("first_seen"),
        last_seen_ns=fields.time("last_seen"),
        rate_per_minute=float(fields.number("rate_per_minute")),
        recovered=fields.count("recovered"),
        state=fields.word("state", get_args(State)),
    )


def _read_example(record: LogRecord, fields: _Fields) -> ErrorContext:
    metadata = fields.under(_METADATA, lambda value: isinstance(value, str | int | float))
    return ErrorContext(
        record.trace_id,
        record.span_id,
        fields.time("timestamp"),
        fields.text("error.type"),
        fields.text("error.message"),
        fields.text("error.stack"),
        fields.text("context.tool"),
        fields.text("context.agent"),
        fields.text("context.user_id"),
        fields.text("context.thread_id"),
        {key: value for key, value in metadata.items() if isinstance(value, str | int | float)},
    )

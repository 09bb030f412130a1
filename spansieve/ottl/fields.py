"""The fields that paths lead to, by what they belong to.

Source: pkg/ottl/contexts/internal (ctxspan, ctxlog, ...) of the Go Collector (contrib).
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from spansieve.actions.text import as_text
from spansieve.pdata import DataPoint, LogRecord, Span

from .access import Field, attributes_field, moment, plain, setattr_checked
from .values import EvaluationError, Id, Item, Result, storable, wrapped, wrong

_KINDS = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
_TYPES = ("", "gauge", "sum", "histogram", "exponential_histogram", "summary")


def _ids(name: str, size: int) -> dict[str, Field]:
    """An id, and the same in hexadecimal under `.string`."""
    unset = bytes(size)

    def read(view: Item) -> Id:
        return Id(getattr(view, name) or unset)

    def write(view: Item, value: Result) -> None:
        if not isinstance(value, bytes) or len(value) != size:
            raise wrong(f"an id of {size} bytes", value)
        setattr_checked(view, name, b"" if value == unset else bytes(value))

    def write_text(view: Item, value: Result) -> None:
        try:
            write(view, bytes.fromhex(value))
        except (ValueError, TypeError):
            raise EvaluationError(f"an id of {2 * size} hexadecimal digits is expected") from None

    return {name: Field(read, write), f"{name}.string": Field(lambda view: read(view).hex(), write_text)}


def _kind_texts(before: str, change: Callable[[str], str]) -> Field:
    """A span's kind as a text."""
    texts = [before + change(name) for name in _KINDS]

    def read(span: Span) -> str:
        return texts[span.kind] if 0 <= span.kind < len(texts) else ""

    def write(span: Span, value: Result) -> None:
        if value not in texts:
            raise EvaluationError("the text is no span kind")
        span.kind = texts.index(value)

    return Field(read, write)


def _trace_state_key() -> Field:
    """The members of a trace state (W3C Trace Context, 3.3.1) as a map; the one that is set comes first."""

    def read(span: Span) -> dict[str, str]:
        members = (member.strip().partition("=") for member in span.trace_state.split(",") if "=" in member)
        found: dict[str, str] = {}
        for key, _, value in members:
            found.setdefault(key, value)
        return found

    def write(span: Span, value: Result) -> None:
        if not all(isinstance(member, str) for member in value.values()):
            raise wrong("a text", next(member for member in value.values() if not isinstance(member, str)))
        before = read(span)
        changed = [key for key, member in value.items() if before.get(key) != member]
        order = [*changed, *(key for key in value if key not in changed)]
        span.trace_state = ",".join(f"{key}={value[key]}" for key in order)

    return Field(read, write, indexed=True)


def _status() -> dict[str, Field]:
    def on_status(name: str, sort: type) -> Field:
        own = plain(name, sort)
        write = own.set
        assert write is not None  # noqa: S101 (plain fields can be set)
        return Field(lambda span: getattr(span.status, name), lambda span, value: write(span.status, value))

    return {"status.code": on_status("code", int), "status.message": on_status("message", str)}


def _body() -> dict[str, Field]:
    def write(log: LogRecord, value: Result) -> None:
        setattr_checked(log, "body", storable(value))

    def write_text(log: LogRecord, value: Result) -> None:
        if type(value) is not str:
            raise wrong("a text", value)
        log.body = value

    return {
        "body": Field(lambda log: log.body, write, indexed=True),
        "body.string": Field(lambda log: as_text(log.body), write_text),
    }


def _number(sort: type, nothing: float) -> Field:
    """The value of a gauge or sum as one of the two types it may have."""

    def read(point: DataPoint) -> Result:
        if point.metric.type not in {"gauge", "sum"}:
            return None
        value = point.value
        return value if type(value) is sort else nothing

    def write(point: DataPoint, value: Result) -> None:
        if type(value) is not sort:
            raise wrong("a double" if sort is float else "a whole number", value)
        setattr_checked(point, "value", value)

    return Field(read, write)


def _listed(name: str) -> Field:
    return Field(lambda point: list(getattr(point, name)))


def _buckets(side: str) -> dict[str, Field]:
    def offset(point: DataPoint) -> Result:
        found = getattr(point, side)
        return None if found is None else found.offset

    def counts(point: DataPoint) -> Result:
        found = getattr(point, side)
        return None if found is None else list(found.counts)

    return {f"{side}.offset": Field(offset), f"{side}.bucket_counts": Field(counts)}


def _count(point: DataPoint) -> int | None:
    return None if point.count is None else wrapped(point.count)


def _sum(point: DataPoint) -> float | None:
    return None if point.count is None else point.sum or 0.0


def _temporality(metric: Any) -> int | None:  # noqa: ANN401 (the item of a context)
    return metric.aggregation_temporality if metric.type in {"sum", "histogram", "exponential_histogram"} else None


def _when(name: str) -> dict[str, Field]:
    return {f"{name}_unix_nano": plain(f"{name}_unix_nano", int), name: moment(f"{name}_unix_nano")}


_RESOURCE = {
    "attributes": attributes_field(),
    "dropped_attributes_count": plain("dropped_attributes_count", int),
    "schema_url": plain("schema_url", str),
}
_SPAN = {
    **_ids("trace_id", 16),
    **_ids("span_id", 8),
    **_ids("parent_span_id", 8),
    **_when("start_time"),
    **_when("end_time"),
    **_status(),
    "name": plain("name", str),
    "kind": plain("kind", int),
    "kind.string": _kind_texts("", str),
    "kind.deprecated_string": _kind_texts("SPAN_KIND_", str.upper),
    "trace_state": plain("trace_state", str),
    "flags": plain("flags", int),
    "attributes": attributes_field(),
    "dropped_attributes_count": plain("dropped_attributes_count", int),
    "dropped_events_count": plain("dropped_events_count", int),
    "dropped_links_count": plain("dropped_links_count", int),
    "events": Field(lambda span: list(span.events)),
    "links": Field(lambda span: list(span.links)),
    "status": Field(lambda span: span.status),
}
_EVENT = {
    **_when("time"),
    "name": plain("name", str),
    "event_index": Field(attrgetter("place")),
    "attributes": attributes_field(),
    "dropped_attributes_count": plain("dropped_attributes_count", int),
}
_LOG = {
    **_when("time"),
    **_when("observed_time"),
    **_ids("trace_id", 16),
    **_ids("span_id", 8),
    **_body(),
    "severity_number": plain("severity_number", int),
    "severity_text": plain("severity_text", str),
    "event_name": plain("event_name", str),
    "flags": plain("flags", int),
    "attributes": attributes_field(),
    "dropped_attributes_count": plain("dropped_attributes_count", int),
}
_METRIC = {
    "name": plain("name", str),
    "description": plain("description", str),
    "unit": plain("unit", str),
    "type": Field(lambda metric: _TYPES.index(metric.type)),
    "aggregation_temporality": Field(_temporality, plain("aggregation_temporality", int).set),
    "is_monotonic": Field(
        lambda metric: metric.is_monotonic if metric.type == "sum" else None, plain("is_monotonic", bool).set
    ),
    "metadata": attributes_field("metadata"),
}
_POINT = {
    **_when("start_time"),
    **_when("time"),
    "attributes": attributes_field(),
    "value_int": _number(int, 0),
    "value_double": _number(float, 0.0),
    "flags": plain("flags", int),
    "count": Field(_count, plain("count", int).set),
    "sum": Field(_sum, plain("sum", float).set),
    "bucket_counts": _listed("bucket_counts"),
    "explicit_bounds": _listed("explicit_bounds"),
    "scale": Field(lambda point: point.scale),
    "zero_count": Field(lambda point: point.zero_count),
    "exemplars": _listed("exemplars"),
    "quantile_values": _listed("quantile_values"),
    **_buckets("positive"),
    **_buckets("negative"),
}

TRACE_STATE = _trace_state_key()
"""What `trace_state` is where it is indexed."""
FIELDS: Mapping[str, Mapping[str, Field]] = {
    "resource": _RESOURCE,
    "scope": {**_RESOURCE, "name": plain("name", str), "version": plain("version", str)},
    "span": _SPAN,
    "spanevent": _EVENT,
    "log": _LOG,
    "metric": _METRIC,
    "datapoint": _POINT,
}
"""By owner and name, dots included."""

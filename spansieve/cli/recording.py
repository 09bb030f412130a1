"""Recorded telemetry: OTLP bodies and OTLP JSON lines read from files, and moved in time."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError as ProtobufError
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve import pdata
from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import Signal

_MESSAGES: dict[Signal, type[Message]] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
_TOP_KEYS: dict[str, Signal] = {"resourceSpans": "traces", "resourceLogs": "logs", "resourceMetrics": "metrics"}
_NAMED = re.compile(r"(traces|logs|metrics)\.[a-z]+$")
_TIMES = ("start_time_unix_nano", "end_time_unix_nano", "time_unix_nano", "observed_time_unix_nano")


class Recorded(NamedTuple):
    """One recorded request."""

    source: str
    signal: Signal
    body: bytes
    items: int


class NotOtlp(ValueError):
    """A file that holds no OTLP."""


def read(path: Path) -> Iterator[Recorded]:
    """The requests in the file `path`, or in the files of a folder and of the folders in it, in order of their paths.

    Of a folder only `*.jsonl` and names such as `001.traces.pb` are read; links to folders are not followed.
    `.pb` is the protobuf body of a request, `.json` a body in OTLP JSON, `.jsonl` one such body a line (what the
    `file` exporter writes). Raises NotOtlp, naming the file, and OSError.
    """
    if path.is_dir():
        for inner in sorted(path.iterdir()):
            if inner.is_dir():
                yield from () if inner.is_symlink() else read(inner)
            elif _NAMED.search(inner.name) or inner.suffix == ".jsonl":
                yield from read(inner)
        return
    yield from read_bytes(str(path), path.read_bytes(), lines=path.suffix != ".json")


def read_bytes(source: str, content: bytes, *, lines: bool) -> Iterator[Recorded]:
    """The requests in `content`, which came from `source`; `lines`: JSON is one body a line. Raises NotOtlp."""
    try:
        if content.lstrip()[:1] == b"{":
            yield from _json(source, content.splitlines() if lines else [content])
        else:
            yield _protobuf(source, content)
    except pdata.DecodeError as error:
        raise NotOtlp(f"{source}: {error}") from error


def is_json(content: bytes) -> bool:
    """Whether `content` is one JSON text, over however many lines."""
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _json(source: str, lines: list[bytes]) -> Iterator[Recorded]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = source if len(lines) == 1 else f"{source}:{number}"
        try:
            keys = json.loads(line)
        except (ValueError, RecursionError):
            raise NotOtlp(f"{where}: is not JSON") from None
        signal = next((_TOP_KEYS[key] for key in keys if key in _TOP_KEYS), None) if isinstance(keys, dict) else None
        if signal is None:
            raise NotOtlp(f"{where}: has none of the keys {', '.join(_TOP_KEYS)}, so it is no OTLP JSON")
        body = to_protobuf(signal, line)
        yield Recorded(where, signal, body, pdata.count(signal, body))


def _protobuf(source: str, content: bytes) -> Recorded:
    named = _NAMED.search(source)
    tried: list[Signal] = [named[1]] if named else list(_MESSAGES)  # type: ignore[list-item]
    for signal in tried:
        message = _MESSAGES[signal]()
        try:
            message.ParseFromString(content)
        except ProtobufError:
            continue
        if named or not _unknown(message):
            return Recorded(source, signal, content, pdata.count(signal, content))
    raise NotOtlp(f"{source}: is neither an OTLP request in protobuf nor OTLP JSON")


def _unknown(message: Message) -> bool:
    """Whether reading `message` as its type left bytes over: it is then more likely of another type."""
    again = type(message)()
    again.CopyFrom(message)
    again.DiscardUnknownFields()
    return again.ByteSize() != message.ByteSize()


def times(recorded: Recorded) -> list[int]:
    """All points in time of the request, nanoseconds."""
    found: list[int] = []
    _each_time(_parsed(recorded), lambda owner, name: found.append(getattr(owner, name)))
    return found


def moved(recorded: Recorded, by_ns: int, of_traces: dict[bytes, int]) -> Recorded:
    """The request with all its times moved by `by_ns`; what lasted goes on lasting as long.

    `of_traces` remembers by how much each trace was moved first, so that its later spans stay where they belong.
    """
    message = _parsed(recorded)
    for item in _items(message, recorded.signal):
        trace_id = getattr(item, "trace_id", b"")
        by = of_traces.setdefault(trace_id, by_ns) if trace_id else by_ns
        _each_time(item, lambda owner, name, by=by: setattr(owner, name, max(0, getattr(owner, name) + by)))
    return recorded._replace(body=message.SerializeToString())


def _items(message: Any, signal: Signal) -> Iterator[Any]:  # noqa: ANN401 (three messages of one shape)
    resources, scopes, items = {
        "traces": ("resource_spans", "scope_spans", "spans"),
        "logs": ("resource_logs", "scope_logs", "log_records"),
        "metrics": ("resource_metrics", "scope_metrics", "metrics"),
    }[signal]
    for resource_part in getattr(message, resources):
        for scope_part in getattr(resource_part, scopes):
            yield from getattr(scope_part, items)


def _parsed(recorded: Recorded) -> Message:
    message = _MESSAGES[recorded.signal]()
    message.ParseFromString(pdata.mend(recorded.signal, recorded.body).body)
    return message


def _each_time(message: Message, do: Any) -> None:  # noqa: ANN401
    for field, value in message.ListFields():
        if field.name in _TIMES:
            if value:
                do(message, field.name)
        elif field.message_type is not None and field.name not in {"attributes", "body", "resource", "scope"}:
            for inner in value if isinstance(value, (list,)) or hasattr(value, "add") else [value]:
                _each_time(inner, do)

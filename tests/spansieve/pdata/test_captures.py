"""Real requests of real agents: untouched ones keep each byte, and broken ones raise nothing but DecodeError."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from google.protobuf.message import DecodeError as StrictError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import (
    Attributes,
    DecodeError,
    LogRecord,
    Signal,
    Span,
    count,
    mend,
    parse,
    repaired_strings,
    split,
)
from spansieve.pdata.schema import LAZY, Wire

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
BODIES = sorted(CAPTURES.glob("*/*.pb"))
STRICT: dict[Signal, Any] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
every_capture = pytest.mark.parametrize("path", BODIES, ids=lambda path: f"{path.parent.name}/{path.name}")


def signal_of(path: Path) -> Signal:
    return next(signal for signal in STRICT if f".{signal}." in path.name)


def read_all(item: Wire) -> None:
    """Read whatever there is to read, to the bottom."""
    for name in dir(type(item)):
        if name.startswith("_") or name in {"resource", "scope", "metric", "signal"}:
            continue
        value = getattr(item, name)
        if isinstance(value, Attributes):
            dict(value.items())
        elif isinstance(value, list):
            for entry in value:
                if not isinstance(entry, tuple):
                    read_all(entry)


def edit(item: Wire) -> None:
    """Write to all that can be written to."""
    item.attributes.update({"new": 1, "service.name": "changed"})
    item.attributes.pop("new")
    item.resource.attributes["new"] = [1]
    item.scope.attributes["new"] = {"a": None}
    if isinstance(item, Span):
        item.status.message = "changed"
        item.add_event("late", 1, {"a": 1})
        for event in item.events:
            event.attributes["new"] = 1
        item.retain_events(lambda event: event.name == "late")
        item.retain_links(lambda _: False)
    elif isinstance(item, LogRecord):
        item.body = {"changed": True}


def test_the_captures_are_there() -> None:
    assert len(BODIES) == 23


@every_capture
def test_a_capture_keeps_each_byte(path: Path) -> None:
    body, signal = path.read_bytes(), signal_of(path)
    batch = parse(signal, body)
    assert batch.drop_invalid_ids() == 0
    assert batch.encode() is body
    for item in batch:
        read_all(item)
    for resource in batch.resources:
        read_all(resource)
    for scope in batch.scopes:
        read_all(scope)
    assert batch.encode() == body
    assert len(batch) == count(signal, body)
    assert mend(signal, body) == (body, len(batch), 0, 0)


@every_capture
def test_a_capture_in_pieces_is_the_capture(path: Path) -> None:
    body, signal = path.read_bytes(), signal_of(path)
    pieces = split(signal, body, 50, 30_000)
    assert sum(items for _, items in pieces) == count(signal, body)
    assert all(len(piece) <= 30_000 or items == 1 for piece, items in pieces)
    whole = [describe(item) for item in parse(signal, body)]
    assert [describe(item) for piece, _ in pieces for item in parse(signal, piece)] == whole


def describe(item: Wire) -> object:
    metric = getattr(item, "metric", None)
    return (
        item._message.SerializeToString(),
        dict(item.resource.attributes),
        item.resource.schema_url,
        item.scope.name,
        metric and (metric.name, metric.type, metric.unit),
    )


@every_capture
def test_an_edited_capture_is_still_otlp(path: Path) -> None:
    signal = signal_of(path)
    batch = parse(signal, path.read_bytes())
    for item in batch:
        edit(item)
    STRICT[signal].FromString(batch.encode())


@every_capture
def test_bad_utf8_all_over_a_capture_costs_those_strings_alone(path: Path) -> None:
    signal, body = signal_of(path), path.read_bytes()
    bad = body.replace(b"ser", b"s\xfer")
    before = repaired_strings()
    batch = parse(signal, bad)
    for item in [*batch, *batch.resources, *batch.scopes]:
        read_all(item)
    assert repaired_strings() > before
    assert batch.encode() == bad
    mended = mend(signal, bad)
    assert (mended.items, mended.dropped) == (count(signal, body), 0)
    assert mended.repaired > 0
    again = parse(signal, mended.body)
    assert [dict(item.attributes) for item in again] == [dict(item.attributes) for item in batch]
    STRICT[signal].FromString(mended.body)


def worn(rng: Random, body: bytes) -> bytes:
    """`body` with bits flipped, bytes lost, doubled or replaced, or cut short."""
    raw = bytearray(body)
    for _ in range(rng.choice([1, 1, 2, 5, 50])):
        place = rng.randrange(len(raw))
        match rng.randrange(4):
            case 0:
                raw[place] ^= 1 << rng.randrange(8)
            case 1:
                raw[place] = rng.choice([0, 0x7F, 0x80, 0xFF])
            case 2:
                del raw[place + 1 : place + rng.randrange(2, 9)]
            case _:
                raw[place:place] = raw[place : place + rng.randrange(1, 40)]
    return bytes(raw[: rng.choice([len(raw), len(raw), rng.randrange(len(raw))])])


def worn_inside(rng: Random, signal: Signal, body: bytes) -> bytes:
    """`body` with sound envelopes around items of which the fields that are kept as bytes are worn."""
    batch = parse(signal, body)
    for item in batch:
        for field, value in item._message.ListFields():
            if field.name in LAZY[item._message.DESCRIPTOR.name]:
                value[:] = [worn(rng, raw) if raw and rng.random() < 0.2 else raw for raw in value]
    return batch.encode()


def exercise(signal: Signal, body: bytes) -> None:
    """All that may be done with a request; DecodeError is the one thing that may come of it."""
    try:
        batch = parse(signal, body)
    except DecodeError:
        with pytest.raises(StrictError):  # what we refuse, a strict reader refuses
            STRICT[signal].FromString(body)
        return
    batch.drop_invalid_ids()
    for use in (read_all, edit):
        for item in [*batch, *batch.resources, *batch.scopes] if use is read_all else batch:
            try:
                use(item)
            except DecodeError:
                continue
    parse(signal, batch.encode())
    for piece, _ in split(signal, body, 3, None):
        parse(signal, piece)
    mended = mend(signal, body)
    STRICT[signal].FromString(mended.body)
    assert count(signal, mended.body) == mended.items == count(signal, body) - mended.dropped


@pytest.mark.parametrize("seed", range(200))
def test_worn_captures_raise_the_documented_error_alone(seed: int) -> None:
    rng = Random(seed)
    path = rng.choice([path for path in BODIES if path.stat().st_size < 25_000])
    for _ in range(4):
        exercise(signal_of(path), worn(rng, path.read_bytes()))
    exercise(signal_of(path), worn_inside(rng, signal_of(path), path.read_bytes()))


@pytest.mark.parametrize("seed", range(60))
def test_random_bytes_raise_the_documented_error_alone(seed: int) -> None:
    rng = Random(seed)
    for _ in range(50):
        body = rng.randbytes(rng.randrange(60))
        if rng.random() < 0.5 and body:
            body = b"\x0a" + bytes([len(body)]) + body
        for signal in STRICT:
            exercise(signal, body)

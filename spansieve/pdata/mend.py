"""A request made fit for strict readers: those that refuse all of it for one bad string or item."""

from typing import Any, NamedTuple

from google.protobuf.message import DecodeError as ProtobufDecodeError
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from .errors import DecodeError
from .schema import LAZY, TEXTS, Signal, Wire, read, shape_of
from .tree import Envelope, Leaf, framed, leaves, put_together, take_apart, wrapped

_STRICT: dict[str, type[Message]] = {
    "ExportTraceServiceRequest": ExportTraceServiceRequest,
    "ExportLogsServiceRequest": ExportLogsServiceRequest,
    "ExportMetricsServiceRequest": ExportMetricsServiceRequest,
}


class Mended(NamedTuple):
    """What `mend` made: the request, the items it has, the strings (and broken attributes of envelopes) that were
    mended, and the items that were dropped.
    """

    body: bytes
    items: int
    repaired: int
    dropped: int


def mend(signal: Signal, body: bytes) -> Mended:
    """Repair the strings of `body` that are not UTF-8 (U+FFFD takes the place of each bad sequence) and drop the items
    that can't be read at all, so that every generated OTLP class parses the rest. What is good keeps its bytes. An
    attribute of a resource or scope that can't be read is dropped alone. Raises DecodeError where the envelopes
    themselves are malformed.
    """
    strict = _STRICT[shape_of(signal).request]
    tree = take_apart(signal, body)
    if _parses(strict, body):
        return Mended(body, sum(leaf.raw is not None for leaf in leaves(tree)), 0, 0)
    repaired = _mend_shells(strict, (tree,))
    good: list[Leaf] = []
    dropped = items = 0
    for leaf in leaves(tree):
        if leaf.raw is None:
            good.append(leaf)
            continue
        raw, mended = _mend_item(strict, leaf, leaf.raw)
        if raw is None:
            dropped += 1
        else:
            items += 1
            repaired += mended
            good.append(Leaf(leaf.path, raw))
    return Mended(put_together(good), items, repaired, dropped)


def _parses(strict: type[Message], body: bytes) -> bool:
    try:
        strict.FromString(body)
    except ProtobufDecodeError:
        return False
    return True


def _mend_item(strict: type[Message], leaf: Leaf, raw: bytes) -> tuple[bytes | None, int]:
    """The item as a strict reader takes it (None: it can't), and how many strings were repaired for that."""
    if _parses(strict, wrapped(leaf.path, raw)):
        return raw, 0
    try:
        message = read(leaf.path[-1].item_name, raw)
        repaired = _repair(message, drop=False)
    except DecodeError:
        return None, 0
    raw = message.SerializeToString()
    return (raw, repaired) if _parses(strict, wrapped(leaf.path, raw)) else (None, 0)


def _mend_shells(strict: type[Message], path: tuple[Envelope, ...]) -> int:
    """Repair the own bytes of the last of `path`, and of what is in it; how many strings were repaired."""
    envelope = path[-1]
    repaired = 0
    if not _parses(strict, framed(path, envelope.shell)):
        message = read(envelope.name, envelope.shell)
        repaired = _repair(message, drop=True)
        envelope.shell = message.SerializeToString()
    return repaired + sum(_mend_shells(strict, (*path, inner)) for inner in envelope.inner)


def _repair(message: Wire, *, drop: bool) -> int:
    """Repair the strings in `message` and all below it, in place; how many. What can't be read below it is dropped (and
    counted) if `drop`, else DecodeError is raised.
    """
    name = message.DESCRIPTOR.name
    repaired: int = 0
    fields: list[tuple[Any, Any]] = message.ListFields()
    for field, value in fields:
        if field.name in TEXTS[name]:
            repaired += _repair_texts(message, field.name, value)
        elif field.name in LAZY[name]:
            repaired += _repair_lazy(LAZY[name][field.name], value, drop=drop)
        elif field.message_type is not None:
            repaired += sum(_repair(one, drop=drop) for one in (value if field.is_repeated else (value,)))
    return repaired


def _repair_texts(message: Wire, field: str, value: bytes | Wire) -> int:
    if isinstance(value, bytes):
        good = _good(value)
        if good != value:
            setattr(message, field, good)
        return int(good != value)
    texts = [_good(text) for text in value]
    repaired: int = sum(good != text for good, text in zip(texts, value, strict=True))
    value[:] = texts
    return repaired


def _good(text: bytes) -> bytes:
    return text.decode(errors="replace").encode()


def _repair_lazy(name: str, container: Wire, *, drop: bool) -> int:
    """As `_repair`, for messages that are kept as bytes. Bad bytes may stand in a field that comes once more behind
    them; that one counts, so it alone is written again.
    """
    repaired = 0
    raws, kept = container[:], []
    for raw in raws:
        try:
            message = read(name, raw)
            mended = _repair(message, drop=drop)
        except DecodeError:
            if not drop:
                raise
            repaired += 1
            continue
        kept.append(message.SerializeToString())
        repaired += mended or int(kept[-1] != raw)
    if kept != raws:
        container[:] = kept
    return repaired

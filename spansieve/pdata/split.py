"""Requests cut into smaller ones, and counted."""

from .logs import LogBatch
from .metrics import MetricBatch
from .schema import Signal, shape_of
from .traces import TraceBatch
from .tree import Leaf, leaves, put_together, shared, take_apart

Batch = TraceBatch | LogBatch | MetricBatch

_HEAD = 6  # bytes at most of a tag and a length, below 4 GiB
_BATCHES: dict[Signal, type[TraceBatch] | type[LogBatch] | type[MetricBatch]] = {
    "traces": TraceBatch,
    "logs": LogBatch,
    "metrics": MetricBatch,
    "alerts": LogBatch,
}


def parse(signal: Signal, body: bytes) -> Batch:
    """Read an OTLP `Export...ServiceRequest`. Structure is checked down to the items; what is inside them when somebody
    reads. Raises DecodeError.
    """
    shape_of(signal)
    return _BATCHES[signal].parse(body)


def known(signal: Signal, body: bytes, items: int) -> Batch:
    """The batch of a request that was read before and has `items` items; it is read again only when somebody looks."""
    shape_of(signal)
    return _BATCHES[signal].known(body, items)


def count(signal: Signal, body: bytes) -> int:
    """How many spans, log records or data points a request holds. Raises DecodeError."""
    return len(parse(signal, body))


def split(signal: Signal, body: bytes, max_items: int | None, max_bytes: int | None) -> list[tuple[bytes, int]]:
    """Cut a request into requests of at most `max_items` items and `max_bytes` bytes, each with its number of items.

    None or 0 is no limit. Each piece has the envelopes of its items whole, unknown fields included, and the pieces
    together hold what the request held, in order. An item that is larger than `max_bytes` with its envelopes stands
    alone. What is small enough comes back as the very bytes. Raises DecodeError.
    """
    items = count(signal, body)
    if (not max_items or items <= max_items) and (not max_bytes or len(body) <= max_bytes):
        return [(body, items)]
    return [
        (put_together(piece), sum(leaf.raw is not None for leaf in piece))
        for piece in _pieces(list(leaves(take_apart(signal, body))), max_items or items + 1, max_bytes or 2**63)
    ]


def _pieces(every: list[Leaf], max_items: int, max_bytes: int) -> list[list[Leaf]]:
    """The leaves in runs that fit; heads are counted as long as they may get, so no piece is too large."""
    pieces: list[list[Leaf]] = []
    size = items = 0
    for leaf in every:
        own = 0 if leaf.raw is None else len(leaf.raw) + _HEAD
        same = shared(leaf.path, pieces[-1][-1].path) if pieces else 0
        added = own + sum(len(envelope.shell) + _HEAD for envelope in leaf.path[same:])
        weight = int(leaf.raw is not None)
        if not pieces or items + weight > max_items or size + added > max_bytes:
            pieces.append([])
            size = items = 0
            added = own + sum(len(envelope.shell) + _HEAD for envelope in leaf.path)
        pieces[-1].append(leaf)
        size += added
        items += weight
    return pieces

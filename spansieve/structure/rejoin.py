"""Re-parenting: where a filter drops spans, their children are joined to the nearest ancestor that was kept."""

from collections.abc import Callable, Iterable

from spansieve.pdata import DroppedSpan, Span

ROOT = b""
"""The parent of a span that has none."""


def rejoin(spans: Iterable[Span], dropped: Iterable[DroppedSpan]) -> int:
    """Join each of `spans` whose parent was `dropped` to its nearest ancestor that was not; returns how many changed.

    A span whose ancestors were dropped up to the root becomes a root. Where the chain leads to a span that is neither
    here nor dropped (it is in another request, or was never sent), that one is the parent: nothing is made up. Ids of
    other traces don't matter, and an id that a kept span has as well counts as kept. Linear in spans and dropped.
    """
    kept = list(spans)
    ancestor = _nearest({(span.trace_id, span.span_id) for span in kept}, dropped)
    changed = 0
    for span in kept:
        parent = span.parent_span_id
        if not any(parent):
            continue
        found = ancestor(span.trace_id, parent)
        if found != parent:  # where they were a circle, it may lead back to the span itself
            span.parent_span_id = ROOT if found == span.span_id else found
            changed += 1
    return changed


def _nearest(kept: set[tuple[bytes, bytes]], dropped: Iterable[DroppedSpan]) -> Callable[[bytes, bytes], bytes]:
    """Who is the nearest at or above a span, given by trace and id, that was not dropped; ROOT where nobody is."""
    above: dict[tuple[bytes, bytes], bytes] = {}
    for trace_id, span_id, parent in dropped:
        if (trace_id, span_id) not in kept:
            above.setdefault((trace_id, span_id), parent if any(parent) else ROOT)
    return lambda trace_id, span_id: _climb(above, trace_id, span_id)


def _climb(above: dict[tuple[bytes, bytes], bytes], trace_id: bytes, span_id: bytes) -> bytes:
    """Follow `above` up, and let all that were passed point to the end: so no stretch is climbed twice."""
    passed: dict[tuple[bytes, bytes], None] = {}
    at = span_id
    while at:
        key = trace_id, at
        if key in passed:  # a circle of dropped spans has no top
            at = ROOT
            break
        parent = above.get(key)
        if parent is None:
            break
        passed[key] = None
        at = parent
    for key in passed:
        above[key] = at
    return at

"""The spans of one request as trees, whatever parents they name: missing, repeated, their own, or in a circle."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from spansieve.pdata import Span

MAX_DEPTH = 24
"""Levels drawn; what is deeper stands beside the last one."""


class Node(NamedTuple):
    """A span, its level (0 = top), and whether its parent is not in the request."""

    span: Span
    depth: int
    orphan: bool


def by_trace(spans: Iterable[Span]) -> dict[bytes, list[Span]]:
    """The spans of each trace, in the order in which traces come first."""
    traces: dict[bytes, list[Span]] = defaultdict(list)
    for span in spans:
        traces[span.trace_id].append(span)
    return traces


def walk(spans: list[Span]) -> list[Node]:
    """The spans of one trace, parents before children, siblings by their start. Each comes once; levels end at
    MAX_DEPTH. Spans that form a circle hang on the one that starts first.
    """
    spans = sorted(spans, key=lambda span: span.start_time_unix_nano)
    known = {span.span_id for span in spans if span.span_id}
    children: dict[bytes, list[Span]] = defaultdict(list)
    tops: list[Span] = []
    for span in spans:
        above = span.parent_span_id
        if above in known and above != span.span_id:
            children[above].append(span)
        else:
            tops.append(span)
    nodes: list[Node] = []
    seen: set[int] = set()
    for top in (*tops, *spans):  # a second time for circles, which no top leads to
        orphan = bool(top.parent_span_id) and top.parent_span_id not in known
        _descend(Node(top, 0, orphan), children, nodes, seen)
    return nodes


def _descend(top: Node, children: dict[bytes, list[Span]], nodes: list[Node], seen: set[int]) -> None:
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if id(node.span) in seen:
            continue
        seen.add(id(node.span))
        nodes.append(node)
        below = children.get(node.span.span_id, []) if node.span.span_id else []
        waiting += [Node(child, min(node.depth + 1, MAX_DEPTH), False) for child in reversed(below)]

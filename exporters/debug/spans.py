"""How spans are shown: a line a request, a tree a trace, or all that is known."""

from collections.abc import Iterator
from enum import IntEnum

from rich.text import Text
from rich.tree import Tree

from spansieve.pdata import DecodeError, Event, Link, Span, SpanKind, StatusCode, TraceBatch
from spansieve.terminal import duration, moment, plural, safe, size

from .facts import Facts, facts, failed
from .forest import Node, by_trace, walk
from .lines import LONG, SHORT, UNREADABLE, attribute_lines, hang, line, resource_line, scope_name, service
from .steps import outcome, step


def word(kind: type[IntEnum], value: int) -> str:
    """The name of an enumeration's value, or its number if it is newer."""
    try:
        return kind(value).name
    except ValueError:
        return str(value)


def summary(batch: TraceBatch) -> Text:
    """One line: how much of what came from whom."""
    spans = list(batch)
    errors = sum(map(failed, spans))
    return line(
        ("traces", "bold"),
        (f"{plural(len(spans), 'span')} in {plural(len(by_trace(spans)), 'trace')}", ""),
        (plural(errors, "error") if errors else "", "red"),
        (size(batch.size_bytes), "dim"),
        (service(batch.resources), "cyan"),
    )


def _heading(trace_id: bytes, spans: list[Span]) -> Text:
    starts = [span.start_time_unix_nano for span in spans if span.start_time_unix_nano]
    ends = [span.end_time_unix_nano for span in spans if span.end_time_unix_nano]
    took = max(0, max(ends) - min(starts)) if starts and ends else 0
    errors = sum(map(failed, spans))
    return line(
        ("trace", "bold"),
        (trace_id.hex() or "(no id)", "bold"),
        (service(span.resource for span in spans), "cyan"),
        (plural(len(spans), "span"), ""),
        (duration(took), "dim"),
        (plural(errors, "error") if errors else "", "bold red"),
    )


def label(node: Node, agent_above: str) -> tuple[Text, str]:
    """A span in one line: name, duration, what it did, an agent where it is a new one, error; and the agent."""
    span = node.span
    name = span.name
    try:
        known, ended = facts(span), outcome(span)
    except DecodeError:
        known, ended = Facts("", None, None, "", ""), (UNREADABLE, "yellow")
    agent = "" if known.agent == agent_above else known.agent
    shown = line(
        (safe(name, SHORT) or "(no name)", "red" if failed(span) else ""),
        (duration(span.duration_ns), "dim"),
        *step(known._replace(agent=agent), name),
        ended,
        ("(parent elsewhere)" if node.orphan else "", "dim"),
    )
    return shown, known.agent or agent_above


def trees(batch: TraceBatch, *, detailed: bool) -> Iterator[Tree]:
    """A tree for each trace in the request."""
    for trace_id, spans in by_trace(batch).items():
        tree = Tree(_heading(trace_id, spans), guide_style="dim")
        if detailed:
            for resource in {id(span.resource): span.resource for span in spans}.values():
                hang(tree.add(resource_line(resource)), attribute_lines(resource.attributes))
        branches = [(tree, "")]  # the way down to where the next span hangs, with the agent at work there
        for node in walk(spans):
            del branches[node.depth + 1 :]
            above, agent = branches[node.depth]
            shown, agent = label(node, agent)
            branch = above.add(shown)
            branches.append((branch, agent))
            if detailed:
                _add_details(branch, node.span)
        yield tree


def _add_details(tree: Tree, span: Span) -> None:
    hang(tree, _fields(span))
    hang(tree, attribute_lines(span.attributes))
    try:
        for event in span.events:
            _add_event(tree, event)
        for link in span.links:
            _add_link(tree, link)
    except DecodeError:
        tree.add(Text(UNREADABLE, "yellow"))


def _add_event(tree: Tree, event: Event) -> None:
    heading = line(("event", "bold"), (safe(event.name, SHORT), ""), (moment(event.time_unix_nano), "dim"))
    hang(tree.add(heading), attribute_lines(event.attributes))


def _add_link(tree: Tree, link: Link) -> None:
    ids = f"{link.trace_id.hex()} {link.span_id.hex()}"
    heading = line(("link", "bold"), (ids, ""), (safe(link.trace_state, SHORT), "dim"))
    hang(tree.add(heading), attribute_lines(link.attributes))


def _fields(span: Span) -> Iterator[Text]:
    yield line(("span", "bold"), (span.span_id.hex() or "(no id)", ""), (_parent(span), ""))
    yield line(
        (word(SpanKind, span.kind), ""),
        (f"from {moment(span.start_time_unix_nano, day=True)} to {moment(span.end_time_unix_nano)}", "dim"),
        (scope_name(span.scope), "dim"),
        (safe(span.trace_state, SHORT), "dim"),
        (_left_out(span), "yellow"),
    )
    code = span.status.code
    if code:
        why = safe(span.status.message, LONG)
        yield line((f"status {word(StatusCode, code)}{': ' if why else ''}{why}", "red" if failed(span) else ""))


def _parent(span: Span) -> str:
    return f"parent {span.parent_span_id.hex()}" if span.parent_span_id else ""


def _left_out(span: Span) -> str:
    counts = ((span.dropped_attributes_count, "attribute"), (span.dropped_events_count, "event"))
    links = ((span.dropped_links_count, "link"),)
    left_out = ", ".join(plural(count, what) for count, what in counts + links if count)
    return f"sender left out {left_out}" if left_out else ""

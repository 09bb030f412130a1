"""Executions of tools: which spans are one execution seen twice, and which ran at the same time.

Source: METRICS.md section 1, `tool_executions_total`.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping
from typing import Final

from spansieve.structure.siblings import siblings
from spansieve.structure.step import Step, places_by_id

from .beneath import Beneath
from .outcomes import repeat_failure
from .span import AiSpan
from .trace import MAX_DEPTH, Note, Trace

MAX_TOOLS: Final = 20_000
"""Tools' spans of a trace that are held against each other; those that come later ran alone."""
OVERLAP_NS: Final = 1_000_000
"""What is shorter is no parallel run."""


def arrive(trace: Trace, key: bytes, span: AiSpan, former: AiSpan | None) -> int:
    """Remember when a tool ran, instead of what `former` said, which it replaces; how many more are remembered now."""
    ran = trace.tools
    before = len(ran)
    if former is not None and former.traits.is_tool:
        ran[:] = [one for one in ran if one[2] != key]
    if len(ran) < MAX_TOOLS and span.end_ns >= span.start_ns:
        insort(ran, (span.end_ns, span.start_ns, key, span.parent_span_id))
    return len(ran) - before


def judge(trace: Trace, key: bytes, span: AiSpan, before: Mapping[bytes, Beneath]) -> None:
    """Judge the span of a tool that waits in `trace`; `before`: what was executed below, by span."""
    is_seen_below = key in before and span.traits.tool in before[key].tools
    span.is_execution = not is_seen_below and not _is_seen_above(trace, span)
    says = span.says_parallel
    span.is_parallel = _is_parallel(trace, key, span) if says is None else says


def tell_outer(trace: Trace) -> None:
    """Let failures of spans that wait be those of the same execution seen from further out, which may settle first."""
    for span in trace.waiting.values():
        if span.traits.is_tool and span.failure is not None:
            _is_seen_above(trace, span)


def _is_seen_above(trace: Trace, span: AiSpan) -> bool:
    """Whether a span above is the same execution; a failure that this one alone knows becomes that one's as well."""
    at = span.parent_span_id
    for _ in range(MAX_DEPTH):
        parent = trace.links.get(at) if at else None
        if parent is None:
            return False
        above = trace.known(at)
        if above is not None:
            if above.traits.is_run:
                return False
            if _is_same(above, span):
                if isinstance(above, AiSpan):
                    repeat_failure(span, above)
                return True
        at = parent
    return False


def _is_same(above: AiSpan | Note, span: AiSpan) -> bool:
    """Whether two spans, one below the other, are of one execution."""
    if not above.traits.is_tool or above.traits.tool != span.traits.tool:
        return False
    return not (above.call_id and span.call_id) or above.call_id == span.call_id


def _is_parallel(trace: Trace, key: bytes, span: AiSpan) -> bool:
    """Whether another tool of the same parent ran while this one did."""
    if len(trace.tools) < 2:
        return False
    first = bisect_left(trace.tools, (span.start_ns + OVERLAP_NS,))
    beside = [one for one in trace.tools[first:] if min(one[0], span.end_ns) - max(one[1], span.start_ns) >= OVERLAP_NS]
    if len(beside) < 2 or not any(one[2] == key for one in beside):
        return False
    if any(one[3] == span.parent_span_id and one[2] != key for one in beside):
        return True
    steps = [Step(id_, parent, start, end, "tool") for end, start, id_, parent in beside]
    steps += _above(trace, steps)
    groups = siblings(range(len(beside)), steps, places_by_id(steps))
    return any(len(group) > 1 and any(steps[at].span_id == key for at in group) for group in groups.values())


def _above(trace: Trace, tools: list[Step]) -> list[Step]:
    """The spans above `tools` that are no tools."""
    found: dict[bytes, Step] = {tool.span_id: tool for tool in tools}
    for tool in tools:
        at = tool.parent_span_id
        for _ in range(MAX_DEPTH):
            parent = trace.links.get(at) if at else None
            if parent is None or at in found:
                break
            above = trace.known(at)
            found[at] = Step(at, parent, 0, 0, above.traits.kind if above else "")
            at = parent
    return list(found.values())[len(tools) :]

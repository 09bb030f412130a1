"""Executions of tools: which spans are one execution seen twice, and which ran at the same time.

Source: METRICS.md section 1, `tool_executions_total`.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Final

from spansieve.structure.siblings import WRAPPERS, siblings
from spansieve.structure.step import Step, places_by_id

from .above import Aboves
from .beneath import Beneath
from .outcomes import repeat_failure
from .span import AiSpan
from .trace import MAX_DEPTH, Note, Ran, Trace

MAX_TOOLS: Final = 20_000
"""Tools' spans of a trace that are held against each other; those that come later ran alone."""
MAX_BESIDE: Final = 50
"""Tools of one trace, running at the same time below parents of their own, that one is held against."""
MAX_LOOKED: Final = 1_000
"""Tools of one trace below parents of their own that are held against others when they settle together; the rest ran
alone, unless another one ran below the same parent.
"""
OVERLAP_NS: Final = 1_000_000
"""What is shorter is no parallel run."""
_START, _END = attrgetter("start_ns"), attrgetter("end_ns")


def arrive(trace: Trace, key: bytes, span: AiSpan, former: AiSpan | None) -> None:
    """Remember when a tool ran, instead of what `former` said, which it replaces."""
    if former is not None:
        trace.tools.pop(key, None)
    if span.traits.is_tool:
        (trace.repeated if span.traits.tool in trace.named else trace.named).add(span.traits.tool)
    if span.traits.is_tool and len(trace.tools) < MAX_TOOLS and span.end_ns >= span.start_ns:
        trace.tools[key] = Ran(span.end_ns, span.start_ns, key, span.parent_span_id)


def judge(trace: Trace, due: Mapping[bytes, AiSpan], before: Mapping[bytes, Beneath], aboves: Aboves) -> int:
    """Judge the spans of tools that are `due`, which wait in `trace` still; `before`: what was executed below. Returns
    how many count as if they had run alone for want of room or time.
    """
    tools = {key: span for key, span in due.items() if span.traits.is_tool}
    for key, span in tools.items():
        is_seen_below = key in before and span.traits.tool in before[key].tools
        may_be_above = trace.notes or aboves[span.parent_span_id].has_tool
        span.is_execution = not is_seen_below and not (may_be_above and _is_seen_above(trace, span))
        span.is_parallel = span.said.get("says_parallel", False)
    silent = {key: span for key, span in tools.items() if "says_parallel" not in span.said}
    if not silent or len(trace.tools) < 2:
        return 0
    left_out = len(silent.keys() - trace.tools.keys()) if len(trace.tools) >= MAX_TOOLS else 0
    return left_out + _hold_together(trace, silent)


def _hold_together(trace: Trace, tools: Mapping[bytes, AiSpan]) -> int:
    """Find those of `tools` that ran at the same time as another one of the trace, where they stand side by side.
    Returns how many were not looked at.
    """
    ran = sorted(trace.tools.values())
    ran = ran[_first(ran, min([span.start_ns for span in tools.values()])) :]
    together = _together(ran)
    side_by_side = _side_by_side(ran) if together else together
    unsure = [key for key in tools if key in together and key not in side_by_side]
    looked = {key for key in unsure[:MAX_LOOKED] if _is_beside(trace, ran, trace.tools[key])}
    for key, span in tools.items():
        span.is_parallel = key in side_by_side or key in looked
    return len(unsure[MAX_LOOKED:])


def _first(ran: Sequence[Ran], start_ns: int) -> int:
    """The place of the first one, by end, that ran at the same time as something that began at `start_ns`."""
    return bisect_left(ran, start_ns + OVERLAP_NS, key=_END)


def _together(ran: Sequence[Ran]) -> set[bytes]:
    """Those that ran at the same time as any other: only of these it matters where they stand."""
    found: set[bytes] = set()
    last = None
    for one in sorted(ran, key=_START):
        if one.end_ns - one.start_ns < OVERLAP_NS:
            continue
        if last is not None and last.end_ns - one.start_ns >= OVERLAP_NS:
            found |= {last.key, one.key}
        if last is None or one.end_ns > last.end_ns:
            last = one
    return found


def _side_by_side(ran: Sequence[Ran]) -> set[bytes]:
    """Those that ran at the same time as another with the same parent."""
    by_parent: dict[bytes, list[Ran]] = {}
    for one in ran:
        by_parent.setdefault(one.parent, []).append(one)
    return set().union(*(_together(some) for some in by_parent.values() if len(some) > 1))


def tell_outer(trace: Trace) -> None:
    """Let failures of spans that wait be those of the same execution seen from further out, which may settle first."""
    for span in trace.waiting.values():
        if span.traits.is_tool and span.failure is not None:
            _is_seen_above(trace, span)


def _is_seen_above(trace: Trace, span: AiSpan) -> bool:
    """Whether a span above is the same execution; a failure that this one alone knows becomes that one's as well."""
    if span.traits.tool not in trace.repeated:
        return False
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


def _is_beside(trace: Trace, ran: Sequence[Ran], own: Ran) -> bool:
    """Whether another tool, which stands beside this one once wrappers are looked through, ran while it did."""
    others: list[Ran] = []
    for at in range(_first(ran, own.start_ns), len(ran)):
        one = ran[at]
        if one is not own and min(one.end_ns, own.end_ns) - max(one.start_ns, own.start_ns) >= OVERLAP_NS:
            others.append(one)
            if len(others) == MAX_BESIDE:
                break
    steps = [Step(one.key, one.parent, one.start_ns, one.end_ns, "tool") for one in (own, *others)]
    calls = range(len(steps))
    steps += _above(trace, steps)
    return any(len(group) > 1 and 0 in group for group in siblings(calls, steps, places_by_id(steps)).values())


def _above(trace: Trace, tools: list[Step]) -> list[Step]:
    """The spans above `tools` that are no tools, as far as wrappers are looked through."""
    found: dict[bytes, Step] = {tool.span_id: tool for tool in tools}
    for tool in tools:
        at = tool.parent_span_id
        for _ in range(MAX_DEPTH):
            parent = trace.links.get(at) if at else None
            if parent is None or at in found:
                break
            above = trace.known(at)
            kind = "" if above is None else "tool" if above.traits.is_tool else above.traits.kind
            found[at] = Step(at, parent, 0, 0, kind)
            if kind not in WRAPPERS:
                break
            at = parent
    return list(found.values())[len(tools) :]

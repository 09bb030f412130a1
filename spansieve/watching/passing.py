"""What settled spans pass on to those above them that have not come yet, or wait longer.

What was spent goes up to the root; calls and executions go no further than the run that they belong to.
"""

from typing import Final

from spansieve.structure.spending import NOTHING_BELOW, Below

from .above import Above
from .beneath import NOTHING, Beneaths
from .calls import bears, spent_by
from .span import AiSpan, Traits
from .trace import Trace

_NONE: Final[frozenset[str]] = frozenset()


def settled(trace: Trace, key: bytes, span: AiSpan, above: Above, beneaths: Beneaths) -> None:
    """Pass on what a judged span, which waits no longer, and those below it were. `above` is what encloses it."""
    parent, traits = span.parent_span_id, span.traits
    below = beneaths.take(trace.id, key)
    if not parent or not (above.end or trace.waiting):
        return
    if span.is_counted or below is not NOTHING:
        next_ = trace.frontier(parent, bears) if above.bears_tokens else above.end
        _add(trace, next_, beneaths, spent=spent_by(span, below.below))
    if traits.is_run:
        return
    if (span.is_call or below.calls) and (above.has_call or not above.in_run):
        next_ = trace.frontier(parent, _is_call, _is_run) if above.has_call else above.end
        _add(trace, next_, beneaths, calls=below.calls | {traits.call} if span.is_call else below.calls)
    if (span.is_execution or below.tools) and (above.has_tool or not above.in_run):
        next_ = trace.frontier(parent, _is_tool, _is_run) if above.has_tool else above.end
        _add(trace, next_, beneaths, tools=below.tools | {traits.tool} if span.is_execution else below.tools)


def arrived(trace: Trace, key: bytes, span: AiSpan | None, beneaths: Beneaths) -> None:
    """A span has come, an AI span or another, below which something was counted: pass on what does not concern it."""
    found, parent = beneaths.take(trace.id, key), trace.links[key]
    is_run = span is not None and span.traits.is_run
    stays = span is not None and span.bears_tokens
    _add(trace, key if stays else trace.frontier(parent, bears), beneaths, spent=found.below)
    stays = is_run or (span is not None and _is_call(span))
    _add(trace, key if stays else trace.frontier(parent, _is_call, _is_run), beneaths, calls=found.calls)
    stays = is_run or (span is not None and _is_tool(span))
    _add(trace, key if stays else trace.frontier(parent, _is_tool, _is_run), beneaths, tools=found.tools)


def _add(
    trace: Trace,
    span_id: bytes,
    beneaths: Beneaths,
    *,
    spent: Below = NOTHING_BELOW,
    calls: frozenset[str] = _NONE,
    tools: frozenset[str] = _NONE,
) -> None:
    """It was counted below this span; none, where the id is empty."""
    if not span_id or not (spent.spent or calls or tools):
        return
    found = beneaths.of(trace.id, span_id)
    found.spend(spent)
    found.calls |= calls
    if tools:
        beneaths.execute(found, tools)


def _is_call(span: AiSpan) -> bool:
    return bool(span.traits.call)


def _is_tool(span: AiSpan) -> bool:
    return span.traits.is_tool


def _is_run(traits: Traits) -> bool:
    return traits.is_run

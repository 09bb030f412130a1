"""What settled spans pass on to those above them."""

from .beneath import Beneath, Beneaths
from .calls import bears, spent_by
from .nested import call_family, is_call
from .people import is_run
from .span import AiSpan
from .trace import Trace


def settled(trace_id: bytes, trace: Trace, key: bytes, span: AiSpan, beneaths: Beneaths) -> None:
    """Pass on what a judged span, which waits no longer, and those below it were."""
    below = beneaths.take(trace_id, key)
    own = frozenset({span.traits.tool}) if span.is_execution else frozenset()
    calls = frozenset({call_family(span.traits)}) if span.is_call else frozenset()
    passed = Beneath(spent_by(span, below.spent))
    if not is_run(span.traits):
        passed = Beneath(passed.spent, below.tools | own, below.calls | calls)
    _pass_up(trace_id, trace, span.parent_span_id, passed, beneaths)


def arrived(trace_id: bytes, trace: Trace, key: bytes, span: AiSpan | None, beneaths: Beneaths) -> None:
    """A span has come, an AI span or another, below which something was counted: pass on what does not concern it."""
    below = beneaths.take(trace_id, key)
    its = Beneath()
    if span is not None and bears(span):
        its, below = its._replace(spent=below.spent), below._replace(spent=its.spent)
    if span is not None and (span.traits.is_tool or is_run(span.traits)):
        its, below = its._replace(tools=below.tools), below._replace(tools=its.tools)
    if span is not None and (is_call(span) or is_run(span.traits)):
        its, below = its._replace(calls=below.calls), below._replace(calls=its.calls)
    if its != Beneath():
        beneaths.add(trace_id, key, its)
    _pass_up(trace_id, trace, trace.links[key], below, beneaths)


def _pass_up(trace_id: bytes, trace: Trace, above: bytes, what: Beneath, beneaths: Beneaths) -> None:
    if above and what.spent.spent:
        next_ = trace.frontier(above, bears)
        if next_:
            beneaths.add(trace_id, next_, Beneath(what.spent))
    if above and what.tools:
        next_ = trace.frontier(above, _is_tool, is_run)
        if next_:
            beneaths.add(trace_id, next_, Beneath(tools=what.tools))
    if above and what.calls:
        next_ = trace.frontier(above, is_call, is_run)
        if next_:
            beneaths.add(trace_id, next_, Beneath(calls=what.calls))


def _is_tool(span: AiSpan) -> bool:
    return span.traits.is_tool

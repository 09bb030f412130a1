"""Which model calls are one that was seen twice: of nested ones of a family the innermost is the call.

Tokens have a rule of their own (`calls`), since they may stand on either. Source: METRICS.md section 1, "No double
counting": two instrumentations of one call nest.
"""

from collections.abc import Iterator, Mapping

from .above import Aboves
from .beneath import Beneath
from .span import AiSpan
from .trace import MAX_DEPTH, Trace


def judge(trace: Trace, due: Mapping[bytes, AiSpan], before: Mapping[bytes, Beneath], aboves: Aboves) -> None:
    """Judge the spans that are `due`, which wait in `trace` still; `before`: what was called below, by span."""
    calls = {key: span for key, span in trace.waiting.items() if span.traits.call}
    outer: set[bytes] = set()
    if any(aboves[span.parent_span_id].has_call for span in calls.values()):
        outer.update(key for span in calls.values() for key in _same_above(trace, span))
    for key, span in calls.items():
        if key in due:
            below = before.get(key)
            span.is_call = key not in outer and (below is None or span.traits.call not in below.calls)


def _same_above(trace: Trace, span: AiSpan) -> Iterator[bytes]:
    """The spans above a model call that are of its family, up to the run that it belongs to, or to one that waits as
    well: who is above that one it says itself.
    """
    at = span.parent_span_id
    for _ in range(MAX_DEPTH):
        parent = trace.links.get(at) if at else None
        if parent is None:
            return
        above = trace.known(at)
        if above is not None:
            if above.traits.is_run:
                return
            if above.traits.call == span.traits.call:
                yield at
                if isinstance(above, AiSpan):
                    return
        at = parent

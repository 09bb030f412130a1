"""Which model calls count: each token once, however many spans report it.

Source: METRICS.md section 1, "No double counting", by the rule of `spansieve.structure.spending`. A span is judged by
those below it that wait as it does, and by what was counted below it before.
"""

from collections.abc import Collection, Mapping

from spansieve.structure.spending import Below, Spent, counts, joined, with_own

from .above import Aboves
from .beneath import NOTHING, Beneath
from .span import AiSpan
from .trace import Trace


def judge(trace: Trace, due: Mapping[bytes, AiSpan], before: Mapping[bytes, Beneath], aboves: Aboves) -> None:
    """Judge the spans that are `due`, which wait in `trace` still; `before`: what was counted below, by span."""
    bearers = {key: span for key, span in trace.waiting.items() if span.bears_tokens}
    if not bearers:
        return
    if not before and not any(aboves[span.parent_span_id].bears_tokens for span in bearers.values()):
        for key, span in bearers.items():
            if key in due:
                span.is_counted = span.traits.family != "" or not span.traits.operation
    else:
        _judge_together(trace, bearers, due, before)


def spent_by(span: AiSpan, below: Below) -> Below:
    """What a judged span and those below it spent."""
    return with_own(span.traits.family, _own(span), below) if span.is_counted else below


def _judge_together(
    trace: Trace, bearers: Mapping[bytes, AiSpan], due: Collection[bytes], before: Mapping[bytes, Beneath]
) -> None:
    above = {key: trace.frontier(span.parent_span_id, bears) for key, span in bearers.items()}
    below = {key: before.get(key, NOTHING).below for key in bearers}
    for key in _from_leaves(above):
        span, found = bearers[key], below[key]
        is_counted = counts(span.traits.family, span.traits.operation, _own(span), found)
        if key in due:
            span.is_counted = is_counted
        if is_counted:
            found = with_own(span.traits.family, _own(span), found)
        if above[key] in below and above[key] != key:
            below[above[key]] = joined(below[above[key]], found)


def bears(span: AiSpan) -> bool:
    """Whether a span may count."""
    return span.bears_tokens


def _from_leaves(above: Mapping[bytes, bytes]) -> list[bytes]:
    """Each after all that are below it; those in a circle come last."""
    left = dict.fromkeys(above, 0)
    for parent in above.values():
        if parent in left:
            left[parent] += 1
    ready = [key for key, children in left.items() if not children]
    for key in ready:  # grows on the way
        del left[key]
        parent = above[key]
        if parent in left:
            left[parent] -= 1
            if not left[parent]:
                ready.append(parent)
    return [*ready, *left]


def _own(span: AiSpan) -> Spent:
    return Spent(span.tokens.input, span.tokens.output)

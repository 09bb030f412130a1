"""Which model calls count: each token once, however many spans report it.

Source: METRICS.md section 1, "No double counting", by the rule of `spansieve.structure.spending`. A span is judged by
those below it that wait as it does, and by what was counted below it before; what counts is passed on to the next span
above that bears tokens, or that has not come yet.
"""

from collections.abc import Collection, Mapping

from spansieve.structure.spending import NOTHING_BELOW, Below, Spent, counts, family_of, joined, with_own

from .beneath import NOTHING, Beneath
from .span import AiSpan
from .trace import Trace


def bears(span: AiSpan) -> bool:
    """Whether a span may count: it says tokens, and not once more those of others."""
    return span.has_tokens and not span.traits.is_rollup and (span.tokens.input > 0 or span.tokens.output > 0)


def judge(trace: Trace, due: Mapping[bytes, AiSpan], before: Mapping[bytes, Beneath]) -> None:
    """Judge the spans that are `due`, which wait in `trace` still; `before`: what was counted below, by span."""
    if not any(map(bears, due.values())):
        return
    bearers = {key: span for key, span in trace.waiting.items() if bears(span)}
    if len(bearers) == 1 and not before:
        _judge_alone(due)
    else:
        _judge_together(trace, bearers, due, before)


def spent_by(span: AiSpan, below: Below) -> Below:
    """What a judged span and those below it spent."""
    return with_own(*_own(span), below) if span.is_counted else below


def _judge_alone(due: Mapping[bytes, AiSpan]) -> None:
    for span in due.values():
        if bears(span):
            span.is_counted = _counts(span, NOTHING_BELOW)


def _judge_together(
    trace: Trace, bearers: Mapping[bytes, AiSpan], due: Collection[bytes], before: Mapping[bytes, Beneath]
) -> None:
    above = {key: trace.frontier(span.parent_span_id, bears) for key, span in bearers.items()}
    below = {key: before.get(key, NOTHING).spent for key in bearers}
    for key in _from_leaves(above):
        span, found = bearers[key], below[key]
        is_counted = _counts(span, found)
        if key in due:
            span.is_counted = is_counted
        if is_counted:
            found = with_own(*_own(span), found)
        if above[key] in below and above[key] != key:
            below[above[key]] = joined(below[above[key]], found)


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


def _own(span: AiSpan) -> tuple[str, Spent]:
    family = family_of(span.traits.kind, span.traits.operation)
    return family, Spent(span.tokens.input, span.tokens.output)


def _counts(span: AiSpan, below: Below) -> bool:
    family, own = _own(span)
    return counts(family, span.traits.operation, own, below)

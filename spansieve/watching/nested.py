"""Which model calls are one that was seen twice: of nested ones of a family the innermost is the call.

Tokens have a rule of their own (`calls`), since they may stand on either. Source: METRICS.md section 1, "No double
counting": two instrumentations of one call nest.
"""

from collections.abc import Iterator, Mapping

from spansieve.structure.spending import MODELS, family_of

from .beneath import NOTHING, Beneath
from .people import is_run
from .span import AiSpan, Traits
from .trace import MAX_DEPTH, Trace


def call_family(traits: Traits) -> str:
    """The family of the model call that a span may be; empty: it is none, or repeats others."""
    family = family_of(traits.kind, traits.operation)
    return family if family in MODELS and not traits.is_rollup else ""


def is_call(span: AiSpan) -> bool:
    """Whether a span may be a model call."""
    return bool(call_family(span.traits))


def judge(trace: Trace, due: Mapping[bytes, AiSpan], before: Mapping[bytes, Beneath]) -> None:
    """Judge the spans that are `due`, which wait in `trace` still; `before`: what was called below, by span."""
    if not any(map(is_call, due.values())):
        return
    outer = {key for span in trace.waiting.values() for key in _same_above(trace, span)}
    for key, span in due.items():
        family = call_family(span.traits)
        span.is_call = bool(family) and key not in outer and family not in before.get(key, NOTHING).calls


def _same_above(trace: Trace, span: AiSpan) -> Iterator[bytes]:
    """The spans above a model call that are of its family, up to the run that it belongs to."""
    family = call_family(span.traits)
    at = span.parent_span_id if family else b""
    for _ in range(MAX_DEPTH):
        parent = trace.links.get(at) if at else None
        if parent is None:
            return
        above = trace.known(at)
        if above is not None:
            if is_run(above.traits):
                return
            if call_family(above.traits) == family:
                yield at
        at = parent

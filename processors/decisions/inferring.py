"""The decisions of one trace: those that were reported, and those that its spans show.

Of one span the first source counts that there is: what it reports, tools that it chose, a model that took over, a
hand-off, a route, the reason why it stopped. Source: METRICS.md, section 4.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from spansieve.pdata import NO_SPAN
from spansieve.structure import Decision, Step, decisions
from spansieve.watching import AiSpan, ByTraits, Traits

from .traces import Trace

Plumbing = Callable[[bytes, bytes], bytes | None]
"""By trace and span: the parent of a span that is no AI span; None for any other, and what is not known."""
IsRouted = Callable[[str, str], bool]
"""Whether the model that was asked for is of another family than the one that answered."""

_SOURCES: Final = ("tool_choice", "model_fallback", "handoff")
"""Of several that see the same span, the first one counts."""
_HANDOFFS: Final = frozenset({"handoff", "agent_handoff"})
_MOST_BETWEEN: Final = 100
"""Spans that are climbed from one AI span to the next."""
_ROUTER: Final = re.compile(r"(?i)(?<![a-z])router(?![a-z])")


class Decided(NamedTuple):
    """One decision. None: not known."""

    type: str
    inferred: bool
    span: AiSpan
    """Who decided."""
    options: int | None = None
    selected: int | None = None
    confidence: float | None = None
    reasoning_hash: str = ""
    context: int = 0
    """Tokens."""
    succeeded: bool | None = None
    """How what was chosen turned out."""


def decided(trace: Trace, plumbing: Plumbing, is_routed: IsRouted) -> list[Decided]:
    """All decisions of a trace."""
    context = _Context(trace.spans)
    found = [*_reported(trace, context)]
    sources = {trace.spans[place].span_id for place, told in trace.told.items() if told.said}
    for source, one in _inferred(trace, context, plumbing, is_routed):
        if source not in sources or not source:
            sources.add(source)
            found.append(one)
    return found


def _reported(trace: Trace, context: "_Context") -> Iterator[Decided]:
    for place, told in trace.told.items():
        span = trace.spans[place]
        for said in told.said:
            yield Decided(
                said.type,
                inferred=False,
                span=span,
                options=said.options,
                selected=said.selected,
                confidence=said.confidence,
                reasoning_hash=said.reasoning_hash,
                context=context.of(span, said.time_ns or span.end_ns),
            )


class _Context:
    """How much context a decision was made in: the input of the deciding call, else of the newest one."""

    def __init__(self, spans: Sequence[AiSpan]) -> None:
        self._spans = spans

    @cached_property
    def _calls(self) -> tuple[list[int], list[int]]:
        """When each call began, and its tokens."""
        calls = (span for span in self._spans if span.has_tokens and _is_model(span.traits))
        by_start = sorted((span.start_ns, span.tokens.input) for span in calls)
        return [start_ns for start_ns, _ in by_start], [tokens for _, tokens in by_start]

    def of(self, span: AiSpan, time_ns: int) -> int:
        """Of a decision of `span` at that time: the newest call is the last one begun by then, if there is one."""
        if span.has_tokens and _is_model(span.traits):
            return span.tokens.input
        starts, tokens = self._calls
        return tokens[bisect_right(starts, time_ns) - 1] if tokens else 0

    def inferred(self, type_: str, span: AiSpan) -> Decided:
        """A decision of `span` of which no more is known."""
        return Decided(type_, inferred=True, span=span, context=self.of(span, span.start_ns))


def _is_model(traits: Traits) -> bool:
    """A call whose tokens are its own."""
    return traits.family == "model" and not traits.is_rollup


def _inferred(
    trace: Trace, context: _Context, plumbing: Plumbing, is_routed: IsRouted
) -> Iterator[tuple[bytes, Decided]]:
    """Each with the id of the span that it is seen by; earlier sources first."""
    kinds = [_kind(span) for span in trace.spans]
    for one in _structural(trace, kinds, plumbing):
        yield trace.spans[_source(one)].span_id, _of_structure(one, trace.spans, context)
    for span, kind in zip(trace.spans, kinds, strict=True):
        traits = span.traits
        if kind != "model":
            if _IS_ROUTER[traits]:
                yield span.span_id, context.inferred("routing", span)
        elif traits.request_model and traits.response_model and is_routed(traits.request_model, traits.response_model):
            yield span.span_id, context.inferred("routing", span)
        elif traits.finish:
            yield span.span_id, context.inferred("finish", span)


def _structural(trace: Trace, kinds: Sequence[str], plumbing: Plumbing) -> list[Decision]:
    spans = trace.spans
    handoffs = {place for place, span in enumerate(spans) if span.traits.operation in _HANDOFFS}
    answers = {place: told.answer for place, told in trace.told.items() if kinds[place] == "model"}
    if not handoffs and not any(answer.called for answer in answers.values()) and not _may_decide(spans, kinds):
        return []
    found = decisions(
        [
            *map(_step, spans, kinds),
            *(Step(span_id, parent, 0, 0) for span_id, parent in _between(spans, plumbing).items()),
        ],
        offered={place: answer.offered for place, answer in answers.items() if answer.offered is not None},
        called={place: answer.called for place, answer in answers.items() if answer.called is not None},
        handoffs=handoffs,
    )
    known = (one for one in found if one.place < len(spans))  # the others are plumbing, in a circle
    return sorted(known, key=lambda one: _SOURCES.index(one.type))


def _may_decide(spans: Sequence[AiSpan], kinds: Sequence[str]) -> bool:
    """Whether spans may show by their places that a tool was chosen, that a run was handed over, or that a model took
    over.
    """
    models = kinds.count("model")
    if kinds.count("agent") > 1 or (models and "tool" in kinds):
        return True
    return models > 1 and any(
        kind == "model" and span.outcome != "success" for span, kind in zip(spans, kinds, strict=True)
    )


def _between(spans: Sequence[AiSpan], plumbing: Plumbing) -> dict[bytes, bytes]:
    """The spans between AI spans, with their parents: whoever looks for the agent of a call climbs over them."""
    passed: set[bytes] = {span.span_id for span in spans} | NO_SPAN
    between: dict[bytes, bytes] = {}
    for first in dict.fromkeys([span.parent_span_id for span in spans]):
        at = first
        for _ in range(_MOST_BETWEEN):
            parent = None if at in passed else plumbing(spans[0].trace_id, at)
            if parent is None:
                break
            passed.add(at)
            between[at] = parent
            at = parent
    return between


def _source(one: Decision) -> int:
    """The span that shows a decision: several may be handed to by one agent."""
    return one.chosen if one.type == "handoff" and one.chosen is not None else one.place


def _of_structure(one: Decision, spans: Sequence[AiSpan], context: _Context) -> Decided:
    span = spans[one.place]
    return Decided(
        one.type,
        inferred=True,
        span=span,
        options=len(one.options) or None,
        selected=one.selected_index,
        context=context.of(span, span.start_ns),
        succeeded=None if one.chosen is None else spans[one.chosen].outcome == "success",
    )


def _step(span: AiSpan, kind: str) -> Step:
    name = _NAMES[span.traits].get(kind, "")
    failed = span.fate.outcome != "success"
    return Step(span.span_id, span.parent_span_id, span.start_ns, span.end_ns, kind, name, failed=failed)


def _kind(span: AiSpan) -> str:
    """What a span is among those that decide. A model's span that repeats the one below it is looked through."""
    kind = "tool" if span.is_execution else _KINDS[span.traits]
    return "step" if kind == "model" and span.has_tokens and not span.is_counted else kind


def _kind_of(traits: Traits) -> str:
    """What a span is that executes no tool."""
    if _is_model(traits):
        return "model"
    if traits.is_run:
        return traits.kind or "agent"
    return "step" if traits.is_rollup else traits.kind


def _names_of(traits: Traits) -> dict[str, str]:
    """Its name, by what it is."""
    return {"tool": traits.tool, "agent": traits.agent, "model": traits.model}


_KINDS: Final = ByTraits(_kind_of)
_NAMES: Final = ByTraits(_names_of)
_IS_ROUTER: Final = ByTraits(lambda traits: _ROUTER.search(traits.name) is not None)

"""The decisions of one trace: those that were reported, and those that its spans show.

Of one span the first source counts that there is: what it reports, tools that it chose, a model that took over, a
hand-off, a route, the reason why it stopped. Source: METRICS.md, section 4.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from spansieve.pdata import NO_SPAN
from spansieve.structure import Decision, Step, decisions
from spansieve.structure.spending import family_of
from spansieve.watching import AiSpan

from .traces import Member

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


def decided(members: Sequence[Member], plumbing: Plumbing, is_routed: IsRouted) -> list[Decided]:
    """All decisions of a trace."""
    context = _Context([member.span for member in members])
    found = [*_reported(members, context)]
    sources = {member.span.span_id for member in members if member.told.said}
    for place, one in _inferred(members, plumbing, is_routed):
        span_id = members[place].span.span_id
        if span_id not in sources or not span_id:
            sources.add(span_id)
            found.append(one._replace(context=context.of(one.span, one.span.start_ns)))
    return found


def _reported(members: Sequence[Member], context: "_Context") -> Iterator[Decided]:
    for span, told in members:
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
        calls = (span for span in spans if span.has_tokens and _is_model(span))
        by_start = sorted((span.start_ns, span.tokens.input) for span in calls)
        self._starts = [start_ns for start_ns, _ in by_start]
        self._tokens = [tokens for _, tokens in by_start]

    def of(self, span: AiSpan, time_ns: int) -> int:
        """Of a decision of `span` at that time: the newest call is the last one begun by then, if there is one."""
        if span.has_tokens and _is_model(span):
            return span.tokens.input
        begun = bisect_right(self._starts, time_ns)
        return self._tokens[begun - 1] if self._tokens else 0


def _is_model(span: AiSpan) -> bool:
    """A call whose tokens are its own."""
    return family_of(span.traits.kind, span.traits.operation) == "model" and not span.traits.is_rollup


def _inferred(members: Sequence[Member], plumbing: Plumbing, is_routed: IsRouted) -> Iterator[tuple[int, Decided]]:
    """Each with the place of the span that it is seen by; earlier sources first."""
    steps = [_step(member.span) for member in members]
    for one in _structural(members, steps, plumbing):
        yield _source(one), _of_structure(one, members)
    for place, (span, _) in enumerate(members):
        traits = span.traits
        if steps[place].kind != "model":
            if _ROUTER.search(traits.name):
                yield place, Decided("routing", inferred=True, span=span)
            continue
        if traits.request_model and traits.response_model and is_routed(traits.request_model, traits.response_model):
            yield place, Decided("routing", inferred=True, span=span)
        elif traits.finish:
            yield place, Decided("finish", inferred=True, span=span)


def _structural(members: Sequence[Member], steps: Sequence[Step], plumbing: Plumbing) -> list[Decision]:
    models = {place: member.told.answer for place, member in enumerate(members) if steps[place].kind == "model"}
    handoffs = {place for place, member in enumerate(members) if member.span.traits.operation in _HANDOFFS}
    is_alone = len(members) == 1 and not any(answer.called for answer in models.values())
    if not handoffs and (is_alone or not (models or any(step.kind == "agent" for step in steps))):
        return []
    found = decisions(
        [*steps, *(Step(span_id, parent, 0, 0) for span_id, parent in _between(members, plumbing).items())],
        offered={place: answer.offered for place, answer in models.items() if answer.offered is not None},
        called={place: answer.called for place, answer in models.items() if answer.called is not None},
        handoffs=handoffs,
    )
    known = (one for one in found if one.place < len(members))  # the others are plumbing, in a circle
    return sorted(known, key=lambda one: _SOURCES.index(one.type))


def _between(members: Sequence[Member], plumbing: Plumbing) -> dict[bytes, bytes]:
    """The spans between AI spans, with their parents: whoever looks for the agent of a call climbs over them."""
    passed = {member.span.span_id for member in members}
    between: dict[bytes, bytes] = {}
    for span, _ in members:
        at = span.parent_span_id
        for _ in range(_MOST_BETWEEN):
            parent = None if at in passed or at in NO_SPAN else plumbing(span.trace_id, at)
            if parent is None:
                break
            passed.add(at)
            between[at] = parent
            at = parent
    return between


def _source(one: Decision) -> int:
    """The span that shows a decision: several may be handed to by one agent."""
    return one.chosen if one.type == "handoff" and one.chosen is not None else one.place


def _of_structure(one: Decision, members: Sequence[Member]) -> Decided:
    chosen = None if one.chosen is None else members[one.chosen].span
    return Decided(
        one.type,
        inferred=True,
        span=members[one.place].span,
        options=len(one.options) or None,
        selected=one.selected_index,
        succeeded=None if chosen is None else chosen.outcome == "success",
    )


def _step(span: AiSpan) -> Step:
    kind, name = _kind(span), ""
    if kind == "tool":
        name = span.traits.tool
    elif kind == "agent":
        name = span.traits.agent
    elif kind == "model":
        name = span.traits.model
    failed = span.outcome != "success"
    parent, times = span.parent_span_id, (span.start_ns, span.end_ns)
    return Step(span.span_id, parent, *times, kind=kind, name=name, failed=failed)


def _kind(span: AiSpan) -> str:
    """What a span is among those that decide. A model's span that repeats the one below it is looked through."""
    if span.is_execution:
        return "tool"
    if _is_model(span):
        return "model" if span.is_counted or not span.has_tokens else "step"
    if span.traits.is_run:
        return span.traits.kind or "agent"
    return "step" if span.traits.is_rollup else span.traits.kind

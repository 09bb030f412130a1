"""The decisions of one trace: those that were reported, and those that its spans show.

Of one span the first source counts that there is: what it reports, a tool that it chose, a model that took over, a
hand-off, a route, the reason why it stopped. Spans are looked at in groups as they come, and what a later one may
belong to is remembered in between. Nothing that is inferred is certain. Source: METRICS.md, section 4.
"""

from bisect import insort
from collections.abc import Callable, Sequence
from operator import attrgetter

from spansieve.watching import AiSpan

from .callers import Callers, Plumbing
from .calls import Call
from .decided import Decided
from .explicit import Said
from .roles import ROLES, decides, has_context, went_well
from .story import KEPT_S, Below, Story
from .traces import NOTHING_TOLD, Told, Trace

IsRouted = Callable[[str, str], bool]
"""Whether the model that was asked for is of another family than the one that answered."""

_start = attrgetter("start_ns")
_time = attrgetter("start_ns", "end_ns", "span_id")


class Look:
    """One look at spans of a trace, and what it finds."""

    def __init__(self, story: Story, now: float, is_routed: IsRouted, *, overlaps: bool = False) -> None:
        """`story` is what is known of the trace, and learns; `now` is in monotonic seconds. Where a tool `overlaps` the
        call that chose it, it may run before that is over.
        """
        self.made: list[Decided] = []
        self.turned_out: list[Decided] = []
        """Decisions of a former look of which it is known now how they turned out."""
        self._story = story
        self._now = now
        self._is_routed = is_routed
        self._overlaps = overlaps

    def at(self, trace: Trace, plumbing: Plumbing) -> None:
        """Look at what came of the trace, in whatever order."""
        spans = sorted(trace.spans, key=_time)
        callers = Callers(spans[0].trace_id, spans, plumbing)
        self._learn(spans)
        self._climb(callers)
        for span in spans:
            self._one(span, trace.told.get(span, NOTHING_TOLD), callers)
        self._hand_over(callers)
        self.close()

    def close(self) -> None:
        """Decide what nothing can change that may follow."""
        story = self._story
        for caller, turn in story.turns.items():
            newest = turn[-1]
            for call in turn:
                self._decide(call, is_newest=call is newest)
            story.turns[caller] = [one for one in turn if one is newest or (one.waits and one.until > self._now)]
        story.failed = {parent: call for parent, call in story.failed.items() if not call.is_decided}
        tools = story.tools if story.has_waiting_calls else []
        story.tools = [tool for tool in tools if tool.until > self._now]
        runs, story.runs = story.runs, []
        for run in runs:
            if self._may_change(run.span, run.until):
                story.runs.append(run)
            else:
                self._alone(run.span)

    def _learn(self, spans: Sequence[AiSpan]) -> None:
        story = self._story
        for span in spans:
            story.is_rooted |= span.is_root
            if has_context(span):
                story.contexts.add(span)
            elif ROLES[span.traits].is_agent and span.span_id:
                story.agents[span.span_id] = span

    def _climb(self, callers: Callers) -> None:
        """What is above former calls may have come."""
        story = self._story
        for caller in [one for one in story.turns if callers.of(one) != one]:
            turn = story.turns.setdefault(callers.of(caller), [])
            turn += story.turns.pop(caller)
            turn.sort(key=_start)
        former, story.tools = story.tools, []
        for tool in former:
            self._ran(tool, callers)

    def _one(self, span: AiSpan, told: Told, callers: Callers) -> None:
        if told.said:
            self._reported(span, told.said)
        if decides(span):
            self._called(span, told, callers)
            return
        if ROLES[span.traits].is_tool:
            self._ran(Below(span, self._now + KEPT_S), callers)
        if not told.said:
            self._stands(span, callers)

    def _stands(self, span: AiSpan, callers: Callers) -> None:
        """A span that is no model call, and reports nothing."""
        role = ROLES[span.traits]
        if role.is_handoff:
            self._handed(span, callers.of(span.parent_span_id))
        elif role.is_agent:
            self._story.runs.append(Below(span, self._now + KEPT_S))
        else:
            self._alone(span)

    def _reported(self, span: AiSpan, said: Sequence[Said]) -> None:
        for one in said:
            context = self._context(span, one.time_ns or span.end_ns)
            rest = one.options, one.selected, one.confidence, one.reasoning_hash, context
            self.made.append(Decided(one.type, False, span, *rest))

    def _context(self, span: AiSpan, time_ns: int) -> int:
        """Of a decision of `span` at that time, in tokens."""
        return span.tokens.input if has_context(span) else self._story.contexts.at(time_ns)

    def _called(self, span: AiSpan, told: Told, callers: Callers) -> None:
        failed, parent = self._story.failed, span.parent_span_id
        call = Call(span, told.answer, self._now + KEPT_S, is_decided=bool(told.said))
        former = failed.get(parent)
        if former is not None and former.is_before(call):
            del failed[parent]
            if former.is_taken_over_by(call):
                self._take_over(former, call)
        if call.may_be_taken_over:
            failed[parent] = call
        insort(self._story.turns.setdefault(callers.of(parent), []), call, key=_start)

    def _take_over(self, former: Call, call: Call) -> None:
        self._infer("model_fallback", former.span, options=2, selected=1, succeeded=went_well(call.span))
        former.is_decided = True

    def _ran(self, tool: Below, callers: Callers) -> None:
        tool.at = callers.of(tool.at)
        for call in reversed(self._story.turns.get(tool.at, ())):
            if call.start_ns <= tool.span.start_ns:
                call.precedes(tool.span, overlaps=self._overlaps)
                return
        if tool.at and not callers.works(tool.at):
            self._story.tools.append(tool)

    def _decide(self, call: Call, *, is_newest: bool) -> None:
        """Count what a call decided, unless something may follow that tells."""
        if call.choice is not None and call.tool is not None:
            self.turned_out.append(call.choice._replace(succeeded=went_well(call.tool)))
            call.choice = None
        if call.is_decided:
            return
        is_last = self._story.failed.get(call.span.parent_span_id) is call or (is_newest and call.may_choose)
        if call.has_chosen:
            self._choose(call)
        elif is_last and self._may_change(call.span, call.until):
            return
        else:
            self._alone(call.span)
        call.is_decided = True

    def _choose(self, call: Call) -> None:
        offered, tool = call.answer.offered or (), call.tool
        name = call.answer.called[0] if call.answer.called else tool.traits.tool if tool else ""
        selected = offered.index(name) if name in offered else None
        succeeded = None if tool is None else went_well(tool)
        self._infer("tool_choice", call.span, options=len(offered) or None, selected=selected, succeeded=succeeded)
        call.choice = self.made[-1] if tool is None else None

    def _hand_over(self, callers: Callers) -> None:
        story = self._story
        runs, story.runs = story.runs, []
        for run in runs:
            run.at = callers.of(run.at)
            story.is_rooted |= not run.at
            above = story.agents.get(run.at)
            if above is not None and above is not run.span and _is_other(run.span, above):
                self._handed(run.span, run.at)
            elif above is None and run.at and not callers.works(run.at):
                story.runs.append(run)
            else:
                self._alone(run.span)

    def _handed(self, span: AiSpan, caller: bytes) -> None:
        """The decision is that of the agent above, where it is known."""
        above = self._story.agents.get(caller, span)
        self._infer("handoff", above, time_ns=span.start_ns, succeeded=went_well(span))

    def _may_change(self, span: AiSpan, until: float) -> bool:
        """Whether to wait for what may follow a span: until it is late, or, if it shows a decision by itself, for no
        longer than the root.
        """
        return until > self._now and not (self._story.is_rooted and self._shows(span))

    def _alone(self, span: AiSpan) -> None:
        """Count the decision that `span` shows by itself, if it does."""
        type_ = self._shows(span)
        if type_:
            self._infer(type_, span)

    def _shows(self, span: AiSpan) -> str:
        traits = span.traits
        if not decides(span):
            return "routing" if ROLES[traits].is_router else ""
        asked, answered = traits.request_model, traits.response_model
        if asked and answered and self._is_routed(asked, answered):
            return "routing"
        return "finish" if traits.finish else ""

    def _infer(
        self,
        type_: str,
        span: AiSpan,
        *,
        time_ns: int = 0,
        options: int | None = None,
        selected: int | None = None,
        succeeded: bool | None = None,
    ) -> None:
        context = self._context(span, time_ns or span.start_ns)
        self.made.append(Decided(type_, True, span, options, selected, None, "", context, succeeded))


def _is_other(below: AiSpan, above: AiSpan) -> bool:
    """An agent below one of the same name is the same run, seen by two instrumentations."""
    return not below.traits.agent or below.traits.agent != above.traits.agent

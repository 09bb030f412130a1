"""The decisions of one trace: those that were reported, and those that its spans show.

Of one span the first source counts that there is: what it reports, a tool that it chose, a model that took over, a
hand-off, a route, the reason why it stopped. Spans are looked at in groups as they come, and what a later one may
belong to is remembered in between. Nothing that is inferred is certain. Source: METRICS.md, section 4.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from spansieve.watching import AiSpan

from .callers import Callers, Plumbing
from .calls import Call
from .decided import BUCKET, Decided, Found
from .explicit import Said
from .roles import ROLES, decides, has_context, is_own, went_well
from .story import KEPT_S, Below, Story, start_of
from .traces import NOTHING_TOLD, Told, Trace

IsRouted = Callable[[str, str], bool]
"""Whether the model that was asked for is of another family than the one that answered."""

_time = attrgetter("start_ns", "end_ns", "span_id")


class Look:
    """One look at spans of a trace."""

    def __init__(self, story: Story, now: float, is_routed: IsRouted, found: Found, *, overlaps: bool = False) -> None:
        """`story` is what is known of the trace, and learns; `now` is in monotonic seconds. Add to what was `found`.
        Where a tool `overlaps` the call that chose it, it may run before that is over.
        """
        self._story = story
        self._now = now
        self._until = now + KEPT_S
        self._is_routed = is_routed
        self._found = found
        self._overlaps = overlaps

    def at(self, trace: Trace, plumbing: Plumbing) -> None:
        """Look at what came of the trace, in whatever order."""
        story, told = self._story, trace.told
        spans = sorted(trace.spans, key=_time)
        callers = Callers(spans, plumbing)
        story.is_rooted |= trace.is_rooted
        story.contexts.add(spans)
        self._climb(callers)
        leads = self._follow(spans, told, callers)
        story.met(leads)
        for span, (said, _) in told.items():
            self._reported(span, said)
        self._lead([span for span in leads if not told.get(span, NOTHING_TOLD).said], callers)
        self._hand_over(callers)
        self.close()

    def _follow(self, spans: Sequence[AiSpan], told: Mapping[AiSpan, Told], callers: Callers) -> list[AiSpan]:
        """Calls and the tools that they chose, in their order; returns who leads to others."""
        leads = []
        for span in spans:
            role = ROLES[span.traits]
            if role.is_tool:
                self._ran(span, span.parent_span_id, self._until, callers)
            elif role.is_model and is_own(span):
                self._called(span, told.get(span, NOTHING_TOLD), callers)
                continue
            if role.is_lead:
                leads.append(span)
        return leads

    def close(self) -> None:
        """Decide what nothing can change that may follow."""
        story = self._story
        for caller, turn in story.turns.items():
            newest = turn[-1]
            for call in turn:
                self._decide(call, is_newest=call is newest)
            story.turns[caller] = [one for one in turn if one is newest or (one.waits and one.until > self._now)]
        if story.failed:
            story.failed = {parent: call for parent, call in story.failed.items() if not call.is_decided}
        if story.tools:
            tools = story.tools if story.has_waiting_calls else []
            story.tools = [tool for tool in tools if tool.until > self._now]
        runs, story.runs = story.runs, []
        for run in runs:
            if self._may_change(run.span, run.until):
                story.runs.append(run)
            else:
                self._alone(run.span)

    def _climb(self, callers: Callers) -> None:
        """What is above former calls may have come."""
        story = self._story
        for caller in [one for one in story.turns if callers[one] != one]:
            turn = story.turns.setdefault(callers[caller], [])
            turn += story.turns.pop(caller)
            turn.sort(key=start_of)
        former, story.tools = story.tools, []
        for tool in former:
            self._ran(tool.span, tool.at, tool.until, callers)

    def _lead(self, leads: Sequence[AiSpan], callers: Callers) -> None:
        """Spans that show what they decide, and report nothing."""
        for span in leads:
            role = ROLES[span.traits]
            if role.is_handoff:
                self._handed(span, callers[span.parent_span_id])
            elif role.is_agent:
                self._story.runs.append(Below(span, span.parent_span_id, self._until))
            else:
                self._alone(span)

    def _reported(self, span: AiSpan, said: Sequence[Said]) -> None:
        for one in said:
            made = Decided(
                type=one.type,
                inferred=False,
                service=span.service,
                weight=span.weight,
                is_error=not went_well(span),
                context=self._context(span, one.time_ns or span.end_ns),
                options=one.options,
                selected=one.selected,
                confidence=one.confidence,
                reasoning_hash=one.reasoning_hash,
            )
            self._found.made.append((made, span))

    def _called(self, span: AiSpan, told: Told, callers: Callers) -> None:
        failed, parent = self._story.failed, span.parent_span_id
        call = Call(span, told.answer, self._until, is_decided=bool(told.said))
        former = failed.get(parent)
        if former is not None and former.is_before(call):
            del failed[parent]
            if former.is_taken_over_by(call):
                self._take_over(former, call)
        if not call.went_well and call.may_be_taken_over:
            failed[parent] = call
        self._story.called(callers[parent], call)

    def _take_over(self, former: Call, call: Call) -> None:
        self._infer("model_fallback", former.span, options=2, selected=1, succeeded=call.went_well)
        former.is_decided = True

    def _ran(self, tool: AiSpan, at: bytes, until: float, callers: Callers) -> None:
        """A tool ran, called from `at` or above; what called it may come `until` then."""
        at = callers[at]
        for call in reversed(self._story.turns.get(at, ())):
            if call.start_ns <= tool.start_ns:
                if call.tool is None:
                    call.precedes(tool, overlaps=self._overlaps)
                return
        if at and not callers.works(at):
            self._story.tools.append(Below(tool, at, until))

    def _decide(self, call: Call, *, is_newest: bool) -> None:
        """Count what a call decided, unless something may follow that tells."""
        if call.choice is not None and call.tool is not None:
            self._found.turned_out.append(call.choice._replace(succeeded=went_well(call.tool)))
            call.choice = None
        if call.is_decided:
            return
        if call.has_chosen:
            self._choose(call)
        elif self._is_last(call, is_newest=is_newest) and self._may_change(call.span, call.until):
            return
        else:
            self._alone(call.span)
        call.is_decided = True

    def _is_last(self, call: Call, *, is_newest: bool) -> bool:
        """Whether what follows may belong to it."""
        return self._story.failed.get(call.span.parent_span_id) is call or (is_newest and call.may_choose)

    def _choose(self, call: Call) -> None:
        offered, tool = call.answer.offered, call.tool
        selected = offered.index(call.chosen) if offered and call.chosen in offered else None
        succeeded = None if tool is None else went_well(tool)
        made = self._infer(
            "tool_choice", call.span, options=len(offered or ()) or None, selected=selected, succeeded=succeeded
        )
        call.choice = made if tool is None else None

    def _hand_over(self, callers: Callers) -> None:
        story = self._story
        runs, story.runs = story.runs, []
        for run in runs:
            run.at = callers[run.at]
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
    ) -> Decided:
        context = self._context(span, time_ns or span.start_ns)
        is_error = not went_well(span)
        made = Decided(type_, True, span.service, span.weight, is_error, context, options, selected, succeeded)
        self._found.made.append((made, span))
        return made

    def _context(self, span: AiSpan, time_ns: int) -> int:
        """Of a decision of `span` at that time, in tokens: that of the call itself, else of the last one by then."""
        tokens = span.tokens.input if has_context(span) else self._story.contexts.at(time_ns)
        return tokens // BUCKET * BUCKET


def _is_other(below: AiSpan, above: AiSpan) -> bool:
    """An agent below one of the same name is the same run, seen by two instrumentations."""
    return not below.traits.agent or below.traits.agent != above.traits.agent

"""A trace as it comes in, and what is told of it in the end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final

from spansieve.watching import AiSpan

from .asides import Asides
from .asked import Asked
from .roles import ABOUT, AGENT, BITS, RUNS
from .told import Prompt, Request, Told, ToolUse, Whom

_PARALLEL, _STREAMING = BITS["parallel_tools"], BITS["streaming"]
MAX_SPANS = 20_000
"""Of one trace; of what comes then only its root and who used it count."""
_START: Final = attrgetter("start_ns")


class Trace:
    """What came of one trace: of its spans, no more than is needed."""

    __slots__ = (
        "_asked",
        "_call",
        "_call_asked",
        "_earliest",
        "_features",
        "_parents",
        "_runs",
        "_thread",
        "_tools",
        "_user",
        "end_ns",
        "root",
        "start_ns",
    )

    def __init__(self, whom: Whom | None = None) -> None:
        """Nothing came; `whom` is who used it, as far as that is known."""
        self.root: AiSpan | None = None
        self.start_ns = 0
        self.end_ns = 0
        self._user = whom.user if whom else ""
        self._thread = whom.thread if whom else ""
        self._earliest: AiSpan | None = None
        self._runs: list[AiSpan] = []
        self._tools: list[AiSpan] = []
        self._call: AiSpan | None = None
        self._call_asked: Asked | None = None
        self._asked: dict[bytes, Asked] = {}
        self._parents: dict[bytes, bytes] = {}
        self._features = 0

    def add(self, spans: Sequence[AiSpan], asides: Asides) -> None:
        """Spans have settled."""
        self._frame(spans)
        for span in spans:
            role, features = ABOUT[span.traits]
            aside = asides.take(span.trace_id, span.span_id) if role or asides.are_for_all else None
            if aside is not None:
                features |= aside.features
            if span.is_parallel:
                features |= _PARALLEL
            if "first_token_s" in span.said:
                features |= _STREAMING
            self._features |= features
            if len(self._parents) < MAX_SPANS:
                self._parents[span.span_id] = span.parent_span_id
                if span.is_execution:
                    self._tools.append(span)
                elif role:
                    self._place(span, role, aside.asked if aside else None)

    def _frame(self, spans: Sequence[AiSpan]) -> None:
        """When it was, for whom, and where it began."""
        first = min(spans, key=_START)
        if self._earliest is None or first.start_ns < self.start_ns:
            self._earliest, self.start_ns = first, first.start_ns
        self.end_ns = max(self.end_ns, *[span.end_ns for span in spans])
        self._user = self._user or next((span.user for span in spans if span.user), "")
        self._thread = self._thread or next((span.thread for span in spans if span.thread), "")
        for span in spans:
            if not span.parent_span_id:
                self.root = span

    def _place(self, span: AiSpan, role: str, asked: Asked | None) -> None:
        if role in RUNS:
            self._runs.append(span)
            if asked is not None:
                self._asked[span.span_id] = asked
        elif self._call is None or span.start_ns < self._call.start_ns:
            self._call, self._call_asked = span, asked or self._call_asked

    def told(self, after_ns: int | None, links: Mapping[bytes, bytes]) -> Told:
        """All of it; `after_ns` is until when requests of it were told before, if there were any; `links` are parents
        of spans that are none of ours.
        """
        self._parents.update(links)
        whom = self._whom()
        tools = [_use(span, whom) for span in sorted(self._tools, key=_START)]
        requests = self._told_requests(whom, after_ns)
        return Told(whom, self.start_ns, self.end_ns, requests, tools, self._used())

    def _told_requests(self, whom: Whom, after_ns: int | None) -> list[Request]:
        return [self._request(span, whom) for span in self._requests() if _is_new(span, after_ns)]

    def _whom(self) -> Whom:
        """Who used it: as its root says, else as any of its spans does."""
        root, first = self.root, self._earliest
        user = (root.user if root else "") or self._user
        thread = (root.thread if root else "") or self._thread
        said = root or first
        return Whom.of(user, thread, said.service if said else "")

    def _requests(self) -> Iterable[AiSpan]:
        """Its root; where that is none of ours, the agents and workflows on top, else the first model call."""
        root = self.root
        if root is not None and ABOUT[root.traits].role:
            return [root]
        if self._runs:
            return self._topmost()
        return [self._call] if self._call is not None else []

    def _topmost(self) -> Iterable[AiSpan]:
        """Runs that are not below another, nor within its time (what is between them may not be ours)."""
        runs = {span.span_id for span in self._runs}
        found: list[AiSpan] = []
        for span in sorted(self._runs, key=lambda one: (one.start_ns, -one.end_ns)):
            if runs.isdisjoint(self._above(span)) and not (found and span.end_ns <= found[-1].end_ns):
                found.append(span)
        return found

    def _above(self, span: AiSpan) -> Iterator[bytes]:
        """The spans above one, as far as they came."""
        at, passed = span.parent_span_id, {span.span_id}
        while at and at not in passed:
            yield at
            passed.add(at)
            at = self._parents.get(at, b"")

    def _request(self, span: AiSpan, whom: Whom) -> Request:
        call = None if self._call is None or self._call is span else self._call
        prompt = Prompt(
            span.prompt_hash,
            call.prompt_hash if call else "",
            span.prompt_simhash or (call.prompt_simhash if call else ""),
            self._asked.get(span.span_id) or self._call_asked,
        )
        return Request(
            _own(span, whom),
            span.trace_id,
            span.span_id,
            span.start_ns,
            span.end_ns,
            span.outcome != "success",
            span.weight,
            prompt,
        )

    def _used(self) -> int:
        if len(self._runs) < 2:
            return self._features
        agents = {one.span_id: one.traits.agent for one in self._runs if ABOUT[one.traits].role == AGENT}
        nested = any(self._is_sub_agent(span, agents) for span in self._runs if span.span_id in agents)
        return self._features | (BITS["sub_agents"] if nested else 0)

    def _is_sub_agent(self, span: AiSpan, agents: dict[bytes, str]) -> bool:
        """Below an agent of another name: one below an agent of its own name is the same run, seen twice."""
        own = span.traits.agent
        return any(not agents[one] or agents[one] != own for one in self._above(span) if one in agents)


def _is_new(span: AiSpan, after_ns: int | None) -> bool:
    """Not a part or the whole of what was told; and a model call stands for its trace once."""
    return after_ns is None or (span.start_ns >= after_ns and ABOUT[span.traits].role in RUNS)


def _own(span: AiSpan, whom: Whom) -> Whom:
    """Who used a span; most often `whom`, who used the trace."""
    user, thread = span.user or whom.user, span.thread or whom.thread
    if user == whom.user and thread == whom.thread and span.service == whom.service:
        return whom
    return Whom.of(user, thread, span.service)


def _use(span: AiSpan, whom: Whom) -> ToolUse:
    return ToolUse(
        _own(span, whom),
        span.trace_id,
        span.span_id,
        span.start_ns,
        span.end_ns,
        span.traits.tool,
        span.outcome == "success",
        span.weight,
    )

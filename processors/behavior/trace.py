"""A trace as it comes in, and what is told of it in the end."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from spansieve.watching import AiSpan

from .asides import Aside, Asides
from .asked import Asked
from .nesting import Nesting, Plumbing
from .roles import ABOUT, BITS, MODEL, RUNS
from .told import Prompt, Request, Told, Used, Whom

_PARALLEL, _STREAMING, _SUB_AGENTS = BITS["parallel_tools"], BITS["streaming"], BITS["sub_agents"]
MAX_SPANS: Final = 20_000
"""Of one trace; of what comes then only its root and who used it count."""
_START: Final = attrgetter("start_ns")
_WHOM: Final = attrgetter("user", "thread", "service")


class Parts(NamedTuple):
    """What a trace consists of, each by start."""

    tools: list[AiSpan]
    runs: list[AiSpan]
    """Of agents and workflows."""
    calls: list[AiSpan]
    """Of models."""
    features: int
    """Bits of what spans tell of by themselves."""


class Trace:
    """What came of one trace."""

    __slots__ = (
        "_asides",
        "_earliest",
        "_spans",
        "_thread",
        "_user",
        "count",
        "end_ns",
        "heard",
        "root",
        "size_bytes",
        "start_ns",
    )

    def __init__(self, whom: Whom | None = None) -> None:
        """Nothing came; `whom` is who used it, as far as that is known."""
        self.root: AiSpan | None = None
        self.start_ns = 0
        self.end_ns = 0
        self.heard = 0.0
        """When something came last, in seconds of the monotonic clock."""
        self.count = 0
        """How many spans came."""
        self.size_bytes = 0
        """Of the prompts in it."""
        self._user = whom.user if whom else ""
        self._thread = whom.thread if whom else ""
        self._earliest: AiSpan | None = None
        self._spans: list[AiSpan] = []
        self._asides: dict[bytes, Aside] = {}

    def add(self, spans: Sequence[AiSpan], asides: Asides) -> None:
        """Spans have settled."""
        self.count += len(spans)
        self._frame(spans)
        self._spans += spans[: MAX_SPANS - len(self._spans)]
        trace_id = spans[0].trace_id
        if trace_id in asides:
            for span in spans:
                aside = asides.take(trace_id, span.span_id)
                if aside is not None:
                    self._asides[span.span_id] = aside
                    self.size_bytes += aside.size_bytes

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

    def told(self, after_ns: int | None, plumbing: Plumbing) -> Told:
        """All of it; `after_ns` is until when requests of it were told before, if there were any."""
        whom, parts = self._whom(), self._parts()
        nesting = Nesting(self._spans, plumbing) if len(parts.runs) > 1 else None
        features = parts.features | (_SUB_AGENTS if self._has_sub_agents(parts, nesting) else 0)
        requests = self._requests(whom, parts, nesting, after_ns)
        return Told(whom, self.start_ns, self.end_ns, requests, _used(parts.tools, whom), features)

    def _parts(self) -> Parts:
        tools: list[AiSpan] = []
        runs: list[AiSpan] = []
        calls: list[AiSpan] = []
        features = 0
        for span in self._spans:
            role, tells = ABOUT[span.traits]
            features |= tells
            if span.is_execution:
                tools.append(span)
            elif role:
                (calls if role == MODEL else runs).append(span)
            if span.is_parallel:
                features |= _PARALLEL
            if "first_token_s" in span.said:
                features |= _STREAMING
        for aside in self._asides.values():
            features |= aside.features
        return Parts(sorted(tools, key=_START), sorted(runs, key=_START), sorted(calls, key=_START), features)

    def _has_sub_agents(self, parts: Parts, nesting: Nesting | None) -> bool:
        return nesting is not None and nesting.has_sub_agents(parts.runs)

    def _requests(
        self, whom: Whom, parts: Parts, nesting: Nesting | None, after_ns: int | None
    ) -> list[tuple[Request, Prompt]]:
        """Its root; where that is none of ours, the agents and workflows on top, else the first model call."""
        if self.root is not None and ABOUT[self.root.traits].role:
            tops = [self.root]
        else:
            tops = (nesting.topmost(parts.runs) if nesting else parts.runs) or parts.calls[:1]
        return [(_request(span, whom), self._prompt(span, parts.calls)) for span in tops if _is_new(span, after_ns)]

    def _whom(self) -> Whom:
        """Who used it: as its root says, else as any of its spans does."""
        root, first = self.root, self._earliest
        user = (root.user if root else "") or self._user
        thread = (root.thread if root else "") or self._thread
        said = root or first
        return Whom.of(user, thread, said.service if said else "")

    def _prompt(self, span: AiSpan, calls: Sequence[AiSpan]) -> Prompt:
        """What was asked by a request in whose trace these model calls are, by start."""
        call = calls[0] if calls and calls[0] is not span else None
        return Prompt(
            span.prompt_hash,
            call.prompt_hash if call else "",
            span.prompt_simhash or (call.prompt_simhash if call else ""),
            self._asked([span, *calls]) if self._asides else None,
        )

    def _asked(self, spans: Sequence[AiSpan]) -> Asked | None:
        """That of the first of these which has one."""
        asides = [self._asides[span.span_id] for span in spans if span.span_id in self._asides]
        return next((aside.asked for aside in asides if aside.asked is not None), None)


def _is_new(span: AiSpan, after_ns: int | None) -> bool:
    """Not a part or the whole of what was told; and a model call stands for its trace once."""
    return after_ns is None or (span.start_ns >= after_ns and ABOUT[span.traits].role in RUNS)


def _own(span: AiSpan, whom: Whom) -> Whom:
    """Who used a span; most often `whom`, who used the trace."""
    user, thread = span.user or whom.user, span.thread or whom.thread
    if user == whom.user and thread == whom.thread and span.service == whom.service:
        return whom
    return Whom.of(user, thread, span.service)


def _request(span: AiSpan, whom: Whom) -> Request:
    return Request(
        _own(span, whom),
        span.trace_id,
        span.span_id,
        span.start_ns,
        span.end_ns,
        span.outcome != "success",
        span.weight,
    )


def _used(tools: Sequence[AiSpan], whom: Whom) -> list[Used]:
    """By whom each was used."""
    together = [[*some] for _, some in groupby(tools, key=_WHOM)]
    return [Used(_own(some[0], whom), some) for some in together]

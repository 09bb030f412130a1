"""What is known of a trace when it is looked at, in plain values."""

from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

from spansieve.watching import AiSpan

from .asked import Asked


class Whom(NamedTuple):
    """Who used the agent, as privacy left it; empty where nothing says it."""

    user: str
    thread: str
    """The conversation or session."""
    service: str
    """`service.name` of who told of it."""
    person: str
    """Who counts as one user: without a user, the thread. Empty: nobody."""

    @classmethod
    def of(cls, user: str, thread: str, service: str) -> "Whom":
        """Who these are."""
        person = f"user {user}" if user else f"thread {thread}" if thread else ""
        return cls(user, thread, service, person)

    @property
    def talk(self) -> str:
        """What a request belongs to that may repeat another: the thread of this user, else all that the user does."""
        return f"{self.user} {self.thread}" if self.thread else f"{self.user} "


class Prompt(NamedTuple):
    """What was asked, as far as it is known."""

    hash: str = ""
    """Of the request's own span."""
    call_hash: str = ""
    """Of the first model call below it."""
    simhash: str = ""
    """64 bits in hex."""
    asked: Asked | None = None
    """What the user said last, scrubbed and cut; None: nothing is known."""


class Request(NamedTuple):
    """Something that a user asked for. Times are nanoseconds since the Unix epoch."""

    whom: Whom
    trace_id: bytes
    span_id: bytes
    start_ns: int
    end_ns: int
    failed: bool
    weight: float


class Used(NamedTuple):
    """Tools that one user used in a row."""

    whom: Whom
    tools: Sequence[AiSpan]
    """By start."""


class Told(NamedTuple):
    """A trace that is over."""

    whom: Whom
    start_ns: int
    end_ns: int
    requests: Sequence[tuple[Request, Prompt]]
    """By start; few traces have more than one."""
    used: Sequence[Used]
    """By start; in most traces one user used all."""
    features: int
    """What it used, a bit each."""


def brought_back(told: Told, ahead_ns: int) -> Told:
    """`told` so much earlier."""
    if not ahead_ns:
        return told
    return told._replace(
        start_ns=max(0, told.start_ns - ahead_ns),
        end_ns=max(0, told.end_ns - ahead_ns),
        requests=[(_earlier(request, ahead_ns), prompt) for request, prompt in told.requests],
        used=[Used(whom, [_earlier_span(span, ahead_ns) for span in tools]) for whom, tools in told.used],
    )


def _earlier(request: Request, ahead_ns: int) -> Request:
    start_ns, end_ns = max(0, request.start_ns - ahead_ns), max(0, request.end_ns - ahead_ns)
    return request._replace(start_ns=start_ns, end_ns=end_ns)


def _earlier_span(span: AiSpan, ahead_ns: int) -> AiSpan:
    """A copy, since others were told of the span as well."""
    moved = copy(span)
    moved.start_ns, moved.end_ns = max(0, span.start_ns - ahead_ns), max(0, span.end_ns - ahead_ns)
    return moved

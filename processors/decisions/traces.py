"""Spans wait until their trace can be looked at: until its root has settled, or nothing more comes."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from spansieve.watching import AiSpan

from .answers import UNKNOWN, Answer
from .explicit import Said


class Told(NamedTuple):
    """What was read of a span when it came."""

    said: tuple[Said, ...] = ()
    answer: Answer = UNKNOWN


NOTHING_TOLD = Told()


class Member(NamedTuple):
    """A settled span, with what was read of it."""

    span: AiSpan
    told: Told


class _Waiting:
    __slots__ = ("last", "members")

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.last = 0.0


class Traces:
    """All that wait, at most `most` spans. Seconds are monotonic."""

    def __init__(self, most: int, idle: float) -> None:
        """None does; a trace without a root is due after `idle` seconds of silence."""
        self._most = most
        self._idle = idle
        self._waiting: OrderedDict[bytes, _Waiting] = OrderedDict()
        """By trace, the most silent first."""
        self._rooted: dict[bytes, None] = {}
        self.spans = 0
        self.early = 0
        """Traces that had to be looked at for want of room."""

    def add(self, member: Member, now: float) -> None:
        """A span has settled."""
        trace_id = member.span.trace_id or b"%d" % id(member.span)
        waiting = self._waiting.pop(trace_id, None) or _Waiting()
        self._waiting[trace_id] = waiting
        waiting.members.append(member)
        waiting.last = now
        self.spans += 1
        if member.span.is_root:
            self._rooted[trace_id] = None

    def due(self, now: float, *, all_: bool = False) -> Iterator[list[Member]]:
        """Take out the traces that are to be looked at."""
        for trace_id in list(self._rooted):
            yield self._take(trace_id)
        while self._waiting:
            trace_id, waiting = next(iter(self._waiting.items()))
            is_due = all_ or now - waiting.last >= self._idle
            if not is_due and self.spans <= self._most:
                return
            self.early += not is_due
            yield self._take(trace_id)

    def _take(self, trace_id: bytes) -> list[Member]:
        self._rooted.pop(trace_id, None)
        members = self._waiting.pop(trace_id).members
        self.spans -= len(members)
        return members

"""What is known of one trace as long as something may follow: runs are long, and whoever encloses others comes last."""

from bisect import bisect_right, insort
from collections.abc import Iterable
from operator import attrgetter, itemgetter
from typing import Final

from spansieve.watching import AiSpan

from .calls import Call
from .roles import ROLES, has_context

KEPT_S: Final = 600.0
"""Seconds that something may come after what it belongs to."""
_MOST_CONTEXTS: Final = 1_000
_begin = itemgetter(0)
start_of = attrgetter("start_ns")


class Contexts:
    """How much context the calls of a trace had, in tokens, by when they began."""

    def __init__(self) -> None:
        """No call came."""
        self._calls: list[tuple[int, int]] = []
        self._unread: list[AiSpan] = []
        """Spans that came since somebody asked: of most traces nobody does."""

    def __len__(self) -> int:
        return len(self._read())

    def add(self, spans: Iterable[AiSpan]) -> None:
        """Some more, calls among them; the oldest of many are forgotten."""
        self._unread += spans

    def at(self, time_ns: int) -> int:
        """That of the last call begun by then; where there is none, of the newest one, else 0."""
        calls = self._read()
        return calls[bisect_right(calls, time_ns, key=_begin) - 1][1] if calls else 0

    def _read(self) -> list[tuple[int, int]]:
        if self._unread:
            self._calls += [(span.start_ns, span.tokens.input) for span in self._unread if has_context(span)]
            self._calls.sort()
            del self._calls[:-_MOST_CONTEXTS]
            self._unread.clear()
        return self._calls


class Below:
    """The run of an agent or a tool: what called it has not come."""

    __slots__ = ("at", "span", "until")

    def __init__(self, span: AiSpan, at: bytes, until: float) -> None:
        """It is remembered `until` then, in monotonic seconds."""
        self.span = span
        self.at = at
        """How far up is known what is above it."""
        self.until = until


class Story:
    """The trace. Calls stand by who made them, in order of start: those that wait, and the newest."""

    __slots__ = ("agents", "contexts", "failed", "is_rooted", "runs", "tools", "turns")

    def __init__(self) -> None:
        """Nothing came."""
        self.contexts = Contexts()
        self.agents: dict[bytes, AiSpan] = {}
        self.runs: list[Below] = []
        self.tools: list[Below] = []
        self.failed: dict[bytes, Call] = {}
        """By parent, the last failed call that no other followed."""
        self.turns: dict[bytes, list[Call]] = {}
        self.is_rooted = False
        """Whether its root has come, or the run of an agent below nothing but what is no agent's."""

    def met(self, spans: Iterable[AiSpan]) -> None:
        """Remember those among `spans` that are runs of agents."""
        for span in spans:
            if ROLES[span.traits].is_agent and span.span_id:
                self.agents[span.span_id] = span

    def called(self, caller: bytes, call: Call) -> None:
        """A model was called."""
        turn = self.turns.setdefault(caller, [])
        if turn and turn[-1].start_ns > call.start_ns:
            insort(turn, call, key=start_of)
        else:
            turn.append(call)

    @property
    def size(self) -> int:
        """How much is remembered."""
        below = len(self.agents) + len(self.runs) + len(self.tools)
        return 1 + len(self.contexts) + below + sum(map(len, self.turns.values()))

    @property
    def may_go_on(self) -> bool:
        """Whether what comes may belong to what came."""
        return not self.is_rooted or self.waits

    @property
    def waits(self) -> bool:
        """Whether something is open that what comes may settle."""
        return bool(self.runs) or self.has_waiting_calls

    @property
    def has_waiting_calls(self) -> bool:
        """Whether something may come that belongs to a call."""
        return any(call.waits for turn in self.turns.values() for call in turn)

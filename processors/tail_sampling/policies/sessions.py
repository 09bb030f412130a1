"""`session`: whole conversations, once one of their traces failed or was kept. Source: SAMPLING.md section 8."""

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256

from spansieve.plugin import Clock

from ..facts import TraceFacts
from .base import Now, Verdict
from .leaves import NOT_SAMPLE, SAMPLE
from .own_config import SessionConfig
from .reading import first_text

_DROPPED_EACH = 10
"""Dropped traces that are remembered, on average, of as many sessions as may be flagged."""
_MAX_TEXT = 128


class Sessions:
    """Which sessions are flagged, and which traces of the others were dropped. Both are bounded by `max_sessions`; the
    session that was not seen for longest goes first.
    """

    def __init__(self, clock: Clock, *, window: float, max_sessions: int) -> None:
        """A flag holds for `window` seconds of the clock."""
        self._clock = clock
        self._window = window
        self._max = max_sessions
        self._until: OrderedDict[str, float] = OrderedDict()
        self._dropped: OrderedDict[str, dict[bytes, None]] = OrderedDict()
        self._dropped_count = 0

    def is_flagged(self, session: str) -> bool:
        """Whether it is flagged now; asking counts as seeing it."""
        until = self._until.get(session)
        if until is None:
            return False
        if until <= self._clock.monotonic():
            del self._until[session]
            return False
        self._until.move_to_end(session)
        return True

    def flag(self, session: str) -> list[bytes]:
        """Flag it, or renew its flag; returns the traces of it that `drop` was told of, and forgets them."""
        self._set(session, self._clock.monotonic() + self._window)
        traces = list(self._dropped.pop(session, ()))
        self._dropped_count -= len(traces)
        return traces

    def drop(self, session: str, trace_id: bytes) -> None:
        """Remember that a trace of it was dropped."""
        traces = self._dropped.setdefault(session, {})
        self._dropped_count += trace_id not in traces
        traces[trace_id] = None
        self._dropped.move_to_end(session)
        while self._dropped_count > _DROPPED_EACH * self._max:
            self._dropped_count -= len(self._dropped.popitem(last=False)[1])

    def state(self) -> dict[str, int]:
        """The flags, to be saved: session to when its flag ends, in nanoseconds since the epoch."""
        wall, now = self._clock.time_ns(), self._clock.monotonic()
        return {session: wall + round((until - now) * 1e9) for session, until in self._until.items() if until > now}

    def load(self, state: Mapping[str, int]) -> None:
        """Take over what `state` gave, in its order; a flag lasts no longer than a new one would."""
        wall, now = self._clock.time_ns(), self._clock.monotonic()
        for session, until in state.items():
            left = min(self._window, (until - wall) / 1e9)
            if left > 0:
                self._set(session, now + left)

    def _set(self, session: str, until: float) -> None:
        self._until[session] = until
        self._until.move_to_end(session)
        if len(self._until) > self._max:
            self._until.popitem(last=False)


class SessionPolicy:
    """Samples a trace of a flagged session, and the one that flags it by its own error."""

    def __init__(self, name: str, clock: Clock, config: SessionConfig) -> None:
        """No session is flagged."""
        self.name = name
        self.sessions = Sessions(clock, window=config.window, max_sessions=config.max_sessions)
        """Its flags, for who saves them."""
        self._keys = tuple(config.keys)
        self._when = frozenset(config.when)
        self._lookback = config.lookback

    def vote(self, trace: TraceFacts, now: Now) -> Verdict:
        """Ask the flags."""
        session = self.session_of(trace)
        own = trace.error is not None and "error" in self._when
        return SAMPLE if session and (own or self.sessions.is_flagged(session)) else NOT_SAMPLE

    def session_of(self, trace: TraceFacts) -> str:
        """The trace's session: the first of the keys that is on some span or its resource; empty where none is. A long
        id is a hash.
        """
        session = first_text(trace.view(), self._keys)
        return session if len(session) <= _MAX_TEXT else sha256(session.encode()).hexdigest()

    def seen(self, session: str, trace_id: bytes, *, error: bool, kept: bool, dropped: bool) -> list[bytes]:
        """Be told of a trace that was decided, or whose decision changed: whether it has an `error`, was `kept` by a
        policy that is no session policy, or was `dropped`. Returns the traces to reopen, if the session is flagged
        by this one and looks back.
        """
        if not session:
            return []
        if (error and "error" in self._when) or (kept and "kept" in self._when):
            return [other for other in self.sessions.flag(session) if other != trace_id]
        if dropped and self._lookback:
            self.sessions.drop(session, trace_id)
        return []

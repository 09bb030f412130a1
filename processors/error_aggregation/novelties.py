"""Errors that were never seen, or that come back: `new_error_type` and `error_regression`."""

from typing import Final

from .alarms import Alarms, Subject
from .config import ErrorAggregationConfig
from .pattern import Base, Life, Pattern
from .table import Table
from .told import Hit, Teller, lasting, words

NEW: Final = "new_error_type"
REGRESSION: Final = "error_regression"


class Novelties:
    """Looks at each key, each fingerprint, or both."""

    def __init__(self, config: ErrorAggregationConfig, table: Table, alarms: Alarms, teller: Teller) -> None:
        """Nothing is known."""
        self._level = config.new_error.level
        self._tells_recovered = config.alert_recovered
        self._resolve_after_ns = round(config.resolve_after * 1e9)
        self._regression_after_ns = round(config.regression_after * 1e9)
        self._regression_after = config.regression_after
        self._table = table
        self._alarms = alarms
        self._teller = teller
        self.learn_until = 0.0
        """Until then, by the monotonic clock, what is new is learnt and not told."""

    def is_usual(self, pattern: Pattern, base: Base, when_ns: int) -> bool:
        """Whether an error at this time is nothing new."""
        for life in (base.life, pattern.life):
            if not life.announced or life.is_returning or when_ns - life.heard_ns >= self._resolve_after_ns:
                return False
        return True

    def hear(self, pattern: Pattern, base: Base, count: int, when_ns: int) -> None:
        """So many errors, the last at this time, that are nothing new."""
        for counted in (base, pattern):
            counted.life.times += count - 1
            self._hear(counted.life, _about(counted), when_ns)

    def judge(self, hit: Hit) -> None:
        """Judge a counted error at its own time."""
        base, was_known = hit.base, hit.base.life.announced
        for counted, is_judged in ((base, self._level != "fingerprint"), (hit.pattern, self._level != "base")):
            self._hear(counted.life, _about(counted), hit.when_ns)
            if is_judged:
                self._judge(hit, counted)
            elif not hit.seen.recovered:
                counted.life.settle()
        if base.life.announced and not was_known:
            self._table.known.put(base.key, hit.now_ns)

    def _hear(self, life: Life, about: str, when: int) -> None:
        """Let something be alive at `when`; it may have been resolved in between."""
        silence = when - life.heard_ns
        if life.heard_ns and silence >= self._resolve_after_ns:
            for type_ in (NEW, REGRESSION):
                self._alarms.end(Subject(type_, about), life.heard_ns + self._resolve_after_ns)
            life.times, life.is_regressed = 1, False
            life.is_returning = life.is_returning or (life.announced and silence >= self._regression_after_ns)
        life.times += 1
        life.heard_ns = max(life.heard_ns, when)
        for type_ in (NEW, REGRESSION):
            self._alarms.heard(Subject(type_, about), when)

    def _judge(self, hit: Hit, counted: Base | Pattern) -> None:
        life = counted.life
        if life.announced and not life.is_returning:
            return
        if hit.seen.recovered and not self._tells_recovered:
            self._alarms.suppressed("recovered")
            return
        type_ = REGRESSION if life.announced else NEW
        life.settle()
        if not hit.seen.is_fresh:
            self._alarms.suppressed("age")
        elif type_ == NEW and hit.now < self.learn_until:
            self._alarms.suppressed("warm_up")
        else:
            summary = f"New error: {words(hit.base)}"
            if type_ == REGRESSION:
                summary = f"Back after more than {lasting(self._regression_after)} of silence: {words(hit.base)}"
            cause = self._teller.cause(hit, fine=counted is hit.pattern)
            self._alarms.raise_(Subject(type_, _about(counted)), cause, summary, count=counted.hard)


def _about(counted: Base | Pattern) -> str:
    return counted.key if isinstance(counted, Base) else counted.fingerprint

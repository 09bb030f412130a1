"""Many errors within a short time, all of them or those of one key: `error_spike`."""

from collections.abc import Sequence
from typing import Any, Final

from .alarms import Alarms, Subject
from .config import ErrorAggregationConfig
from .pattern import Base
from .seen import Seen
from .times import Times
from .told import FUTURE_NS, Hit, Teller, words

SPIKE: Final = "error_spike"


class Spikes:
    """Counts all errors, or those of each key, within a window that ends at each of them.

    The order of arrival makes no difference: an error that comes late is counted at its own time, and may complete
    what ended with a later one.
    """

    def __init__(self, config: ErrorAggregationConfig, alarms: Alarms, teller: Teller) -> None:
        """Nothing was counted."""
        self._threshold = config.spike.threshold
        self._window_ns = round(config.spike.window * 1e9)
        self._window_s = round(config.spike.window)
        self._is_total = config.spike.scope == "total"
        self._counts_recovered = config.spike.count_recovered
        self._memory_ns = round(config.max_age * 1e9) + 2 * self._window_ns + FUTURE_NS
        self._alarms = alarms
        self._teller = teller
        self._times: dict[str, Times] = {}

    def judge(self, hit: Hit) -> None:
        """Count an error, and raise the alert if there are too many."""
        seen, now_ns = hit.seen, hit.now_ns
        if (seen.recovered and not self._counts_recovered) or seen.time_ns < now_ns - self._memory_ns:
            return
        about = "" if self._is_total else hit.base.key
        times = self._times.get(about)
        if times is None:
            times = self._times[about] = Times()
        place = times.add(seen.time_ns, words(hit.base))
        crowd = times.crowd(place, self._threshold, self._window_ns, now_ns + FUTURE_NS)
        if crowd is not None:
            self._tell(Subject(SPIKE, about), times, crowd, hit)

    def is_told(self, base: Base) -> bool:
        """Whether an alert fires already that the errors of `base` belong to, and is not to be told anew."""
        return self._alarms.is_told(Subject(SPIKE, "" if self._is_total else base.key))

    def add(self, some: Sequence[Seen], base: Base, now_ns: int) -> None:
        """Count errors, in order of their times, while an alert fires."""
        oldest, about = now_ns - self._memory_ns, "" if self._is_total else base.key
        counted = [
            seen.time_ns for seen in some if seen.time_ns >= oldest and (self._counts_recovered or not seen.recovered)
        ]
        if counted:
            times = self._times.setdefault(about, Times())
            times.add_all(counted, words(base))
            until = times.crowded_until(counted[-1], self._threshold, self._window_ns)
            self._alarms.heard(Subject(SPIKE, about), until)

    def _tell(self, subject: Subject, times: Times, crowd: int, hit: Hit) -> None:
        """Say that there are too many in the window that ends at `crowd`."""
        until = times.crowded_until(crowd, self._threshold, self._window_ns)
        is_raised = subject in self._alarms.firing
        firing = self._alarms.heard(subject, until)
        if is_raised and firing is None:
            return
        if not hit.seen.is_fresh:
            self._alarms.suppressed("age")
            return
        cause, count = self._teller.cause(hit), times.within(crowd, self._window_ns)
        summary = self._summary(times, crowd, count)
        if firing is None:
            self._alarms.raise_(subject, cause, summary, count=count, window_s=self._window_s, heard_ns=until)
        else:
            self._alarms.update(firing, cause, summary, count=count)

    def _summary(self, times: Times, end_ns: int, count: int) -> str:
        return f"{count} errors in {self._window_s} s, mostly {times.mostly(end_ns, self._window_ns)}"

    def forget(self, now_ns: int) -> None:
        """Forget what no window reaches any more."""
        for about, times in [*self._times.items()]:
            times.forget(now_ns - self._memory_ns)
            if not times:
                del self._times[about]

    def state(self) -> dict[str, Any]:
        """What to save, fit for JSON."""
        return {about: times.state() for about, times in self._times.items()}

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave; what was counted in another scope is none of this."""
        for about, said in state.items():
            if self._is_total == (not about):
                times = self._times[about] = Times()
                times.load(said)

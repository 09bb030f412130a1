"""`rare_error`: the first traces of each error pattern, and then a share. Source: SAMPLING.md section 8."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable

from spansieve.plugin import Clock
from spansieve.sampling import ALWAYS

from ..facts import TraceFacts
from ..probability import rounded, threshold_of_share
from .again import Said
from .base import Now, Verdict, Vote
from .leaves import NOT_SAMPLE
from .own_config import RareErrorConfig

MAX_PATTERNS = 2000
"""Patterns whose traces are counted; the longest unseen is forgotten, and is rare when it comes again."""


class Sightings:
    """When each pattern was seen last, as often as matters: `first` times within `window` seconds of the clock."""

    def __init__(self, clock: Clock, first: int, window: float) -> None:
        """Know of none."""
        self._clock = clock
        self._first = first
        self._window = window
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def is_rare(self, pattern: str) -> bool:
        """Whether it was seen less than `first` times in the window before; then it was seen once more."""
        now = self._clock.monotonic()
        times = self._times.setdefault(pattern, deque(maxlen=self._first))
        rare = len(times) < self._first or (bool(times) and times[0] <= now - self._window)
        times.append(now)
        self._times.move_to_end(pattern)
        if len(self._times) > MAX_PATTERNS:
            self._times.popitem(last=False)
        return rare


class RareError:
    """Samples a trace whose error was seen less than `first` times, and one of `then_every` after that."""

    def __init__(
        self, name: str, clock: Clock, config: RareErrorConfig, patterns: Callable[[TraceFacts], Iterable[str]]
    ) -> None:
        """`patterns` gives the base keys of the root causes, none where there is no error."""
        self.name = name
        self._patterns = patterns
        self._sightings = Sightings(clock, config.first, config.window)
        self._threshold = rounded(threshold_of_share(1 / config.then_every))
        self._judged: Said[dict[str, bool]] = Said()

    def vote(self, trace: TraceFacts, now: Now) -> Verdict:
        """Count the trace's errors; one that is rare is enough. For a late root those that are new are counted, and of
        the others it is remembered what they were.
        """
        judged = (self._judged.of(trace.trace_id) if now.late else None) or {}
        patterns = dict.fromkeys(self._patterns(trace))
        rare = {one: judged[one] if one in judged else self._sightings.is_rare(one) for one in patterns}
        if rare:
            self._judged.put(trace.trace_id, rare)
        threshold = ALWAYS if any(rare.values()) else self._threshold
        return Verdict(Vote.SAMPLE, threshold) if rare and trace.randomness >= threshold else NOT_SAMPLE

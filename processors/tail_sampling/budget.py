"""`budget`: one probability by which the volume that is kept meets what the team is ready to pay for.

Source: SAMPLING.md section 7. Every interval it is set anew from what was asked for lately; what is exempt passes, and
is taken off what is left for others.
"""

from collections.abc import Mapping
from typing import Any

from spansieve.plugin import Clock
from spansieve.sampling import ALWAYS, MIN_PROBABILITY, probability_of

from .config import BudgetConfig
from .flow import HALF_LIFE, Flow, coarse
from .limits import Day, Rate
from .probability import rounded, threshold_of_share


class Budget:
    """Admits traces so that no more than `spans_per_second` and `bytes_per_day` (None: no limit) are emitted."""

    def __init__(self, clock: Clock, config: BudgetConfig) -> None:
        """Begin with the probability 1."""
        spans_per_second, bytes_per_day, interval = config.spans_per_second, config.bytes_per_day, config.interval
        self._clock = clock
        self._interval = interval
        self._least = max(config.min_probability, MIN_PROBABILITY)
        self._begun = clock.monotonic()
        self._spans = Flow(Rate(spans_per_second, interval)) if spans_per_second is not None else None
        self._bytes = Flow(Day(bytes_per_day, interval, clock)) if bytes_per_day is not None else None
        self.probability = 1.0
        """The share of the traces, exempt ones left out, that passes."""
        self.threshold = ALWAYS
        """The same as T: those pass whose number is at least that."""

    @property
    def exceeded(self) -> bool:
        """Whether what is exempt is above the budget by itself."""
        return any(flow.exceeded for flow in self._flows().values())

    def admits(self, randomness: int, threshold: int, spans: int, size_bytes: int) -> bool:
        """Whether a trace that policies keep, and that is not exempt, passes; counts it either way.

        `threshold` is the T that `randomness` has passed already: the policies' or the greatest incoming one.
        """
        passes = randomness >= self.threshold
        share = "1.0" if threshold == ALWAYS else str(coarse(max(MIN_PROBABILITY, probability_of(threshold))))
        for flow, amount in self._each(spans, size_bytes):
            flow.ask(share, amount)
            if passes:
                flow.add("passed", amount)
        return passes

    def exempt(self, spans: int, size_bytes: int) -> None:
        """Count what was emitted of a trace that is exempt, at its decision or later."""
        for flow, amount in self._each(spans, size_bytes):
            flow.add("exempt", amount)

    def follows(self, spans: int, size_bytes: int) -> None:
        """Count what was emitted of a trace that `admits` let pass, after its decision."""
        for flow, amount in self._each(spans, size_bytes):
            flow.add("followed", amount)

    def tick(self) -> bool:
        """Set the probability anew if an interval is over; returns whether it was."""
        seconds = self._clock.monotonic() - self._begun
        if seconds < self._interval:
            return False
        self._begun += seconds
        kept = 0.5 ** (seconds / (HALF_LIFE * self._interval))
        wanted = min((flow.turn(seconds, kept) for flow in self._flows().values()), default=1.0)
        self._set(min(max(wanted, self.probability / 2), self.probability * 2))
        return True

    def state(self) -> dict[str, Any]:
        """What to save, fit for JSON."""
        flows = {name: flow.state() for name, flow in self._flows().items()}
        return {"probability": self.probability, "flows": flows}

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave; of a limit that was not there then nothing is known."""
        self._set(state.get("probability", 1.0))
        for name, flow in self._flows().items():
            flow.load(state.get("flows", {}).get(name, {}))

    def _set(self, probability: float) -> None:
        self.probability = min(1.0, max(self._least, probability))
        self.threshold = rounded(threshold_of_share(self.probability))

    def _flows(self) -> dict[str, Flow]:
        both = {"spans": self._spans, "bytes": self._bytes}
        return {name: flow for name, flow in both.items() if flow is not None}

    def _each(self, spans: int, size_bytes: int) -> list[tuple[Flow, int]]:
        both = ((self._spans, spans), (self._bytes, size_bytes))
        return [(flow, amount) for flow, amount in both if flow is not None]

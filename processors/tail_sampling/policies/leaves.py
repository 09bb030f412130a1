"""Policies that look at one thing: an attribute, the status, how long the trace took, how many spans it has."""

from collections.abc import Callable

from spansieve.ottl import EvaluationError
from spansieve.plugin import Config

from ..facts import TraceFacts
from .base import Building, Now, Policy, PolicyError, Verdict, Vote
from .conditions import Conditions, compiled
from .leaf_config import (
    BooleanAttributeConfig,
    LatencyConfig,
    NumericAttributeConfig,
    OttlConditionConfig,
    SpanCountConfig,
    StatusCodeConfig,
    StringAttributeConfig,
    TraceStateConfig,
)
from .watching import (
    asked,
    boolean_watcher,
    condition_watcher,
    failure_watcher,
    flags_watcher,
    numeric_watcher,
    status_watcher,
    string_watcher,
    trace_state_watcher,
)

SAMPLE, NOT_SAMPLE = Verdict(Vote.SAMPLE), Verdict(Vote.NOT_SAMPLE)
_VETO, _ALLOW = Verdict(Vote.INVERT_NOT_SAMPLE), Verdict(Vote.INVERT_SAMPLE)
QUIET_SECONDS = 60.0
"""What a condition can't evaluate is logged this often at most."""


class Asked:
    """Samples where a question about the trace is answered yes."""

    def __init__(self, name: str, fits: Callable[[TraceFacts], bool]) -> None:
        """`fits` answers."""
        self.name = name
        self._fits = fits

    def vote(self, trace: TraceFacts, _: Now) -> Verdict:
        """Sample if so."""
        return SAMPLE if self._fits(trace) else NOT_SAMPLE


class Matched:
    """Samples where a watcher matched; inverted, it vetoes there and allows elsewhere."""

    def __init__(self, name: str, index: int, *, inverted: bool = False) -> None:
        """`index` is the watcher's."""
        self.name = name
        self._bit = 1 << index
        self._yes, self._no = (_VETO, _ALLOW) if inverted else (SAMPLE, NOT_SAMPLE)

    def vote(self, trace: TraceFacts, _: Now) -> Verdict:
        """By the watcher's bit."""
        return self._yes if trace.bits & self._bit else self._no


class Conditional:
    """Samples where a condition is true, and casts no vote where one can't be evaluated before any was true."""

    def __init__(self, name: str, matched: int, failed: int, conditions: Conditions) -> None:
        """`matched` and `failed` are the indexes of watchers."""
        self.name = name
        self._matched, self._failed = matched, failed
        self._conditions = conditions

    def vote(self, trace: TraceFacts, _: Now) -> Verdict:
        """By the watchers' bits; the spans tell which came first where both are set. Raises PolicyError."""
        if not trace.matched(self._failed):
            return SAMPLE if trace.matched(self._matched) else NOT_SAMPLE
        try:
            matched = trace.matched(self._matched) and any(asked(self._conditions, span) for span in trace.view())
        except EvaluationError as error:
            raise PolicyError(f"{error}") from None
        if not matched:
            raise PolicyError("a condition can't be evaluated")
        return SAMPLE


def always(name: str, _: Config | None, _building: Building) -> Policy:
    """Samples all."""
    return Asked(name, lambda _: True)


def latency(name: str, config: LatencyConfig, _: Building) -> Policy:
    """Samples what took longer than the lower bound, and not longer than the upper."""
    low, high = config.threshold_ms, config.upper_threshold_ms
    return Asked(name, lambda trace: low < trace.duration_ms and (not high or trace.duration_ms <= high))


def span_count(name: str, config: SpanCountConfig, _: Building) -> Policy:
    """Samples by the number of spans."""
    low, high = config.min_spans, config.max_spans
    return Asked(name, lambda trace: low <= trace.spans and (not high or trace.spans <= high))


def _leaf(config: Config) -> tuple[str, str]:
    """What makes leaves equal: how they vote is their own."""
    return type(config).__name__, config.model_dump_json(exclude={"invert_match"})


def string_attribute(name: str, config: StringAttributeConfig, building: Building) -> Policy:
    """Samples by a text."""
    index = building.watch(_leaf(config), lambda: string_watcher(config))
    return Matched(name, index, inverted=config.invert_match)


def numeric_attribute(name: str, config: NumericAttributeConfig, building: Building) -> Policy:
    """Samples by a number."""
    index = building.watch(_leaf(config), lambda: numeric_watcher(config))
    return Matched(name, index, inverted=config.invert_match)


def boolean_attribute(name: str, config: BooleanAttributeConfig, building: Building) -> Policy:
    """Samples by a boolean."""
    index = building.watch(_leaf(config), lambda: boolean_watcher(config))
    return Matched(name, index, inverted=config.invert_match)


def status_code(name: str, config: StatusCodeConfig, building: Building) -> Policy:
    """Samples by the status of a span."""
    return Matched(name, building.watch(_leaf(config), lambda: status_watcher(config)))


def trace_state(name: str, config: TraceStateConfig, building: Building) -> Policy:
    """Samples by a member of the trace state."""
    return Matched(name, building.watch(_leaf(config), lambda: trace_state_watcher(config)))


def trace_flags(name: str, _: Config | None, building: Building) -> Policy:
    """Samples what was sampled by who began it."""
    return Matched(name, building.watch("trace_flags", flags_watcher))


def ottl_condition(name: str, config: OttlConditionConfig, building: Building) -> Policy:
    """Samples by conditions."""
    conditions = compiled(config.span, config.spanevent)
    seen = _reporter(name, building) if config.error_mode == "ignore" else _unsaid
    matched = building.watch(_leaf(config), lambda: condition_watcher(config, conditions, seen))
    if config.error_mode != "propagate":
        return Matched(name, matched)
    failed = building.watch(("failed", *_leaf(config)), lambda: failure_watcher(conditions))
    return Conditional(name, matched, failed, conditions)


def _unsaid(_: EvaluationError) -> None:
    pass


def _reporter(name: str, building: Building) -> Callable[[EvaluationError], None]:
    clock, warn = building.context.clock, building.context.warn
    last = -QUIET_SECONDS

    def seen(error: EvaluationError) -> None:
        nonlocal last
        now = clock.monotonic()
        if now - last >= QUIET_SECONDS:
            last = now
            warn(f"policy {name}: {error}")

    return seen

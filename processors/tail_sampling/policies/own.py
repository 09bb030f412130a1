"""From the configuration of our own policies to policies that vote."""

from collections.abc import Callable, Iterable, Iterator

from spansieve.failures import Rules, root_causes, traced_errors

from ..facts import TraceFacts
from .base import Building, Policy
from .cohort import CohortWatcher
from .errors import ErrorPolicy, TraceError
from .leaves import Matched
from .own_config import (
    CohortConfig,
    CostConfig,
    ErrorConfig,
    LatencyPercentileConfig,
    RareErrorConfig,
    SessionConfig,
    TokensConfig,
)
from .percentile import LatencyPercentile
from .rare import RareError
from .sessions import SessionPolicy
from .tokens import Cost, Tokens


def error(name: str, config: ErrorConfig, building: Building) -> Policy:
    """`error`: errors of some classes, by sources of its own."""
    rules = building.context.errors.rules(config.sources)
    return ErrorPolicy(name, config, _errors(rules, building))


def cohort(name: str, config: CohortConfig, building: Building) -> Policy:
    """`cohort`: users, tenants, tags."""
    watcher = CohortWatcher(config, building.context.pseudonyms)
    return Matched(name, building.watch(watcher, lambda: watcher))


def tokens(name: str, config: TokensConfig, _: Building) -> Policy:
    """`tokens`: how many were used."""
    return Tokens(name, config)


def cost(name: str, config: CostConfig, _: Building) -> Policy:
    """`cost`: what was spent."""
    return Cost(name, config)


def latency_percentile(name: str, config: LatencyPercentileConfig, building: Building) -> Policy:
    """`latency_percentile`: slower than the operation mostly is."""
    return LatencyPercentile(name, building.context.clock, config)


def rare_error(name: str, config: RareErrorConfig, building: Building) -> Policy:
    """`rare_error`: patterns that were seldom seen."""
    rules = building.context.errors.rules()

    def patterns(trace: TraceFacts) -> Iterable[str]:
        if trace.error is None:
            return ()
        return [cause.key for cause in root_causes(trace.view(), rules)]

    return RareError(name, building.context.clock, config, patterns)


def session(name: str, config: SessionConfig, building: Building) -> Policy:
    """`session`: whole conversations."""
    policy = SessionPolicy(name, building.context.clock, config)
    building.sessions.append(policy)
    return policy


def _errors(rules: Rules, building: Building) -> Callable[[TraceFacts], Iterator[TraceError]]:
    known = frozenset(rules.sources) <= frozenset(building.context.errors.sources)

    def errors(trace: TraceFacts) -> Iterator[TraceError]:
        if trace.error is None and known:  # by more sources than these there is none
            return
        for one in traced_errors(trace.view(), rules):
            yield TraceError(frozenset(one.failure.classes), frozenset((one.failure.source,)), one.recovered)
        for told in trace.errors:
            if told.source == "logs":
                yield TraceError(frozenset(told.classes), frozenset(("logs",)))

    return errors

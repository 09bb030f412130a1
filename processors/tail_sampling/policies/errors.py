"""`error`: traces with an error of some class. Source: SAMPLING.md section 8."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from spansieve.failures import SOURCES

from ..facts import TraceFacts
from .base import Now, Verdict
from .leaves import NOT_SAMPLE, SAMPLE
from .own_config import ErrorConfig


class TraceError(NamedTuple):
    """One span that is an error, or a log record."""

    classes: frozenset[str] = frozenset()
    """`spansieve.error.class`, `error.type` and the exception's type, in any case."""
    sources: frozenset[str] = frozenset(SOURCES)
    """The sources by which it is one."""
    recovered: bool = False
    """A later try made it good."""


class Wanted(NamedTuple):
    """Which errors are meant: one of `classes` (none: any), none of `excluded`, seen by one of `sources`. Classes are
    in lower case.
    """

    classes: frozenset[str]
    excluded: frozenset[str]
    sources: frozenset[str]
    recovered: bool

    def fits(self, error: TraceError) -> bool:
        """Whether `error` is meant."""
        if (error.recovered and not self.recovered) or self.sources.isdisjoint(error.sources):
            return False
        classes = _lower(error.classes)
        return self.excluded.isdisjoint(classes) and (not self.classes or not self.classes.isdisjoint(classes))


class ErrorPolicy:
    """Samples where an error of the trace is meant."""

    def __init__(self, name: str, config: ErrorConfig, errors: Callable[[TraceFacts], Iterable[TraceError]]) -> None:
        """`errors` gives those of the trace, whatever their source."""
        self.name = name
        self._errors = errors
        self._wanted = Wanted(
            _lower(config.classes),
            _lower(config.exclude_classes),
            frozenset(config.sources),
            config.include_recovered,
        )

    def vote(self, trace: TraceFacts, now: Now) -> Verdict:
        """Look through the errors until one fits."""
        return SAMPLE if any(map(self._wanted.fits, self._errors(trace))) else NOT_SAMPLE


def _lower(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.lower() for word in words)

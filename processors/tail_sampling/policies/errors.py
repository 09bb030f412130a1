"""`error`: traces with an error of some class. Source: SAMPLING.md section 8."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..facts import TraceFacts
from .base import Now, Verdict
from .leaves import NOT_SAMPLE, SAMPLE

SOURCES = ("status", "exception", "attributes", "agent", "logs")
"""Where an error may be seen, as SAMPLING.md section 3 names it."""


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

    def __init__(
        self,
        name: str,
        *,
        errors: Callable[[TraceFacts], Iterable[TraceError]],
        classes: Iterable[str] = (),
        exclude_classes: Iterable[str] = (),
        sources: Iterable[str] = SOURCES,
        include_recovered: bool = True,
    ) -> None:
        """`errors` gives those of the trace, whatever their source."""
        self.name = name
        self._errors = errors
        self._wanted = Wanted(_lower(classes), _lower(exclude_classes), frozenset(sources), include_recovered)

    def vote(self, trace: TraceFacts, now: Now) -> Verdict:
        """Look through the errors until one fits."""
        return SAMPLE if any(map(self._wanted.fits, self._errors(trace))) else NOT_SAMPLE


def _lower(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.lower() for word in words)

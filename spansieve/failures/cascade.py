"""Which errors of a trace are one failure: a tool's error fails its agent, and that the workflow above."""

from collections.abc import Iterable, Sequence, Set
from typing import Final, Generic, NamedTuple

from spansieve.pdata import Span

from .forest import NOWHERE, Forest, NodeT, forest_of
from .predicate import Failure, Rules
from .retries import recovered, succeeded
from .sameness import Shown, is_same, shown

CASCADE_GAP_NS: Final = 1_000_000_000
MAX_PATH: Final = 32
"""Labels in a path; of a longer one the first ones and the last are kept."""
MAX_COMPARED: Final = 64
"""Failures below an error that it is compared with: those that ended last."""


class TracedError(NamedTuple, Generic[NodeT]):
    """An error of a trace, and what the others say of it."""

    span: NodeT
    failure: Failure
    key: str
    """Its own coarse pattern, as `TimeoutError:bash`."""
    recovered: bool
    """A later try made it good, or made good an error above that is the same failure."""
    is_root_cause: bool
    """False: it is the same failure as one below it, and not to be counted."""
    path: tuple[str, ...] = ()
    """Of a root cause: from itself to the topmost error of the same failure, as `tool:bash`, `agent:coder`."""
    caused_by: str = ""
    """Of a root cause: the pattern of another failure below it, the last one that ended before it did."""


def root_causes(spans: Iterable[Span], rules: Rules, cascade_gap_ns: int = CASCADE_GAP_NS) -> list[TracedError[Span]]:
    """The errors of one trace that count, each the deepest of its failure; as `traced_errors` otherwise."""
    return [error for error in traced_errors(spans, rules, cascade_gap_ns) if error.is_root_cause]


def traced_errors(spans: Iterable[Span], rules: Rules, cascade_gap_ns: int = CASCADE_GAP_NS) -> list[TracedError[Span]]:
    """All errors of one trace, the first to end first, however `spans` are ordered. n log n in spans.

    Parents may be missing or go in circles; of several spans with one id one counts. Raises DecodeError where a span
    is malformed.
    """
    forest = forest_of(spans, rules)
    failures = enumerate(forest.failures)
    errors = [shown(forest.spans[place], place, failure) for place, failure in failures if failure]
    return joined(forest, errors, recovered(forest), cascade_gap_ns)


def joined(
    forest: Forest[NodeT], errors: Sequence[Shown], recovered: Set[int], cascade_gap_ns: int = CASCADE_GAP_NS
) -> list[TracedError[NodeT]]:
    """Likewise, of a forest whose `errors`, in order, and the places of those that were made good are known."""
    cascade = _Cascade(forest, errors, cascade_gap_ns)
    good = set(recovered)
    for place in sorted(cascade.higher):  # what stands above comes first
        if cascade.higher[place] in good:
            good.add(place)
    found = [_traced(error, forest, cascade, good) for error in errors]
    return sorted(found, key=lambda error: error.span.end_time_unix_nano)


def _traced(error: Shown, forest: Forest[NodeT], cascade: "_Cascade", good: set[int]) -> TracedError[NodeT]:
    span, is_good = forest.spans[error.place], error.place in good
    cause = cascade.causes.get(error.place)
    if cause is None:
        return TracedError(span, error.failure, error.key, is_good, is_root_cause=False)
    return TracedError(span, error.failure, error.key, is_good, True, tuple(cause.path), cause.caused_by)


class _Cause:
    """A root cause while what is above it is gone through."""

    __slots__ = ("caused_by", "path", "root", "top")

    def __init__(self, root: Shown, caused_by: str) -> None:
        """Nothing is above it so far."""
        self.root = self.top = root
        self.path = [root.label]
        self.caused_by = caused_by

    def rise(self, error: Shown) -> None:
        """Take `error`, which is above all so far, as the same failure."""
        self.top = error
        if len(self.path) < MAX_PATH:
            self.path.append(error.label)
        else:
            self.path[-1] = error.label


class _Cascade:
    """The failures of a forest, found from the leaves up: each error is compared with the failures below it."""

    def __init__(self, forest: Forest[NodeT], errors: Sequence[Shown], gap_ns: int) -> None:
        self._gap_ns = gap_ns
        self._successes = _last_successes(forest)
        self.causes: dict[int, _Cause] = {}
        """Root causes by place."""
        self.higher: dict[int, int] = {}
        """The place of an error to that of the next one above that is the same failure."""
        nearest = _nearest_errors(forest)
        below: dict[int, list[_Cause]] = {}
        for error in reversed(errors):  # descendants first
            causes = _latest(below.pop(error.place, []))
            self._settle(error, causes)
            below.setdefault(nearest[error.place], []).extend(causes)

    def _settle(self, error: Shown, causes: list[_Cause]) -> None:
        """Find out which of `causes`, those below, `error` is; if none, it is one more."""
        same = [cause for cause in causes if self._is_same(error, cause)]
        for cause in same:
            self.higher[cause.top.place] = error.place
            cause.rise(error)
        if not same:
            before = [cause.root for cause in causes if cause.root.end <= error.end]
            caused_by = max(before, key=lambda root: root.end).key if before else ""
            self.causes[error.place] = _Cause(error, caused_by)
            causes.append(self.causes[error.place])

    def _is_same(self, error: Shown, cause: _Cause) -> bool:
        last_success = self._successes[error.place]
        return is_same(error, cause.top, last_success, self._gap_ns) or (
            cause.top is not cause.root and is_same(error, cause.root, last_success, self._gap_ns)
        )


def _latest(causes: list[_Cause]) -> list[_Cause]:
    if len(causes) <= MAX_COMPARED:
        return causes
    return sorted(causes, key=lambda cause: (cause.top.end, cause.root.place))[-MAX_COMPARED:]


def _nearest_errors(forest: Forest[NodeT]) -> list[int]:
    """The place of the nearest error above each span."""
    nearest: list[int] = []
    for above in forest.above:
        is_reached = above == NOWHERE or forest.failures[above] is not None
        nearest.append(above if is_reached else nearest[above])
    return nearest


def _last_successes(forest: Forest[NodeT]) -> list[int]:
    """When the last success below each span began, in nanoseconds since the Unix epoch; -1 where there is none.

    What began after the span had ended, left running, is none of it.
    """
    began = [-1] * len(forest.spans)
    for place in range(len(forest.spans) - 1, -1, -1):
        above = forest.above[place]
        if above == NOWHERE:
            continue
        own = forest.spans[place].start_time_unix_nano if succeeded(forest, place) else -1
        for start in (own, began[place]):
            if began[above] < start <= forest.spans[above].end_time_unix_nano:
                began[above] = start
    return began

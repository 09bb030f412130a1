"""The spans of one trace as trees, whatever they say of their parents."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from spansieve.pdata import NO_SPAN, Span

from .predicate import Failure, Rules, failure_of

NOWHERE: Final = -1
"""The place above a root."""


class Node(Protocol):
    """What a span's place among the others depends on: a span, or what somebody keeps of one."""

    @property
    def span_id(self) -> bytes:
        """Its own id."""

    @property
    def parent_span_id(self) -> bytes:
        """That of the span above."""

    @property
    def raw_name(self) -> bytes:
        """What was done."""

    @property
    def start_time_unix_nano(self) -> int:
        """When it began."""

    @property
    def end_time_unix_nano(self) -> int:
        """When it ended."""

    @property
    def is_error(self) -> bool:
        """Whether its status says so."""


NodeT = TypeVar("NodeT", bound=Node)


class Judged(NamedTuple, Generic[NodeT]):
    """A span, and the error that it is."""

    span: NodeT
    failure: Failure | None


class Forest(NamedTuple, Generic[NodeT]):
    """Spans, each with its error. A place in one list is the same in all; ancestors come before descendants."""

    spans: Sequence[NodeT]
    failures: Sequence[Failure | None]
    above: Sequence[int]
    """The place of the parent; NOWHERE where it has none, or none that is here."""

    def ancestors(self, place: int) -> Iterator[NodeT]:
        """Those above the span at `place`, the nearest first."""
        at = self.above[place]
        while at != NOWHERE:
            yield self.spans[at]
            at = self.above[at]


def forest_of(spans: Iterable[Span], rules: Rules) -> Forest[Span]:
    """The trees of `spans`, as `forest_from` makes them. Raises DecodeError where a span is malformed."""
    return forest_from(Judged(span, failure_of(span, rules)) for span in spans)


def forest_from(spans: Iterable[Judged[NodeT]]) -> Forest[NodeT]:
    """The trees of `spans`, all of one trace; how they are ordered makes no difference. n log n in spans.

    Of several with one id the error stands, else the last to end. A circle of parents is cut at one place.
    """
    judged = sorted(spans, key=_rank)
    places = _places(judged)
    standing = [place for place, one in enumerate(judged) if places.get(one.span.span_id, place) == place]
    parents = {place: places.get(judged[place].span.parent_span_id, NOWHERE) for place in standing}
    order = _ancestors_first(parents)
    now = {place: index for index, place in enumerate(order)} | {NOWHERE: NOWHERE}
    return Forest(
        [judged[place].span for place in order],
        [judged[place].failure for place in order],
        [now[parents[place]] for place in order],
    )


def _rank(judged: Judged[NodeT]) -> tuple[object, ...]:
    span = judged.span
    return span.start_time_unix_nano, span.end_time_unix_nano, span.span_id, span.parent_span_id, span.raw_name


def _places(judged: Sequence[Judged[NodeT]]) -> dict[bytes, int]:
    """Which place stands for an id."""
    places: dict[bytes, int] = {}
    for place, one in enumerate(judged):
        stands = places.setdefault(one.span.span_id, place)
        if stands != place and _weight(one) > _weight(judged[stands]):
            places[one.span.span_id] = place
    for nobody in NO_SPAN:
        places.pop(nobody, None)
    return places


def _weight(one: Judged[NodeT]) -> tuple[bool, int]:
    return one.failure is not None, one.span.end_time_unix_nano


def _ancestors_first(parents: dict[int, int]) -> list[int]:
    """The places in `parents` (place to place) in order; a circle there is cut."""
    order: list[int] = []
    seen: set[int] = set()
    placed: set[int] = set()
    for start in parents:
        walk: list[int] = []
        at = start
        while at != NOWHERE and at not in seen:
            seen.add(at)
            walk.append(at)
            at = parents[at]
        if at != NOWHERE and at not in placed:  # back in this very walk
            parents[walk[-1]] = NOWHERE
        order += reversed(walk)
        placed.update(walk)
    return order

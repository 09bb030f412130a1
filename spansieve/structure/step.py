"""A span, as far as its place in its trace matters, and how steps find one another."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias

from spansieve.pdata import NO_SPAN

Mark: TypeAlias = dict[str, str | int | bool | list[str]]
"""What is to be written on one span: attribute to value."""

Found: TypeAlias = tuple[int, str, str | int | bool | list[str]]
"""One attribute to write: the step's place, the key, the value."""


class Step(NamedTuple):
    """One span of a trace. Plumbing is a step too, with no kind, so that ancestors can be walked."""

    span_id: bytes
    parent_span_id: bytes
    """Empty for a root."""
    start: int
    """Nanoseconds since the epoch, as `end` is."""
    end: int
    kind: str = ""
    """`spansieve.ai.kind`; empty for a span on which nothing is to be written."""
    name: str = ""
    """The tool of a tool call, the model of a model call, the agent of an agent's run; empty: not known."""
    arguments: Hashable | None = None
    """Equal for equal arguments, such as a hash; None: not known, so equal to nothing."""
    failed: bool = False
    """It has an error that is neither soft nor of class `none`."""
    usage: bool = False
    """It carries token counts."""
    parallel: bool = False
    """The producer says that it ran in parallel."""
    span_name: str = ""


_ORDER: Final = attrgetter("start", "end", "span_id")


def places_by_id(steps: Sequence[Step]) -> dict[bytes, int]:
    """The place of each span id. Where several have one (a span sent twice, or in parts), the last to end stands."""
    places = {step.span_id: place for place, step in enumerate(steps)}
    if len(places) < len(steps):
        for place, step in enumerate(steps):
            stands = places[step.span_id]
            if stands != place and _rank(step) > _rank(steps[stands]):
                places[step.span_id] = place
    for nobody in NO_SPAN:
        places.pop(nobody, None)
    return places


def _rank(step: Step) -> tuple[object, ...]:
    return step.end, step[:6], step[7:], repr(step.arguments)


def parent_of(step: Step) -> bytes:
    """The id of the span above, empty where there is none; nobody is above itself."""
    above = step.parent_span_id
    return b"" if above in NO_SPAN or above == step.span_id else above


def in_order(places: Iterable[int], steps: Sequence[Step]) -> list[int]:
    """By start; what ties is put in an order that depends on the steps alone."""
    given = [(*_ORDER(steps[place]), place) for place in places]
    return [place for *_, place in sorted(given)]


def families(places: Iterable[int], steps: Sequence[Step]) -> dict[bytes, list[int]]:
    """Children by the id of their parent, in the order in which they are given."""
    by_parent: dict[bytes, list[int]] = {}
    for place in places:
        by_parent.setdefault(parent_of(steps[place]), []).append(place)
    return by_parent


def finish(step: Step) -> int:
    """The first nanosecond after the step, which takes one at least: so what started with it is not after it."""
    return max(step.end, step.start + 1)


Places: TypeAlias = Mapping[bytes, int]
"""Span id to place, as `places_by_id` gives them."""
